"""What points are made of: ledger transactions, a day's tally, its receipt; all points whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Balance:
    """What a member can spend, and what later awards pay first; neither is below zero."""

    balance_points: int
    debt_points: int
    debt_reason: str | None


@dataclass(frozen=True, slots=True)
class LedgerAccount:
    """One account of the ledger as stored; a debt is held as a balance below zero."""

    ledger_account_id: str
    balance_points: int


@dataclass(frozen=True, slots=True)
class Head:
    """The last link of the chain: its number, and its hash in hex."""

    sequence_no: int
    content_hash: str


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody wants posted: `amount_points` to the member (or, below zero, from them).

    `house` is the other side's account. `may_owe` lets a debit take what there is and book the rest
    as debt, and a credit pay that debt first; else a debit must be covered, a credit is spendable.
    """

    kind: str
    account_id: str
    house: str
    amount_points: int
    reference_id: str
    idempotency_key: str
    description: str
    actor: str
    day_on: date
    may_owe: bool = False
    rules_version: int | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """How one transaction moved one account, and that account's balance after it."""

    ledger_account_id: str
    amount_points: int
    balance_after_points: int


@dataclass(frozen=True, slots=True)
class Record:
    """A transaction's own row, without its hashes' chain and its postings."""

    transaction_id: str
    kind: str
    account_id: str
    reference_id: str
    reverses_no: int | None
    idempotency_key: str
    request_hash: str
    description: str
    actor: str
    rules_version: int | None
    day_on: date
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Link:
    """Where a transaction stands in the chain; hashes are SHA-256 in hex."""

    sequence_no: int
    previous_hash: str
    content_hash: str


@dataclass(frozen=True, slots=True)
class Posted:
    """A transaction that stands in the ledger already."""

    sequence_no: int
    request_hash: str


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line of a member's statement; the balance after is None where only the debt moved."""

    sequence_no: int
    transaction_id: str
    kind: str
    amount_points: int
    debt_change_points: int
    balance_after_points: int | None
    description: str
    reference_id: str
    reverses_no: int | None
    day_on: date
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Effort:
    """What was done on a day: steps, minutes by intensity (each once), workouts long enough."""

    steps: int = 0
    light_minutes: int = 0
    moderate_minutes: int = 0
    vigorous_minutes: int = 0
    workouts: int = 0

    @property
    def active_minutes(self) -> int:
        """Return the minutes of any intensity."""
        return self.light_minutes + self.moderate_minutes + self.vigorous_minutes


@dataclass(frozen=True, slots=True)
class Run:
    """A run of active days as it stands: its length so far, and what a day may earn."""

    run_days: int
    is_active_today: bool
    cap_points: int


@dataclass(frozen=True, slots=True)
class StreakDay:
    """A day of this week: `active`, `frozen`, `missed` or `to_come`."""

    day_on: date
    state: str


@dataclass(frozen=True, slots=True)
class Streak:
    """A member's run of active days, and the minutes that today still needs to go on with it."""

    current_days: int
    longest_days: int
    freezes_left: int
    today_on: date
    active_minutes_today: int
    missing_minutes_today: int
    week: tuple[StreakDay, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """A day's effort as recorded, and what it would be with the manual entries too."""

    recorded: Effort = field(default_factory=Effort)
    with_manual: Effort = field(default_factory=Effort)


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One rule of a day: its input, what it earned, what was awarded, and what cut it down."""

    rule: str
    input: dict[str, int]
    earned_points: int
    awarded_points: int
    forfeited_points: int
    capped_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Award:
    """What a day is worth: a pure function of its tally, its place in the run, and the rules."""

    rules_version: int
    awarded_points: int
    forfeited_points: int
    lines: tuple[ReceiptLine, ...]


@dataclass(frozen=True, slots=True)
class DayReceipt:
    """A points day as its member sees it."""

    day_on: date
    rules_version: int
    awarded_points: int
    forfeited_points: int
    cap_points: int
    cap_left_points: int
    active_minutes: int
    is_active_day: bool
    run_days: int
    review_id: str | None
    lines: list[dict[str, object]]


@dataclass(frozen=True, slots=True)
class DayActivity:
    """What the rules read of an accepted activity; the day is that on which it started."""

    activity_id: str
    day_on: date
    type: str
    source_kind: str
    moving_s: int
    steps: int | None


@dataclass(frozen=True, slots=True)
class DayMinutes:
    """An activity's minutes of one day: [epoch_minute, hr_bpm or null, intensity by speed 1..3]."""

    day_on: date
    source_kind: str
    minutes_json: list[tuple[int, int | None, int]]


@dataclass(frozen=True, slots=True)
class Member:
    """What the rules read of a member's profile as it is now."""

    date_of_birth_on: date | None
    max_hr_bpm: int | None


@dataclass(frozen=True, slots=True)
class MaxHrValue:
    """A maximum heart rate and the points day from which it holds; None is what the age says."""

    from_on: date
    max_hr_bpm: int | None


@dataclass(frozen=True, slots=True)
class Body:
    """What the rules read of a member on any day: the values in order, always one at least."""

    date_of_birth_on: date | None
    max_hr_values: tuple[MaxHrValue, ...]

    def max_hr_bpm_on(self, day_on: date) -> int | None:
        """Return the member's own maximum heart rate of a day; days before the first have that."""
        held = [value for value in self.max_hr_values if value.from_on <= day_on]
        return (held or self.max_hr_values)[-1 if held else 0].max_hr_bpm


@dataclass(frozen=True, slots=True)
class RulesInUse:
    """A version of the rules that has awarded points, and the hash of what it said then."""

    rules_version: int
    content_hash: str


@dataclass(frozen=True, slots=True)
class DayState:
    """A stored day as the run of active days sees it."""

    day_on: date
    active_minutes: int
    run_days: int


@dataclass(frozen=True, slots=True)
class HeldDay:
    """A day that earns nothing: its review is open, or it was rejected."""

    day_on: date
    review_id: str


@dataclass(frozen=True, slots=True)
class DayAward:
    """A day as stored; `generation` counts how often it changed the ledger."""

    account_id: str
    day_on: date
    rules_version: int
    generation: int
    awarded_points: int
    forfeited_points: int
    active_minutes: int
    run_days: int
    tally_json: dict[str, dict[str, int]]
    receipt_json: list[dict[str, object]]
    computed_at: datetime
