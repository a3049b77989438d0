"""Who may do what with sign-in by Google and Apple; neither is configured where tests run."""

from __future__ import annotations

from tests.access.rows import (
    ANY_MEMBER,
    EVERYBODY,
    OWNER,
    TIRED_ADMIN,
    TIRED_OWNER,
    Row,
)

OIDC = "/api/v1/auth/oidc"
ONE = f"{OIDC}/{{provider}}"
GOOGLE = {"provider": "google"}
NOT_HERE = "404 provider_not_configured"
UNKNOWN = "A" * 43
VISIT = {"state": UNKNOWN, "code": "4/0AX4XfWh"}
NEWCOMER = {
    "registration_token": "$proof_to_register",
    "display_name": "Provided",
    "date_of_birth": "1990-05-17",
    "state": "CA",
    "accepted_terms_version": "1",
    "accepted_rules_version": "1",
}

ROWS = (
    Row(f"GET {OIDC}", ANY_MEMBER, "200"),
    Row(f"POST {ONE}/initiate", EVERYBODY, NOT_HERE, path=GOOGLE, json={}),
    Row(f"GET {ONE}/landing", EVERYBODY, NOT_HERE, path=GOOGLE, query=VISIT),
    Row(f"POST {ONE}/landing", EVERYBODY, NOT_HERE, path=GOOGLE, form=VISIT),
    Row(
        f"POST {ONE}/callback",
        EVERYBODY,
        NOT_HERE,
        path=GOOGLE,
        json={**VISIT, "attempt_token": UNKNOWN},
    ),
    Row(f"POST {OIDC}/complete", EVERYBODY, "201", json=NEWCOMER),
    Row(
        f"POST {OIDC}/link",
        EVERYBODY,
        "200",
        json={"link_token": "$proof_to_link", "password": "$password"},
    ),
    Row(
        f"DELETE {ONE}",
        ANY_MEMBER,
        "404 provider_not_linked",
        asks_step_up=True,
        path=GOOGLE,
        but={OWNER: "204", **dict.fromkeys((TIRED_OWNER, TIRED_ADMIN), "403 step_up_required")},
    ),
)
