from __future__ import annotations

import dataclasses
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from fittrack import config, create_app
from fittrack.reference.document import build, operations
from fittrack.reference.problems import all_problems, codes
from tests.factories_accounts import login, make_account


@pytest.fixture(scope="module")
def document(app):
    with app.test_client() as client:
        return client.get("/api/v1/openapi.json").json


@pytest.fixture(scope="module")
def every(document):
    """Return (name, operation) of all operations."""
    return [(f"{m.upper()} {path}", o) for path, m, o in operations(document)]


def test_the_document_is_valid_openapi_3_1(document):
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()


def test_whoever_asks_first_gets_the_whole_document(settings, document):
    app = create_app(settings)

    def ask(_):
        with app.test_client() as client:
            return client.get("/api/v1/openapi.json").json

    with ThreadPoolExecutor(8) as pool:
        assert all(found == document for found in pool.map(ask, range(8)))


def test_the_document_is_the_same_however_often_it_is_built(app):
    assert build(app) == build(app)


def test_every_operation_has_a_summary_a_tag_and_a_name_of_its_own(every):
    for name, operation in every:
        assert operation["summary"].endswith("."), name
        assert len(operation["tags"]) == 1, name
    names = Counter(operation["operationId"] for _, operation in every)
    assert [name for name, count in names.items() if count > 1] == []


def test_no_operation_speaks_of_our_classes(every):
    for name, operation in every:
        assert "Raises" not in operation.get("description", ""), name


def test_every_tag_is_explained(document, every):
    explained = {tag["name"] for tag in document["tags"] if tag["description"]}
    assert {operation["tags"][0] for _, operation in every} <= explained


def test_every_operation_says_whether_it_needs_a_token(document, every):
    assert "access_token" in document["components"]["securitySchemes"]
    for name, operation in every:
        assert operation["security"] in ([], [{"access_token": []}]), name
        assert ("401" in operation["responses"]) >= bool(operation["security"]), name


def test_every_operation_says_how_it_succeeds_and_how_it_fails(every):
    for name, operation in every:
        statuses = operation["responses"].keys()
        assert any(status.startswith("2") for status in statuses), name
        assert {"429", "500", "503"} <= statuses, name
        for status, response in operation["responses"].items():
            if status >= "400":
                media = response["content"]["application/problem+json"]
                assert media["schema"] == {"$ref": "#/components/schemas/Problem"}
                assert media["examples"], (name, status)


def test_bodies_say_how_they_can_be_refused(every):
    for name, operation in every:
        if "requestBody" in operation:
            assert {"400", "413", "415", "422"} <= operation["responses"].keys(), name
        if "{" in name:
            assert "404" in operation["responses"], name


def test_every_code_is_listed_and_has_an_example(document):
    assert document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"] == codes()
    assert document["components"]["examples"].keys() == set(codes())


def test_a_use_cases_problems_stand_with_its_operation(document):
    read = document["paths"]["/api/v1/notifications/{notification_id}/read"]["post"]
    examples = read["responses"]["404"]["content"]["application/problem+json"]["examples"]
    assert set(examples) == {"not_found", "notification_not_found"}
    assert "idempotency_key_required" not in str(read)
    assert "idempotency_key_reused" in str(read["responses"]["422"])


def media_of(operation):
    yield from operation.get("requestBody", {}).get("content", {}).items()
    for status, response in operation["responses"].items():
        if status < "400":
            yield from response.get("content", {}).items()


def test_every_body_and_answer_has_an_example_that_its_schema_accepts(document, every):
    wrong = []
    for name, operation in every:
        for kind, media in media_of(operation):
            if "schema" not in media or "json" not in kind:
                continue
            assert "example" in media or "examples" in media, name
            validator = OAS31Validator(media["schema"] | {"components": document["components"]})
            wrong += [
                f"{name}: {'/'.join(map(str, error.path))}: {error.message}"
                for error in validator.iter_errors(media.get("example"))
                if "example" in media
            ]
    assert wrong == []


def template_of(rule):
    return re.sub(r"<(?:[^:<>]+:)?([^:<>]+)>", r"{\1}", rule.rule)


def test_every_example_of_a_body_is_understood(client, app, every):
    views = {
        f"{method} {template_of(rule)}": app.view_functions[rule.endpoint]
        for rule in app.url_map.iter_rules()
        for method in rule.methods
    }
    roles = ("user", "sponsor", "admin")
    headers = {role: login(client, make_account(role=role)) for role in roles}
    for name, operation in every:
        media = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if media is None:
            continue
        access = getattr(views[name], "access", ())
        role = next((role for role in roles if role in access), "user")
        method, path = name.split(" ")
        answer = client.open(
            re.sub(r"{\w+}", "01935d2a-7c00-7000-8000-5f3c1f0b2a10", path),
            method=method,
            json=media["example"],
            headers={**headers[role], "Idempotency-Key": "k"},
        )
        said = answer.get_json(silent=True) or {}
        wrong = [each for each in said.get("errors", []) if not each["pointer"].endswith("_id")]
        assert answer.status_code < 500, name
        assert said.get("code") not in {"malformed_json", "forbidden"}, (name, said)
        assert said.get("code") != "invalid" or not wrong, (name, wrong)


def test_a_body_is_required_where_one_of_its_fields_is(document):
    drawing = document["paths"]["/api/v1/drawings/{drawing_id}"]
    assert document["paths"]["/api/v1/auth/login"]["post"]["requestBody"]["required"] is True
    assert drawing["patch"]["requestBody"]["required"] is False


def test_bodies_say_that_unknown_fields_are_refused(document, every):
    schemas = document["components"]["schemas"]
    for name, operation in every:
        for kind, media in operation.get("requestBody", {}).get("content", {}).items():
            schema = media.get("schema", {})
            if "$ref" in schema and "json" in kind:
                schema = schemas[schema["$ref"].rpartition("/")[2]]
                assert schema["additionalProperties"] is False, name


def test_the_document_is_cached_by_its_readers(client):
    first = client.get("/api/v1/openapi.json")
    etag = first.headers["ETag"]
    assert client.get("/api/v1/openapi.json", headers={"If-None-Match": etag}).status_code == 304
    assert first.data == client.get("/api/v1/openapi.json").data


def test_every_problem_can_be_looked_up_on_its_page(client):
    page = client.get("/docs/errors")
    assert page.content_type == "text/html; charset=utf-8"
    for kind in all_problems():
        assert f'id="{kind.code}"' in page.text


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/docs/errors"])
def test_a_page_needs_nothing_from_elsewhere(client, path):
    page = client.get(path)
    assert page.status_code == 200
    assert "http" not in page.text
    assert "<script>" not in page.text
    assert "style=" not in page.text
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy or "script-src" not in policy
    for part in page.text.split('"'):
        if part.startswith("/static/"):
            with client.get(part) as asset:
                assert asset.status_code == 200, part


def test_redoc_alone_may_write_styles(client):
    for path in ("/docs", "/docs/errors", "/health/live"):
        assert "unsafe" not in client.get(path).headers["Content-Security-Policy"]
    policy = client.get("/redoc").headers["Content-Security-Policy"]
    assert policy.count("unsafe") == 1
    assert "style-src 'self' 'unsafe-inline'" in policy


def test_another_application_in_the_process_leaves_the_document_alone(app, settings, database):
    create_app(dataclasses.replace(settings, mail_url="smtp://127.0.0.1:25"))  # has no mailbox
    app.extensions.pop("fittrack", None)
    config.use(settings)

    document = app.test_client().get("/api/v1/openapi.json").json

    assert "/api/v1/dev/mailbox" in document["paths"]
