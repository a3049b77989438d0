"""A provider's clock may be wrong: of what it says of time only how long is believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from fittrack.trackers.providers import ADAPTERS, reading
from fittrack.trackers.providers.base import Throttled
from fittrack.wire import Answer

NOW = datetime(2026, 11, 20, 12, 7, 30, tzinfo=UTC)
WAIT_S = 90
# How each provider says that it wants a pause of so many seconds.
SAYS = {
    "google_health": {"retry-after": str(WAIT_S)},
    "oura": {"retry-after": str(WAIT_S)},
    "polar": {
        "ratelimit-usage": "500, 3425",
        "ratelimit-limit": "500, 5000",
        "ratelimit-reset": f"{WAIT_S}, 55231",
    },
    "spotify": {"retry-after": str(WAIT_S)},
    "whoop": {"x-ratelimit-reset": str(WAIT_S)},
    "withings": {"retry-after": str(WAIT_S)},
}


def refused(provider, said_at, **headers):
    """Return what an adapter reads in a refusal whose clock shows `said_at`."""
    answer = Answer(429, {"date": format_datetime(said_at, usegmt=True)} | headers, b"{}")
    adapter = ADAPTERS[provider]
    stream = next(iter(adapter.facts.streams), None)
    with pytest.raises(Throttled) as caught:
        adapter.read_page(stream, answer, None) if stream else reading.json_of(answer)
    return caught.value


@pytest.mark.parametrize("provider", SAYS)
@pytest.mark.parametrize("ahead", [-3600, -600, 0, 600])
def test_a_pause_is_as_long_by_whichever_clock(provider, ahead):
    said_at = NOW + timedelta(seconds=ahead)
    until_at = refused(provider, said_at, **SAYS[provider]).resumes_by(NOW)
    assert until_at == NOW + timedelta(seconds=WAIT_S)


@pytest.mark.parametrize("ahead", [-3600, -600, 0, 600])
def test_a_date_to_come_again_counts_from_the_date_beside_it(ahead):
    said_at = NOW + timedelta(seconds=ahead)
    again_at = format_datetime(said_at + timedelta(seconds=WAIT_S), usegmt=True)
    answer = Answer(
        429, {"date": format_datetime(said_at, usegmt=True), "retry-after": again_at}, b""
    )
    assert reading.resumes_at(answer, now=NOW) == NOW + timedelta(seconds=WAIT_S)
    bare = Answer(429, {"retry-after": again_at}, b"")
    assert reading.resumes_at(bare, now=said_at) == said_at + timedelta(seconds=WAIT_S)


def test_stravas_window_ends_by_stravas_clock():
    said_at = NOW - timedelta(minutes=4)  # 12:03:30 there: eleven and a half minutes are left
    assert refused("strava", said_at).resumes_by(NOW) == NOW + timedelta(minutes=11, seconds=30)


@pytest.mark.parametrize("ahead_s", [-1200, 1200])
def test_a_grant_lives_as_long_by_whichever_clock(ahead_s):
    ends_s = int((NOW + timedelta(hours=6)).timestamp()) + ahead_s
    told = f'{{"access_token": "a", "expires_in": 21600, "expires_at": {ends_s}}}'
    grant = ADAPTERS["strava"].read_grant(Answer(200, {}, told.encode()), before=None, now=NOW)
    assert grant.expires_at == NOW + timedelta(hours=6)
