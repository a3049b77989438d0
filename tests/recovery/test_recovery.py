"""Sleeps and recoveries come in from a tracker over HTTP, change, go, and are nobody else's."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from fittrack.clock import epoch_s, utc_now
from fittrack.recovery import service
from fittrack.trackers.providers import ADAPTERS
from fittrack.trackers.providers.base import RawItem
from fittrack.trackers.syncing import storing, visits
from tests.factories_accounts import login, make_account
from tests.factories_trackers import EMAIL, connect, shorten, sync
from tests.trackers.test_endings import do_jobs

RECOVERY = "/api/v1/recovery"


@pytest.fixture
def whoop(trackers):
    return trackers["whoop"]


@pytest.fixture
def ana(client, whoop):
    return login(client, make_account())


def read(client, headers, path="", **query):
    """Return every row of a list, page by page."""
    found, cursor = [], None
    while True:
        page = client.get(
            f"{RECOVERY}{path}",
            query_string={"limit": 10, **query, **({"cursor": cursor} if cursor else {})},
            headers=headers,
        )
        assert page.status_code == 200, page.json
        found += page.json["items"]
        cursor = page.json["next_cursor"]
        if cursor is None:
            return found


def nights_since(whoop, days=30):
    since = utc_now() - timedelta(days=days)
    nights = whoop.account(EMAIL).nights.values()
    return [one for one in nights if one.started_at >= since and not one.is_deleted]


def last_night(whoop):
    return max(whoop.account(EMAIL).nights.values(), key=lambda night: night.started_at)


def test_nights_and_recoveries_are_those_of_the_tracker(client, ana, whoop):
    sync(connect(client, ana, "whoop"), now=utc_now())
    nights = nights_since(whoop)
    slept = {(one["started_at"][:19], one["deep_s"]) for one in read(client, ana, "/sleep")}
    assert slept >= {(f"{one.started_at:%Y-%m-%dT%H:%M:%S}", one.deep_s) for one in nights}
    scores = [one["score_percent"] for one in read(client, ana)]
    newest = sorted(nights, key=lambda one: one.started_at, reverse=True)
    assert scores[:20] == [float(one.recovery_percent) for one in newest][:20]
    [first, *_] = read(client, ana)
    local = newest[0].ended_at - timedelta(hours=5)
    assert (first["day_on"], first["utc_offset_s"]) == (f"{local:%Y-%m-%d}", -18_000)
    assert first["measured_at"][:19] == f"{newest[0].ended_at:%Y-%m-%dT%H:%M:%S}"


def test_a_list_can_be_cut_to_days(client, ana, whoop):
    sync(connect(client, ana, "whoop"), now=utc_now())
    days = sorted({one["day_on"] for one in read(client, ana)})
    cut = {"from": days[3], "to": days[7]}
    assert sorted(one["day_on"] for one in read(client, ana, **cut)) == days[3:8]
    assert sorted(one["day_on"] for one in read(client, ana, "/sleep", **cut)) == days[3:8]
    turned = {"from": days[7], "to": days[3]}
    for bad in (turned, {"from": "yesterday"}, {"limit": 0}, {"provider": "WHOOP'"}, {"of": "x"}):
        assert client.get(RECOVERY, query_string=bad, headers=ana).status_code == 422, bad


def test_the_latest_is_the_newest_that_has_a_score(client, ana, whoop):
    night = last_night(whoop)
    whoop.account(EMAIL).nights[night.number] = replace(
        night, scored_at=utc_now() + timedelta(hours=1)
    )
    connection = connect(client, ana, "whoop")
    sync(connection, now=utc_now())
    [newest, before, *_] = read(client, ana)
    assert (newest["state"], newest["score_percent"]) == ("pending", None)
    latest = client.get(f"{RECOVERY}/latest", headers=ana).json
    assert latest["recovery"] == before
    assert latest["sleep"]["day_on"] == before["day_on"]


def test_a_score_that_comes_later_is_fetched_again(client, ana, whoop):
    night = last_night(whoop)
    later = replace(night, scored_at=utc_now() + timedelta(hours=1))
    whoop.account(EMAIL).nights[night.number] = later
    connection = connect(client, ana, "whoop")
    sync(connection, now=utc_now())
    whoop.world.ahead_s = 7200
    sync(connection, now=utc_now() + timedelta(hours=3))
    [newest, *_] = read(client, ana)
    assert (newest["state"], newest["score_percent"]) == ("scored", float(night.recovery_percent))
    [slept, *_] = read(client, ana, "/sleep")
    assert (slept["state"], slept["deep_s"]) == ("scored", night.deep_s)
    assert len(read(client, ana)) == len({one["day_on"] for one in read(client, ana)})


@pytest.mark.parametrize(
    ("named", "day_on"), [("America/New_York", "2026-11-19"), (None, "2026-11-20")]
)
def test_a_night_without_an_offset_ends_by_its_members_own_clock(
    client, ana, trackers, named, day_on
):
    """Withings names the zone of a night; where it does not, the member's profile does."""
    moved = {"time_zone": "Asia/Tokyo"}
    assert client.patch("/api/v1/users/me/profile", json=moved, headers=ana).status_code == 200
    connection = connect(client, ana, "withings")
    ended_at = datetime(2026, 11, 20, 3, tzinfo=UTC)
    night = {
        "id": 7,
        "timezone": named,
        "startdate": epoch_s(ended_at) - 7 * 3600,
        "enddate": epoch_s(ended_at),
        "data": {"total_sleep_time": 20_000},
    }
    held = visits.take(connection["connection_id"], "due", utc_now).held
    read_now = storing.read_items(ADAPTERS["withings"], "sleep", [RawItem("7", "1", night)])
    storing.store_objects(held, "sleep", read_now, now=utc_now())
    [slept] = read(client, ana, "/sleep")
    assert (slept["day_on"], slept["utc_offset_s"]) == (day_on, -18_000 if named else None)


def test_of_two_trackers_the_preferred_one_says_how_one_woke(client, ana, trackers):
    since = utc_now() - timedelta(days=3)
    for name in ("whoop", "oura"):
        tracker = trackers[name]
        shorten(tracker, days=1)
        nights = tracker.account(EMAIL).nights
        for number in [one.number for one in nights.values() if one.started_at < since]:
            del nights[number]
        assert sync(connect(client, ana, name), now=utc_now()).outcome == "done"
    newest = {
        name: next(one for one in read(client, ana, provider=name) if one["state"] == "scored")
        for name in ("whoop", "oura")
    }
    assert newest["whoop"]["day_on"] == newest["oura"]["day_on"]
    for name in ("whoop", "oura", "whoop"):
        client.put(f"/api/v1/connections/{name}/primary", headers=ana)
        assert client.get(f"{RECOVERY}/latest", headers=ana).json["recovery"] == newest[name]
    for path in ("", "/sleep"):
        apart = [read(client, ana, path, provider=name, limit=1) for name in newest]
        assert [{one["provider"] for one in found} for found in apart] == [{"whoop"}, {"oura"}]
        assert len(read(client, ana, path)) == sum(map(len, apart))
    assert read(client, ana, provider="polar") == []


def test_who_has_no_tracker_has_no_latest_recovery(client, ana):
    answer = client.get(f"{RECOVERY}/latest", headers=ana)
    assert (answer.status_code, answer.json["code"]) == (404, "recovery_not_found")
    assert read(client, ana) == read(client, ana, "/sleep") == []


def test_ben_sees_nothing_of_how_ana_slept(client, ana):
    sync(connect(client, ana, "whoop"), now=utc_now())
    ben = login(client, make_account())
    assert read(client, ben) == read(client, ben, "/sleep") == []
    assert client.get(f"{RECOVERY}/latest", headers=ben).status_code == 404


def test_a_cursor_of_one_list_opens_no_other(client, ana, whoop):
    sync(connect(client, ana, "whoop"), now=utc_now())
    page = client.get(RECOVERY, query_string={"limit": 1}, headers=ana).json
    query = {"cursor": page["next_cursor"]}
    answer = client.get(f"{RECOVERY}/sleep", query_string=query, headers=ana)
    assert (answer.status_code, answer.json["code"]) == (400, "invalid_cursor")


def test_a_changed_night_takes_the_place_of_what_it_was(client, ana, whoop):
    connection = connect(client, ana, "whoop")
    sync(connection, now=utc_now())
    before, night = read(client, ana, "/sleep"), last_night(whoop)
    changed = replace(night, deep_s=night.deep_s + 600, updated_at=utc_now())
    whoop.account(EMAIL).nights[night.number] = changed
    sync(connection, now=utc_now() + timedelta(hours=3))
    after = read(client, ana, "/sleep")
    assert [one["sleep_id"] for one in after] == [one["sleep_id"] for one in before]
    assert after[0]["deep_s"] == night.deep_s + 600
    assert after[1:] == before[1:]


@pytest.mark.parametrize(("data", "is_left"), [("keep", True), ("delete", False)])
def test_disconnecting_keeps_or_deletes_how_one_slept(client, ana, whoop, data, is_left):
    sync(connect(client, ana, "whoop"), now=utc_now())
    before = read(client, ana), read(client, ana, "/sleep")
    path = "/api/v1/connections/whoop"
    assert client.delete(path, query_string={"data": data}, headers=ana).status_code == 204
    do_jobs()
    after = read(client, ana), read(client, ana, "/sleep")
    assert after == (before if is_left else ([], []))
    assert before[0]


def test_an_export_tells_how_one_slept(client, whoop):
    ana = make_account()
    headers = login(client, ana)
    sync(connect(client, headers, "whoop"), now=utc_now())
    files = {file.name: b"".join(file.pieces) for file in service.export_member(ana)}
    slept = orjson.loads(files["sleeps.json"])
    assert [one["sleep_id"] for one in slept] == [
        one["sleep_id"] for one in read(client, headers, "/sleep")
    ]
    rested = orjson.loads(files["recoveries.json"])
    assert [one["recovery_id"] for one in rested] == [
        one["recovery_id"] for one in read(client, headers)
    ]
