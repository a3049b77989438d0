"""Use cases of a member's activities at a glance."""

from __future__ import annotations

from datetime import date, datetime

from fittrack import config, db
from fittrack.activities import repository as activities
from fittrack.activities.errors import ActivityNotFound
from fittrack.activities.models import Activity
from fittrack.activities.overview import repository, rules
from fittrack.activities.overview.models import Calendar, CalendarDay, Heatmap, Summary
from fittrack.activities.service import BEGINNING, END, LAST_ID
from fittrack.clock import day_of
from fittrack.db import Transaction
from fittrack.points import service as points

MOST_ROUTES = 5000
LATEST = {"type": None, "sport": None, "source_kind": None, "is_once": True, "words": None}


def get_summary(*, account_id: str, now: datetime) -> Summary:
    """Return today, this week and this month of a member, what is left to earn, and the run."""
    today_on = day_of(now, config.current().zone)
    month_on, week_on = today_on.replace(day=1), rules.week_of(today_on)
    with db.reading("get_summary") as tx:
        days = _days(tx, account_id, min(month_on, week_on), today_on)
        run = points.get_run(tx, account_id, today_on=today_on)
    today = rules.added_up(days, today_on, today_on)
    return Summary(
        today=today,
        week=rules.added_up(days, week_on, today_on),
        month=rules.added_up(days, month_on, today_on),
        cap_points=run.cap_points,
        cap_left_points=max(0, run.cap_points - today.points),
        run_days=run.run_days,
        is_active_today=run.is_active_today,
    )


def get_calendar(*, account_id: str, month_on: date) -> Calendar:
    """Return the month of a day, day by day."""
    first_on, last_on = rules.month_of(month_on)
    with db.reading("get_calendar") as tx:
        days = _days(tx, account_id, first_on, last_on)
    return Calendar(f"{first_on:%Y-%m}", days)


def get_heatmap(*, account_id: str, from_on: date, to_on: date, cell_m: int) -> Heatmap:
    """Return where a member came by on the points days of a range, in cells of `cell_m`."""
    with db.reading("get_heatmap") as tx:
        lines = repository.list_route_lines(
            tx, account_id, from_on, to_on, row_limit=MOST_ROUTES + 1
        )
    cells, is_complete = rules.visited(lines[:MOST_ROUTES], cell_m)
    return Heatmap(
        from_on=from_on,
        to_on=to_on,
        cell_m=cell_m,
        activity_count=len(lines[:MOST_ROUTES]),
        is_complete=is_complete and len(lines) <= MOST_ROUTES,
        cells=cells,
    )


def get_latest(*, account_id: str) -> Activity:
    """Return the activity of a member that started last. Raises: ActivityNotFound."""
    with db.reading("get_latest") as tx:
        rows = activities.list_activities(
            tx,
            account_id,
            filters={"since_at": BEGINNING, **LATEST},
            before_at=END,
            before_id=LAST_ID,
            row_limit=1,
        )
    if not rows:
        raise ActivityNotFound
    return rows[0]


def _days(tx: Transaction, account_id: str, first_on: date, last_on: date) -> list[CalendarDay]:
    sums = repository.list_day_sums(tx, account_id, first_on, last_on)
    awards = points.list_days(tx, account_id, first_on, last_on)
    return rules.days_from(first_on, last_on, sums, awards)
