"""Files that are read anew."""

from __future__ import annotations

import pytest

from fittrack.activities.analysis.rereading import reread_activity
from fittrack.activities.analysis.rules import METRICS_VERSION
from fittrack.clock import utc_now
from tests.factories_activities import Member, count, execute, select


@pytest.fixture
def ana(client):
    return Member(client)


def reread(member, activity_id):
    return reread_activity(activity_id, member.account_id, now=utc_now())


def told(member, activity_id):
    """Return what a member sees of an activity, but for the version of it."""
    found = dict(member.get(f"activities/{activity_id}").json)
    return {name: value for name, value in found.items() if name not in {"updated_at", "revision"}}


def test_figures_samples_minutes_and_points_follow_the_file_again(ana):
    activity_id = ana.run()
    before, points = told(ana, activity_id), ana.balance()
    efforts = ana.get(f"activities/{activity_id}/metrics").json["efforts"]
    execute("UPDATE activities SET moving_s = 1, distance_cm = 100, ascent_m = NULL")
    execute("UPDATE activity_minutes SET minutes_json = '[]'")
    execute("DELETE FROM activity_samples")
    execute("DELETE FROM activity_efforts")

    assert reread(ana, activity_id)

    assert told(ana, activity_id) == before
    assert ana.balance() == points > 0
    assert ana.get(f"activities/{activity_id}/metrics").json["efforts"] == efforts
    assert count("activity_samples") == 1


def test_reading_anew_alike_changes_nothing(ana):
    activity_id = ana.run()
    before, points = ana.get(f"activities/{activity_id}").json, ana.balance()

    assert reread(ana, activity_id)

    assert ana.get(f"activities/{activity_id}").json == before
    assert ana.balance() == points


def test_what_the_member_changed_stays(ana):
    activity_id = ana.run()
    headers = {**ana.headers, "If-Match": ana.get(f"activities/{activity_id}").headers["ETag"]}
    answer = ana.client.patch(
        f"/api/v1/activities/{activity_id}",
        headers=headers,
        json={"name": "To the sea", "sport": "walking"},
    )
    assert answer.status_code == 200
    before, points = told(ana, activity_id), ana.balance()

    assert reread(ana, activity_id)

    assert told(ana, activity_id) == before
    assert ana.balance() == points
    assert (before["name"], before["sport"]) == ("To the sea", "walking")


def test_a_held_activity_stays_held(ana):
    activity_id = ana.run()
    execute("UPDATE activities SET state = 'held', moving_s = 1")

    assert reread(ana, activity_id)

    assert ana.get(f"activities/{activity_id}").json["state"] == "held"
    assert ana.get(f"activities/{activity_id}").json["moving_s"] > 1


def test_what_came_from_no_file_keeps_its_samples_and_gets_its_figures(ana):
    activity_id = ana.run()
    execute("UPDATE activities SET original_file_id = NULL, origin_key = 'seed:1'")
    execute("UPDATE activity_metrics SET metrics_version = 0")

    assert reread(ana, activity_id)

    rows = select("SELECT metrics_version FROM activity_metrics", "metrics_version")
    assert rows == [(METRICS_VERSION,)]
    assert count("activity_samples") == 1


def test_a_file_that_is_not_read_any_more_loses_nothing(ana):
    activity_id = ana.run()
    before = told(ana, activity_id)
    execute("UPDATE original_files SET content_bytes = :content_bytes", content_bytes=b"no file")

    assert reread(ana, activity_id)

    assert told(ana, activity_id) == before


def test_what_is_gone_is_not_read_again(ana):
    activity_id = ana.run()
    ana.delete(f"activities/{activity_id}")

    assert not reread(ana, activity_id)


def test_the_command_reads_files_anew(ana, app):
    ana.run()
    execute("UPDATE activities SET moving_s = 1")
    words = ["activities", "recompute", "--version", str(METRICS_VERSION), "--from-files"]

    answer = app.test_cli_runner().invoke(args=words)

    assert answer.output.endswith("1 activities recomputed\n")
    ((moving_s,),) = select("SELECT moving_s FROM activities", "moving_s")
    assert moving_s > 1
