"""What the audit reads, and what it finds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime

SHOWN_PER_CHECK = 100


@dataclass(frozen=True, slots=True)
class AuditedPosting:
    """A transaction with one of its postings; those columns are None where it has none."""

    sequence_no: int
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
    previous_hash: str
    content_hash: str
    ledger_account_id: str | None
    amount_points: int | None
    balance_after_points: int | None


@dataclass(frozen=True, slots=True)
class Suspect:
    """A transaction that a check names, and what about it."""

    sequence_no: int | None
    subject: str


@dataclass(frozen=True, slots=True)
class SuspectDay:
    """A member's day that a check names, and by how many points."""

    account_id: str
    day_on: date
    points: int


@dataclass(frozen=True, slots=True)
class OutboxKind:
    """A kind of job in the outbox, and since when the oldest pending one is due."""

    job_name: str
    oldest_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member whose days can be recomputed."""

    account_id: str


@dataclass(frozen=True, slots=True)
class ActivityDay:
    """A points day on which a member did something."""

    day_on: date


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it must be: the check's name, where, and what."""

    check: str
    detail: str
    sequence_no: int | None = None


@dataclass(slots=True)
class Findings:
    """All that was found: counted in full, the first hundred of each check kept."""

    kept: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, check: str, detail: str, sequence_no: int | None = None) -> None:
        """Note one finding."""
        self.counts[check] += 1
        if self.counts[check] <= SHOWN_PER_CHECK:
            self.kept.append(Finding(check, detail, sequence_no))


@dataclass(frozen=True, slots=True)
class Report:
    """The audit's result: what was walked, and what was found."""

    since_no: int
    transactions: int
    postings: int
    is_deep: bool
    findings: Findings

    @property
    def is_clean(self) -> bool:
        """Tell whether everything is as it must be."""
        return not self.findings.counts
