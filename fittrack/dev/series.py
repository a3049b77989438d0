"""The demo world's templates: once it lives, a scheduler makes the coming drawings from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fittrack.dev.programme import BIKE, BOTTLE, CARD, SHOES, TRIP, WATCH, Offer, Plan
from fittrack.dev.world import World
from fittrack.drawings.templates import service as templates

TIMES = ("opens_at", "closes_at", "draws_at")


@dataclass(frozen=True, slots=True)
class Series:
    """A series as planned; `patron` is the manner of its sponsor, None without one."""

    type: str
    name: str
    offers: tuple[Offer, ...]
    patron: str | None
    sale_days: int | None = None
    is_paused: bool = False


ALL = (
    Series("daily", "Gift card of {date}", (CARD,), None),
    Series("weekly", "Shoes of the week, {date}", (SHOES, BOTTLE), "standing", sale_days=6),
    Series("monthly", "Bike of {month} {year}", (BIKE,), "by_hand", sale_days=20),
    Series("annual", "Year's end {year}", (TRIP, WATCH), "standing", is_paused=True),
)


def add_templates(world: World, now: datetime) -> None:
    """Add a template of each type; the annual one is paused, for there is an annual draw."""
    for series in ALL:
        sponsor_id, _ = world.sponsors.get(series.patron or "", (None, ""))
        templates.create_template(
            fields=_fields(series, sponsor_id, now), actor=world.admins[0], now=now
        )


def _fields(series: Series, sponsor_id: str | None, now: datetime) -> dict[str, Any]:
    """Return a template's fields as the API hands them on."""
    plan = Plan(series.type, series.name, now, now, now, series.offers)
    draft = {name: value for name, value in plan.fields(sponsor_id).items() if name not in TIMES}
    return draft | {
        "is_paused": series.is_paused,
        "sale_days": series.sale_days,
        "made_ahead_days": 3,
        "close_lead_s": None,
        "is_commitment_needed": False,
    }
