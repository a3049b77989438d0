"""Members on boards for tests: days are awarded as uploads award them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from fittrack import db
from fittrack.clock import day_bounds
from fittrack.config import current
from fittrack.leaderboards import service, steps
from fittrack.leaderboards.models import OwnPlace, Table
from tests.factories_points import (
    LIGHT,
    NOON,
    execute,
    make_activity,
    make_member,
    recompute,
    set_state,
)

TODAY = date(2026, 6, 15)  # a Monday; NOON is on it
TIER, OTHER_TIER = "F-30-39-INT", "F-40-49-INT"


def join(tier_code: str = TIER, *, is_in_open: bool = False) -> str:
    """Return the id of a new member of a tier."""
    account_id = make_member()
    put(account_id, tier_code, is_in_open=is_in_open)
    return account_id


def put(account_id: str, tier_code: str, *, is_in_open: bool = False) -> None:
    """Write a member's tier and choice; the boards are not told."""
    execute(
        "UPDATE profiles SET tier_code = ?, is_in_open = ? WHERE account_id = ?",
        tier_code,
        int(is_in_open),
        account_id,
    )


def move(
    account_id: str, tier_code: str, *, is_in_open: bool = False, now: datetime = NOON
) -> None:
    """Move a member to another tier, as an edited profile does."""
    put(account_id, tier_code, is_in_open=is_in_open)
    with db.transaction("move") as tx:
        steps.follow(tx, account_id, now=now)


def earn(account_id: str, points: int, *, day_on: date = TODAY, now: datetime = NOON) -> str:
    """Let a member earn points on a day by so many light minutes; return the activity."""
    start_at, _ = day_bounds(day_on, current().zone)
    activity_id = make_activity(
        account_id,
        started_at=start_at + timedelta(minutes=_minutes(account_id, day_on)),
        count=points,
        intensity=LIGHT,
        duration_s=60,
    )
    recompute(account_id, [day_on], now=now)
    return activity_id


def lose(account_id: str, activity_id: str, *, day_on: date = TODAY, now: datetime = NOON) -> None:
    """Take an activity away again, with what it earned."""
    set_state(activity_id, "deleted")
    recompute(account_id, [day_on], now=now)


def table(viewer_id: str, kind: str = "daily", *, now: datetime = NOON, **asked: object) -> Table:
    """Return the top of a board."""
    query = {"day_on": None, "tier_code": None, "scope": None} | asked
    return service.get_table(kind=kind, viewer_id=viewer_id, now=now, **query)  # type: ignore[arg-type]


def own(viewer_id: str, kind: str = "daily", *, now: datetime = NOON, **asked: object) -> OwnPlace:
    """Return where a member stands."""
    query = {"day_on": None, "tier_code": None, "scope": None} | asked
    return service.get_own_place(kind=kind, viewer_id=viewer_id, now=now, **query)  # type: ignore[arg-type]


def shown(found: Table) -> list[tuple[int, str | None, int]]:
    """Return a board's ranks, ids and points."""
    return [(place.rank, place.account_id, place.points) for place in found.items]


def _minutes(account_id: str, day_on: date) -> int:
    """Return how many minutes of a day a member has, so that the next ones follow them."""
    row = (
        db.engine()
        .raw()
        .execute(  # type: ignore[attr-defined]
            "SELECT COALESCE(SUM(json_array_length(minutes_json)), 0) FROM activity_minutes"
            " WHERE account_id = ? AND day_on = ?",
            (account_id, day_on.isoformat()),
        )
    )
    return int(row.fetchone()[0])
