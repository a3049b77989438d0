"""Changing SECRET_KEY, JWT_SIGNING_KEY and OPERATOR_KEY: what is under way goes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from fittrack import config, crypto, db
from fittrack.drawings import service as drawings
from fittrack.drawings import verifier
from fittrack.keys import service
from fittrack.keys.rules import PLANS
from fittrack.mail.tokens import mailed_token
from fittrack.pagination import Cursor, InvalidCursor
from fittrack.points import audit
from tests import factories_drawings as make
from tests.accounts.steps import bearer, log_in, mails_to, refresh, run_jobs, token_in
from tests.factories_accounts import make_account, registration

ME = "/api/v1/users/me"


@pytest.fixture
def new_secret(settings, database):
    """Return settings with another SECRET_KEY, the present one a former one."""
    return replace(settings, secret_key=config.new_secret(), secret_former_keys=settings.secret_key)


def test_a_cursor_survives_a_change_of_the_secret(new_secret):
    text = Cursor("activities", (7,)).encode()
    config.use(new_secret)
    assert Cursor.parse(text, scope="activities").values == (7,)
    config.use(replace(new_secret, secret_former_keys=""))
    with pytest.raises(InvalidCursor):
        Cursor.parse(text, scope="activities")


def test_a_short_cursor_is_none(new_secret):
    config.use(new_secret)
    for text in ("", "AA", crypto.base64url(b"x" * 11)):
        with pytest.raises(InvalidCursor):
            Cursor.parse(text, scope="activities")


def test_a_repeated_refresh_gives_the_same_successor_after_the_change(client, new_secret):
    make_account(email="ana@example.com")
    first = log_in(client, "ana@example.com").json["refresh_token"]
    second = refresh(client, first).json["refresh_token"]
    config.use(new_secret)
    again = refresh(client, first)
    assert (again.status_code, again.json["refresh_token"]) == (200, second)
    assert refresh(client, second).status_code == 200


def test_a_mail_that_goes_out_after_the_change_brings_the_stored_token(client, new_secret):
    form = registration(email="dan@example.com", display_name="Dan")
    assert client.post("/api/v1/auth/register", json=form).status_code == 201
    config.use(new_secret)
    run_jobs()
    token = token_in(mails_to("dan@example.com")[0])
    assert client.post("/api/v1/auth/verify-email", json={"token": token}).status_code < 300


def test_a_mailed_token_is_the_stored_one_or_the_present_keys(new_secret):
    stored = crypto.digest(mailed_token("t1"))
    former = mailed_token("t1")
    config.use(new_secret)
    assert mailed_token("t1") != former
    assert mailed_token("t1", token_hash=stored) == former
    assert mailed_token("t1", token_hash="unknown") == mailed_token("t1")


def test_a_stored_answer_is_repeated_after_the_change(client, new_secret):
    drawing = make.make_open(make.start() - timedelta(minutes=61))
    make_account(email="ana@example.com")
    tokens = log_in(client, "ana@example.com").json
    make.give_points(client.get(ME, headers=bearer(tokens)).json["account_id"], 500)
    headers = {**bearer(tokens), "Idempotency-Key": "once"}
    where, body = f"/api/v1/drawings/{drawing.drawing_id}/tickets", {"ticket_count": 1}
    first = client.post(where, json=body, headers=headers)
    config.use(new_secret)
    again = client.post(where, json=body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json
    assert again.headers["Idempotent-Replayed"] == "true"


def test_a_request_that_died_before_the_change_may_be_tried_again(client, database, new_secret):
    drawing = make.make_open(make.start() - timedelta(minutes=61))
    make_account(email="ana@example.com")
    tokens = log_in(client, "ana@example.com").json
    make.give_points(client.get(ME, headers=bearer(tokens)).json["account_id"], 500)
    headers = {**bearer(tokens), "Idempotency-Key": "once"}
    where, body = f"/api/v1/drawings/{drawing.drawing_id}/tickets", {"ticket_count": 1}
    assert client.post(where, json=body, headers=headers).status_code == 201
    database.raw().execute(
        "UPDATE idempotency_keys SET state = 'running', response_status = NULL,"
        " response_text = NULL, leased_until_at = '2026-01-01T00:00:00.000000Z'"
    )
    config.use(new_secret)
    again = client.post(where, json=body, headers=headers)
    assert (again.status_code, "Idempotent-Replayed" in again.headers) == (201, False)


@pytest.fixture
def new_operator(settings, database):
    """Return settings with another OPERATOR_KEY, the present one a former one."""
    return replace(
        settings, operator_key=config.new_secret(), operator_former_keys=settings.operator_key
    )


def finish(drawing):
    for at in (drawing.closes_at, drawing.draws_at):
        make.advance(drawing, at)


def findings():
    with db.reading("audit") as tx:
        return drawings.audit(tx)


def test_a_drawing_ends_under_the_key_that_its_terms_name(new_operator):
    begun = make.make_open(make.start() - timedelta(hours=3))
    former = crypto.operator_public_keys()[0]
    config.use(new_operator)
    make.buy(begun, make.make_player())
    later = make.make_open(make.start() - timedelta(hours=3))
    for drawing in (begun, later):
        finish(drawing)
    present = crypto.operator_public_keys()[0]
    assert verifier.verify(make.bundle(begun), key=former).exit == 0
    assert verifier.verify(make.bundle(later), key=present).exit == 0
    assert audit.audit_ledger(now=begun.draws_at, is_deep=True).is_clean


def test_once_its_drawings_have_ended_a_public_key_is_enough(new_operator):
    ended = make.make_open(make.start() - timedelta(hours=3))
    finish(ended)
    former = crypto.operator_public_keys()[0]
    config.use(replace(new_operator, operator_former_keys=former))
    report = verifier.verify(make.bundle(ended), key=former)
    assert (report.exit, report.checks["log"]) == (0, "skip")
    assert findings() == []


def test_a_key_that_is_not_the_operators_is_found(new_operator):
    ended = make.make_open(make.start() - timedelta(hours=3))
    finish(ended)
    config.use(replace(new_operator, operator_former_keys=""))
    assert any("is none of the operator's" in finding for finding in findings())


def test_nothing_is_signed_for_a_drawing_whose_key_is_gone(new_operator):
    begun = make.make_open(make.start() - timedelta(hours=3))
    config.use(replace(new_operator, operator_former_keys=""))
    with pytest.raises(LookupError):
        make.buy(begun, make.make_player())


@pytest.mark.parametrize("kind", PLANS)
def test_each_step_of_a_plan_is_a_sound_setting_that_knows_both_keys(kind, settings, database):
    """Wherever the one stands and the other not yet, each can read what the other made."""
    present = settings
    made = []
    for step in service.plan(kind)[:2]:
        names = {name.lower(): value for name, value in step.settings.items()}
        following = replace(present, **names)
        assert list(config.problems(following)) == []
        for maker, reader in ((present, following), (following, present)):
            config.use(maker)
            made = _make()
            config.use(reader)
            assert _reads(*made)
        present = following
    field = {"signing": "jwt_signing_key"}.get(kind, f"{kind}_key")
    assert getattr(present, field) != getattr(settings, field)


def _make():
    from fittrack import auth

    kid = auth.key_id(auth.signing_key().public_key())
    sealed = crypto.seal("totp", "ana", b"secret")
    return kid, sealed, Cursor("list", (1,)).encode(), crypto.operator_public_keys()[0]


def _reads(kid, sealed, cursor, operator):
    from fittrack import auth

    assert kid in {key["kid"] for key in auth.public_keys()}
    assert crypto.unseal("totp", "ana", sealed) == b"secret"
    assert Cursor.parse(cursor, scope="list").values == (1,)
    return operator in crypto.operator_public_keys()
