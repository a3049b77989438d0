"""What members can look up about the safety of their accounts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fittrack import db
from fittrack.accounts.security_events import service
from fittrack.accounts.security_events.models import WORDS, EventKind
from fittrack.clock import utc_now
from tests.accounts.steps import bearer, log_in
from tests.factories_accounts import login, make_account

EVENTS = "/api/v1/users/me/security-events"
SESSIONS = "/api/v1/auth/sessions"


@pytest.fixture
def ana(client):
    return make_account(email="ana@example.com")


def record(account_id, kind, **over):
    with db.transaction("record") as tx:
        service.record_security_event(tx, account_id, kind, **{"now": utc_now()} | over)


def events(client, headers, query=""):
    return client.get(EVENTS + query, headers=headers).json


def test_an_event_shows_its_kind_in_words_with_device_and_address(client, ana):
    tokens = log_in(client, "ana@example.com", device_name="Ana's phone", device_platform="ios")

    (event,) = events(client, bearer(tokens.json))["items"]

    assert event["kind"] == "logged_in"
    assert event["description"] == "A device logged in."
    assert (event["device_name"], event["device_platform"]) == ("Ana's phone", "ios")
    assert event["remote_address"] == "127.0.0.1"
    assert event["session_id"] == tokens.json["session_id"]


def test_members_see_their_own_events_only(client, ana):
    ben = make_account()
    record(ben, EventKind.PASSWORD_CHANGED)

    kinds = {event["kind"] for event in events(client, login(client, ana))["items"]}

    assert kinds == {"logged_in"}


def test_paging_shows_each_event_once_newest_first(client, ana):
    headers = login(client, ana)
    for days in range(7):
        record(ana, EventKind.TOTP_CONFIRMED, now=utc_now() + timedelta(days=days))

    seen, query = [], "?limit=3"
    while query:
        page = events(client, headers, query)
        seen += [event["event_id"] for event in page["items"]]
        query = page["next_cursor"] and f"?limit=3&cursor={page['next_cursor']}"

    assert len(seen) == 8
    assert seen == sorted(set(seen), reverse=True)


def test_the_cursor_of_another_list_is_refused(client, ana):
    headers = login(client, ana)
    login(client, ana)
    cursor = client.get(f"{SESSIONS}?limit=1", headers=headers).json["next_cursor"]

    answer = client.get(f"{EVENTS}?cursor={cursor}", headers=headers)

    assert (answer.status_code, answer.json["code"]) == (400, "invalid_cursor")


def test_an_ended_session_is_an_event(client, ana):
    gone, headers = log_in(client, "ana@example.com").json, login(client, ana)

    client.delete(f"{SESSIONS}/{gone['session_id']}", headers=headers)
    client.post("/api/v1/auth/logout-all?keep_current=true", headers=headers)

    kinds = [event["kind"] for event in events(client, headers)["items"]]
    assert kinds == ["sessions_revoked", "session_revoked", "logged_in", "logged_in"]


def test_a_kind_that_is_not_listed_can_not_be_recorded(ana):
    with pytest.raises(ValueError, match="made_up"):
        record(ana, "made_up")


def test_every_kind_has_words_and_fits_its_column():
    assert set(WORDS) == set(EventKind)
    assert all(words.endswith(".") for words in WORDS.values())
    assert max(map(len, EventKind)) <= 30


def test_the_document_lists_every_kind(client):
    document = client.get("/api/v1/openapi.json").json
    kind = document["components"]["schemas"]["SecurityEvent"]["properties"]["kind"]

    assert set(kind["enum"]) == {each.value for each in EventKind}
    assert all(words in kind["description"] for words in WORDS.values())
