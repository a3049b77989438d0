"""What is cleared away with time: unfinished registrations, held names, tokens, old events."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from fittrack import db
from fittrack.accounts import tokens
from fittrack.accounts.registration import service as registration
from fittrack.accounts.registration import unfinished
from fittrack.accounts.security_events import service as events
from fittrack.accounts.security_events.models import EventKind
from fittrack.clock import utc_now
from fittrack.db.errors import ForeignKey
from fittrack.schedule import PERIODIC
from tests.accounts.steps import events_of, mails_to, probe, register, run_jobs, token_in
from tests.factories_accounts import make_account
from tests.factories_accounts import registration as form_sent

REFER = probe(
    "INSERT INTO sessions (session_id, account_id, started_at, last_seen_at, expires_at)"
    " VALUES ('s', :account_id, :now_at, :now_at, :now_at)"
)
DAY = timedelta(days=1)
COUNTED = ("accounts", "profiles", "acceptances", "mailed_tokens", "display_name_holds", "outbox")


def form_of(**over):
    """Return a form as the edge has read it."""
    return form_sent(**over) | {"date_of_birth": date(1990, 5, 17)}


@pytest.fixture
def count(database):
    """Return how many rows a table has."""

    def rows(table):
        (number,) = database.raw().execute(f"SELECT COUNT(*) FROM {table}").fetchone()
        return number

    return rows


def clear(**later):
    return unfinished.delete_unfinished_registrations(now=utc_now() + timedelta(**later))


def account_of(email):
    with db.reading("look") as tx:
        found = probe("SELECT account_id FROM accounts WHERE email = :email")
        return tx.value(found, email=email)


def test_a_registration_never_verified_is_deleted_whole_after_7_days(client, count):
    before = [count(table) for table in COUNTED]
    form = register(client)
    run_jobs()

    assert clear(days=6, hours=23) == 0
    assert clear(days=7, minutes=1) == 1
    assert [count(table) for table in COUNTED] == before
    again = register(client, email=form["email"], display_name=form["display_name"])
    assert account_of(again["email"]) is not None


def test_a_verified_member_stays(client, count):
    make_account()
    assert clear(days=400) == 0
    assert count("accounts") == 1


def test_a_registration_repeated_lately_stays(client):
    """It is as old as its newest form, not as its first."""
    form = form_of()
    registration.register(form=form, now=utc_now() - 10 * DAY)
    registration.register(form=form, now=utc_now() - 3 * DAY)

    assert clear() == 0
    assert account_of(form["email"]) is not None


def test_a_registration_renewed_since_it_was_listed_stays(client):
    """Its new mail may be on the way at the very moment of the clean-up."""
    register(client)
    now = utc_now()
    with db.transaction("delete") as tx:
        account_id = tx.value(probe("SELECT account_id FROM accounts"))
        over = {"before_at": now + DAY, "now": now}
        assert not unfinished.delete_if_over(tx, account_id, **over)
        later = {"before_at": now - DAY, "now": now + 2 * DAY}
        assert not unfinished.delete_if_over(tx, account_id, **later)
        late = {"before_at": now + DAY, "now": now + 2 * DAY}
        assert unfinished.delete_if_over(tx, account_id, **late)


def test_a_registration_stays_while_a_mail_can_finish_it(client):
    form = register(client)
    life = timedelta(days=20)
    with db.transaction("invite") as tx:
        account_id = tx.value(probe("SELECT account_id FROM accounts"))
        tokens.issue_token(tx, account_id, tokens.INVITATION, life=life, now=utc_now())

    assert clear(days=19) == 0
    assert clear(days=21) == 1
    assert account_of(form["email"]) is None


def test_an_account_that_anything_refers_to_stays_whole_and_stops_no_other(client, count):
    first, second = register(client), register(client)
    with db.transaction("refer") as tx:
        account_id = tx.value(probe("SELECT MIN(account_id) AS account_id FROM accounts"))
        tx.run(REFER, account_id=account_id, now_at=utc_now())

    assert clear(days=8) == 1
    assert (account_of(first["email"]), account_of(second["email"])) == (account_id, None)
    assert (count("accounts"), count("profiles"), count("acceptances")) == (1, 1, 2)
    with pytest.raises(ForeignKey), db.transaction("delete") as tx:
        unfinished.delete_unfinished(tx, account_id)


def test_many_are_deleted_in_batches_past_those_that_stay(client, count, monkeypatch):
    monkeypatch.setattr(unfinished, "BATCH_ROWS", 2)
    for _ in range(5):
        register(client)
    with db.transaction("refer") as tx:
        for account_id in oldest(tx, 2):
            tx.run(
                probe(
                    "INSERT INTO sessions (session_id, account_id, started_at, last_seen_at,"
                    " expires_at) VALUES (:session_id, :account_id, :now_at, :now_at, :now_at)"
                ),
                session_id=account_id,
                account_id=account_id,
                now_at=utc_now(),
            )

    assert clear(days=8) == 3
    assert count("accounts") == 2


def oldest(tx, number):
    ids = []
    for _ in range(number):
        after = ids[-1] if ids else ""
        found = probe("SELECT MIN(account_id) AS account_id FROM accounts WHERE account_id > :a")
        ids.append(tx.value(found, a=after or "0"))
    return ids


def test_a_held_name_comes_free_as_an_unfinished_registrations_does(client, count):
    """Or the names that come free would tell which addresses have an account."""
    taken = make_account(email="taken@example.com")
    now = utc_now()
    for email in ("taken@example.com", "free@example.com"):
        form = form_of(email=email, display_name=f"Of{email[:4]}")
        registration.register(form=form, now=now - 5 * DAY)
        registration.register(form=form, now=now)

    assert clear(days=6) == 0
    assert clear(days=7, minutes=1) == 2
    assert (count("display_name_holds"), count("accounts")) == (0, 1)
    assert events_of(taken) == []


def test_mailed_tokens_are_forgotten_30_days_after_their_end(client, count):
    form = register(client)
    token = token_in(mails_to(form["email"])[0])
    assert client.post("/api/v1/auth/verify-email", json={"token": token}).status_code == 200

    assert unfinished.delete_old_tokens(now=utc_now() + 30 * DAY) == 0
    assert unfinished.delete_old_tokens(now=utc_now() + 31 * DAY + timedelta(minutes=1)) == 1
    assert count("mailed_tokens") == 0


def test_security_events_are_kept_for_400_days(client):
    ana, now = make_account(), utc_now()
    with db.transaction("record") as tx:
        for days in (401, 399):
            kind = EventKind.LOGGED_IN if days == 401 else EventKind.PASSWORD_CHANGED
            events.record_security_event(tx, ana, kind, now=now - days * DAY)

    assert events.delete_old_events(now=now) == 1
    assert events_of(ana) == ["password_changed"]


def test_all_of_it_is_in_the_periodic_table():
    names = {entry.name for entry in PERIODIC}
    assert {
        "delete_unfinished_registrations",
        "delete_old_tokens",
        "delete_over_email_changes",
        "delete_old_security_events",
        "delete_expired_logins",
    } <= names
