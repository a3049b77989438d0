"""A template and what it made, as stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Template:
    """What a series of drawings is made from.

    `terms_json` are the fields of a draft but for type, sponsor and times. Sales begin `sale_days`
    calendar days before the draw, or with None when the draw before is due; a drawing is made up to
    `made_ahead_days` before that. With `is_commitment_needed` its sponsor keeps its value itself.
    """

    template_id: str
    type: str
    is_paused: bool
    sale_days: int | None
    made_ahead_days: int
    close_lead_s: int
    is_commitment_needed: bool
    sponsor_id: str | None
    terms_json: dict[str, Any]
    revision: int
    created_by_id: str
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Slot:
    """The times of one drawing of a series; `draw_on` is its day in the platform's zone."""

    draw_on: date
    opens_at: datetime
    closes_at: datetime
    draws_at: datetime


@dataclass(frozen=True, slots=True)
class Made:
    """The drawing that a template brought for a day, and how it stands now.

    Without a `drawing_id` its draft was deleted; `refusal_code` is why its terms are not signed,
    `is_by_hand` that an admin has edited the draft and so schedules it.
    """

    template_id: str
    draw_on: date
    drawing_id: str | None
    refusal_code: str | None
    is_by_hand: bool
    made_at: datetime
    status: str | None


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A draft that a template brought and whose terms are not signed yet."""

    template_id: str
    draw_on: date
    drawing_id: str
