"""The official rules: a versioned wording with every term of a drawing filled in. Pure.

Plain text is what is hashed into the signed terms; `rules_page.py` shows the same as HTML.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from fittrack.clock import epoch_s
from fittrack.drawings.errors import OfficialRulesMissing
from fittrack.drawings.models import Drawing, Prize
from fittrack.drawings.official_wording import LATEST, WORDINGS
from fittrack.drawings.tickets.rules import ages_by_state
from fittrack.fulfilment.rules import FORFEIT_AFTER

HOUR_S = 3600
FREE_BY_MAIL = "Or by mail, one entry an envelope, with name, address and the drawing's name, to"


@dataclass(frozen=True, slots=True)
class Operator:
    """What the rules say of the operator: its name, its postal address, and how it counts time.

    Without an address there is no entry by mail.
    """

    name: str
    address: str
    zone: ZoneInfo
    reveal_s: int


def version_of(drawing: Drawing) -> str:
    """Return the version of the wording that a drawing goes by: the one it names, or the latest."""
    return drawing.rules_version or LATEST


def render(
    drawing: Drawing,
    prizes: Sequence[Prize],
    *,
    sponsor_names: Mapping[str, str],
    operator: Operator,
) -> str:
    """Return the official rules of a drawing as plain text; times in the platform's zone.

    `sponsor_names` are those of the drawing's sponsor and of its prizes' own, by their ids.
    Raises: OfficialRulesMissing.
    """
    version = version_of(drawing)
    if version not in WORDINGS:
        raise OfficialRulesMissing(rules_version=version)
    return WORDINGS[version].substitute(
        {
            **_who(drawing),
            **_entry(drawing, operator),
            **_prizes(drawing, prizes, sponsor_names),
            "version": version,
            "sponsor": sponsor_names.get(drawing.sponsor_id or "", operator.name),
            "operator": operator.name,
            "claim_days": str(FORFEIT_AFTER.days),
            "reveal_hours": f"{operator.reveal_s / HOUR_S:g}",
        }
    )


def _who(drawing: Drawing) -> Mapping[str, str]:
    """Return what the rules say of who may enter."""
    ages = ages_by_state(drawing).items()
    return {
        "audience": "premium members" if drawing.audience == "premium" else "all members",
        "age": str(drawing.min_age_years),
        "ages": ", ".join(f"{age} in {state}" for state, age in ages) or "none",
        "account_age_days": str(drawing.min_account_age_days),
        "tiers": ", ".join(drawing.tiers_json or []) or "all",
        "excluded": ", ".join(drawing.excluded_states_json) or "none",
        "registered": ", ".join(drawing.registered_states_json) or "none",
    }


def _entry(drawing: Drawing, operator: Operator) -> Mapping[str, str]:
    """Return what the rules say of times, price and ways of entry."""
    limit = drawing.ticket_limit
    by_mail = f"{FREE_BY_MAIL} {operator.address}." if operator.address else ""
    return {
        "name": drawing.name,
        "drawing_id": drawing.drawing_id,
        "opens_at": _when(drawing.opens_at, operator.zone),
        "closes_at": _when(drawing.closes_at, operator.zone),
        "draws_at": _when(drawing.draws_at, operator.zone),
        "price": str(drawing.ticket_price_points),
        "limit": f"A member can hold at most {limit} tickets." if limit else "There is no limit.",
        "by_mail": by_mail,
    }


def _prizes(
    drawing: Drawing, prizes: Sequence[Prize], sponsor_names: Mapping[str, str]
) -> Mapping[str, str]:
    """Return what the rules say of prizes, picks and what becomes of an unclaimed prize."""
    is_passed_on = drawing.unclaimed_to == "alternate"
    total_cents = sum(prize.value_cents * prize.quantity for prize in prizes)
    return {
        "distinct": _distinct(drawing.distinct_by),
        "total": _dollars(total_cents),
        "prizes": "\n".join(_line(drawing, prize, sponsor_names) for prize in prizes),
        "alternates": str(drawing.alternates),
        "unclaimed": "the next alternate takes the winner's place"
        if is_passed_on
        else "it returns to the sponsor",
    }


def _distinct(distinct_by: str) -> str:
    subject = "A member" if distinct_by == "holder" else "An entry"
    return f"{subject} can win at most once."


def _line(drawing: Drawing, prize: Prize, sponsor_names: Mapping[str, str]) -> str:
    """Return a prize, with its sponsor where that is another than the drawing's."""
    value = _dollars(prize.value_cents)
    line = f"   {prize.rank_no}. {prize.name}: {prize.quantity} x {value}, {prize.kind}"
    is_anothers = prize.sponsor_id not in (None, drawing.sponsor_id)
    return f"{line}, supplied by {sponsor_names[prize.sponsor_id or '']}" if is_anothers else line


def _when(instant: datetime, zone: ZoneInfo) -> str:
    local = instant.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M:%S %Z}, in the signed terms {epoch_s(instant)}"


def _dollars(cents: int) -> str:
    return f"${cents // 100:,}.{cents % 100:02}"
