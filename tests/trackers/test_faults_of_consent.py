"""Consents that go wrong on every tracker, and what trackers tell by themselves, out of order."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fittrack.clock import utc_now
from fittrack.simulator import faults
from fittrack.simulator.trackers import telling
from fittrack.trackers.providers import ADAPTERS
from tests.factories_accounts import login, make_account
from tests.factories_trackers import PROVIDERS, begin, consent
from tests.trackers.lives import lives_beside
from tests.trackers.test_endings import do_jobs
from tests.trackers.test_letting_in import are_over

CONNECTIONS = "/api/v1/connections"
# What is answered to a browser that comes back so.
ANSWERED = {
    "denied": (409, "consent_denied"),
    "state_altered": (400, "invalid_connection_state"),
    "code_used": (409, "provider_refused_code"),
    "code_expired": (409, "provider_refused_code"),
    "wrong_verifier": (409, "provider_refused_code"),
    "fewer_scopes": (409, "scopes_missing"),
}
PROVEN = [name for name in PROVIDERS if ADAPTERS[name].facts.uses_pkce]
TELLING = tuple(telling.TELLERS)


@pytest.fixture(scope="module")
def lives(app, settings, migrated_file, tmp_path_factory):
    with lives_beside(app, settings, migrated_file, tmp_path_factory.mktemp("lives")) as found:
        yield found


@pytest.fixture(autouse=True)
def _now(lives):
    """Let the trackers' clock be ours again: webhooks come in at the present moment."""
    lives.trackers["strava"].world.ahead_s = 0.0


def makes_sense(kind, provider):
    if kind == "wrong_verifier":
        return provider in PROVEN
    facts = ADAPTERS[provider].facts
    return kind != "fewer_scopes" or bool(facts.needed_scopes and len(facts.scopes) > 1)


def test_every_consent_that_goes_wrong_is_tried():
    assert set(ANSWERED) == set(faults.CONSENTS)
    assert PROVEN == ["google_health", "spotify"]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_consent_that_goes_wrong_is_named_and_can_be_tried_again(lives, provider):
    life = lives.new(provider)
    ana = login(lives.client, make_account())
    for kind in filter(lambda kind: makes_sense(kind, provider), ANSWERED):
        life.spoil(kind, at=faults.AUTHORIZE)
        url = begin(lives.client, ana, provider).json["authorization_url"]
        answer = lives.client.get(consent(url, email=life.email))
        assert (answer.status_code, answer.json["code"]) == ANSWERED[kind]
        assert lives.client.get(CONNECTIONS, headers=ana).json["items"] == []
    assert life.tracker.faults.ahead() == []
    do_jobs()  # what was granted to no use is taken back, where there is a way
    assert all(are_over(life.tracker, life.email)) or provider == "spotify"
    life.join()
    assert life.status() == ("active", None)


@pytest.mark.parametrize("provider", TELLING)
def test_what_is_told_twice_early_late_and_out_of_order_comes_to_what_is_so(lives, provider):
    life = lives.joined(provider)
    early = life.happen()
    made = life.account.workouts[early]
    ok = ADAPTERS[provider].facts.hook_status
    assert life.tell(early, telling.CREATE, times=3) == ok
    del life.account.workouts[early]
    life.do_what_was_told()  # it is told of, and not there yet
    life.account.workouts[early] = made
    second = life.happen(8)
    life.account.edit(second, now=utc_now(), name="as it was edited")
    assert life.tell(second, telling.UPDATE) == ok  # the update before the creation
    assert life.tell(second, telling.CREATE) == ok
    for _ in range(4):
        life.pass_time(timedelta(seconds=12))
        life.do_what_was_told()
    assert life.amiss_of("workouts") == ([], [])
    assert life.post(told_of_a_stranger(life)) == ok
    life.do_what_was_told()
    assert life.calm()[-1].outcome == "done"
    assert life.amiss() == {}


def told_of_a_stranger(life):
    """Return what is told of somebody who is not connected to us."""
    other = telling.News(
        life.tracker.account("somebody-else@gmail.test"),
        next(iter(life.account.workouts.values())),
        telling.CREATE,
        utc_now(),
    )
    return telling.about(life.tracker, other)


@pytest.mark.parametrize("provider", TELLING)
def test_a_webhook_that_nobody_has_proven_or_that_is_old_changes_nothing(lives, provider):
    life = lives.joined(provider)
    number = life.happen()
    news = telling.News(life.account, life.account.workouts[number], telling.CREATE, utc_now())
    told = telling.about(life.tracker, news)
    assert life.post(telling.forged(told)) == 401
    is_dated = provider in {"strava", "whoop", "oura"}
    for minutes, status in ((4, ADAPTERS[provider].facts.hook_status), (6, 401)):
        for sign in (1, -1):  # its clock behind ours, and ahead
            at = utc_now() + sign * timedelta(minutes=minutes)
            if is_dated:
                assert life.tell(number, telling.CREATE, at=at) == status
    assert life.do_what_was_told() == (2 if is_dated else 0)
    assert life.calm()[-1].outcome == "done"
    assert life.amiss() == {}


@pytest.mark.parametrize(
    "provider", [name for name in TELLING if ADAPTERS[name].facts.pushes_deletions]
)
def test_an_update_after_the_deletion_brings_nothing_back(lives, provider):
    life = lives.joined(provider)
    number = life.happen()
    life.tell(number, telling.CREATE)
    life.do_what_was_told()
    life.delete(number)
    life.tell(number, telling.DELETE, times=2)
    life.pass_time(timedelta(seconds=1))
    life.do_what_was_told()
    assert life.amiss_of("workouts") == ([], [])
    life.tell(number, telling.UPDATE, at=utc_now() - timedelta(minutes=1))
    for _ in range(3):
        life.pass_time(timedelta(minutes=6))
        life.do_what_was_told()
    assert life.calm()[-1].outcome == "done"
    assert life.amiss() == {}
