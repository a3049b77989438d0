"""Who may enter, at what price and odds; decisions as pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from fittrack.clock import day_of
from fittrack.drawings.errors import (
    AccountTooNew,
    DrawingNotFound,
    DrawingNotOpen,
    EmailNotVerified,
    PremiumOnly,
    SponsorExcluded,
    StaffExcluded,
    StateExcluded,
    TicketLimitReached,
    Underage,
)
from fittrack.drawings.models import Drawing
from fittrack.drawings.protocol import holder_tag
from fittrack.drawings.tickets.errors import Disqualified, OtherRules, TierExcluded
from fittrack.drawings.tickets.models import (
    Entrant,
    Entry,
    HeldEntry,
    Holder,
    ListedEntry,
    Odds,
)
from fittrack.drawings.verifier import Json, parse_json
from fittrack.errors import field_error

SALT_BYTES = 32
MAX_TICKETS_AT_ONCE = 1_000_000
STAFF = frozenset({"admin", "auditor"})

# Why entries are void: their member took them out, or the points were given back to who plays no
# more; the list is public, so that it does not say more of the member than that.
WITHDRAWN = "withdrawn"
GIVEN_BACK = "given_back"
# Why an operator shuts a member out of a drawing; these words are public too.
DISQUALIFICATIONS = (
    "disqualified",
    "duplicate_account",
    "ineligible",
    "household",
    "manipulation",
)
SELLING = frozenset({"scheduled", "open"})

# Ages of majority above 18, below which no drawing goes; the operator's lawyers keep this table.
LEAST_AGE_YEARS = 18
AGE_OF_MAJORITY_YEARS: Mapping[str, int] = {"AL": 19, "NE": 19, "MS": 21}


def check_on_sale(drawing: Drawing, *, now: datetime) -> None:
    """Raises: DrawingNotFound for what is a draft still, DrawingNotOpen."""
    if not drawing.is_public:
        raise DrawingNotFound(drawing_id=drawing.drawing_id)
    if drawing.status != "open" or now >= drawing.closes_at:
        raise DrawingNotOpen(drawing_id=drawing.drawing_id, drawing_status=drawing.status)


def check_voidable(drawing: Drawing, *, now: datetime) -> None:
    """Raises: DrawingNotFound for what is a draft still, DrawingNotOpen after the end of sales."""
    if not drawing.is_public:
        raise DrawingNotFound(drawing_id=drawing.drawing_id)
    is_selling = drawing.status in SELLING and now < drawing.closes_at
    if drawing.status != "draft" and not is_selling:
        raise DrawingNotOpen(drawing_id=drawing.drawing_id, drawing_status=drawing.status)


def check_eligible(drawing: Drawing, entrant: Entrant, *, today_on: date, now: datetime) -> None:
    """Check whether an active account may enter; `today_on` is the platform's day.

    Raises: PremiumOnly, TierExcluded, and the refusals of `check_awardable`.
    """
    check_awardable(drawing, entrant, today_on=today_on, now=now)
    if drawing.audience == "premium" and entrant.role != "premium":
        raise PremiumOnly
    if drawing.tiers_json is not None and entrant.tier_code not in drawing.tiers_json:
        raise TierExcluded(tiers=drawing.tiers_json)


def check_awardable(drawing: Drawing, entrant: Entrant, *, today_on: date, now: datetime) -> None:
    """Check what must hold at entry and still at award; tier and premium are for entry alone.

    Raises: StaffExcluded, SponsorExcluded, Disqualified, EmailNotVerified, Underage, StateExcluded,
    AccountTooNew.
    """
    if entrant.role in STAFF:
        raise StaffExcluded
    if entrant.is_sponsors_own:
        raise SponsorExcluded
    if entrant.disqualified_for is not None:
        raise Disqualified(reason=entrant.disqualified_for)
    if entrant.email_verified_at is None:
        raise EmailNotVerified
    _check_age(drawing, entrant, today_on=today_on)
    if entrant.state_code is None or entrant.state_code in drawing.excluded_states_json:
        raise StateExcluded(state=entrant.state_code)
    least_age = timedelta(days=drawing.min_account_age_days)
    if now - entrant.created_at < least_age:
        raise AccountTooNew(enters_from=entrant.created_at + least_age)


def least_age_years(drawing: Drawing, state_code: str | None) -> int:
    """Return the age from which somebody of a state enters: by the drawing, never below the law."""
    by_law = AGE_OF_MAJORITY_YEARS.get(state_code or "", LEAST_AGE_YEARS)
    return max(drawing.least_age_years(state_code), by_law)


def ages_by_state(drawing: Drawing) -> dict[str, int]:
    """Return the least ages of the states where they are above the drawing's own, by state."""
    states = sorted({*AGE_OF_MAJORITY_YEARS, *(drawing.min_ages_json or {})})
    ages = {state: least_age_years(drawing, state) for state in states}
    return {state: age for state, age in ages.items() if age > drawing.min_age_years}


def _check_age(drawing: Drawing, entrant: Entrant, *, today_on: date) -> None:
    least_years = least_age_years(drawing, entrant.state_code)
    born_on = entrant.date_of_birth_on
    if born_on is None or age_years(born_on, today_on) < least_years:
        raise Underage(least_age_years=least_years)


def age_years(born_on: date, today_on: date) -> int:
    """Return the completed years of a life; someone born on 29 February ages on 1 March."""
    before_birthday = (today_on.month, today_on.day) < (born_on.month, born_on.day)
    return today_on.year - born_on.year - before_birthday


def check_limit(drawing: Drawing, *, held: int, wanted: int) -> None:
    """Raises: TicketLimitReached."""
    limit = drawing.ticket_limit
    if limit is not None and held + wanted > limit:
        raise TicketLimitReached(ticket_limit=limit, tickets_held=held)


def check_rules_accepted(drawing: Drawing, rules_sha256: str | None) -> None:
    """Check that who names the rules that they accept names this drawing's. Raises: OtherRules."""
    if rules_sha256 is not None and rules_sha256 != drawing.rules_sha256:
        raise OtherRules(rules_sha256=drawing.rules_sha256)


def check_received(drawing: Drawing, received_on: date, *, today_on: date, zone: ZoneInfo) -> None:
    """Check the day on which mail came in: since the opening, not ahead. Raises: Invalid."""
    first_on = day_of(drawing.opens_at, zone)
    if not first_on <= received_on <= today_on:
        raise field_error("/received_on", "Mail counts that came in while the drawing sells.")


def odds_before(drawing: Drawing, *, held: int) -> Odds:
    """Return the odds as they are before a purchase."""
    return Odds(held, drawing.units_sold)


def odds_after(drawing: Drawing, *, held: int, bought: int) -> Odds:
    """Return the odds as a purchase leaves them."""
    return Odds(held + bought, drawing.units_sold + bought)


def new_holder(drawing_id: str, account_id: str, salt: bytes) -> Holder:
    """Return a member's tag in a drawing under a fresh salt of 32 random bytes."""
    return Holder(drawing_id, account_id, holder_tag(drawing_id, account_id, salt).hex(), salt)


def as_listed(entry: ListedEntry | Entry) -> Json:
    """Return a stored entry as the close lists it; a void one stays, with its reason."""
    return {
        "entry_id": entry.entry_id,
        "holder": entry.holder,
        "units": 0 if entry.void_reason else entry.units,
        "void": entry.void_reason or "",
    }


def as_taken_along(entry: HeldEntry) -> Json:
    """Return an entry as its holder takes it along; the salt in hex opens the tag (FTD1, 6)."""
    fields = asdict(entry)
    salt_bytes, receipt_text = fields.pop("salt_bytes"), fields.pop("receipt_text")
    fields["salt"] = salt_bytes.hex() if salt_bytes else None
    fields["receipt"] = parse_json(receipt_text.encode()) if receipt_text else None
    return fields
