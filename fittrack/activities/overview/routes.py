"""Activities at a glance over HTTP."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from flask_smorest import Blueprint

from fittrack import config
from fittrack.activities.models import Activity
from fittrack.activities.overview import service
from fittrack.activities.overview.models import Calendar, Heatmap, Summary
from fittrack.activities.overview.schemas import (
    MOST_DAYS,
    CalendarQuery,
    CalendarSchema,
    HeatmapQuery,
    HeatmapSchema,
    SummarySchema,
)
from fittrack.activities.schemas import ActivitySchema
from fittrack.auth import current_account_id, login_required
from fittrack.clock import day_of, utc_now

blp = Blueprint(
    "activity_overview",
    __name__,
    url_prefix="/api/v1/activities",
    description="Activities at a glance",
)


@blp.get("/summary")
@login_required
@blp.response(200, SummarySchema)
def get_summary() -> Summary:
    """Return what I did and earned today, this week and this month, and my run of active days."""
    return service.get_summary(account_id=current_account_id(), now=utc_now())


@blp.get("/latest")
@login_required
@blp.response(200, ActivitySchema)
def get_latest() -> Activity:
    """Return my latest activity."""
    return service.get_latest(account_id=current_account_id())


@blp.get("/calendar")
@login_required
@blp.arguments(CalendarQuery, location="query")
@blp.response(200, CalendarSchema)
def get_calendar(query: dict[str, Any]) -> Calendar:
    """Return what I did and earned on each day of a month."""
    month = query["month"]
    month_on = date.fromisoformat(f"{month}-01") if month else _today(utc_now())
    return service.get_calendar(account_id=current_account_id(), month_on=month_on)


@blp.get("/heatmap")
@login_required
@blp.arguments(HeatmapQuery, location="query")
@blp.response(200, HeatmapSchema)
def get_heatmap(query: dict[str, Any]) -> Heatmap:
    """Return where I came by, and in how many activities; the last 366 days without a range."""
    most = timedelta(days=MOST_DAYS - 1)
    from_on, to_on = query["from_on"], query["to_on"]
    to_on = to_on or (from_on + most if from_on else _today(utc_now()))
    return service.get_heatmap(
        account_id=current_account_id(),
        from_on=from_on or to_on - most,
        to_on=to_on,
        cell_m=query["cell_m"],
    )


def _today(now: datetime) -> date:
    return day_of(now, config.current().zone)
