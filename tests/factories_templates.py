"""Templates of drawings for tests; the defaults are valid and dull."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fittrack import db
from fittrack.drawings import service as drawings
from fittrack.drawings.models import Actor, Drawing
from fittrack.drawings.templates import making, rules, service
from fittrack.drawings.templates.models import Made, Template
from fittrack.ids import new_id
from fittrack.pagination import Cursor
from tests import factories_drawings as make
from tests.factories_accounts import make_account

TIMES = ("opens_at", "closes_at", "draws_at")


def fields(now: datetime, **over: Any) -> dict[str, Any]:
    """Return the fields of a daily template, as the API hands them on."""
    draft = {k: v for k, v in make.draft_fields(now).items() if k not in TIMES}
    own = {
        "name": "Daily draw of {date}",
        "is_paused": False,
        "sale_days": None,
        "made_ahead_days": 1,
        "close_lead_s": 300,
        "is_commitment_needed": False,
        "unclaimed_to": "alternate",
        "rules_version": None,
    }
    return draft | own | over


def make_template(now: datetime, **over: Any) -> Template:
    """Return a new template."""
    actor = Actor(make_account(role="admin"), "admin")
    return service.create_template(fields=fields(now, **over), actor=actor, now=now)


def bare(**over: Any) -> Template:
    """Return a template that is not stored."""
    now = make.start()
    return rules.new_template(new_id(), fields(now, **over), created_by_id="a", now=now)


def made(template: Template) -> list[Made]:
    """Return what a template made, the first draw first."""
    page = service.list_made_drawings(
        template_id=template.template_id, cursor=Cursor("m"), limit=100
    )
    return page.items[::-1]


def run(now: datetime) -> int:
    """Make what is due by now."""
    return making.make_drawings(now=now)


def drawing_of(row: Made) -> Drawing:
    """Return a drawing that was made."""
    return drawings.get_drawing(drawing_id=row.drawing_id or "", with_drafts=True).drawing


def all_made() -> int:
    """Return how many drawings there are."""
    return int(db.engine().raw().execute("SELECT COUNT(*) FROM drawings").fetchone()[0])
