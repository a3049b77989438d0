"""Whatever changes what was done, its points follow: receipt, statement, streak, debt, books."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from fittrack.clock import utc_now
from fittrack.dev.files import make_gpx
from fittrack.points.audit import audit_ledger
from tests.factories_activities import NOON_AT, Member
from tests.reviews.reviewers import DAY_ON, FAR_AT, Reviewer, held_run, review_of, spend

RUN_S = 31 * 60
SEVENTH_ON = DAY_ON + timedelta(days=6)
STREAK_POINTS = 250
# Of two records that tell as much the files' hashes choose: here the first one.
SEED = 7


@pytest.fixture
def ana(client):
    return Member(client)


@pytest.fixture
def admin(client):
    return Reviewer(client)


def run(member: Member, number: int, **over) -> str:
    """Bring in a run of just over 30 minutes on a day by its number."""
    started_at = NOON_AT + timedelta(days=number)
    return member.run(duration_s=RUN_S, started_at=started_at, **over)


def run_days(member: Member, numbers) -> list[str]:
    return [run(member, number) for number in numbers]


def line(member: Member, day_on: date, rule: str) -> int:
    """Return what a rule was awarded on a day."""
    lines = member.get(f"points/days/{day_on}").json["lines"]
    return next(each["awarded_points"] for each in lines if each["rule"] == rule)


def day_points(member: Member, day_on: date) -> int:
    return member.get(f"points/days/{day_on}").json["awarded_points"]


def streak(member: Member) -> int:
    return line(member, SEVENTH_ON, "weekly_streak")


def kinds(member: Member) -> list[str]:
    """Return the kinds of the member's transactions, the newest first."""
    return [each["kind"] for each in member.get("points/transactions").json["items"]]


def check_books(member: Member, *, spent: int = 0) -> None:
    """What a member has and owes is what all days awarded, less what was spent; all is proved."""
    days = [DAY_ON + timedelta(days=number) for number in range(-1, 9)]
    balance = member.get("points/balance").json
    awarded = sum(day_points(member, day_on) for day_on in days)
    assert balance["balance_points"] - balance["debt_points"] == awarded - spent
    found = audit_ledger(now=FAR_AT, is_deep=True).findings.kept
    assert {each.check for each in found} <= {"purchase_entry"}  # no drawing sold what was bought


def test_a_late_sync_completes_the_week_that_it_belongs_to(ana):
    run_days(ana, (0, 1, 2, 4, 5, 6))
    assert streak(ana) == 0
    before = ana.balance()

    run(ana, 3)

    assert streak(ana) == STREAK_POINTS
    late_on = DAY_ON + timedelta(days=3)
    assert ana.balance() == before + STREAK_POINTS + day_points(ana, late_on)
    assert kinds(ana)[:2] == ["award", "award"]
    check_books(ana)


def test_a_deletion_after_the_points_are_spent_is_a_debt_that_says_why_and_is_worked_off(ana):
    ids = run_days(ana, range(7))
    spent = ana.balance()
    spend(ana, spent)

    ana.delete(f"activities/{ids[3]}")

    owed = ana.get("points/balance").json
    gone_on = DAY_ON + timedelta(days=3)
    assert (streak(ana), day_points(ana, gone_on)) == (0, 0)
    assert (owed["balance_points"], owed["debt_points"] > STREAK_POINTS) == (0, True)
    assert "changed or removed" in owed["debt_reason"]
    assert kinds(ana)[:2] == ["award_correction", "award_correction"]
    check_books(ana, spent=spent)
    ana.run(duration_s=2 * RUN_S, started_at=NOON_AT + timedelta(days=3), seed=77)
    worked_off = ana.get("points/balance").json
    assert (worked_off["debt_points"], worked_off["debt_reason"]) == (0, None)
    check_books(ana, spent=spent)


def test_a_hold_breaks_the_week_until_the_review_mends_it(ana, admin):
    run_days(ana, (0, 1, 2, 4, 5, 6))
    held_id = held_run(ana, duration_s=RUN_S, started_at=NOON_AT + timedelta(days=3))
    review_id = review_of(ana, held_id)["review_id"]
    assert streak(ana) == 0
    before = ana.balance()

    admin.decide(review_id, "reject", reason="A bus.")
    assert (streak(ana), ana.balance()) == (0, before)
    ana.post(f"reviews/{review_id}/appeal", {"text": "I was late for it."})
    assert (streak(ana), ana.balance()) == (0, before)
    admin.decide(review_id, "accept")

    assert streak(ana) == STREAK_POINTS
    assert ana.balance() > before + STREAK_POINTS
    check_books(ana)
    ana.delete(f"activities/{held_id}")
    assert (streak(ana), ana.balance()) == (0, before)
    check_books(ana)


def test_another_sport_that_is_not_believed_takes_points_and_week_back(ana, admin):
    ids = run_days(ana, (0, 1, 2, 4, 5, 6))
    ride_id = run(ana, 3, sport="cycling", speed_mps=8.0)
    assert (len(ids), streak(ana)) == (6, STREAK_POINTS)
    before = ana.balance()

    ana.patch(f"activities/{ride_id}", {"sport": "running"})

    assert streak(ana) == 0
    assert ana.balance() < before - STREAK_POINTS
    assert kinds(ana)[:2] == ["award_correction", "award_correction"]
    admin.decide(review_of(ana, ride_id)["review_id"], "accept")
    assert streak(ana) == STREAK_POINTS
    check_books(ana)


def test_the_choice_between_copies_moves_no_point_twice(ana):
    for number in range(7):
        run(ana, number, seed=SEED)
    points = ana.balance()
    started_at = NOON_AT + timedelta(days=3, seconds=30)
    copy = make_gpx(started_at, RUN_S - 60, seed=SEED, sport="other", name="By the phone")
    (file,) = ana.upload(("copy.gpx", copy))["files"]
    assert (ana.balance(), streak(ana)) == (points, STREAK_POINTS)

    chosen = ana.get("activities", limit=20).json["items"]
    (kept,) = [
        each["activity_id"]
        for each in chosen
        if each["started_at"].startswith("2025-03-13") and each["duplicate_of_id"] is None
    ]
    ana.delete(f"activities/{kept}")

    assert streak(ana) == STREAK_POINTS
    assert ana.balance() > points - 10
    assert len(file["activity_ids"]) == 1
    check_books(ana)


def test_a_corrected_birth_date_rates_all_days_anew(client, ana):
    """Without a heart rate of one's own the age says what is vigorous."""
    boss = Reviewer(client)
    ana.run(duration_s=RUN_S, hr_bpm=128)
    before = day_points(ana, DAY_ON)
    path = f"/api/v1/users/{ana.account_id}"
    account = client.get(path, headers=boss.headers)

    answer = client.patch(
        path,
        headers={**boss.headers, "If-Match": account.headers["ETag"]},
        json={"date_of_birth": "1945-01-01"},
    )

    assert answer.status_code == 200
    assert day_points(ana, DAY_ON) > before
    check_books(ana)


def test_what_is_typed_in_earns_its_hundred_and_the_rest_is_shown_as_forfeited(ana):
    noon_at = utc_now().replace(hour=16, minute=0, second=0, microsecond=0) - timedelta(days=2)
    body = {
        "sport": "strength",
        "started_at": noon_at.isoformat(),
        "elapsed_s": 3 * 3600,
        "intensity": "vigorous",
    }
    ana.post("activities", body)

    receipt = ana.get(f"points/days/{noon_at.date()}").json
    (manual,) = [each for each in receipt["lines"] if each["rule"] == "manual_entries"]
    assert (manual["earned_points"], manual["awarded_points"]) == (3 * 180 + 50, 100)
    assert (manual["forfeited_points"], manual["capped_by"]) == (490, ["manual_points_a_day"])
    assert (receipt["forfeited_points"], receipt["is_active_day"]) == (490, False)
