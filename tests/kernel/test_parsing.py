from __future__ import annotations

import contextlib
import gzip
import json
from io import BytesIO

import pytest
from flask import request
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema
from webargs import fields

from fittrack.errors import Invalid
from fittrack.parsing import MalformedJson, StrictParser, read_json
from tests.factories_accounts import login, make_account

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
)


def post(probe, raw, content_type="application/json"):
    return probe.post("/api/v1/probes", data=raw, content_type=content_type)


@given(JSON_VALUES)
def test_well_formed_json_is_read_as_it_was_written(value):
    assert read_json(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"{'name': 1}",
        b'{"name": NaN}',
        b'{"name": Infinity}',
        b'{"name": 1e999}',
        b'{"name": "a", "name": "b"}',
        b'{"parts": [{"name": "a", "name": "b"}]}',
        b'{"name": "\\ud800"}',
        b'{"name": "\xff"}',
        b"[" * 100_000,
        b"[" * 5_000 + b"]" * 5_000,
        b"1" * 5_000,
    ],
)
def test_text_that_is_no_json_or_means_two_things_is_malformed(raw):
    with pytest.raises(MalformedJson):
        read_json(raw)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_by_name(raw):
    with contextlib.suppress(MalformedJson, Invalid):
        read_json(raw)


def test_malformed_json_is_400_with_its_code(probe):
    response = post(probe, b'{"name": ')
    assert (response.status_code, response.json["code"]) == (400, "malformed_json")


def test_an_unknown_field_in_a_body_is_an_error_that_names_it(probe):
    response = post(probe, b'{"name": "a", "nam": "b", "parts": [{"name": "p", "x/y": 1}]}')
    assert (response.status_code, response.json["code"]) == (422, "invalid")
    pointers = {error["pointer"] for error in response.json["errors"]}
    assert pointers == {"/nam", "/parts/0/x~1y"}


def test_an_unknown_or_repeated_query_parameter_is_an_error(probe):
    assert probe.get("/api/v1/probes?kin=a").json["errors"] == [
        {"pointer": "/kin", "message": "Unknown field."}
    ]
    twice = probe.get("/api/v1/probes?limit=1&limit=2")
    assert twice.json["errors"] == [{"pointer": "/limit", "message": "Given more than once."}]
    assert probe.get("/api/v1/probes?limit=0").status_code == 422
    assert probe.get("/api/v1/probes?limit=101").status_code == 422
    assert probe.get("/api/v1/probes?limit=ten").status_code == 422


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_of_another_content_type_is_415(probe, content_type):
    response = post(probe, b'{"name": "a"}', content_type)
    assert (response.status_code, response.json["code"]) == (415, "unsupported_media_type")


def test_a_compressed_body_is_415(probe):
    packed = gzip.compress(b'{"name": "a"}')
    headers = {"Content-Encoding": "gzip"}
    answer = probe.post(
        "/api/v1/probes", data=packed, headers=headers, content_type="application/json"
    )
    assert answer.status_code == 415


def test_json_with_a_charset_or_suffix_is_json(probe):
    assert post(probe, b'{"name": "a"}', "application/json; charset=utf-8").status_code == 201
    assert post(probe, b'{"name": "a"}', "application/vnd.probe+json").status_code == 201


def test_an_empty_body_lacks_its_required_fields(probe):
    for raw in (b"", b"  \n"):
        response = post(probe, raw)
        assert response.status_code == 422
        assert [error["pointer"] for error in response.json["errors"]] == ["/name"]


@pytest.mark.parametrize("raw", [b"[]", b"null", b'"text"', b"7", b"true"])
def test_a_body_that_is_no_object_is_422(probe, raw):
    response = post(probe, raw)
    assert response.status_code == 422
    assert response.json["errors"][0]["pointer"] == ""


@pytest.mark.parametrize("count", ["1.5", '"1"', "true", "1e30", "100000000000000000000"])
def test_a_number_of_another_type_or_size_names_its_field(probe, count):
    response = post(probe, f'{{"name": "a", "count": {count}}}'.encode())
    assert response.status_code == 422
    assert response.json["errors"][0]["pointer"] == "/count"


class OddSchema(Schema):
    is_on = fields.Boolean(data_key="on")
    mass_kg = fields.Float()
    parts = fields.List(fields.Nested(lambda: OddSchema(only=["is_on"])))


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"on": 1}, "/on"),
        ({"on": "yes"}, "/on"),
        ({"mass_kg": "1.5"}, "/mass_kg"),
        ({"mass_kg": True}, "/mass_kg"),
        ({"parts": [{"on": True}, {"on": 0}]}, "/parts/1/on"),
    ],
)
def test_what_only_python_takes_for_a_number_or_a_truth_is_refused(app, body, pointer):
    with app.test_request_context(json=body), pytest.raises(Invalid) as caught:
        StrictParser().load_json(request, OddSchema())
    assert [error["pointer"] for error in caught.value.context["errors"]] == [pointer]


class ListedQuery(Schema):
    keys = fields.DelimitedList(fields.String())


def test_a_list_in_one_text_stands_once(app):
    with app.test_request_context("/?keys=a,b&keys=c"), pytest.raises(Invalid):
        StrictParser().load_querystring(request, ListedQuery())


def test_text_with_nul_is_refused_where_it_stands(probe):
    response = post(probe, b'{"name": "a\\u0000b"}')
    assert response.json["errors"] == [{"pointer": "/name", "message": "Text can't hold U+0000."}]


@pytest.mark.parametrize("length", [None, "1048577", "-5", "many"])
def test_a_body_is_measured_whatever_its_length_claims_to_be(probe, length):
    """A chunked body has no length; servers mark its end instead."""
    environ = {"wsgi.input_terminated": True, "CONTENT_TYPE": "application/json"}
    if length is not None:
        environ["CONTENT_LENGTH"] = length
    stream = BytesIO(b'{"name": "' + b"a" * (1 << 20) + b'"}')
    answer = probe.post("/api/v1/probes", input_stream=stream, environ_overrides=environ)
    assert answer.status_code in {400, 413}, answer.json
    assert answer.content_type == "application/problem+json"


def test_a_body_over_1_mib_is_413_though_nobody_reads_it(client):
    headers = login(client, make_account())
    long = b" " * ((1 << 20) + 1)
    for path in ("/api/v1/auth/logout-all", "/api/v1/auth/logout"):
        answer = client.post(path, data=long, headers=headers, content_type="application/json")
        assert (answer.status_code, answer.json["code"]) == (413, "too_large")
    assert client.get("/api/v1/users/me", headers=headers).status_code == 200
    assert client.get("/api/v1/users/me", data=long, headers=headers).status_code == 413


def test_a_body_over_1_mib_is_413(probe):
    response = post(probe, b'{"name": "' + b"a" * (1 << 20) + b'"}')
    assert (response.status_code, response.json["code"]) == (413, "too_large")


@pytest.mark.parametrize("text", ["1_0", " 5", "5 ", "%D9%A3", "1e1", "5.0", "", "9" * 5_000])
def test_a_number_in_a_query_is_plain_digits(client, text):
    refused = client.get(f"/api/v1/drawings?limit={text}")
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json["errors"]] == ["/limit"]
    assert client.get("/api/v1/drawings?limit=5").status_code == 200
