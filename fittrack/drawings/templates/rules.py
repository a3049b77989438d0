"""When the drawings of a series are held, and what a draft is made of. Pure.

All days are those of the platform's zone; 21:00 is there once on every day of the year, for clocks
are put forward and back at night.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fittrack.clock import day_of, epoch_s, from_epoch_s
from fittrack.drawings.models import Drawing
from fittrack.drawings.templates.errors import CommitmentMissing, StaleTemplate
from fittrack.drawings.templates.models import Slot, Template
from fittrack.errors import field_error

DRAW_TIME = time(21)
DAY = timedelta(days=1)
SUNDAY = 6
LONGEST_NAME = 120
LAST_DAY = date(2199, 12, 31)

# What a ticket costs where a template does not say, in points.
PRICES: Mapping[str, int] = {"daily": 100, "weekly": 500, "monthly": 2_000, "annual": 10_000}

# A drawing that is made late opens so long after, for its terms are public before its sales; one
# that could not sell for an hour then is left out.
OPENS_AFTER = timedelta(minutes=5)
LEAST_SALE = timedelta(hours=1)

OWN_FIELDS = frozenset(
    {"type", "is_paused", "sale_days", "made_ahead_days", "close_lead_s", "is_commitment_needed"}
    | {"sponsor_id"}
)


def new_template(
    template_id: str, fields: Mapping[str, Any], *, created_by_id: str, now: datetime
) -> Template:
    """Return a new template; `fields` are those of the API. Raises: Invalid."""
    own = {name: value for name, value in fields.items() if name in OWN_FIELDS}
    terms = {name: value for name, value in fields.items() if name not in OWN_FIELDS}
    template = Template(
        template_id=template_id,
        **own,
        terms_json=terms,
        revision=1,
        created_by_id=created_by_id,
        created_at=now,
        updated_at=now,
        deleted_at=None,
    )
    return checked(template)


def edited(template: Template, changes: Mapping[str, Any], *, now: datetime) -> Template:
    """Return a template with an edit. Raises: Invalid."""
    own = {name: value for name, value in changes.items() if name in OWN_FIELDS}
    terms = {name: value for name, value in changes.items() if name not in OWN_FIELDS}
    merged = {**template.terms_json, **terms}
    return checked(replace(template, **own, terms_json=merged, updated_at=now))


def checked(template: Template) -> Template:
    """Return a template whose drawings can be made, its price settled. Raises: Invalid."""
    if template.is_commitment_needed and template.sponsor_id is None:
        raise field_error("/needs_commitment", "Only a sponsor can commit to a value of its own.")
    # September is the longest of the words that a name may ask for.
    if len(name_of(template, date(2026, 9, 30))) > LONGEST_NAME:
        raise field_error("/name", f"With its date the name is longer than {LONGEST_NAME}.")
    price = template.terms_json.get("ticket_price_points") or PRICES[template.type]
    terms = {**template.terms_json, "ticket_price_points": price}
    return replace(template, terms_json=terms)


def check_revision(template: Template, revisions: Collection[int] | None) -> None:
    """Raises: StaleTemplate where the editor will change other revisions; None is any."""
    if revisions is not None and template.revision not in revisions:
        raise StaleTemplate(revision=template.revision)


def check_committed(template: Template, drawing: Drawing) -> None:
    """Raises: CommitmentMissing."""
    if template.is_commitment_needed and drawing.sponsor_commitment is None:
        raise CommitmentMissing(sponsor_id=drawing.sponsor_id)


def name_of(template: Template, draw_on: date) -> str:
    """Return a drawing's name: `{date}`, `{month}` and `{year}` stand for those of its draw."""
    name: str = template.terms_json["name"]
    words = {"{date}": f"{draw_on}", "{month}": f"{draw_on:%B}", "{year}": f"{draw_on.year}"}
    for word, meant in words.items():
        name = name.replace(word, meant)
    return name


def draft_fields(template: Template, slot: Slot) -> dict[str, Any]:
    """Return the fields of a draft as the API hands them on."""
    return {
        **template.terms_json,
        "type": template.type,
        "name": name_of(template, slot.draw_on),
        "sponsor_id": template.sponsor_id,
        "template_id": template.template_id,
        "opens_at": slot.opens_at,
        "closes_at": slot.closes_at,
        "draws_at": slot.draws_at,
    }


def coming_slots(template: Template, *, zone: ZoneInfo, now: datetime) -> Iterator[Slot]:
    """Yield the drawings of a series that are to be made by now, the next draw first.

    What has been drawn by now, or could not sell for an hour any more, is not among them.
    """
    if template.is_paused or template.deleted_at is not None:
        return
    draw_on = draw_day(template.type, day_of(now, zone))
    ahead = timedelta(days=template.made_ahead_days)
    while draw_on < LAST_DAY and sale_begins_at(template, draw_on, zone) - ahead <= now:
        slot = slot_on(template, draw_on, zone=zone, now=now)
        if slot is not None:
            yield slot
        draw_on = draw_day(template.type, draw_on + DAY)


def slot_on(template: Template, draw_on: date, *, zone: ZoneInfo, now: datetime) -> Slot | None:
    """Return the times of a drawing that is made now, or None where it is too late for it."""
    draws_at = draw_at(draw_on, zone)
    sale_ends_at = closes_at(template, draws_at)
    opens_at = sale_begins_at(template, draw_on, zone)
    if opens_at <= now + OPENS_AFTER / 2:
        opens_at = from_epoch_s(epoch_s(now)) + OPENS_AFTER
        if sale_ends_at - opens_at < LEAST_SALE:
            return None
    return Slot(draw_on, opens_at, sale_ends_at, draws_at)


def sale_begins_at(template: Template, draw_on: date, zone: ZoneInfo) -> datetime:
    """Return when sales begin by the template: at the time of the draw, some days before it."""
    if template.sale_days is not None:
        return draw_at(draw_on - template.sale_days * DAY, zone)
    return draw_at(day_before(template.type, draw_on), zone)


def closes_at(template: Template, draws_at: datetime) -> datetime:
    """Return when sales end before a draw."""
    return draws_at - timedelta(seconds=template.close_lead_s)


def draw_at(draw_on: date, zone: ZoneInfo) -> datetime:
    """Return the time of a day's draw: 21:00 in the platform's zone."""
    return datetime.combine(draw_on, DRAW_TIME, zone).astimezone(UTC)


def draw_day(type_: str, from_on: date) -> date:
    """Return the first day of a kind's draws that is not before a day."""
    if type_ == "weekly":
        return from_on + (SUNDAY - from_on.weekday()) % 7 * DAY
    if type_ == "monthly":
        return _month_end(from_on)
    return date(from_on.year, 12, 31) if type_ == "annual" else from_on


def day_before(type_: str, draw_on: date) -> date:
    """Return the day of the draw before the one of a day."""
    if type_ == "monthly":
        return draw_on.replace(day=1) - DAY
    if type_ == "annual":
        return date(draw_on.year - 1, 12, 31)
    return draw_on - (7 * DAY if type_ == "weekly" else DAY)


def _month_end(day_on: date) -> date:
    if day_on.month == 12:
        return day_on.replace(day=31)
    return day_on.replace(month=day_on.month + 1, day=1) - DAY
