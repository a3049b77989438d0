"""Changes of activities: what follows of them, who may, and what stays on record."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO

import orjson
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from fittrack import config, db
from fittrack.activities import repository as activities
from fittrack.activities.belongings.service import export_member
from fittrack.activities.editing import rules
from fittrack.activities.editing import service as editing
from fittrack.activities.editing.rules import source_key
from fittrack.activities.imports import repository as imports
from fittrack.activities.imports.models import Upload
from fittrack.activities.samples import empty_samples
from fittrack.activities.sports import FAMILIES
from fittrack.clock import utc_now
from fittrack.ids import new_id
from tests.activities import records
from tests.activities.makers import fit_records, fit_session, gpx_of, make_fit, points
from tests.activities.test_entries import entry
from tests.conformance import engines
from tests.factories_activities import NOON_AT, Member, count, select

UNKNOWN_ID = "01935d2a-7c00-7000-8000-5f3c1f0b2a10"
FEW = hypothesis_settings(
    max_examples=15 if engines.name() == "sqlite" else 3,
)


@pytest.fixture
def ana(client):
    return Member(client)


@pytest.fixture
def cem(client):
    return Member(client)


def edits():
    return [
        changes for (changes,) in select("SELECT changes_json FROM activity_edits", "changes_json")
    ]


def stored_minutes(activity_id):
    return select(
        "SELECT minutes_json FROM activity_minutes WHERE activity_id = :activity_id",
        "minutes_json",
        activity_id=activity_id,
    )


def test_edits_at_the_same_moment_leave_what_all_of_them_measure(ana):
    activity_id = ana.post("activities", entry()).json["activity_id"]
    edits = [{"elapsed_s": 600 + 60 * number} for number in range(4)]
    edits += [{"sport": "hiking"}, {"intensity": "vigorous"}, {"distance_m": 900}]

    def edit(changes):
        own = {"activity_id": activity_id, "account_id": ana.account_id}
        editing.edit_activity(changes=changes, now=utc_now(), **own)

    with ThreadPoolExecutor(len(edits)) as threads:
        list(threads.map(edit, edits))

    with db.reading("read_for_test") as tx:
        activity = activities.get_activity(tx, activity_id, ana.account_id)
    stored = select("SELECT minutes_json FROM activity_minutes", "minutes_json")
    meant = rules.minutes_of(activity, empty_samples(), config.current().zone)
    assert activity.revision == 1 + len(edits)
    assert (activity.sport, activity.intensity) == ("hiking", "vigorous")
    assert [rows for (rows,) in stored] == [day.minutes_json for day in meant]
    assert records.days_that_differ(ana.account_id) == []


def test_name_and_notes_of_a_recorded_run_can_be_changed(ana):
    activity_id = ana.run(duration_s=600)
    balance_points = ana.balance()
    assert len(ana.get("activities").json["items"]) == 1  # and kept

    answer = ana.patch(f"activities/{activity_id}", {"name": " Along the  river ", "notes": "Wet."})

    assert answer.status_code == 200
    assert (answer.json["name"], answer.json["notes"]) == ("Along the river", "Wet.")
    assert ana.get(f"activities/{activity_id}").json == answer.json
    assert ana.get("activities").json["items"][0]["name"] == "Along the river"
    assert ana.balance() == balance_points
    assert edits()[0]["name"][1] == "Along the river"


def test_another_sport_rates_the_minutes_and_the_points_anew(ana):
    content = gpx_of(
        [points(seconds=range(1501), hr_bpm=None)]
    )  # at 3 m/s: a hard run, an easy ride
    activity_id = ana.upload(("run.gpx", content))["files"][0]["activity_ids"][0]
    before, minutes = ana.balance(), stored_minutes(activity_id)

    answer = ana.patch(f"activities/{activity_id}", {"sport": "cycling"})

    assert answer.json["sport"] == "cycling"
    assert 0 < ana.balance() < before
    assert records.days_that_differ(ana.account_id) == []
    ana.patch(f"activities/{activity_id}", {"sport": "running"})
    assert ana.balance() == before
    assert stored_minutes(activity_id) == minutes


@pytest.mark.parametrize("sport", FAMILIES["motor"])
def test_what_an_engine_or_the_wind_did_earns_nothing(ana, sport):
    activity_id = ana.run(duration_s=1800, sport="cycling")
    before = ana.balance()

    ana.patch(f"activities/{activity_id}", {"sport": sport})

    assert before > ana.balance() == 0
    ana.patch(f"activities/{activity_id}", {"sport": "cycling"})
    assert ana.balance() == before


def test_another_sport_measures_anew(ana):
    activity_id = ana.run(duration_s=1500)
    efforts = "SELECT effort_code, figure FROM activity_efforts ORDER BY effort_code"
    as_run = select(efforts, "effort_code", "figure")
    assert as_run

    for sport, found in (("yoga", []), ("running", as_run)):
        ana.patch(f"activities/{activity_id}", {"sport": sport})
        assert select(efforts, "effort_code", "figure") == found


def test_points_that_lie_days_off_the_stated_start_follow_another_sport(ana):
    start = NOON_AT + timedelta(days=5)
    messages = [*fit_records(start, range(1501), hr_bpm=0), fit_session(NOON_AT, 1500)]
    activity_id = ana.upload(("run.fit", make_fit(messages)))["files"][0]["activity_ids"][0]
    later_on = (start - timedelta(hours=5)).date()
    before = ana.get(f"points/days/{later_on}").json["awarded_points"]

    ana.patch(f"activities/{activity_id}", {"sport": "yoga"})

    assert 0 < ana.get(f"points/days/{later_on}").json["awarded_points"] < before
    assert records.days_that_differ(ana.account_id) == []


def test_another_sport_may_part_two_records_and_join_them_again(ana):
    best = ana.run(duration_s=1500, hr_bpm=150)
    copy = records.add(ana.account_id, start_min=2, length_min=20, distance_m=None)

    ana.patch(f"activities/{copy}", {"sport": "yoga"})
    assert ana.get(f"activities/{copy}").json["duplicate_of_id"] is None

    ana.patch(f"activities/{copy}", {"sport": "trail_running"})
    assert ana.get(f"activities/{copy}").json["duplicate_of_id"] == best


@pytest.mark.parametrize(
    "change", [{"distance_m": 99_000}, {"elapsed_s": 60}, {"avg_hr_bpm": 200}, {"steps": 1}]
)
def test_what_was_measured_is_not_for_changing(ana, change):
    activity_id = ana.run(duration_s=60)

    answer = ana.patch(f"activities/{activity_id}", change)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json["errors"]] == [f"/{next(iter(change))}"]
    assert edits() == []


def test_the_figures_of_an_entry_can_be_changed_and_cleared(ana):
    made = ana.post("activities", entry(calories_kcal=300, distance_m=1000)).json
    path = f"activities/{made['activity_id']}"

    answer = ana.patch(path, {"elapsed_s": 1800, "distance_m": None, "intensity": "moderate"})

    changed = answer.json
    assert (changed["elapsed_s"], changed["moving_s"]) == (1800, 1800)
    assert (changed["distance_m"], changed["avg_speed_mps"]) == (None, None)
    assert changed["calories_kcal"] == 300
    day = ana.get(f"points/days/{made['day_on']}").json
    assert day["awarded_points"] == 100
    assert day["lines"][-1]["input"]["minutes"] == 30


def test_an_entry_that_is_moved_leaves_its_old_day(ana):
    made = ana.post("activities", entry(elapsed_s=1500)).json
    earlier = datetime.fromisoformat(made["started_at"]) - timedelta(days=3)

    answer = ana.patch(f"activities/{made['activity_id']}", {"started_at": earlier.isoformat()})

    assert answer.json["day_on"] != made["day_on"]
    assert ana.get(f"points/days/{made['day_on']}").json["awarded_points"] == 0
    assert ana.get(f"points/days/{answer.json['day_on']}").json["awarded_points"] == 75
    assert records.days_that_differ(ana.account_id) == []


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"moving_s": 7200}, "/moving_s"),
        ({"elapsed_s": 0}, "/elapsed_s"),
        ({"started_at": "2099-01-01T00:00:00Z"}, "/started_at"),
        ({"started_at": "2001-01-01T00:00:00Z"}, "/started_at"),
        ({"started_at": None}, "/started_at"),
        ({"sport": None}, "/sport"),
        ({"sport": "napping"}, "/sport"),
        ({"type": "steps"}, "/type"),
        ({"state": "accepted"}, "/state"),
        ({"duplicate_of_id": None}, "/duplicate_of_id"),
    ],
)
def test_a_bad_change_is_refused_and_changes_nothing(ana, change, pointer):
    made = ana.post("activities", entry()).json

    answer = ana.patch(f"activities/{made['activity_id']}", change)

    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == pointer
    assert ana.get(f"activities/{made['activity_id']}").json == made


def test_an_entry_that_has_grown_old_may_be_corrected_but_not_moved_back(ana):
    made = ana.post("activities", entry()).json
    much_later = utc_now() + timedelta(days=800)
    ids = {"activity_id": made["activity_id"], "account_id": ana.account_id}

    corrected = editing.edit_activity(**ids, changes={"elapsed_s": 1800}, now=much_later)

    assert corrected.activity.elapsed_s == 1800


def test_a_change_of_nothing_leaves_no_trace(ana):
    made = ana.post("activities", entry(name="Weights")).json
    path = f"activities/{made['activity_id']}"

    for body in ({}, {"name": "Weights"}, {"name": " Weights "}, {"elapsed_s": 3600}):
        assert ana.patch(path, body).json == made

    assert edits() == []


def test_a_change_is_held_to_the_version_that_was_read(ana):
    activity_id = ana.run(duration_s=60)
    path = f"activities/{activity_id}"
    tag = ana.get(path).headers["ETag"]
    changed = ana.patch(path, {"name": "First"}, If_Match=tag)
    assert changed.status_code == 200

    late = ana.patch(path, {"name": "Second"}, If_Match=tag)

    assert (late.status_code, late.json["code"]) == (412, "activity_changed")
    assert ana.get(path).json["name"] == "First"
    assert ana.patch(path, {"name": "Third"}, If_Match=changed.headers["ETag"]).status_code == 200


def test_a_copy_that_comes_does_not_spoil_the_version_that_was_read(ana):
    activity_id = ana.run(duration_s=1500)
    tag = ana.get(f"activities/{activity_id}").headers["ETag"]
    records.add(ana.account_id, avg_hr_bpm=150.0, avg_power_w=200.0, calories_kcal=900, steps=9)

    assert ana.get(f"activities/{activity_id}").headers["ETag"] != tag
    assert ana.patch(f"activities/{activity_id}", {"name": "x"}, If_Match=tag).status_code == 200


def test_nobody_changes_what_is_another_members(ana, cem):
    activity_id = ana.run(duration_s=60)

    for member, wanted in ((cem, activity_id), (ana, UNKNOWN_ID)):
        answer = member.patch(f"activities/{wanted}", {"name": "Mine"})
        assert (answer.status_code, answer.json["code"]) == (404, "activity_not_found")


def test_the_archive_of_a_member_tells_what_was_changed(ana):
    activity_id = ana.run(duration_s=60)
    ana.patch(f"activities/{activity_id}", {"name": "Along the river"})

    files = {file.name: b"".join(file.pieces) for file in export_member(ana.account_id)}

    (told,) = orjson.loads(files["activities.json"])
    assert told["edits"][0]["changes_json"]["name"][1] == "Along the river"


def test_a_deleted_activity_takes_its_journal_with_it(ana):
    activity_id = ana.run(duration_s=60)
    ana.patch(f"activities/{activity_id}", {"notes": "A secret."})
    assert len(edits()) == 1

    ana.delete(f"activities/{activity_id}")

    assert edits() == []
    assert ana.patch(f"activities/{activity_id}", {"name": "x"}).status_code == 404


def test_what_a_source_sends_again_is_updated_and_alike_changes_nothing(ana):
    activity_id = send(ana, length_min=30)
    first = ana.get(f"activities/{activity_id}").json
    assert send(ana, length_min=30) == activity_id
    assert ana.get(f"activities/{activity_id}").json == first

    send(ana, length_min=30, samples=samples_at(3.0, 30))
    assert len(ana.get(f"activities/{activity_id}/streams").json["at_ms"]) == 361
    assert send(ana, length_min=60, start_min=1440) == activity_id

    again = ana.get(f"activities/{activity_id}").json
    assert (again["elapsed_s"], again["created_at"]) == (3600, first["created_at"])
    assert count("activities") == 1
    assert ana.get(f"points/days/{first['day_on']}").json["awarded_points"] == 0
    assert records.days_that_differ(ana.account_id) == []


def send(member, *, original_file_id=None, **figures):
    """Let a watch send its activity 77."""
    key = source_key("watch", "77")
    part = records.part_of(member.account_id, origin_key=key, **figures)
    if original_file_id:
        activity = replace(part.activity, original_file_id=original_file_id)
        part = replace(part, activity=activity)
    with db.transaction("upsert_for_test") as tx:
        return editing.upsert_from_source(tx, part, now=utc_now())


def samples_at(speed_mps, length_min=60):
    """Return samples without positions and hearts, at an even speed."""
    seconds = range(0, length_min * 60 + 1, 5)
    start_ms = round(NOON_AT.timestamp() * 1000)
    return replace(
        empty_samples(),
        at_ms=[start_ms + second * 1000 for second in seconds],
        distance_cm=[round(second * speed_mps * 100) for second in seconds],
    )


def test_what_a_member_changed_outlives_what_the_source_sends(ana):
    sent = {"name": "Lunch run", "sport": "running", "samples": samples_at(3.0)}
    activity_id = send(ana, **sent)
    as_run = stored_minutes(activity_id)
    ana.patch(f"activities/{activity_id}", {"name": "Ride", "sport": "cycling"})
    as_ride = stored_minutes(activity_id)
    assert as_ride != as_run

    send(ana, **sent, calories_kcal=500)

    shown = ana.get(f"activities/{activity_id}").json
    assert (shown["name"], shown["sport"], shown["calories_kcal"]) == ("Ride", "cycling", 500)
    assert stored_minutes(activity_id) == as_ride


def test_the_minutes_that_a_source_rated_itself_outlive_another_sport(ana):
    activity_id = send(ana, sport="running", avg_speed_mps=3.0)
    as_sent = stored_minutes(activity_id)

    ana.patch(f"activities/{activity_id}", {"sport": "cycling"})
    assert stored_minutes(activity_id) == as_sent
    send(ana, sport="running", avg_speed_mps=3.0, calories_kcal=500)

    assert stored_minutes(activity_id) == as_sent
    assert ana.get(f"activities/{activity_id}").json["sport"] == "cycling"


def keep_payload(account_id, content):
    """Keep what a source sent as it came, and return the file's id."""
    file_id, sha256 = new_id(), hashlib.sha256(content).hexdigest()
    upload = Upload("77.json", len(content), sha256, BytesIO(content))
    with db.transaction("payload_for_test") as tx:
        imports.insert_original_file(tx, file_id, account_id, upload, now=NOON_AT)
    return file_id


def test_the_newest_payload_of_a_source_takes_the_place_of_the_former(ana):
    payloads = [keep_payload(ana.account_id, content) for content in (b"old", b"new")]

    for steps, file_id in enumerate(payloads, start=1):
        activity_id = send(ana, steps=steps, original_file_id=file_id)

    kept = select("SELECT original_file_id FROM original_files", "original_file_id")
    assert kept == [(payloads[1],)]
    answer = ana.get(f"activities/{activity_id}/export", format="original")
    assert answer.data == b"new"


def test_what_a_member_deleted_does_not_come_back_from_its_source(ana):
    part = records.part_of(ana.account_id, origin_key=source_key("watch", "77"))
    with db.transaction("upsert_for_test") as tx:
        activity_id = editing.upsert_from_source(tx, part, now=NOON_AT)
    ana.delete(f"activities/{activity_id}")

    with db.transaction("upsert_for_test") as tx:
        assert editing.upsert_from_source(tx, part, now=NOON_AT) is None

    assert ana.get("activities").json["items"] == []
    assert ana.balance() == 0


def test_the_longest_id_of_a_source_has_a_place_of_its_own():
    long, longer = "x" * 500, "x" * 501
    assert len(source_key("c" * 36, long)) <= 200
    assert source_key("c", long) != source_key("c", longer)
    assert source_key("c", "1") == "connection:c:1"


changes = st.one_of(
    st.fixed_dictionaries({"sport": st.sampled_from(["running", "cycling", "yoga", "other"])}),
    st.fixed_dictionaries({"elapsed_s": st.integers(1, 20_000)}),
    st.fixed_dictionaries({"hours_ago": st.integers(6, 60)}),
    st.fixed_dictionaries({"avg_hr_bpm": st.one_of(st.none(), st.integers(60, 180))}),
)


@FEW
@given(st.lists(st.tuples(st.integers(0, 3), changes), max_size=10))
def test_after_any_change_choice_and_points_are_those_of_the_whole_set(client, happenings):
    now, member = utc_now(), Member(client)
    there = [
        member.post(
            "activities",
            entry(
                sport="running",
                started_at=(now - timedelta(hours=10 + 2 * number)).isoformat(),
                avg_hr_bpm=120 + number,
            ),
        ).json["activity_id"]
        for number in range(4)
    ]
    for number, change in happenings:
        if "hours_ago" in change:
            change = {"started_at": (now - timedelta(hours=change["hours_ago"])).isoformat()}
        assert member.patch(f"activities/{there[number]}", change).status_code == 200

        assert records.choice(member.account_id) == records.chosen_anew(member.account_id)
    assert records.days_that_differ(member.account_id) == []
