"""Who may do what with accounts, sessions and factors."""

from __future__ import annotations

from tests.access.rows import (
    ADMIN,
    ADMINS,
    ANY_MEMBER,
    ANY_MEMBER_EVEN_SUSPENDED,
    AUDITOR,
    EVERYBODY,
    MEMBERS,
    OTHER_SPONSOR,
    OWNER,
    PREMIUM,
    READERS,
    SPONSOR,
    THE_OWNER_EVEN_SUSPENDED_ASKS,
    TIRED_ADMIN,
    TIRED_OWNER,
    Audience,
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
# Whose factor is an app: its code is asked for, not the password.
APP = (PREMIUM, AUDITOR, TIRED_ADMIN, ADMIN)
PASSKEYS = f"{AUTH}/passkeys"
NEW_PASSWORD = "green kettle under loud stars"
NO_CREDENTIAL = {
    "id": "AAAA",
    "rawId": "AAAA",
    "type": "public-key",
    "response": {"clientDataJSON": "AAAA", "attestationObject": "AAAA"},
}
TIRED_403 = {TIRED_ADMIN: "403 step_up_required"}
RESET = "/api/v1/users/{account_id}/second-factor-reset"

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
        but=dict.fromkeys(APP, "422 invalid"),
    ),
    Row(f"GET {AUTH}/mfa", ANY_MEMBER, "200"),
    Row(
        f"POST {AUTH}/mfa/totp/enrol",
        ANY_MEMBER,
        "200",
        but={
            **dict.fromkeys((PREMIUM, AUDITOR, ADMIN), "409 totp_already_enrolled"),
            TIRED_ADMIN: "403 step_up_required",
        },
    ),
    Row(
        f"POST {AUTH}/mfa/totp/confirm",
        ANY_MEMBER,
        "409 totp_not_enrolled",
        json={"code": "$enrolled_code"},
        but={
            **dict.fromkeys(APP, "409 totp_already_enrolled"),
            **dict.fromkeys((OWNER, TIRED_OWNER), "200"),
        },
    ),
    Row(
        f"DELETE {AUTH}/mfa/totp",
        ANY_MEMBER,
        "404 totp_not_found",
        asks_step_up=True,
        but={PREMIUM: "204", **dict.fromkeys((AUDITOR, ADMIN), "409 last_second_factor")},
    ),
    Row(
        f"POST {AUTH}/mfa/recovery-codes",
        ANY_MEMBER,
        "409 no_second_factor",
        asks_step_up=True,
        but=dict.fromkeys((PREMIUM, AUDITOR, ADMIN), "200"),
    ),
    Row(f"POST {PASSKEYS}/options", ANY_MEMBER, "200", but=TIRED_403),
    Row(f"GET {PASSKEYS}", ANY_MEMBER, "200"),
    Row(
        f"POST {PASSKEYS}",
        ANY_MEMBER,
        "422 invalid_passkey_registration",
        json={"name": "Phone", "credential": NO_CREDENTIAL},
    ),
    Row(
        f"DELETE {PASSKEYS}/{{passkey_id}}",
        Audience(MEMBERS, owners=frozenset({PREMIUM})),
        "204",
        "404 passkey_not_found",
        path={"passkey_id": "$passkey"},
        but=dict.fromkeys((TIRED_OWNER, TIRED_ADMIN), "403 step_up_required"),
    ),
    Row(f"POST {PASSKEYS}/login/options", EVERYBODY, "200", json={}),
    Row(f"POST {PASSKEYS}/login", EVERYBODY, "200", json={"credential": "$signed"}),
    Row(f"POST {AUTH}/login/mfa/options", EVERYBODY, "200", json={"mfa_token": "$mfa_token"}),
    Row(f"POST {AUTH}/step-up/options", ANY_MEMBER_EVEN_SUSPENDED, "200"),
    Row(f"POST {AUTH}/forgot-password", EVERYBODY, "202", json={"email": "$owner_email"}),
    Row(
        f"POST {AUTH}/reset-password",
        EVERYBODY,
        "200",
        json={"token": "$invitation", "password": NEW_PASSWORD},
    ),
    Row(f"POST {AUTH}/unlock", EVERYBODY, "200", json={"token": "$unlock"}),
    Row(f"POST {AUTH}/keep-factors", EVERYBODY, "200", json={"token": "$keep_factors"}),
    Row(f"GET {RESET}", READERS, "200", path={"account_id": "$resetting"}),
    Row(
        f"POST {RESET}",
        ADMINS,
        "201",
        asks_step_up=True,
        path={"account_id": "$with_app"},
        json={"reason": "Phone lost."},
    ),
    Row(
        f"POST {RESET}/complete",
        ADMINS,
        "409 factor_reset_too_early",
        asks_step_up=True,
        path={"account_id": "$resetting"},
    ),
    Row(f"PATCH {ME}", ANY_MEMBER, "200", json={"state": "OR"}),
    Row(
        f"PUT {ME}/password",
        ANY_MEMBER_EVEN_SUSPENDED,
        "204",
        json={"current_password": "$password", "new_password": NEW_PASSWORD},
    ),
    Row(
        f"PUT {ME}/email",
        ANY_MEMBER,
        "202",
        json={"email": "elsewhere@example.com", "password": "$password"},
    ),
    Row(f"POST {AUTH}/undo-email-change", EVERYBODY, "200", json={"token": "$undo"}),
    Row(f"POST {ME}/export", ANY_MEMBER_EVEN_SUSPENDED, "202"),
    Row(
        f"GET {ME}/export/{{export_id}}",
        THE_OWNER_EVEN_SUSPENDED_ASKS,
        "200",
        "404 export_not_found",
        path={"export_id": "$export"},
    ),
    Row(
        f"GET {ME}/export/{{export_id}}/download",
        EVERYBODY,
        "200",
        path={"export_id": "$export"},
        query={"expires": "$export_expires", "signature": "$export_signature"},
        shows_owner=True,
    ),
    Row(f"GET {ME}/security-events", ANY_MEMBER_EVEN_SUSPENDED, "200"),
    Row(
        f"DELETE {ME}",
        ANY_MEMBER_EVEN_SUSPENDED,
        "202",
        json={"password": "$password"},
        but=dict.fromkeys((SPONSOR, OTHER_SPONSOR), "409 last_sponsor_account"),
    ),
    Row(f"GET {ME}", ANY_MEMBER_EVEN_SUSPENDED, "200"),
)
