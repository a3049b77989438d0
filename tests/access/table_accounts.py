"""Who may do what with accounts, sessions and factors."""

from __future__ import annotations

from tests.access.rows import (
    ADMIN,
    ANY_MEMBER,
    ANY_MEMBER_EVEN_SUSPENDED,
    AUDITOR,
    EVERYBODY,
    OWNER,
    THE_OWNER_EVEN_SUSPENDED_ASKS,
    TIRED_ADMIN,
    Row,
)

AUTH = "/api/v1/auth"
ME = "/api/v1/users/me"
NEWCOMER = {
    "email": "newcomer@example.com",
    "password": "$password",
    "display_name": "Newcomer",
    "date_of_birth": "1990-05-17",
    "state": "CA",
    "accepted_terms_version": "1",
    "accepted_rules_version": "1",
}
# Their factor is an app: its code is asked for, not the password.
WITH_APP = dict.fromkeys((AUDITOR, TIRED_ADMIN, ADMIN), "422 invalid")
ENROLLED = dict.fromkeys((AUDITOR, TIRED_ADMIN, ADMIN), "409 totp_already_enrolled")

ROWS = (
    Row("GET /.well-known/jwks.json", EVERYBODY, "200"),
    Row("GET /api/v1/dev/mailbox", EVERYBODY, "200", shows_owner=True),
    Row(f"POST {AUTH}/register", EVERYBODY, "201", json=NEWCOMER),
    Row(f"POST {AUTH}/verify-email", EVERYBODY, "200", json={"token": "$verification"}),
    Row(f"POST {AUTH}/resend-verification", EVERYBODY, "202", json={"email": "$owner_email"}),
    Row(
        f"POST {AUTH}/login",
        EVERYBODY,
        "200",
        json={"email": "$owner_email", "password": "$password"},
    ),
    Row(
        f"POST {AUTH}/login/mfa",
        EVERYBODY,
        "200",
        json={"mfa_token": "$mfa_token", "code": "$code"},
    ),
    Row(
        f"POST {AUTH}/refresh",
        EVERYBODY,
        "200",
        json={"refresh_token": "$refresh_token"},
        shows_owner=True,
    ),
    Row(f"POST {AUTH}/logout", ANY_MEMBER_EVEN_SUSPENDED, "204"),
    Row(f"POST {AUTH}/logout-all", ANY_MEMBER_EVEN_SUSPENDED, "204"),
    Row(f"GET {AUTH}/sessions", ANY_MEMBER_EVEN_SUSPENDED, "200"),
    Row(
        f"DELETE {AUTH}/sessions/{{session_id}}",
        THE_OWNER_EVEN_SUSPENDED_ASKS,
        "204",
        "404 session_not_found",
        path={"session_id": "$session"},
    ),
    Row(
        f"POST {AUTH}/step-up",
        ANY_MEMBER_EVEN_SUSPENDED,
        "200",
        json={"password": "$password"},
        but=WITH_APP,
    ),
    Row(f"POST {AUTH}/mfa/totp/enrol", ANY_MEMBER, "200", but=ENROLLED),
    Row(
        f"POST {AUTH}/mfa/totp/confirm",
        ANY_MEMBER,
        "409 totp_not_enrolled",
        json={"code": "$enrolled_code"},
        but={**ENROLLED, OWNER: "200"},
    ),
    Row(f"GET {ME}", ANY_MEMBER_EVEN_SUSPENDED, "200"),
)
