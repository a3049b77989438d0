"""The official rules: a versioned text with every term of a drawing filled in. Pure.

The wording is configuration for the operator's lawyers; a change of it is a new version here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from string import Template
from zoneinfo import ZoneInfo

from fittrack.clock import epoch_s
from fittrack.drawings.models import Drawing, Prize
from fittrack.drawings.tickets.rules import AGE_OF_MAJORITY_YEARS

VERSION = "2026-11"
CLAIM_DAYS = 14

TEMPLATE = Template(
    """OFFICIAL RULES (version $version)
$name
Drawing $drawing_id

NO PURCHASE NECESSARY. Tickets cost points, which are earned by activity, can't be bought and have
no cash value.

1. SPONSOR. $sponsor supplies the prizes. FitTrack operates the drawing.

2. ELIGIBILITY. Open to $audience whose e-mail address is verified, who are at least $age years old
(at least $majority) and whose account is at least $account_age_days days old.
Void for residents of: $excluded.
Staff of the operator, the sponsor's people, and members of their households can't enter.
Registered and bonded in: $registered.

3. DATES.
   Entry opens: $opens_at
   Entry ends:  $closes_at
   Draw:        $draws_at

4. HOW TO ENTER. A ticket costs $price points. $limit
However a ticket was obtained, it carries the same weight in the draw.

5. ODDS. They depend on the number of tickets: each ticket has the same chance, one out of all
tickets in the drawing for each pick. $distinct

6. PRIZES. Approximate retail value $total in total.
$prizes

7. DRAW. Winners and $alternates alternates are selected as the FTD1 drawing protocol says, from
values committed to before entry opens. Anyone can verify the draw from public data.

8. CLAIMS. Winners are told at once and must confirm within $claim_days days; else the prize is
forfeited, and the next alternate takes the winner's place. Eligibility is checked again then.

9. TAX. Winners owe all taxes on prizes. A form may be required before a prize is delivered.

10. WINNERS' LIST. Results are published with the drawing as soon as it has been drawn.
"""
)


def render(
    drawing: Drawing, prizes: Sequence[Prize], *, sponsor_name: str | None, zone: ZoneInfo
) -> str:
    """Return the official rules of a drawing as plain text; times in the platform's zone."""
    return TEMPLATE.substitute(
        _terms(drawing, prizes, zone=zone),
        version=VERSION,
        sponsor=sponsor_name or "FitTrack",
        claim_days=CLAIM_DAYS,
        majority=", ".join(f"{age} in {state}" for state, age in AGE_OF_MAJORITY_YEARS.items()),
    )


def _terms(drawing: Drawing, prizes: Sequence[Prize], *, zone: ZoneInfo) -> Mapping[str, str]:
    limit = drawing.ticket_limit
    total_cents = sum(prize.value_cents * prize.quantity for prize in prizes)
    premium = drawing.audience == "premium"
    return {
        "name": drawing.name,
        "drawing_id": drawing.drawing_id,
        "audience": "premium members" if premium else "all members",
        "age": str(drawing.min_age_years),
        "account_age_days": str(drawing.min_account_age_days),
        "excluded": ", ".join(drawing.excluded_states_json) or "none",
        "registered": ", ".join(drawing.registered_states_json) or "none",
        "opens_at": _when(drawing.opens_at, zone),
        "closes_at": _when(drawing.closes_at, zone),
        "draws_at": _when(drawing.draws_at, zone),
        "price": str(drawing.ticket_price_points),
        "limit": f"A member can hold at most {limit} tickets." if limit else "There is no limit.",
        "distinct": _distinct(drawing.distinct_by),
        "total": _dollars(total_cents),
        "prizes": "\n".join(map(_line, prizes)),
        "alternates": str(drawing.alternates),
    }


def _distinct(distinct_by: str) -> str:
    subject = "A member" if distinct_by == "holder" else "An entry"
    return f"{subject} can win at most once."


def _line(prize: Prize) -> str:
    value = _dollars(prize.value_cents)
    return f"   {prize.rank_no}. {prize.name}: {prize.quantity} x {value}, {prize.kind}"


def _when(instant: datetime, zone: ZoneInfo) -> str:
    local = instant.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M:%S %Z}, in the signed terms {epoch_s(instant)}"


def _dollars(cents: int) -> str:
    return f"${cents // 100:,}.{cents % 100:02}"
