"""A member's points over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_smorest import Blueprint

from fittrack.auth import current_account_id, login_required
from fittrack.clock import utc_now
from fittrack.pagination import Cursor, Page, page_schema
from fittrack.points import service
from fittrack.points.errors import DayNotFound
from fittrack.points.models import Balance, DayReceipt, StatementLine, Streak
from fittrack.points.schemas import (
    BalanceSchema,
    DayReceiptSchema,
    PointsTransactionSchema,
    RulesSchema,
    StatementQuery,
    StreakSchema,
)

blp = Blueprint("points", __name__, url_prefix="/api/v1/points", description="Earned points")


@blp.get("/balance")
@login_required
@blp.response(200, BalanceSchema)
def get_balance() -> Balance:
    """Return what I can spend, and what I owe and why."""
    return service.get_balance(account_id=current_account_id())


@blp.get("/days/<string:day_on>")
@login_required
@blp.response(200, DayReceiptSchema)
def get_day(day_on: str) -> DayReceipt:
    """Return how my points of a day were awarded, rule by rule."""
    return service.get_day(account_id=current_account_id(), day_on=_day(day_on))


@blp.get("/transactions")
@login_required
@blp.arguments(StatementQuery, location="query")
@blp.response(200, page_schema(PointsTransactionSchema))
def list_transactions(query: dict[str, Any]) -> Page[StatementLine]:
    """List how my points moved, newest first."""
    return service.list_transactions(
        account_id=current_account_id(),
        kind=query["kind"],
        from_on=query["from_on"],
        to_on=query["to_on"],
        cursor=Cursor.parse(query["cursor"], scope="points_transactions"),
        limit=query["limit"],
    )


@blp.get("/streaks")
@login_required
@blp.response(200, StreakSchema)
def get_streak() -> Streak:
    """Return my streak, this week's days, and what today needs to keep it."""
    return service.get_streak(account_id=current_account_id(), now=utc_now())


@blp.get("/rules")
@login_required
@blp.response(200, RulesSchema)
def list_rules() -> dict[str, Any]:
    """Return the rules by which points are earned."""
    current, versions = service.list_rules(now=utc_now())
    return {"current": current, "versions": versions}


def _day(text: str) -> date:
    """Raises: DayNotFound for what is no `YYYY-MM-DD`."""
    try:
        day_on = date.fromisoformat(text)
    except ValueError as error:
        raise DayNotFound from error
    if day_on.isoformat() != text:
        raise DayNotFound
    return day_on
