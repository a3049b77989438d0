"""Holds, reviews and appeals through HTTP, with their points."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fittrack import clock, config, db
from fittrack.activities.belongings import service as belongings
from fittrack.activities.plausibility.words import WORDS
from fittrack.dev.files import make_gpx
from fittrack.reviews import steps
from tests.factories_activities import NOON_AT, Member, count, execute, select
from tests.reviews.reviewers import FAST_MPS, Reviewer, held_run, review_of


@pytest.fixture
def ana(client):
    return Member(client)


@pytest.fixture
def ben(client):
    return Member(client)


@pytest.fixture
def admin(client):
    return Reviewer(client)


def test_a_held_run_earns_nothing_and_says_why(ana):
    activity_id = held_run(ana)

    activity = ana.get(f"activities/{activity_id}").json
    assert (activity["state"], activity["reason_code"]) == ("held", "too_fast")
    assert ana.balance() == 0
    reason = activity["review"]["reasons"][0]
    assert reason["words"] == WORDS["too_fast"]
    assert reason["evidence"]["speed_mps"] > reason["evidence"]["limit_mps"]
    (notice,) = ana.get("notifications").json["items"]
    assert notice["kind"] == "activity_held"
    assert notice["data"] == {
        "review_id": activity["review"]["review_id"],
        "activity_id": activity_id,
    }
    assert WORDS["too_fast"] in notice["body"]


def test_an_honest_run_has_no_review(ana):
    activity = ana.get(f"activities/{ana.run()}").json
    assert (activity["state"], activity["review"]) == ("accepted", None)
    assert ana.get("reviews").json["items"] == []
    assert ana.balance() > 0


def test_accepting_pays_what_the_run_earns(ana, ben, admin):
    review = review_of(ana, held_run(ana))

    answer = admin.decide(review["review_id"], "accept", reason="He did it on a track.")

    assert (answer.status_code, answer.json["state"]) == (200, "accepted")
    assert ana.balance() > 0
    (activity,) = ana.get("activities").json["items"]
    assert (activity["state"], activity["reason_code"]) == ("accepted", None)
    assert ana.get("reviews").json["items"][0]["decision_reason"] == "He did it on a track."
    assert ana.get("notifications").json["items"][0]["kind"] == "review_decided"


def test_rejecting_leaves_the_member_with_nothing_but_the_reason(ana, admin):
    review = review_of(ana, held_run(ana))

    assert admin.decide(review["review_id"], "reject").status_code == 422
    assert admin.decide(review["review_id"], "reject", reason="A bus.").status_code == 200

    (activity,) = ana.get("activities").json["items"]
    assert (activity["state"], activity["reason_code"]) == ("rejected", "too_fast")
    assert ana.balance() == 0


def test_a_decision_taken_twice_is_taken_once(ana, admin):
    review_id = review_of(ana, held_run(ana))["review_id"]
    first = admin.decide(review_id, "accept")
    points = ana.balance()

    again = admin.decide(review_id, "accept", reason="Once more.")

    assert (again.status_code, again.json["decided_at"]) == (200, first.json["decided_at"])
    assert ana.balance() == points
    other = admin.decide(review_id, "reject", reason="A bus.")
    assert (other.status_code, other.json["code"]) == (409, "review_decided")
    assert count("review_events") == 2


def test_nobody_decides_about_themselves(client, admin):
    review_id = review_of(own := Own(client, admin), held_run(own))["review_id"]
    answer = admin.decide(review_id, "accept")
    assert (answer.status_code, answer.json["code"]) == (409, "another_reviewer_decides")


def test_nobody_decides_about_a_copy_of_their_own_recording(client, admin, ben):
    Own(client, admin).run(seed=7)
    review_id = review_of(ben, ben.run(seed=7))["review_id"]

    answer = admin.decide(review_id, "reject", reason="That is mine.")

    assert (answer.status_code, answer.json["code"]) == (409, "another_reviewer_decides")
    assert Reviewer(client).decide(review_id, "reject", reason="A copy.").status_code == 200


class Own(Member):
    """The admin as a member."""

    def __init__(self, client, admin):
        self.client, self.account_id, self.headers = client, admin.account_id, admin.headers
        self.seed = 1


def test_an_appeal_opens_a_rejection_again_once(ana, admin):
    review_id = review_of(ana, held_run(ana))["review_id"]
    admin.decide(review_id, "reject", reason="A bus.")

    answer = ana.post(f"reviews/{review_id}/appeal", {"text": "It was downhill all the way."})

    assert (answer.status_code, answer.json["state"]) == (200, "open")
    (waiting,) = admin.queue()
    assert waiting["appeal_text"] == "It was downhill all the way."
    assert ana.get("activities").json["items"][0]["state"] == "held"
    again = ana.post(f"reviews/{review_id}/appeal", {"text": "Please."})
    assert (again.status_code, again.json["code"]) == (409, "already_appealed")
    assert admin.decide(review_id, "accept").status_code == 200
    assert ana.balance() > 0


def test_what_was_accepted_needs_no_appeal(ana, admin):
    review_id = review_of(ana, held_run(ana))["review_id"]
    admin.decide(review_id, "accept")
    answer = ana.post(f"reviews/{review_id}/appeal", {"text": "Why was it held?"})
    assert (answer.status_code, answer.json["code"]) == (409, "nothing_to_appeal")


def test_what_was_rejected_and_deleted_can_not_be_appealed(ana, admin):
    activity_id = held_run(ana)
    review_id = review_of(ana, activity_id)["review_id"]
    admin.decide(review_id, "reject", reason="A bus.")
    ana.delete(f"activities/{activity_id}")

    answer = ana.post(f"reviews/{review_id}/appeal", {"text": "It was mine."})

    assert (answer.status_code, answer.json["code"]) == (409, "nothing_to_appeal")


def test_a_stranger_sees_and_appeals_nothing(ana, ben):
    review_id = review_of(ana, held_run(ana))["review_id"]
    assert ben.get("reviews").json["items"] == []
    answer = ben.post(f"reviews/{review_id}/appeal", {"text": "Let me."})
    assert (answer.status_code, answer.json["code"]) == (404, "review_not_found")


def test_the_queue_is_walked_page_by_page_oldest_first(ana, admin):
    ids = [
        review_of(ana, held_run(ana, started_at=NOON_AT + timedelta(days=day)))["review_id"]
        for day in range(3)
    ]
    path = "/api/v1/admin/reviews"
    first = ana.client.get(path, headers=admin.headers, query_string={"limit": 2}).json
    second = ana.client.get(
        path, headers=admin.headers, query_string={"limit": 2, "cursor": first["next_cursor"]}
    ).json
    assert [each["review_id"] for each in first["items"] + second["items"]] == ids
    assert admin.queue(state="rejected") == []
    assert admin.queue(kind="account") == []


def test_a_recording_shifted_in_time_is_held(ana):
    ana.run(seed=7)
    content = make_gpx(NOON_AT, 3600, seed=7).replace(b"2025-03-10T", b"2025-03-17T")

    (file,) = ana.upload(("again.gpx", content))["files"]

    activity = ana.get(f"activities/{file['activity_ids'][0]}").json
    assert (activity["state"], activity["reason_code"]) == ("held", "shifted_copy")


def test_another_members_recording_is_held_without_saying_whose(ana, ben, admin):
    activity_id = ana.run(seed=7)
    copy_id = ben.run(seed=7)

    review = review_of(ben, copy_id)
    assert [reason["code"] for reason in review["reasons"]] == ["copy_of_another"]
    assert activity_id not in ben.get(f"activities/{copy_id}").text
    assert activity_id not in ben.get("reviews").text
    (seen,) = admin.queue()
    assert seen["reasons"][0]["other_activity_id"] == activity_id
    assert review_of(ana, activity_id) is None


def test_two_records_of_one_workout_are_no_cheat(ana):
    ana.run(seed=7)
    copy = make_gpx(NOON_AT, 3600, seed=7, name="The same from the service")
    (file,) = ana.upload(("copy.gpx", copy))["files"]
    assert ana.get(f"activities/{file['activity_ids'][0]}").json["review"] is None


def test_what_was_rejected_comes_in_again_as_rejected_before(ana, ben, admin):
    """Even under another sport, by another member, after it was deleted."""
    activity_id = held_run(ana, seed=7)
    admin.decide(review_of(ana, activity_id)["review_id"], "reject", reason="A car.")
    ana.delete(f"activities/{activity_id}")

    again_id = ben.run(seed=7, speed_mps=FAST_MPS, sport="cycling")

    codes = [reason["code"] for reason in review_of(ben, again_id)["reasons"]]
    assert codes == ["copy_of_rejected"]


def test_a_deleted_activity_takes_its_open_review_along(ana, admin):
    activity_id = held_run(ana)
    ana.delete(f"activities/{activity_id}")

    assert admin.queue() == []
    (own,) = ana.get("reviews").json["items"]
    assert own["state"] == "withdrawn"
    assert admin.decide(own["review_id"], "accept").status_code == 409
    assert count("activity_marks") == 0


def test_another_sport_is_judged_anew(ana):
    activity_id = ana.run(speed_mps=8.0, sport="cycling")
    assert ana.get(f"activities/{activity_id}").json["state"] == "accepted"

    changed = ana.patch(f"activities/{activity_id}", {"sport": "running"}).json

    assert (changed["state"], changed["reason_code"]) == ("held", "too_fast")
    assert ana.balance() == 0
    back = ana.patch(f"activities/{activity_id}", {"sport": "cycling"}).json
    assert back["state"] == "held"


def test_a_decision_survives_changes_that_say_nothing_new(ana, admin):
    activity_id = held_run(ana)
    admin.decide(review_of(ana, activity_id)["review_id"], "accept")

    ana.patch(f"activities/{activity_id}", {"sport": "trail_running"})

    assert ana.get(f"activities/{activity_id}").json["state"] == "accepted"
    assert ana.balance() > 0


def test_new_reasons_open_an_accepted_review_again(ana, admin):
    activity_id = ana.run(speed_mps=8.0, sport="cycling")
    ana.patch(f"activities/{activity_id}", {"sport": "running"})
    admin.decide(review_of(ana, activity_id)["review_id"], "accept")
    ben = Member(ana.client)
    other = ben.run(speed_mps=8.0, sport="cycling", seed=3)

    assert ben.get(f"activities/{other}").json["state"] == "accepted"
    assert ana.get(f"activities/{activity_id}").json["state"] == "accepted"


def lately():
    """Return the beginning of a day that members may still type something in for."""
    day_on = clock.utc_now().date() - timedelta(days=3)
    return clock.day_bounds(day_on, config.current().zone)[0]


def test_workouts_of_more_than_a_day_in_one_are_held(ana, admin):
    start = lately()
    for number, sport in enumerate(("cycling", "yoga", "swimming")):
        body = {
            "type": "workout",
            "sport": sport,
            "started_at": (start + timedelta(minutes=number)).isoformat(),
            "elapsed_s": 10 * 3600,
        }
        last = ana.post("activities", body).json
    assert (last["state"], last["reason_code"]) == ("held", "day_too_long")
    states = [each["state"] for each in ana.get("activities").json["items"]]
    assert states == ["held", "accepted", "accepted"]
    # The sum less the one that is shown would tell of the others, whosever terms hold for them.
    (own,), (seen,) = ana.get("reviews").json["items"], admin.queue()
    own, seen = own["reasons"][0], seen["reasons"][0]
    assert (own["evidence"]["moving_s"], seen["evidence"]) == (30 * 3600, {})


def test_the_journal_only_grows(database, ana):
    held_run(ana)
    for statement in ("UPDATE review_events SET kind = 'x'", "DELETE FROM review_events"):
        with pytest.raises(db.errors.Immutable):
            execute(statement)


def test_reviews_go_with_the_member_and_the_journal_stays(client, ana):
    held_run(ana)
    (before,) = select("SELECT review_id FROM reviews", "review_id")

    with db.transaction("erase_for_test") as tx:
        steps.erase_member(tx, ana.account_id, row_limit=100)
        belongings.erase_member(tx, ana.account_id, row_limit=100)

    assert count("reviews") == count("activity_marks") == 0
    assert select("SELECT review_id FROM review_events", "review_id") == [before]


def test_an_edit_that_makes_the_day_too_long_is_held(ana):
    body = {"type": "workout", "sport": "yoga", "started_at": lately().isoformat()}
    ana.post("activities", {**body, "elapsed_s": 60 * 60 * 13})
    other = ana.post("activities", {**body, "sport": "cycling", "elapsed_s": 60}).json
    assert other["state"] == "accepted"

    path = f"activities/{other['activity_id']}"
    changed = ana.patch(path, {"elapsed_s": 60 * 60 * 12}).json

    assert (changed["state"], changed["reason_code"]) == ("held", "day_too_long")
