"""How deliveries begin, and what winners are told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from fittrack.fulfilment.models import Award, Fulfilment

STATES = (
    "pending",
    "winner_notified",
    "address_confirmed",
    "address_invalid",
    "tax_hold",
    "shipped",
    "delivered",
    "forfeited",
)
# A delivery begins here, and its winner's notice is decided in the same transaction.
OPENING = ("pending", "winner_notified")
NAMED_PRIZES = 3


def opened(fulfilment_id: str, drawing_id: str, award: Award, *, now: datetime) -> Fulfilment:
    """Return the delivery of an award whose winner is told now."""
    return Fulfilment(
        fulfilment_id=fulfilment_id,
        drawing_id=drawing_id,
        position=award.position,
        prize_id=award.prize_id,
        entry_id=award.entry_id,
        account_id=award.account_id,
        prize_name=award.prize_name,
        delivery="digital" if award.is_digital else "physical",
        state=OPENING[-1],
        won_at=now,
        notified_at=now,
        updated_at=now,
    )


def by_winner(fulfilments: Iterable[Fulfilment]) -> dict[str, list[Fulfilment]]:
    """Return each winner's deliveries in the order of the picks: a winner is told once."""
    won: dict[str, list[Fulfilment]] = {}
    for fulfilment in sorted(fulfilments, key=lambda each: each.position):
        won.setdefault(fulfilment.account_id, []).append(fulfilment)
    return won


def notice_title(won: Sequence[Fulfilment]) -> str:
    """Return the headline of a winner's notice, 200 characters at most."""
    title = f"You won: {won[0].prize_name}"
    more = f" and {len(won) - 1} more" if len(won) > 1 else ""
    return title[: 200 - len(more)] + more


def notice_body(won: Sequence[Fulfilment]) -> str:
    """Return what a winner is told, 1,000 characters at most."""
    names = [fulfilment.prize_name for fulfilment in won[:NAMED_PRIZES]]
    if len(won) > NAMED_PRIZES:
        names.append(f"{len(won) - NAMED_PRIZES} more")
    return (
        f"Your entry was drawn. You won {', '.join(names)}. "
        "Your prizes and what happens next are listed under your fulfillments."
    )
