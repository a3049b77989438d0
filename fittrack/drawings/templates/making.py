"""Making the coming drawings: drafts from templates, once each, and the signing of their terms.

Any number of schedulers may do it at once, and any may be killed: a template's day is taken in the
transaction that brings its draft, and the terms are signed in the next one, or by the next run.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from fittrack import config, db
from fittrack.clock import day_of
from fittrack.db import Transaction
from fittrack.drawings import repository as drawing_rows
from fittrack.drawings import scheduling
from fittrack.drawings import service as drawings
from fittrack.drawings.errors import DrawingNotFound
from fittrack.drawings.models import PLATFORM, Actor, Drawing
from fittrack.drawings.templates import repository, rules
from fittrack.drawings.templates.errors import CommitmentMissing, TemplateNotFound
from fittrack.drawings.templates.models import Slot, Template, Unsigned
from fittrack.errors import Problem
from fittrack.notifications import service as notifications
from fittrack.sponsors import service as sponsors

logger = logging.getLogger(__name__)
NOT_SCHEDULED = "drawing_not_scheduled"
NOT_MADE = "drawing_not_made"
COMMITMENT_WANTED = "commitment_wanted"


def make_drawings(*, now: datetime) -> int:
    """Make the drawings that are due from all templates, sign their terms, and say how many.

    What can't be signed stays a draft: the admins are told why, and each run tries again until
    one of them takes it over.
    """
    with db.reading("list_running_templates") as tx:
        templates = repository.list_running_templates(tx)
    made = sum(_make_from(template, now=now) for template in templates)
    with db.reading("list_unsigned_drawings") as tx:
        drafts = repository.list_unsigned_drawings(tx, now=now)
    for draft in drafts:
        _sign(draft, now=now)
    return made


def _make_from(template: Template, *, now: datetime) -> int:
    """Make what is due from a template and return how many drawings that were."""
    zone = config.current().zone
    with db.reading("list_made_days") as tx:
        days = repository.list_made_days(tx, template.template_id, first_on=day_of(now, zone))
    slots = rules.coming_slots(template, zone=zone, now=now)
    return sum(_make(template, slot, now=now) for slot in slots if slot.draw_on not in days)


def _make(template: Template, slot: Slot, *, now: datetime) -> bool:
    """Bring the draft of a template's day, unless it is brought or the template was edited."""
    try:
        with db.transaction("make_drawing") as tx:
            held = repository.lock_template(tx, template.template_id)
            is_ours = held == template and repository.insert_made_drawing(
                tx, template.template_id, slot, now=now
            )
            if not is_ours:
                return False
            actor = Actor(template.created_by_id, "admin")
            fields = rules.draft_fields(template, slot)
            drawing = drawings.add_draft(tx, fields, actor=actor, now=now).drawing
            repository.update_made_drawing(
                tx, template.template_id, slot.draw_on, drawing.drawing_id
            )
    except TemplateNotFound:
        return False
    except Problem as problem:  # what it names is gone since: the other templates go on
        _tell_not_made(template, slot, problem, now=now)
        return False
    return True


def _sign(draft: Unsigned, *, now: datetime) -> None:
    """Schedule a draft, or note why it can't be and tell who can mend it."""
    try:
        with db.transaction("schedule_made_drawing") as tx:
            drawing = drawing_rows.lock_drawing(tx, draft.drawing_id)
            template = _template_of(tx, draft)
            if drawing.status != "draft" or template is None:
                return
            rules.check_committed(template, drawing)
            timed = _in_time(drawing, template, draft, now=now)
            scheduling.check(tx, timed, now=now)
            if timed != drawing:
                drawing_rows.update_draft(tx, timed)
            scheduling.schedule(tx, timed, PLATFORM, now=now)
            repository.erase_refusal(tx, draft.drawing_id)
    except (DrawingNotFound, TemplateNotFound):  # deleted beside us
        return
    except Problem as problem:
        _leave(draft, problem, now=now)


def _template_of(tx: Transaction, draft: Unsigned) -> Template | None:
    """Return the template of a held draft; None while paused, or where an admin took it over."""
    made = repository.find_made_drawing(tx, draft.drawing_id)
    if made is None or made.is_by_hand:
        return None
    template = repository.get_template(tx, draft.template_id)
    return None if template.is_paused else template


def _in_time(drawing: Drawing, template: Template, draft: Unsigned, *, now: datetime) -> Drawing:
    """Return a draft with an opening that lies ahead, if what is left of its sale is worth it."""
    if drawing.opens_at > now:
        return drawing
    slot = rules.slot_on(template, draft.draw_on, zone=config.current().zone, now=now)
    is_worth_it = slot is not None and slot.opens_at + rules.LEAST_SALE <= drawing.closes_at
    return replace(drawing, opens_at=slot.opens_at) if slot and is_worth_it else drawing


def _leave(draft: Unsigned, problem: Problem, *, now: datetime) -> None:
    """Leave a draft to the admins, who are told when the reason is a new one."""
    with db.transaction("leave_made_drawing") as tx:
        drawing = drawing_rows.find_drawing(tx, draft.drawing_id)
        if drawing is None or not repository.update_refusal(tx, draft.drawing_id, problem.code):
            return
        _tell_admins(
            tx,
            NOT_SCHEDULED,
            key=f"{draft.drawing_id}:{problem.code}",
            title=f"{drawing.name} could not be scheduled",
            body=f"{problem.detail} It stays a draft.",
            data={"drawing_id": draft.drawing_id, "code": problem.code},
            now=now,
        )
        if isinstance(problem, CommitmentMissing) and drawing.sponsor_id is not None:
            _ask_sponsor(tx, drawing, now=now)
    extra = {"drawing_id": draft.drawing_id, "code": problem.code}
    logger.warning("a drawing made from a template stays a draft", extra=extra)


def _ask_sponsor(tx: Transaction, drawing: Drawing, *, now: datetime) -> None:
    """Ask a sponsor's people for the commitment that a draft waits for."""
    for account_id in sponsors.list_accounts(tx, drawing.sponsor_id or ""):
        notifications.notify(
            tx,
            account_id,
            COMMITMENT_WANTED,
            key=drawing.drawing_id,
            title=f"{drawing.name} waits for your commitment",
            body="Register the commitment to a value that you keep, before its sales begin.",
            data={"drawing_id": drawing.drawing_id},
            now=now,
        )


def _tell_not_made(template: Template, slot: Slot, problem: Problem, *, now: datetime) -> None:
    with db.transaction("tell_not_made") as tx:
        _tell_admins(
            tx,
            NOT_MADE,
            key=f"{template.template_id}:{slot.draw_on}:{problem.code}",
            title=f"{rules.name_of(template, slot.draw_on)} could not be made",
            body=problem.detail,
            data={"template_id": template.template_id, "code": problem.code},
            now=now,
        )


def _tell_admins(
    tx: Transaction,
    kind: str,
    *,
    key: str,
    title: str,
    body: str,
    data: dict[str, str],
    now: datetime,
) -> None:
    for account_id in repository.list_told_admins(tx):
        notifications.notify(
            tx, account_id, kind, key=key, title=title, body=body, data=data, now=now
        )
