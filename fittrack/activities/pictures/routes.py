"""Pictures of activities over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from fittrack.activities.pictures import service
from fittrack.activities.pictures.schemas import PictureQuery
from fittrack.auth import current_account_id, login_required

SVG = "image/svg+xml"
blp = Blueprint(
    "activity_pictures",
    __name__,
    url_prefix="/api/v1/activities",
    description="Routes and profiles of activities as SVG",
)


@blp.get("/<uuid:activity_id>/route.svg")
@login_required
@blp.arguments(PictureQuery, location="query")
@blp.response(200, {"type": "string"}, content_type=SVG)
def get_route(query: dict[str, Any], activity_id: UUID) -> Response:
    """Return the route of an activity as SVG, as far as the caller may see it."""
    return _picture(service.get_route, query, activity_id)


@blp.get("/<uuid:activity_id>/elevation.svg")
@login_required
@blp.arguments(PictureQuery, location="query")
@blp.response(200, {"type": "string"}, content_type=SVG)
def get_elevation(query: dict[str, Any], activity_id: UUID) -> Response:
    """Return the altitudes of an activity as SVG, as far as the caller may see them."""
    return _picture(service.get_elevation, query, activity_id)


@blp.get("/<uuid:activity_id>/heart-rate.svg")
@login_required
@blp.arguments(PictureQuery, location="query")
@blp.response(200, {"type": "string"}, content_type=SVG)
def get_heart_rate(query: dict[str, Any], activity_id: UUID) -> Response:
    """Return the heart rates of one of my activities as SVG."""
    return _picture(service.get_heart_rate, query, activity_id)


def _picture(draw: Callable[..., str], query: dict[str, Any], activity_id: UUID) -> Response:
    picture = draw(
        activity_id=str(activity_id),
        viewer_id=current_account_id(),
        system=query["units"],
        theme=query["theme"],
    )
    return Response(picture, content_type=SVG)
