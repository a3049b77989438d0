"""Letting us in: within every limit, nothing used up in vain, nothing left behind."""

from __future__ import annotations

import gzip
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from fittrack import config, db
from fittrack.accounts.erasure.service import erase_account
from fittrack.clock import utc_now
from fittrack.errors import TooManyRequests
from fittrack.simulator.faults import Fault
from fittrack.trackers import calling
from fittrack.trackers.asking import service as asking
from fittrack.trackers.budgets import repository, rules
from fittrack.trackers.budgets import service as budgets
from fittrack.trackers.budgets.service import Leave
from fittrack.trackers.connections import exchanging, service
from fittrack.trackers.connections import rules as connecting
from fittrack.trackers.connections.errors import CodeRefused, InvalidState, TrackerUnavailable
from fittrack.trackers.connections.models import Returned
from fittrack.trackers.grants.service import working_grant
from fittrack.trackers.providers import ADAPTERS, app_of
from fittrack.trackers.providers.base import ProviderDown, Throttled
from fittrack.trackers.tidying import service as tidying
from fittrack.wire import Request
from tests.factories_accounts import login, make_account
from tests.factories_trackers import EMAIL, begin, come_back, connect, consent
from tests.kernel.test_wire import saying, serving
from tests.trackers.test_endings import do_jobs

CONNECTIONS = "/api/v1/connections"
MANY = 8


@pytest.fixture
def ana(client, trackers):
    return login(client, make_account())


def many_back(provider, number):
    """Return what the browsers of so many members bring back from a provider."""
    emails = (f"member{one}@gmail.test" for one in range(number))
    return [come_back(make_account(), provider, email=email) for email in emails]


def finish(provider, returned, *, now):
    """Return the connection, or None where there was no room for it."""
    try:
        return service.finish_connection(provider=provider, returned=returned, now=now)
    except TrackerUnavailable:
        return None


def are_over(tracker, email=EMAIL):
    """Return of each consent of somebody that led to tokens whether it has ended."""
    families = {id(one): one for one in tracker.refreshing.values()}.values()
    return [one.is_over for one in families if one.account is tracker.account(email)]


@pytest.mark.parametrize("provider", ["withings", "whoop"])
def test_of_many_who_come_back_at_once_none_passes_the_limit(trackers, provider):
    tracker, adapter, now = trackers[provider], ADAPTERS[provider], utc_now()
    each = connecting.calls_to_connect(adapter, app_of(adapter)) + 1
    limit = adapter.facts.limits[0].calls
    visits = [
        come_back(make_account(), provider, email=f"m{number}@gmail.test") for number in range(MANY)
    ]
    before = limit - (2 * each + 1)  # two find room, and one call is left
    budgets.spend(adapter, None, is_urgent=True, calls=before, now=now)
    for _ in range(before):
        tracker.count()
    with ThreadPoolExecutor(MANY) as pool:
        found = list(pool.map(lambda one: finish(provider, one, now=now), visits))
    let_in = [one for one in found if one is not None]
    assert 1 <= len(let_in) <= 2
    window_s = adapter.facts.limits[0].window_s
    assert tracker.most_asked[window_s] <= limit
    tracker.world.ahead_s = 2.0 * window_s
    refused = [visit for visit, one in zip(visits, found, strict=True) if one is None]
    assert all(finish(provider, one, now=tracker.world.now()) for one in refused)
    assert tracker.most_asked[window_s] <= limit


def test_of_two_browsers_with_one_state_one_is_let_in_and_costs_calls(trackers, database):
    visit, now = come_back(make_account(), "whoop"), utc_now()

    def finish_as(_):
        try:
            return finish("whoop", visit, now=now)
        except InvalidState:
            return None

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(finish_as, range(2)))
    assert found.count(None) == 1
    assert are_over(trackers["whoop"]) == [False]
    with db.transaction("look") as tx:
        spent = repository.lock_budget(tx, "whoop").spent_json
    assert sum(spent["60"].values()) == sum(trackers["whoop"].asked.values()) / 2 == 2


def test_room_that_comes_at_once_is_waited_for(trackers):
    adapter, now = ADAPTERS["withings"], utc_now().replace(microsecond=900_000)
    visit = come_back(make_account(), "withings")
    budgets.pause(adapter, None, until_at=now + timedelta(seconds=3), now=now)
    assert finish("withings", visit, now=now) is None
    later = now + timedelta(seconds=2)
    assert finish("withings", visit, now=later) is not None


def test_without_room_the_same_address_works_later(client, ana, database):
    path = consent(begin(client, ana, "whoop").json["authorization_url"])
    now = utc_now()
    budgets.pause(ADAPTERS["whoop"], None, until_at=now + timedelta(seconds=90), now=now)
    answer = client.get(path)
    assert (answer.status_code, answer.json["code"]) == (503, "tracker_unavailable")
    assert 30 < int(answer.headers["Retry-After"]) <= 90
    page = client.get(path, headers={"Accept": "text/html"})
    assert (page.status_code, "reload this page" in page.text) == (503, True)
    config.use(replace(config.current(), connected_url="fittrack://connected"))
    moved = client.get(path).headers["Location"]
    assert moved.endswith("status=error&error=tracker_unavailable")
    database.raw().execute("DELETE FROM provider_budgets")
    assert client.get(path).headers["Location"].endswith("status=connected")


def test_a_pause_that_a_visit_is_asked_for_is_kept_by_all(client, ana, trackers):
    trackers["whoop"].faults.add(Fault("throttled", "token"))
    path = consent(begin(client, ana, "whoop").json["authorization_url"])
    answer = client.get(path)
    assert (answer.status_code, 60 < int(answer.headers["Retry-After"]) <= 90) == (503, True)
    with pytest.raises(Throttled):
        budgets.spend(ADAPTERS["whoop"], "c", now=utc_now())


def test_who_leaves_while_the_provider_is_asked_is_not_connected(trackers, database):
    adapter, ana, now = ADAPTERS["whoop"], make_account(), utc_now()
    returned = come_back(ana, "whoop")
    visit = exchanging.begin(adapter, app_of(adapter), returned, now=now)
    grant = exchanging.grant_of(visit, returned)
    erase_account(account_id=ana, actor_id=ana, now=now)
    with pytest.raises(InvalidState):
        service.connect(visit, grant, now=now)
    do_jobs()
    assert are_over(trackers["whoop"]) == [True]
    assert database.raw().execute("SELECT 1 FROM connections").fetchall() == []


def test_one_member_cannot_spend_what_all_share_by_made_up_codes(trackers, database):
    ana, now = make_account(), utc_now()
    states = [
        service.begin_connection(account_id=ana, provider="whoop", return_to=None, now=now)
        for _ in range(connecting.MOST_VISITS + 1)
    ]
    given = [
        Returned(parse_qs(urlsplit(one.authorization_url).query)["state"][0], "made-up", None, None)
        for one in states
    ]
    for returned in given[:-1]:
        with pytest.raises(CodeRefused):
            service.finish_connection(provider="whoop", returned=returned, now=now)
    with pytest.raises(TooManyRequests):
        service.finish_connection(provider="whoop", returned=given[-1], now=now)
    with db.transaction("look") as tx:
        spent = repository.lock_budget(tx, "whoop").spent_json
    assert sum(spent["60"].values()) == 2 * connecting.MOST_VISITS
    tidying.forget_old_traffic(now=now + connecting.ATTEMPT_LIFE)
    assert finish("whoop", come_back(make_account(), "whoop"), now=now) is not None


def test_what_is_not_ours_to_use_up_costs_no_calls(client, ana, database):
    path = consent(begin(client, ana, "whoop").json["authorization_url"])
    stranger = login(client, make_account())
    assert client.get(path, headers=stranger).json["code"] == "invalid_connection_state"
    assert database.raw().execute("SELECT 1 FROM provider_budgets").fetchall() == []


def test_too_few_scopes_take_nothing_from_who_is_connected(client, ana, trackers, database):
    """Strava ends all that somebody has granted at once: neither the member's own nor another's."""
    strava, ben = trackers["strava"], login(client, make_account())
    connect(client, ana, "strava")
    for headers in (ana, ben):
        strava.faults.add(Fault("fewer_scopes", "authorize"))
        answer = client.get(consent(begin(client, headers, "strava").json["authorization_url"]))
        assert answer.json["code"] == "scopes_missing"
    answer = client.get(consent(begin(client, ben, "strava").json["authorization_url"]))
    assert answer.json["code"] == "connected_to_another_member"
    do_jobs()
    assert are_over(strava) == [False] * 4
    assert len(database.raw().execute("SELECT 1 FROM connections").fetchall()) == 1


@pytest.mark.parametrize("is_connected", [False, True])
def test_what_nobody_uses_is_taken_back_even_of_who_is_not_known(
    client, ana, trackers, database, is_connected
):
    whoop = trackers["whoop"]
    url = begin(client, ana, "whoop").json["authorization_url"]
    whoop.faults.add(Fault("fewer_scopes", "authorize"))
    whoop.faults.add(Fault("forbidden", path="/profile", at="api"))
    assert client.get(consent(url)).json["code"] == "scopes_missing"
    assert client.get(CONNECTIONS, headers=ana).json["items"] == []
    if is_connected:  # before the job: it may be the same person
        connect(client, ana, "whoop")
    do_jobs()
    assert are_over(whoop) == ([False, False] if is_connected else [True])
    left = database.raw().execute("SELECT status FROM connections").fetchall()
    assert [row[0] for row in left] == ["active"] * is_connected


def test_a_grant_that_is_left_when_the_provider_fails_is_taken_back(client, ana, trackers):
    whoop = trackers["whoop"]
    whoop.faults.add(Fault("error_500", "api"))
    answer = client.get(consent(begin(client, ana, "whoop").json["authorization_url"]))
    assert answer.json["code"] == "tracker_unavailable"
    whoop.faults.add(Fault("error_500", "api"))
    do_jobs()
    assert are_over(whoop) == [False], "it is still away"
    do_jobs(ahead=timedelta(minutes=2))
    assert are_over(whoop) == [True]


def test_grants_that_nobody_answers_for_are_not_asked_for_at_every_visit(trackers):
    strava, now = trackers["strava"], utc_now()
    strava.faults.add(Fault("hang_up", times=rules.MOST_UNANSWERED + 1))
    visits = [
        come_back(make_account(), "strava", email=f"m{number}@gmail.test") for number in range(6)
    ]
    last = visits.pop()
    for visit in visits:
        assert finish("strava", visit, now=now) is None
    with pytest.raises(TrackerUnavailable) as refused:
        service.finish_connection(provider="strava", returned=last, now=now)
    assert 20 < int(refused.value.headers["Retry-After"]) < 60
    assert [fault.times for fault in strava.faults.ahead()] == [1]
    strava.faults.clear()
    assert finish("strava", last, now=now + 2 * rules.FIRST_REST) is not None
    budgets.spend(ADAPTERS["strava"], "c", now=now)


def test_grants_that_nobody_answers_for_are_not_renewed_for_a_while(client, ana, trackers):
    strava, adapter = trackers["strava"], ADAPTERS["strava"]
    connection = connect(client, ana, "strava")
    strava.world.ahead_s = 7 * 3600
    now = strava.world.now()

    def renew():
        return working_grant(
            adapter, app_of(adapter), connection["connection_id"], clock=lambda: now
        )

    strava.faults.add(Fault("hang_up", times=rules.MOST_UNANSWERED - 1))
    for _ in range(rules.MOST_UNANSWERED - 1):
        with pytest.raises(ProviderDown):
            renew()
    assert renew().access_token, "one answer is enough to be trusted"
    strava.world.ahead_s += 7 * 3600
    now = strava.world.now()
    strava.faults.add(Fault("hang_up", times=rules.MOST_UNANSWERED))
    for _ in range(rules.MOST_UNANSWERED):
        with pytest.raises(ProviderDown):
            renew()
    with pytest.raises(Throttled):
        renew()
    assert strava.refreshes == 1
    now += rules.FIRST_REST + timedelta(seconds=1)
    assert renew().access_token


def test_who_asks_while_a_member_waits_tells_and_knows_whether_it_answers(client, trackers):
    spotify, account_id = trackers["spotify"], make_account()
    connect(client, login(client, account_id), "spotify")
    adapter = ADAPTERS["spotify"]
    spotify.faults.add(Fault("hang_up", "api", times=rules.MOST_UNANSWERED))
    with asking.visit(account_id=account_id, provider="spotify", deadline_s=60) as visit:
        for _ in range(rules.MOST_UNANSWERED):
            with pytest.raises(ProviderDown):
                visit.ask(lambda grant: adapter.whose(visit.app, grant))
        with pytest.raises(Throttled):
            visit.ask(lambda grant: adapter.whose(visit.app, grant))


def test_an_answer_that_is_too_long_is_no_silence(trackers):
    adapter, now = ADAPTERS["strava"], utc_now()
    zipped = gzip.compress(b" " * (calling.MOST_BYTES + 1))
    with serving(saying(zipped, b"Content-Encoding: gzip")) as url, pytest.raises(ProviderDown):
        calling.ask(adapter, None, Request(url), Leave(), clock=lambda: now)
    assert not budgets.spend(adapter, None, now=now).is_doubted
