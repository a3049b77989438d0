"""Coming back from a provider: whatever is brought, whoever looks, however slow it is."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fittrack import db
from fittrack.clock import utc_now
from fittrack.errors import Unavailable
from fittrack.trackers import calling, places
from fittrack.trackers.budgets import repository as spent
from fittrack.trackers.budgets import service as budgets
from fittrack.trackers.connections import exchanging, repository, rules
from fittrack.trackers.connections.errors import ConnectedElsewhere, ConsentDenied
from fittrack.trackers.connections.models import Attempt, Returned
from fittrack.trackers.providers import ADAPTERS, app_of
from fittrack.trackers.providers.base import Grant, ProviderDown
from fittrack.wire import Request
from tests.factories_accounts import login, make_account
from tests.factories_trackers import begin, connect, consent
from tests.trackers.test_endings import disconnect, do_jobs

CONNECTIONS = "/api/v1/connections"
CALLBACK = f"{CONNECTIONS}/strava/callback"
STRAVA = ADAPTERS["strava"].facts
GRANT = Grant("a", "r", datetime(2027, 1, 1, tzinfo=UTC), frozenset(STRAVA.scopes), "1")


@pytest.fixture
def ana(client, strava):
    return login(client, make_account())


def test_only_a_visit_that_has_ended_uses_its_state_up(client, ana, strava):
    path = consent(begin(client, ana, "strava").json["authorization_url"])
    state = path.partition("state=")[2].partition("&")[0]
    assert client.head(path).status_code == 200
    for answer in (
        client.get(CALLBACK, query_string={"state": state}),
        client.post(CALLBACK, json={"state": state}),
    ):
        assert answer.json["errors"][0]["pointer"] == "/code"
    with ExitStack() as waiting:
        for _ in range(places.MOST_OF_ONE):
            waiting.enter_context(places.take("strava"))
        answer = client.get(path)
    assert (answer.status_code, answer.json["code"]) == (503, "tracker_unavailable")
    assert answer.headers["Retry-After"]
    assert client.get(path).status_code == 200


def test_a_provider_that_hangs_leaves_places_to_the_others():
    with ExitStack() as waiting:
        for _ in range(places.MOST_OF_ONE):
            waiting.enter_context(places.take("strava"))
        with pytest.raises(Unavailable):
            waiting.enter_context(places.take("strava", wait_s=0))
        for name in ("whoop", "oura", "polar")[: places.MOST - places.MOST_OF_ONE]:
            waiting.enter_context(places.take(name, wait_s=0))
        with pytest.raises(Unavailable):
            waiting.enter_context(places.take("withings", wait_s=0))
    with places.take("strava", wait_s=0):
        pass


def test_all_questions_of_a_visit_share_their_time(database):
    now, leave = utc_now(), budgets.Leave()
    attempt = Attempt("h", "a", "strava", None, now, now)
    began_s = time.monotonic() - calling.INTERACTIVE_DEADLINE_S
    adapter = ADAPTERS["strava"]
    visit = exchanging.Visit(adapter, app_of(adapter), attempt, 1, leave, leave, now, began_s)
    for ask in (visit.exchange, visit.ask):
        with pytest.raises(ProviderDown, match="out_of_time"):
            ask(Request("http://127.0.0.1:9/"))


@pytest.mark.parametrize("word", ["server_error", "temporarily_unavailable"])
def test_a_provider_in_trouble_is_not_a_member_who_declines(word):
    assert isinstance(rules.refusal_of(STRAVA, word), Unavailable)
    assert isinstance(rules.refusal_of(STRAVA, "access_denied"), ConsentDenied)


def test_a_browser_brings_no_scopes_that_nobody_asked_for():
    brought = " ".join([*STRAVA.scopes, *(f"more:{number}" for number in range(400))])
    granted = rules.granted(STRAVA, GRANT, Returned("s", "c", None, brought))
    assert granted.scopes == frozenset(STRAVA.scopes)
    polar = ADAPTERS[
        "polar"
    ].facts  # which needs none: what is stored is no empty text all the same
    made = rules.granted(polar, GRANT, Returned("s", "c", None, "others"))
    assert rules.opened("a", polar, made, connection_id="c", now=utc_now()).scopes != ""


def test_whoever_connects_anew_before_the_provider_was_told_stays_let_in(client, ana, strava):
    connect(client, ana, "strava")
    disconnect(client, ana, "delete")
    connect(client, ana, "strava")
    do_jobs()
    # Strava takes back all that it has granted for somebody, whichever token asks for it.
    assert not any(family.is_over for family in strava.refreshing.values())
    disconnect(client, ana, "keep")
    do_jobs(ahead=timedelta(minutes=1))
    assert any(family.is_over for family in strava.refreshing.values())


def test_a_job_that_ends_a_grant_forgets_none_of_a_connection_that_lives_again(client, ana):
    connection_id = connect(client, ana, "strava")["connection_id"]
    with db.transaction("forget_grant") as tx:
        repository.forget_grant(tx, connection_id)
        stored = repository.find_grant(tx, connection_id)
    assert stored is not None
    assert stored.access_token_bytes is not None


def test_of_two_who_take_one_person_up_at_once_one_is_told(client, ana):
    connection_id = connect(client, ana, "strava")["connection_id"]
    disconnect(client, ana, "keep")
    with db.reading("find_connection") as tx:
        ended = repository.find_connection(tx, connection_id)
    connect(client, login(client, make_account()), "strava")
    again = rules.renewed(ended, STRAVA, GRANT, now=utc_now())
    with pytest.raises(ConnectedElsewhere), db.transaction("finish_connection") as tx:
        repository.update_connection(tx, replace(again, failures=0))


def test_who_is_suspended_on_the_way_is_not_connected(client, ana, database):
    path = consent(begin(client, ana, "strava").json["authorization_url"])
    database.raw().execute("UPDATE accounts SET status = 'suspended'")
    assert client.get(path).json["code"] == "invalid_connection_state"
    assert not database.raw().execute("SELECT 1 FROM connections").fetchall()


@pytest.mark.parametrize("provider", ["whoop", "withings"])
def test_what_connecting_and_ending_cost_is_counted_too(client, trackers, provider):
    ana = login(client, make_account())
    connect(client, ana, provider)
    assert client.delete(f"{CONNECTIONS}/{provider}?data=keep", headers=ana).status_code == 204
    do_jobs()
    with db.transaction("spend_calls") as tx:
        known = spent.lock_budget(tx, provider).spent_json
    minute = ADAPTERS[provider].facts.limits[0].window_s
    asked = trackers[provider].asked
    calls = sum(count for (window_s, _), count in asked.items() if window_s == minute)
    assert 0 < calls <= sum(known[str(minute)].values())
