"""Templates of drawings over HTTP: an admin's work."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from fittrack import idempotency, tags
from fittrack.auth import current_account_id, require_step_up, roles_required
from fittrack.clock import utc_now
from fittrack.drawings.models import Actor
from fittrack.drawings.templates import service
from fittrack.drawings.templates.models import Made, Template
from fittrack.drawings.templates.schemas import (
    EditTemplateSchema,
    MadePageSchema,
    NewTemplateSchema,
    TemplatePageSchema,
    TemplateQuery,
    TemplateSchema,
)
from fittrack.pagination import Cursor, Page, PageQuery

blp = Blueprint(
    "drawing_templates",
    __name__,
    url_prefix="/api/v1/drawing-templates",
    description="What daily, weekly, monthly and annual drawings are made from",
)


@blp.get("")
@roles_required("admin", "auditor")
@blp.arguments(TemplateQuery, location="query")
@blp.response(200, TemplatePageSchema)
def list_templates(query: dict[str, Any]) -> Page[Template]:
    """List templates, newest first."""
    return service.list_templates(
        type_=query["type"],
        cursor=Cursor.parse(query["cursor"], scope=f"templates/{query['type']}"),
        limit=query["limit"],
    )


@blp.get("/<uuid:template_id>")
@roles_required("admin", "auditor")
@blp.response(200, TemplateSchema)
def get_template(template_id: UUID) -> Response:
    """Return a template."""
    return _tagged(service.get_template(template_id=str(template_id)))


@blp.get("/<uuid:template_id>/drawings")
@roles_required("admin", "auditor")
@blp.arguments(PageQuery, location="query")
@blp.response(200, MadePageSchema)
def list_made_drawings(query: dict[str, Any], template_id: UUID) -> Page[Made]:
    """List what a template made, the latest draw first, and why some of it is a draft still."""
    return service.list_made_drawings(
        template_id=str(template_id),
        cursor=Cursor.parse(query["cursor"], scope=f"made/{template_id}"),
        limit=query["limit"],
    )


@blp.post("")
@roles_required("admin")
@blp.arguments(NewTemplateSchema)
@blp.response(201, TemplateSchema)
def create_template(body: dict[str, Any]) -> Response:
    """Add a template, whose drawings are scheduled by themselves; needs a fresh second factor."""
    require_step_up(now=utc_now())
    return idempotency.once(
        lambda reply: service.create_template(
            fields=body,
            actor=Actor(current_account_id(), "admin"),
            now=utc_now(),
            reply=reply,
        ),
        schema=TemplateSchema,
    )


@blp.patch("/<uuid:template_id>")
@roles_required("admin")
@blp.arguments(EditTemplateSchema)
@blp.response(200, TemplateSchema)
def edit_template(body: dict[str, Any], template_id: UUID) -> Response:
    """Change a template, or pause it; needs a fresh second factor. What it made stays as it is."""
    require_step_up(now=utc_now())
    template = service.edit_template(
        template_id=str(template_id),
        changes=body,
        revisions=tags.expected_versions(),
        now=utc_now(),
    )
    return _tagged(template)


@blp.delete("/<uuid:template_id>")
@roles_required("admin")
@blp.response(204)
def delete_template(template_id: UUID) -> None:
    """Delete a template; the drawings that it made go on."""
    service.delete_template(
        template_id=str(template_id), revisions=tags.expected_versions(), now=utc_now()
    )


def _tagged(template: Template) -> Response:
    """Return a template with the tag of its revision, which If-Match is held to."""
    response = idempotency.answer(idempotency.render(TemplateSchema, template), 200)
    return tags.set_version(response, template.revision)
