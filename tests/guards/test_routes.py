from __future__ import annotations

import re

import pytest

from tests.factories_accounts import login, make_account

# What needs no account; everything else requires a login.
PUBLIC = {
    "GET /api/v1/connections/<string:provider>/callback",
    "POST /api/v1/connections/<string:provider>/callback",
    "GET /api/v1/webhooks/<string:provider>",
    "POST /api/v1/webhooks/<string:provider>",
    "POST /api/v1/auth/keep-factors",
    "GET /api/v1/auth/oidc/<provider>/landing",
    "POST /api/v1/auth/oidc/<provider>/callback",
    "POST /api/v1/auth/oidc/<provider>/initiate",
    "POST /api/v1/auth/oidc/<provider>/landing",
    "POST /api/v1/auth/oidc/complete",
    "POST /api/v1/auth/oidc/link",
    "POST /api/v1/auth/passkeys/login",
    "POST /api/v1/auth/passkeys/login/options",
    "GET /.well-known/jwks.json",
    "GET /api/v1/dev/mailbox",
    "GET /api/v1/prizes",
    "GET /api/v1/prizes/<uuid:prize_id>",
    "GET /api/v1/drawings",
    "GET /api/v1/drawings/<uuid:drawing_id>",
    "GET /api/v1/drawings/<uuid:drawing_id>/history",
    "GET /api/v1/drawings/log",
    "GET /api/v1/drawings/log/checkpoint",
    "GET /api/v1/drawings/<uuid:drawing_id>/results",
    "GET /api/v1/drawings/<uuid:drawing_id>/rules",
    "GET /api/v1/drawings/<uuid:drawing_id>/verification",
    "GET /api/v1/drawings/<uuid:drawing_id>/verification/bundle.json",
    "GET /api/v1/openapi.json",
    "GET /api/v1/users/me/export/<uuid:export_id>/download",
    "GET /docs",
    "GET /docs/errors",
    "GET /fair",
    "GET /fair/drawings/<uuid:drawing_id>",
    "GET /fair/how",
    "GET /fair/verifier.html",
    "GET /fair/verifier.py",
    "GET /fair/verify",
    "GET /fair/witness.py",
    "GET /health",
    "GET /health/live",
    "GET /health/ready",
    "GET /metrics",
    "GET /redoc",
    "GET /static/<path:filename>",
    "POST /api/v1/auth/forgot-password",
    "POST /api/v1/auth/login",
    "POST /api/v1/auth/login/mfa",
    "POST /api/v1/auth/login/mfa/options",
    "POST /api/v1/auth/refresh",
    "POST /api/v1/auth/register",
    "POST /api/v1/auth/resend-verification",
    "POST /api/v1/auth/reset-password",
    "POST /api/v1/auth/undo-email-change",
    "POST /api/v1/auth/unlock",
    "POST /api/v1/auth/verify-email",
}
# What a suspended member reaches besides what is public: why, an appeal, the own data, the way out.
OPEN_TO_SUSPENDED = {
    "DELETE /api/v1/auth/sessions/<uuid:session_id>",
    "DELETE /api/v1/users/me",
    "GET /api/v1/auth/sessions",
    "GET /api/v1/users/me",
    "GET /api/v1/users/me/appeals",
    "GET /api/v1/users/me/export/<uuid:export_id>",
    "GET /api/v1/users/me/security-events",
    "POST /api/v1/auth/logout",
    "POST /api/v1/auth/logout-all",
    "POST /api/v1/auth/step-up",
    "POST /api/v1/auth/step-up/options",
    "POST /api/v1/users/me/appeals",
    "POST /api/v1/users/me/export",
    "PUT /api/v1/users/me/password",
}
SOME_ID = "01935d2a-7c00-7000-8000-5f3c1f0b2a10"


@pytest.fixture(scope="module")
def rules(app):
    return [
        (f"{method} {rule.rule}", method, rule, app.view_functions[rule.endpoint])
        for rule in app.url_map.iter_rules()
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
    ]


def filled(rule, identifier=SOME_ID):
    """Return a rule's path with every parameter filled in."""
    first_choices = re.sub(r"<any\((\w+)[^)]*\):\w+>", r"\1", rule.rule)
    return re.sub(r"<(?:(\w+)[^:>]*:)?[^>]+>", identifier, first_choices)


def guarded(rules):
    return [row for row in rules if getattr(row[3], "access", None)]


def test_every_route_requires_a_login_or_is_on_the_public_list(rules):
    open_routes = {name for name, _, _, view in rules if not getattr(view, "access", None)}
    assert open_routes == PUBLIC


def test_without_a_token_every_guarded_route_is_401(client, rules):
    for name, method, rule, _ in guarded(rules):
        answer = client.open(filled(rule), method=method)
        assert (answer.status_code, answer.json["code"]) == (401, "unauthenticated"), name
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_broken_token_is_401_everywhere(client, rules):
    for name, method, rule, _ in guarded(rules):
        headers = {"Authorization": "Bearer not.a.token"}
        answer = client.open(filled(rule), method=method, headers=headers)
        assert (answer.status_code, answer.json["code"]) == (401, "invalid_token"), name


def test_a_role_that_is_too_low_is_403(client, rules):
    roles = ("user", "premium", "sponsor", "auditor", "admin")
    headers = {role: login(client, make_account(role=role)) for role in roles}
    for name, method, rule, view in guarded(rules):
        if view.access == ("signed in",):
            continue
        for role in headers.keys() - set(view.access):
            answer = client.open(filled(rule), method=method, headers=headers[role])
            assert (answer.status_code, answer.json["code"]) == (403, "forbidden"), (name, role)


def test_an_auditor_changes_nothing(rules):
    for name, method, _, view in guarded(rules):
        if "auditor" in view.access:
            assert method == "GET", name


@pytest.mark.parametrize("status", ["suspended", "erased"])
def test_an_account_that_is_not_active_reaches_nothing_but_its_own_affairs(
    client, rules, database, status
):
    account_id = make_account()
    headers = login(client, account_id)
    database.raw().execute(
        "UPDATE accounts SET status = ? WHERE account_id = ?", (status, account_id)
    )
    for name, method, rule, view in guarded(rules):
        if status not in view.admitted:
            answer = client.open(filled(rule), method=method, headers=headers)
            assert (answer.status_code, answer.json["code"]) == (403, "account_not_active"), name


def test_suspended_members_reach_only_what_is_meant_for_them(rules):
    reached = {name for name, _, _, view in guarded(rules) if "suspended" in view.admitted}
    assert reached == OPEN_TO_SUSPENDED


@pytest.mark.parametrize(
    "identifier",
    [
        *("x", "1", "0" * 36, "%00", "é", SOME_ID[:-1], SOME_ID + "0"),
        *(SOME_ID.upper(), SOME_ID.replace("-", ""), f"{{{SOME_ID}}}", f"urn:uuid:{SOME_ID}"),
        *(f"{SOME_ID}%0A", f"%20{SOME_ID}", SOME_ID.replace("0", "\u0660")),
    ],
)
def test_a_malformed_id_is_404(client, rules, identifier):
    headers = login(client, make_account(role="admin"))
    for name, method, rule, _ in rules:
        if "<uuid:" in rule.rule:
            answer = client.open(filled(rule, identifier), method=method, headers=headers)
            assert answer.status_code == 404, (name, identifier)


def test_an_unknown_thing_is_404_for_who_may_ask(client, rules):
    headers = {role: login(client, make_account(role=role)) for role in ("user", "admin")}
    for name, method, rule, view in rules:
        if "<uuid:" in rule.rule and method in {"GET", "DELETE"}:
            role = "user" if getattr(view, "access", None) in {None, ("signed in",)} else "admin"
            answer = client.open(filled(rule), method=method, headers=headers[role])
            assert answer.status_code == 404, (name, answer.json)


def test_things_are_addressed_by_their_ids(rules):
    """Ids are UUIDs; only days, periods, tiers, providers and files of ours have names."""
    parameters = {found for _, _, rule, _ in rules for found in re.findall(r"<[^>]+>", rule.rule)}
    others = {found for found in parameters if not found.startswith("<uuid:")}
    assert {found.rpartition(":")[2].strip("<>") for found in others} <= {
        "day_on",
        "filename",
        "period",
        "provider",
        "tier_code",
    }


def test_every_api_route_is_in_the_document(client, rules):
    paths = client.get("/api/v1/openapi.json").json["paths"]
    for name, method, rule, _ in rules:
        path = re.sub(r"<(?:[^:>]+:)?(\w+)>", r"{\1}", rule.rule)
        if path.startswith("/api/") and path != "/api/v1/openapi.json":
            assert method.lower() in paths[path], name


def test_every_view_says_what_it_does(rules):
    for name, _, rule, view in rules:
        if rule.endpoint != "static":
            assert view.__doc__, name


def test_a_list_of_providers_is_no_connection_to_end(client):
    answer = client.delete("/api/v1/connections/providers")
    assert (answer.status_code, "DELETE" in answer.headers["Allow"]) == (405, False)


def test_no_address_is_another_ones_parameter(client):
    """`DELETE /auth/oidc/{provider}` is not there for the words that lead on from it."""
    for word in ("complete", "link"):
        answer = client.delete(f"/api/v1/auth/oidc/{word}")
        assert (answer.status_code, "DELETE" in answer.headers["Allow"]) == (405, False)
