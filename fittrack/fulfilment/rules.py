"""How deliveries go: which state follows which, when a winner's time is up, whose form counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from fittrack.drawings.errors import InvalidTransition
from fittrack.fulfilment.errors import StaleFulfilment
from fittrack.fulfilment.models import Alternate, Award, Fulfilment, FulfilmentEvent

PHYSICAL: Mapping[str, tuple[str, ...]] = {
    "pending": ("winner_notified", "forfeited"),
    "winner_notified": ("address_confirmed", "tax_hold", "forfeited"),
    "address_invalid": ("address_confirmed", "tax_hold", "forfeited"),
    "tax_hold": ("address_confirmed", "address_invalid", "forfeited"),
    "address_confirmed": ("shipped", "tax_hold", "address_invalid", "forfeited"),
    "shipped": ("delivered", "address_invalid"),
    "delivered": (),
    "forfeited": (),
}
DIGITAL: Mapping[str, tuple[str, ...]] = {
    "pending": ("winner_notified", "forfeited"),
    "winner_notified": ("delivered", "tax_hold", "forfeited"),
    "tax_hold": ("winner_notified", "forfeited"),
    "delivered": (),
    "forfeited": (),
}
STATES = tuple(PHYSICAL)
DELIVERIES = ("digital", "physical")
# A delivery begins here, and its winner's notice is decided in the same transaction.
OPENING = ("pending", "winner_notified")
# The winner's part is still to come, and goes to the next alternate if it never does.
CLAIMABLE = frozenset({"winner_notified", "address_invalid"})
FINISHED = frozenset({"delivered", "forfeited"})

WARN_AFTER = timedelta(days=7)
FORFEIT_AFTER = timedelta(days=14)
ADDRESS_KEPT = timedelta(days=90)

NOT_CLAIMED = "not_claimed"
BY_OPERATOR = "by_operator"
ACCOUNT_DELETED = "account_deleted"
# What a winner says who gives a prize up: somebody's of an excluded household, or does not want it.
HOUSEHOLD = "household"
DECLINED = "declined"
BY_WINNER = (DECLINED, HOUSEHOLD)
# What the public history tells of a reason; why somebody was not eligible is nobody else's affair.
PUBLIC_REASONS = frozenset({NOT_CLAIMED, BY_OPERATOR, ACCOUNT_DELETED, DECLINED})
NOT_ELIGIBLE = "not_eligible"


def opened(
    fulfilment_id: str, drawing_id: str, award: Award, refusal: str | None, *, now: datetime
) -> Fulfilment:
    """Return the delivery of an award whose winner is told now, forfeited after a refusal."""
    pending = Fulfilment(
        fulfilment_id=fulfilment_id,
        drawing_id=drawing_id,
        position=award.position,
        prize_id=award.prize_id,
        entry_id=award.entry_id,
        account_id=award.account_id,
        prize_name=award.prize_name,
        delivery="digital" if award.is_digital else "physical",
        state=OPENING[0],
        won_at=now,
        notified_at=None,
        updated_at=now,
    )
    return forfeited(pending, refusal, now=now) if refusal else notified(pending, now=now)


def inherited(
    fulfilment_id: str, forfeited: Fulfilment, heir: Alternate, *, now: datetime
) -> Fulfilment:
    """Return the pending delivery of a forfeited unit to an alternate."""
    return Fulfilment(
        fulfilment_id=fulfilment_id,
        drawing_id=forfeited.drawing_id,
        position=heir.position,
        prize_id=forfeited.prize_id,
        entry_id=heir.entry_id,
        account_id=heir.account_id,
        prize_name=forfeited.prize_name,
        delivery=forfeited.delivery,
        state=OPENING[0],
        won_at=now,
        notified_at=None,
        updated_at=now,
        replaces_id=forfeited.fulfilment_id,
    )


def notified(fulfilment: Fulfilment, *, now: datetime) -> Fulfilment:
    """Return a delivery whose winner is told now; who has to send an address has 14 days."""
    told = moved(fulfilment, "winner_notified", now=now, notified_at=now)
    return told if is_digital(fulfilment) else claimable(told, now=now)


def forfeited(fulfilment: Fulfilment, reason: str, *, now: datetime) -> Fulfilment:
    """Return a delivery that its winner does not get."""
    return moved(fulfilment, "forfeited", now=now, forfeit_reason=reason)


def moved(fulfilment: Fulfilment, to: str, *, now: datetime, **changes: Any) -> Fulfilment:
    """Return a delivery in another state, with the winner's clock standing still.

    Raises: InvalidTransition.
    """
    check_transition(fulfilment, to)
    stopped = {"claim_from_at": None, "warned_at": None, "due_at": None}
    return replace(fulfilment, state=to, updated_at=now, **(stopped | changes))


def claimable(fulfilment: Fulfilment, *, now: datetime) -> Fulfilment:
    """Return a delivery that its winner has 14 days to claim from now on."""
    return replace(fulfilment, claim_from_at=now, warned_at=None, due_at=now + WARN_AFTER)


def warned(fulfilment: Fulfilment, *, now: datetime) -> Fulfilment:
    """Return a delivery whose winner is warned now that the time is half over."""
    return replace(fulfilment, warned_at=now, due_at=claim_until(fulfilment), updated_at=now)


def claim_until(fulfilment: Fulfilment) -> datetime | None:
    """Return when a delivery is forfeited that its winner does not claim, None for never."""
    if fulfilment.claim_from_at is None or fulfilment.state not in CLAIMABLE:
        return None
    return fulfilment.claim_from_at + FORFEIT_AFTER


def clock_step(fulfilment: Fulfilment, *, now: datetime) -> str | None:
    """Return what is due of a delivery that nobody claims: `warn`, `forfeit` or nothing."""
    until_at = claim_until(fulfilment)
    if until_at is None or fulfilment.claim_from_at is None:
        return None
    if now >= until_at:
        return "forfeit"
    is_half_over = now >= fulfilment.claim_from_at + WARN_AFTER
    return "warn" if is_half_over and fulfilment.warned_at is None else None


def rescheduled(fulfilment: Fulfilment) -> Fulfilment:
    """Return a delivery with the time at which the scheduler looks at it next."""
    due_at = claim_until(fulfilment)
    if due_at is not None and fulfilment.warned_at is None:
        due_at += WARN_AFTER - FORFEIT_AFTER
    return replace(fulfilment, due_at=due_at)


def steps_to(state: str) -> tuple[str, ...]:
    """Return the states that a delivery in its first or second state has gone through."""
    return (state,) if state == OPENING[0] else (OPENING[0], state)


def is_digital(fulfilment: Fulfilment) -> bool:
    """Tell whether a prize is a code instead of a parcel."""
    return fulfilment.delivery == "digital"


def allowed(fulfilment: Fulfilment) -> tuple[str, ...]:
    """Return the states that may follow on a delivery's own."""
    table = DIGITAL if is_digital(fulfilment) else PHYSICAL
    return table.get(fulfilment.state, ())


def check_transition(fulfilment: Fulfilment, to: str) -> None:
    """Raises: InvalidTransition, naming the allowed ones."""
    if to not in allowed(fulfilment):
        refuse(fulfilment, to)


def refuse(fulfilment: Fulfilment, to: str) -> NoReturn:
    """Refuse a step. Raises: InvalidTransition, naming the allowed ones."""
    raise InvalidTransition(
        "This delivery's state does not allow that step.",
        from_status=fulfilment.state,
        to_status=to,
        allowed=list(allowed(fulfilment)),
    )


def check_revision(fulfilment: Fulfilment, revisions: Collection[int] | None) -> None:
    """Raises: StaleFulfilment unless a delivery is one of the revisions, None for any."""
    if revisions is not None and fulfilment.revision not in revisions:
        raise StaleFulfilment(revision=fulfilment.revision)


def public_reason(reason: str) -> str:
    """Return what the public history says of why a prize was forfeited."""
    return reason if reason in PUBLIC_REASONS else NOT_ELIGIBLE


def passes_on(lost: Fulfilment, unclaimed_to: str) -> bool:
    """Tell whether alternates get a forfeited prize.

    A disqualified winner's always goes on; the drawing says what becomes of others: `alternate` or
    `sponsor`.
    """
    is_disqualified = public_reason(lost.forfeit_reason or BY_OPERATOR) == NOT_ELIGIBLE
    return is_disqualified or unclaimed_to == "alternate"


def affirmed_at(fulfilment: Fulfilment, events: Iterable[FulfilmentEvent]) -> datetime | None:
    """Return when a winner affirmed to be none of those whom the rules exclude, as by claiming.

    A parcel is claimed by its address, a code by being shown; None before that.
    """
    if is_digital(fulfilment):
        return fulfilment.code_shown_at
    claims = (event for event in events if event.state in {"address_confirmed", "tax_hold"})
    return next((event.occurred_at for event in claims), None)


def by_winner(fulfilments: Iterable[Fulfilment]) -> dict[str, list[Fulfilment]]:
    """Return each winner's deliveries in the order of the picks: a winner is told once."""
    won: dict[str, list[Fulfilment]] = {}
    for fulfilment in sorted(fulfilments, key=lambda each: each.position):
        won.setdefault(fulfilment.account_id, []).append(fulfilment)
    return won


def units_won(awards: Iterable[Award]) -> Counter[str]:
    """Return how many units of each prize found a winner."""
    return Counter(award.prize_id for award in awards)


def tax_year(won_at: datetime, zone: ZoneInfo) -> int:
    """Return the calendar year, in the platform's zone, that a prize counts in."""
    return won_at.astimezone(zone).year


def year_bounds(year: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the first instants of a year in `zone` and of the next, in UTC."""
    first, end = (datetime(each, 1, 1, tzinfo=zone) for each in (year, year + 1))
    return first.astimezone(UTC), end.astimezone(UTC)


def threshold_cents(thresholds: Mapping[int, int], year: int) -> int | None:
    """Return from which total of a year on a form is needed; a year goes by the one before it.

    None for years before the first that is listed.
    """
    known = [each for each in thresholds if each <= year]
    return thresholds[max(known)] if known else None
