"""The templates' SQL, by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from fittrack.db import Transaction
from fittrack.db.errors import Unique
from fittrack.db.loader import load_sql
from fittrack.drawings.templates.errors import TemplateNotFound
from fittrack.drawings.templates.models import Made, Slot, Template, Unsigned

SQL = load_sql("drawings")


@dataclass(frozen=True, slots=True)
class Admin:
    """Somebody who looks after drawings."""

    account_id: str


@dataclass(frozen=True, slots=True)
class MadeDay:
    """A day for which a template has brought its drawing."""

    draw_on: date


def insert_template(tx: Transaction, template: Template) -> None:
    """Store a new template."""
    tx.run(SQL["insert_template"], **asdict(template))


def get_template(tx: Transaction, template_id: str) -> Template:
    """Return a template that was not deleted. Raises: TemplateNotFound."""
    return _found(tx.one(Template, SQL["get_template"], template_id=template_id), template_id)


def lock_template(tx: Transaction, template_id: str) -> Template:
    """Return a template held until the transaction ends. Raises: TemplateNotFound."""
    return _found(tx.one(Template, SQL["lock_template"], template_id=template_id), template_id)


def list_templates(
    tx: Transaction, *, type_: str | None, before_id: str | None, row_limit: int
) -> list[Template]:
    """Return templates, newest first."""
    return tx.all(
        Template, SQL["list_templates"], type=type_, before_id=before_id, row_limit=row_limit
    )


def list_running_templates(tx: Transaction) -> list[Template]:
    """Return all templates from which drawings are made."""
    return tx.all(Template, SQL["list_running_templates"])


def update_template(tx: Transaction, template: Template) -> None:
    """Store an edit of a held template."""
    values = asdict(template)
    del values["created_by_id"], values["created_at"], values["revision"]
    tx.run(SQL["update_template"], **values)


def insert_made_drawing(tx: Transaction, template_id: str, slot: Slot, *, now: datetime) -> bool:
    """Take a template's day and tell whether it was free: it is brought once."""
    try:
        tx.run(
            SQL["insert_made_drawing"], template_id=template_id, draw_on=slot.draw_on, made_at=now
        )
    except Unique:
        return False
    return True


def update_made_drawing(tx: Transaction, template_id: str, draw_on: date, drawing_id: str) -> None:
    """Say which drawing was made for a day that was taken."""
    tx.run(
        SQL["update_made_drawing"],
        template_id=template_id,
        draw_on=draw_on,
        drawing_id=drawing_id,
    )


def list_made_days(tx: Transaction, template_id: str, *, first_on: date) -> set[date]:
    """Return the days from one on for which a template has brought its drawing."""
    rows = tx.all(MadeDay, SQL["list_made_days"], template_id=template_id, first_on=first_on)
    return {row.draw_on for row in rows}


def list_made_drawings(
    tx: Transaction, template_id: str, *, before_on: date, row_limit: int
) -> list[Made]:
    """Return what a template made, the latest draw first, before a day."""
    return tx.all(
        Made,
        SQL["list_made_drawings"],
        template_id=template_id,
        before_on=before_on,
        row_limit=row_limit,
    )


def list_unsigned_drawings(tx: Transaction, *, now: datetime) -> list[Unsigned]:
    """Return drafts that templates brought, that nobody edited and that could still be held."""
    return tx.all(Unsigned, SQL["list_unsigned_drawings"], now_at=now)


def find_made_drawing(tx: Transaction, drawing_id: str) -> Made | None:
    """Return what is known of a drawing as one that a template brought, or None."""
    return tx.one(Made, SQL["find_made_drawing"], drawing_id=drawing_id)


def update_refusal(tx: Transaction, drawing_id: str, code: str) -> bool:
    """Note why a draft's terms are not signed, and tell whether that is news."""
    return tx.run(SQL["update_refusal"], drawing_id=drawing_id, refusal_code=code) == 1


def erase_refusal(tx: Transaction, drawing_id: str) -> None:
    """Forget why a draft's terms were not signed, for they are."""
    tx.run(SQL["erase_refusal"], drawing_id=drawing_id)


def update_taken_over(tx: Transaction, drawing_id: str) -> None:
    """Note that an admin has edited a draft, and so is the one to schedule it."""
    tx.run(SQL["update_taken_over"], drawing_id=drawing_id)


def erase_made_drawing(tx: Transaction, drawing_id: str) -> None:
    """Keep a deleted draft's day, so that it is not brought again."""
    tx.run(SQL["erase_made_drawing"], drawing_id=drawing_id)


def list_told_admins(tx: Transaction) -> Sequence[str]:
    """Return the accounts of all active admins."""
    return [row.account_id for row in tx.all(Admin, SQL["list_told_admins"])]


def _found(template: Template | None, template_id: str) -> Template:
    if template is None:
        raise TemplateNotFound(template_id=template_id)
    return template
