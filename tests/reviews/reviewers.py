"""Reviewers and held days for tests."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from flask.testing import FlaskClient

from fittrack import db
from fittrack.ids import new_id
from fittrack.points import service as points_service
from fittrack.reviews import spread
from fittrack.reviews.days import hold_far_days
from tests.factories_accounts import login, make_account
from tests.factories_activities import NOON_AT, Member, statement

FAST_MPS = 9.0
DAY_ON = NOON_AT.date()
FAR_AT = NOON_AT + timedelta(days=2)


class Reviewer:
    """An admin and what they ask of the queue."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.account_id = make_account(role="admin")
        self.headers = login(client, self.account_id)

    def queue(self, **query: str) -> list[dict[str, Any]]:
        path = "/api/v1/admin/reviews"
        return self.client.get(path, headers=self.headers, query_string=query).json["items"]

    def decide(self, review_id: str, verb: str, **body: str) -> Any:
        path = f"/api/v1/admin/reviews/{review_id}/{verb}"
        return self.client.post(path, headers=self.headers, json=body)


def held_run(member: Member, **over: Any) -> str:
    """Bring in a run that nobody could run."""
    return member.run(speed_mps=FAST_MPS, **over)


def review_of(member: Member, activity_id: str) -> dict[str, Any]:
    """Return the review of a member's activity."""
    return member.get(f"activities/{activity_id}").json["review"]


AWARD = (
    "INSERT INTO day_awards (account_id, day_on, rules_version, generation, awarded_points,"
    " forfeited_points, active_minutes, run_days, tally_json, receipt_json, computed_at)"
    " VALUES (:account_id, :day_on, 1, 1, :points, 0, 0, 0, :tally_json, :receipt_json, :at)"
)


def make_tier(*, last_on: date = DAY_ON) -> None:
    """Let members of everybody's tier have been awarded little for as many days as it takes."""
    days = spread.LEAST_DAYS // spread.LEAST_MEMBERS + 1
    rows = [
        {
            "account_id": account_id,
            "day_on": last_on - timedelta(days=number),
            "points": 10 + number % 3,
            "tally_json": {},
            "receipt_json": {},
            "at": NOON_AT,
        }
        for account_id in [make_account() for _ in range(spread.LEAST_MEMBERS)]
        for number in range(days)
    ]
    with db.transaction("award_for_test") as tx:
        tx.run_many(statement(AWARD, rows[0]), rows)


def hold_days(now: datetime = FAR_AT) -> None:
    """Let the periodic run look at everybody's days."""
    hold_far_days(now=now)


def spend(member: Member, points: int) -> None:
    """Let a member have bought something."""
    with db.transaction("spend_for_test") as tx:
        points_service.spend(
            tx,
            member.account_id,
            points,
            reference_id=new_id(),
            description="Something",
            now=FAR_AT,
        )


def own_reviews(member: Member) -> list[dict[str, Any]]:
    """Return a member's reviews as they see them."""
    return member.get("reviews").json["items"]


def day_of(member: Member, day_on: date = DAY_ON) -> dict[str, Any]:
    """Return the receipt of a member's day."""
    return member.get(f"points/days/{day_on}").json
