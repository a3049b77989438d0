"""Looking after templates: draft, change, pause and delete them, and see what they made."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from fittrack import config, db
from fittrack.clock import day_from_text
from fittrack.db import Transaction
from fittrack.drawings import service as drawings
from fittrack.drawings.models import Actor
from fittrack.drawings.templates import repository, rules
from fittrack.drawings.templates.models import Made, Slot, Template
from fittrack.idempotency import NoReply, Reply
from fittrack.ids import new_id
from fittrack.pagination import Cursor, Page

LAST_ON = date(9999, 12, 31)


def create_template(
    *, fields: Mapping[str, Any], actor: Actor, now: datetime, reply: Reply = NoReply()
) -> Template:
    """Store a new template; `fields` are those of the API, prizes included. Raises: Invalid."""
    given = {**fields, "close_lead_s": _lead_s(fields)}
    template = rules.new_template(new_id(), given, created_by_id=actor.account_id or "", now=now)
    with db.transaction("create_template") as tx:
        _check_drafts(tx, template, now=now)
        repository.insert_template(tx, template)
        reply.record(tx, template)
    return template


def edit_template(
    *,
    template_id: str,
    changes: Mapping[str, Any],
    revisions: Collection[int] | None,
    now: datetime,
) -> Template:
    """Change a template, or pause it; it holds for the drawings that are not made yet.

    `revisions` are those that the editor will change, None for any. Raises: TemplateNotFound,
    StaleTemplate, Invalid.
    """
    with db.transaction("edit_template") as tx:
        template = repository.lock_template(tx, template_id)
        rules.check_revision(template, revisions)
        edited = rules.edited(template, changes, now=now)
        _check_drafts(tx, edited, now=now)
        repository.update_template(tx, edited)
    return replace(edited, revision=template.revision + 1)


def delete_template(*, template_id: str, revisions: Collection[int] | None, now: datetime) -> None:
    """Make no more drawings from a template; those that are made go on.

    Raises: TemplateNotFound, StaleTemplate.
    """
    with db.transaction("delete_template") as tx:
        template = repository.lock_template(tx, template_id)
        rules.check_revision(template, revisions)
        repository.update_template(tx, replace(template, deleted_at=now, updated_at=now))


def get_template(*, template_id: str) -> Template:
    """Return a template. Raises: TemplateNotFound."""
    with db.reading("get_template") as tx:
        return repository.get_template(tx, template_id)


def list_templates(*, type_: str | None, cursor: Cursor, limit: int) -> Page[Template]:
    """Return templates, newest first."""
    with db.reading("list_templates") as tx:
        rows = repository.list_templates(
            tx, type_=type_, before_id=cursor.text(default="") or None, row_limit=limit + 1
        )
    return Page.of(rows, limit=limit, cursor=cursor, key=lambda row: row.template_id)


def list_made_drawings(*, template_id: str, cursor: Cursor, limit: int) -> Page[Made]:
    """Return what a template made, the latest draw first. Raises: TemplateNotFound."""
    before_on = day_from_text(cursor.text(default=str(LAST_ON)))
    with db.reading("list_made_drawings") as tx:
        repository.get_template(tx, template_id)
        rows = repository.list_made_drawings(
            tx, template_id, before_on=before_on, row_limit=limit + 1
        )
    return Page.of(rows, limit=limit, cursor=cursor, key=lambda row: str(row.draw_on))


def _lead_s(fields: Mapping[str, Any]) -> int:
    given = fields["close_lead_s"]
    return config.current().close_lead_s if given is None else int(given)


def _check_drafts(tx: Transaction, template: Template, *, now: datetime) -> None:
    """Check that a draft can be made of a template, on its second draw from now on.

    Raises: Invalid.
    """
    zone = config.current().zone
    first_on = rules.draw_day(template.type, now.astimezone(zone).date())
    draw_on = rules.draw_day(template.type, first_on + rules.DAY)
    draws_at = rules.draw_at(draw_on, zone)
    closes_at = rules.closes_at(template, draws_at)
    slot = Slot(draw_on, rules.sale_begins_at(template, draw_on, zone), closes_at, draws_at)
    actor = Actor(template.created_by_id, "admin")
    drawings.checked_draft(tx, rules.draft_fields(template, slot), actor=actor, now=now)
