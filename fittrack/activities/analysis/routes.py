"""Computed figures over HTTP; all of them are their member's alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from fittrack.activities.analysis import plain, schemas, service
from fittrack.auth import current_account_id, login_required
from fittrack.clock import utc_now

blp = Blueprint(
    "analysis",
    __name__,
    url_prefix="/api/v1/activities",
    description="What is computed of activities: splits, zones, efforts, records, loads",
)


@blp.get("/<uuid:activity_id>/metrics")
@login_required
@blp.response(200, schemas.MetricsSchema)
def get_metrics(activity_id: UUID) -> dict[str, Any]:
    """Return the training impulse, power, uptake and best efforts of one of my activities.

    Raises: ActivityNotFound.
    """
    view = service.get_metrics(activity_id=str(activity_id), account_id=current_account_id())
    return plain.metrics(view)


@blp.get("/<uuid:activity_id>/zones")
@login_required
@blp.response(200, schemas.HeartZonesSchema)
def get_zones(activity_id: UUID) -> dict[str, Any]:
    """Return the time that one of my activities spent in heart-rate zones.

    Raises: ActivityNotFound.
    """
    view = service.get_zones(activity_id=str(activity_id), account_id=current_account_id())
    return plain.zones(view)


@blp.get("/<uuid:activity_id>/splits")
@login_required
@blp.arguments(schemas.SplitsQuery, location="query")
@blp.response(200, schemas.SplitsSchema)
def list_splits(query: dict[str, Any], activity_id: UUID) -> dict[str, Any]:
    """Return one of my activities by kilometres or miles.

    Raises: ActivityNotFound.
    """
    found = service.list_splits(
        activity_id=str(activity_id), account_id=current_account_id(), unit=query["unit"]
    )
    return plain.splits(str(activity_id), query["unit"], found)


@blp.get("/<uuid:activity_id>/laps")
@login_required
@blp.response(200, schemas.LapsSchema)
def list_laps(activity_id: UUID) -> dict[str, Any]:
    """Return the laps of one of my activities with what the samples say of each.

    Raises: ActivityNotFound.
    """
    found = service.list_laps(activity_id=str(activity_id), account_id=current_account_id())
    return plain.laps(str(activity_id), found)


@blp.get("/records")
@login_required
@blp.arguments(schemas.RecordsQuery, location="query")
@blp.response(200, schemas.RecordsSchema)
def list_records(query: dict[str, Any]) -> dict[str, Any]:
    """List my personal records by sport and effort, with the ones before them."""
    found = service.list_records(account_id=current_account_id(), sport=query["sport"])
    return plain.records(found)


@blp.get("/training-load")
@login_required
@blp.arguments(schemas.LoadQuery, location="query")
@blp.response(200, schemas.LoadSchema)
def get_training_load(query: dict[str, Any]) -> dict[str, Any]:
    """Return my load, fitness, fatigue and form of each day."""
    view = service.get_training_load(account_id=current_account_id(), now=utc_now(), **query)
    return plain.load(view)
