"""Authenticator apps, log-ins that need one, and step-up, over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from fittrack import auth, db
from fittrack.accounts.factors import rules
from fittrack.accounts.factors.errors import InvalidCode, TotpNotEnrolled
from fittrack.accounts.factors.models import TotpFactor
from fittrack.accounts.service import create_member, new_account
from fittrack.accounts.sessions import clean_up, service
from fittrack.accounts.sessions.errors import InvalidMfaToken
from fittrack.accounts.sessions.models import Device, MfaRequired, Shown
from fittrack.clock import utc_now
from tests.accounts.steps import bearer, events_of, log_in, mails_to, probe
from tests.factories_accounts import PASSWORD, login, make_account, make_totp

ENROL = "/api/v1/auth/mfa/totp/enrol"
CONFIRM = "/api/v1/auth/mfa/totp/confirm"
FACTORS = "/api/v1/auth/mfa"
TOTP = "/api/v1/auth/mfa/totp"
MFA = "/api/v1/auth/login/mfa"
STEP_UP = "/api/v1/auth/step-up"
SECRETS = probe("SELECT secret_bytes FROM totp_factors")
ERASE = probe("UPDATE accounts SET status = 'erased' WHERE account_id = :account_id")
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


def wrong(code):
    """Return a code that is none of those around it."""
    return f"{(int(code) + 1) % 1_000_000:06}"


def enrol(client, headers):
    secret = client.post(ENROL, headers=headers).json["secret"]
    return pyotp.TOTP(secret)


def code_of(totp, steps=0):
    return totp.at(utc_now() + timedelta(seconds=30 * steps))


@pytest.fixture
def ana(client):
    return make_account(email="ana@example.com")


@pytest.fixture
def totp(ana):
    return make_totp(ana)


def begin(now=None):
    outcome = service.log_in(
        email="ana@example.com",
        password=PASSWORD,
        device=Device("Ana's phone", "ios", None),
        now=now or utc_now(),
    )
    assert isinstance(outcome, MfaRequired)
    return outcome.mfa_token


def complete(mfa_token, code, now=None):
    return service.complete_log_in(
        mfa_token=mfa_token, shown=Shown(code), remote_address=None, now=now or utc_now()
    )


def test_an_app_is_enrolled_confirmed_and_then_asked_for(client, ana):
    headers = login(client, ana)
    totp = enrol(client, headers)
    assert log_in(client, "ana@example.com").json["mfa_required"] is False

    confirmed = client.post(CONFIRM, json={"code": code_of(totp)}, headers=headers)
    asked = log_in(client, "ana@example.com")
    code = code_of(totp, 1)
    answer = client.post(MFA, json={"mfa_token": asked.json["mfa_token"], "code": code})

    assert confirmed.status_code == 200
    assert asked.headers["Cache-Control"] == answer.headers["Cache-Control"] == "no-store"
    assert set(asked.json) == {"mfa_required", "mfa_token", "mfa_expires_in_s", "mfa_methods"}
    assert asked.json["mfa_methods"] == ["totp", "recovery_code"]
    me = client.get("/api/v1/users/me", headers=bearer(answer.json)).json
    assert (me["account_id"], me["has_second_factor"]) == (ana, True)


def test_an_enrolment_answers_with_what_apps_read_and_no_cache_keeps(client, ana):
    answer = client.post(ENROL, headers=login(client, ana))

    parsed = pyotp.parse_uri(answer.json["otpauth_uri"])
    assert parsed.secret == answer.json["secret"]
    assert (parsed.issuer, parsed.name) == ("FitTrack", "ana@example.com")
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_confirmed_app_brings_ten_recovery_codes(client, ana):
    headers = login(client, ana)
    totp = enrol(client, headers)

    confirmed = client.post(CONFIRM, json={"code": code_of(totp)}, headers=headers)

    assert len(set(confirmed.json["recovery_codes"])) == 10
    assert confirmed.headers["Cache-Control"] == "no-store"
    shown = client.get(FACTORS, headers=headers).json
    assert (shown["recovery_codes_left"], shown["passkeys"]) == (10, 0)
    assert shown["totp_confirmed_at"] == confirmed.json["confirmed_at"]
    assert "totp_confirmed" in events_of(ana)
    assert mails_to("ana@example.com")[0].subject == (
        "An authenticator app was added to your account"
    )


def test_an_enrolment_needs_a_recent_log_in_or_the_password_again(client, ana):
    old = login(client, ana, is_stepped_up=False, now=utc_now() - timedelta(minutes=11))

    refused = client.post(ENROL, headers=old)
    client.post(STEP_UP, json={"password": PASSWORD}, headers=old)

    assert (refused.status_code, refused.json["code"]) == (403, "step_up_required")
    assert client.post(ENROL, headers=old).status_code == 200


def test_an_enrolment_beside_another_factor_needs_a_step_up(client, ana, totp):
    fresh = login(client, ana, is_stepped_up=False)

    assert client.post(ENROL, headers=fresh).json["code"] == "step_up_required"


def test_an_enrolment_lapses_after_an_hour():
    enrolled = TotpFactor("a1", b"sealed", NOON, None, None)

    assert rules.check_enrolment(enrolled, now=NOON + timedelta(hours=1)) == enrolled
    with pytest.raises(TotpNotEnrolled):
        rules.check_enrolment(enrolled, now=NOON + timedelta(hours=1, seconds=1))


def test_a_password_that_was_shown_elsewhere_is_not_enough_once_there_is_an_app(client, ana):
    here, there = (login(client, ana) for _ in range(2))
    totp = enrol(client, here)
    client.post(CONFIRM, json={"code": code_of(totp)}, headers=here)

    assert [stepped_up(client, headers) for headers in (here, there)] == [True, False]


def test_an_app_is_removed_with_its_recovery_codes(client, ana):
    headers = login(client, ana)
    totp = enrol(client, headers)
    client.post(CONFIRM, json={"code": code_of(totp)}, headers=headers)

    removed = client.delete(TOTP, headers=headers)

    assert removed.status_code == 204
    assert client.get(FACTORS, headers=headers).json == {
        "totp_confirmed_at": None,
        "recovery_codes_left": 0,
        "passkeys": 0,
    }
    assert log_in(client, "ana@example.com").json["mfa_required"] is False
    assert "totp_removed" in events_of(ana)
    assert mails_to("ana@example.com")[0].subject == (
        "The authenticator app of your account was removed"
    )


def test_an_app_is_removed_only_after_a_step_up(client, ana, totp):
    answer = client.delete(TOTP, headers=login(client, ana, is_stepped_up=False))

    assert (answer.status_code, answer.json["code"]) == (403, "step_up_required")
    assert client.get("/api/v1/users/me", headers=login(client, ana)).json["has_second_factor"]


def test_there_is_nothing_to_remove_without_an_app(client, ana):
    headers = login(client, ana)
    client.post(ENROL, headers=headers)

    answer = client.delete(TOTP, headers=headers)

    assert (answer.status_code, answer.json["code"]) == (404, "totp_not_found")


@pytest.mark.parametrize("role", ["admin", "auditor"])
def test_who_needs_a_second_factor_keeps_the_last_one(client, role):
    account_id = make_account(role=role)
    headers = login(client, account_id)

    answer = client.delete(TOTP, headers=headers)

    assert (answer.status_code, answer.json["code"]) == (409, "last_second_factor")
    assert client.get(FACTORS, headers=headers).json["totp_confirmed_at"] is not None
    assert "totp_removed" not in events_of(account_id)


def test_an_unconfirmed_enrolment_is_replaced_by_the_next(client, ana):
    headers = login(client, ana)
    first, second = enrol(client, headers), enrol(client, headers)

    stale = client.post(CONFIRM, json={"code": code_of(first)}, headers=headers)

    assert (stale.status_code, stale.json["code"]) == (401, "invalid_code")
    right = client.post(CONFIRM, json={"code": code_of(second)}, headers=headers)
    assert right.status_code == 200


def test_a_confirmed_app_is_not_replaced_without_more_ado(client, ana, totp):
    headers = login(client, ana)

    for answer in (
        client.post(ENROL, headers=headers),
        client.post(CONFIRM, json={"code": code_of(totp)}, headers=headers),
    ):
        assert (answer.status_code, answer.json["code"]) == (409, "totp_already_enrolled")


def test_there_is_nothing_to_confirm_before_an_enrolment(client, ana):
    answer = client.post(CONFIRM, json={"code": "123456"}, headers=login(client, ana))

    assert (answer.status_code, answer.json["code"]) == (409, "totp_not_enrolled")


@pytest.mark.parametrize("code", ["12345", "1234567", "12345a", "١٢٣٤٥٦", "", 123456, "123456\n"])
def test_a_code_has_six_digits(client, ana, code):
    answer = client.post(CONFIRM, json={"code": code}, headers=login(client, ana))

    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/code")


def test_the_secret_is_sealed_at_rest(client, ana):
    totp = enrol(client, login(client, ana))

    with db.reading("look") as tx:
        stored = tx.value(SECRETS)
    assert totp.secret.encode() not in stored
    assert totp.byte_secret() not in stored


def test_a_code_opens_one_session_only(client, ana, totp):
    code = code_of(totp)
    first, second = begin(), begin()
    complete(first, code)

    with pytest.raises(InvalidCode):
        complete(second, code)
    with pytest.raises(InvalidMfaToken):
        complete(first, code_of(totp, 1))


def test_an_older_code_is_worthless_after_a_newer_one(client, ana, totp):
    now = utc_now()
    complete(begin(), totp.at(now), now=now)

    with pytest.raises(InvalidCode):
        complete(begin(), totp.at(now - timedelta(seconds=30)), now=now)


def test_five_wrong_codes_end_a_log_in(client, ana, totp):
    token = log_in(client, "ana@example.com").json["mfa_token"]
    body = {"mfa_token": token, "code": wrong(code_of(totp))}
    for _ in range(5):
        answer = client.post(MFA, json=body)
        assert (answer.status_code, answer.json["code"]) == (401, "invalid_code")

    right = client.post(MFA, json={"mfa_token": token, "code": code_of(totp)})

    assert (right.status_code, right.json["code"]) == (401, "invalid_mfa_token")


def test_a_log_in_must_be_completed_within_5_minutes(client, ana, totp):
    now = utc_now()
    token, late = begin(now), now + timedelta(minutes=5)

    with pytest.raises(InvalidMfaToken):
        complete(token, totp.at(late), now=late)
    assert clean_up.delete_expired(now=late) == 1


def test_an_mfa_token_is_no_other_token(client, ana, totp):
    token = log_in(client, "ana@example.com").json["mfa_token"]

    refreshed = client.post("/api/v1/auth/refresh", json={"refresh_token": token})
    used = client.get("/api/v1/users/me", headers={"Authorization": f"Bearer {token}"})

    assert refreshed.json["code"] == "invalid_refresh_token"
    assert used.json["code"] == "invalid_token"


def test_an_erasure_stops_a_log_in_half_way(client, ana, totp):
    token = log_in(client, "ana@example.com").json["mfa_token"]
    with db.transaction("erase") as tx:
        tx.run(ERASE, account_id=ana)

    answer = client.post(MFA, json={"mfa_token": token, "code": code_of(totp)})

    assert (answer.status_code, answer.json["code"]) == (403, "account_not_active")


def test_step_up_takes_a_code_where_there_is_an_app(client, ana, totp):
    headers = login(client, ana, is_stepped_up=False)

    with_password = client.post(STEP_UP, json={"password": PASSWORD}, headers=headers)
    with_wrong = client.post(STEP_UP, json={"code": wrong(code_of(totp))}, headers=headers)
    with_code = client.post(STEP_UP, json={"code": code_of(totp)}, headers=headers)

    assert (with_password.status_code, with_password.json["code"]) == (422, "invalid")
    assert with_password.json["errors"][0]["pointer"] == "/code"
    assert (with_wrong.status_code, with_wrong.json["code"]) == (401, "invalid_code")
    assert with_code.status_code == 200


def test_step_up_takes_the_password_where_there_is_no_app(client, ana):
    headers = login(client, ana, is_stepped_up=False)

    without = client.post(STEP_UP, json={}, headers=headers)
    with_wrong = client.post(STEP_UP, json={"password": "a wrong one of hers"}, headers=headers)
    right = client.post(STEP_UP, json={"password": PASSWORD}, headers=headers)

    assert without.json["errors"][0]["pointer"] == "/password"
    assert (with_wrong.status_code, with_wrong.json["code"]) == (401, "invalid_credentials")
    assert right.status_code == 200


def test_step_up_lasts_10_minutes_in_this_session_only(client, ana):
    here, there = (login(client, ana, is_stepped_up=False) for _ in range(2))
    answer = client.post(STEP_UP, json={"password": PASSWORD}, headers=here).json

    since = datetime.fromisoformat(answer["stepped_up_at"])
    until = datetime.fromisoformat(answer["expires_at"])
    assert until - since == timedelta(minutes=10)
    assert [stepped_up(client, headers) for headers in (here, there)] == [True, False]


def test_a_log_in_with_a_code_is_stepped_up(client, ana, totp):
    token = log_in(client, "ana@example.com").json["mfa_token"]
    tokens = client.post(MFA, json={"mfa_token": token, "code": code_of(totp)}).json

    assert stepped_up(client, bearer(tokens))


def test_a_repeated_step_up_with_a_key_is_one(client, ana, totp):
    headers = login(client, ana, is_stepped_up=False) | {"Idempotency-Key": "one-step-up"}
    body = {"code": code_of(totp)}

    first, again = (client.post(STEP_UP, json=body, headers=headers) for _ in range(2))

    assert (again.status_code, again.json) == (200, first.json)


def stepped_up(client, headers):
    """Tell whether a session may do what asks for a recent second factor."""
    with client.application.test_request_context(headers=headers):
        client.application.preprocess_request()
        try:
            auth.require_step_up(now=utc_now())
        except auth.StepUpRequired:
            return False
        return True


def test_an_admin_without_a_second_factor_may_do_nothing_as_one(client):
    admin = service_account("admin")
    with client.application.test_request_context(headers=login(client, admin)):
        client.application.preprocess_request()
        with pytest.raises(auth.SecondFactorRequired) as caught:
            auth.roles_required("admin")(lambda: "in")()

    assert caught.value.code == "second_factor_required"
    make_totp(admin)
    with client.application.test_request_context(headers=login(client, admin)):
        client.application.preprocess_request()
        assert auth.roles_required("admin")(lambda: "in")() == "in"


def service_account(role):
    """Return an account of a role without a second factor."""
    account = new_account("plain@example.com", "Plain", password_hash=None, role=role, now=NOON)
    return create_member(account=account)


@pytest.mark.parametrize("drift_s", [-30, 0, 30])
def test_a_clock_may_be_30_seconds_off(drift_s):
    code = pyotp.TOTP(SECRET).at(NOON + timedelta(seconds=drift_s))

    step = int(NOON.timestamp()) // 30 + drift_s // 30
    assert rules.matching_step(SECRET, code, NOON) == step


@pytest.mark.parametrize("drift_s", [-60, 60, 3600])
def test_a_clock_may_not_be_a_minute_off(drift_s):
    code = pyotp.TOTP(SECRET).at(NOON + timedelta(seconds=drift_s))

    assert rules.matching_step(SECRET, code, NOON) is None


def test_codes_are_those_of_rfc_6238():
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890", appendix B
    at = datetime(2005, 3, 18, 1, 58, 29, tzinfo=UTC)

    assert rules.matching_step(secret, "081804", at) == 0x23523EC
