"""The ledger's audit: read-only, on one snapshot, every check with a name of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from fittrack import db, queues
from fittrack.db import Transaction
from fittrack.drawings import service as drawings
from fittrack.points import days, ledger, repository
from fittrack.points.audit_models import Findings, Report, Suspect
from fittrack.points.models import Link
from fittrack.points.versions import VERSIONS
from fittrack.points.walk import Walk

# A job that has been due for longer than this is not being done.
OLDEST_DUE = timedelta(hours=1)
MEMBERS_AT_ONCE = 500

Progress = Callable[[Iterable[int], int], Iterable[int]]

# Check -> the query that lists what breaks it, and what to say of each.
SUSPECTS: tuple[tuple[str, Callable[[Transaction], list[Suspect]], str], ...] = (
    ("lost_posting", repository.audit_lost_postings, "{} was posted by no transaction"),
    ("repeated_key", repository.audit_repeated_keys, "the key {} stands more than once"),
    ("repeated_reversal", repository.audit_repeated_reversals, "{} was reversed more than once"),
    ("reversal_mirror", repository.audit_bad_mirrors, "the reversal leaves something on {}"),
    ("purchase_entry", repository.audit_purchases, "the purchase {} has no such entry"),
    ("entry_purchase", repository.audit_entries, "the paid entry of {} has not just one purchase"),
    ("refund_reversal", repository.audit_refunds, "{} is refunded but not reversed, or reversed"
     " but not refunded"),
)  # fmt: skip


def audit_ledger(
    *, now: datetime, since_no: int = 1, is_deep: bool = False, progress: Progress | None = None
) -> Report:
    """Check the whole ledger and what hangs on it, and return what is wrong.

    The walk along the chain begins at `since_no`, with the accounts' sums before it taken as given.
    A deep audit also recomputes every day's award and every drawing's root.
    """
    findings = Findings()
    with db.reading("audit_ledger") as tx:
        walk = _walk(tx, since_no, findings, progress or _silent)
        _check_balances(tx, walk, findings)
        for check, query, words in SUSPECTS:
            for suspect in query(tx):
                findings.add(check, words.format(suspect.subject), suspect.sequence_no)
        _check_days(tx, findings)
        _check_outbox(tx, findings, now=now)
        if is_deep:
            _recompute_days(tx, findings, now=now)
            for problem in drawings.audit(tx):
                findings.add("drawing", problem)
    return Report(since_no, walk.transactions, walk.postings, is_deep, findings)


def _silent(numbers: Iterable[int], total: int) -> Iterable[int]:  # noqa: ARG001 - as Progress
    return numbers


def _walk(tx: Transaction, since_no: int, findings: Findings, progress: Progress) -> Walk:
    head = repository.find_head(tx)
    last_no = head.sequence_no if head else 0
    since_no = min(since_no, last_no + 1)
    before = _link_before(tx, since_no, findings)
    walk = Walk(before, repository.audit_opening_sums(tx, since_no), findings)
    rows = repository.audit_postings(tx, since_no)
    for _ in progress(walk.follow(rows), last_no - since_no + 1):
        pass
    walk.end_at(head)
    return walk


def _link_before(tx: Transaction, since_no: int, findings: Findings) -> Link:
    """Return the link before the first one to walk; before all of them stands the genesis."""
    if since_no <= 1:
        return Link(0, "", ledger.GENESIS_HASH)
    before = repository.find_link(tx, since_no - 1)
    if before is None:
        findings.add("sequence_gap", f"there is no transaction {since_no - 1}", since_no - 1)
        return Link(since_no - 1, "", "")
    return before


def _check_balances(tx: Transaction, walk: Walk, findings: Findings) -> None:
    """Every stored balance is the sum of its postings, and all of them come to nothing."""
    stored = repository.audit_balances(tx)
    for name in sorted(stored.keys() | walk.sums.keys()):
        balance, posted = stored.get(name), walk.sums.get(name, 0)
        if balance != posted:
            findings.add("balance_sum", f"{name} stands at {balance}, its postings at {posted}")
    total = sum(walk.sums.values())
    if total != 0:
        findings.add("total_sum", f"all postings come to {total}, not to 0")


def _check_days(tx: Transaction, findings: Findings) -> None:
    """A day's award is what was posted for it, and within the cap of its rules."""
    for day in repository.audit_day_sums(tx):
        detail = f"{day.account_id} on {day.day_on}: {day.points} points not posted"
        findings.add("day_award", detail)
    for rules in VERSIONS:
        for day in repository.audit_days_over_cap(tx, rules.version, rules.points_a_day):
            detail = f"{day.account_id} on {day.day_on}: {day.points} points"
            findings.add("day_cap", detail)


def _check_outbox(tx: Transaction, findings: Findings, *, now: datetime) -> None:
    """Every job is of a known kind, and none has been waiting for long."""
    for kind in repository.audit_outbox(tx):
        if kind.job_name not in queues.JOBS:
            findings.add("outbox_kind", f"nobody does {kind.job_name}")
        if kind.oldest_due_at is not None and kind.oldest_due_at < now - OLDEST_DUE:
            detail = f"{kind.job_name} is due since {kind.oldest_due_at.isoformat()}"
            findings.add("outbox_age", detail)


def _recompute_days(tx: Transaction, findings: Findings, *, now: datetime) -> None:
    """Every day's award is what the rules say today about what is stored of it."""
    for account_id in _members(tx):
        for day in days.differing(tx, account_id, now=now):
            findings.add("day_recomputed", f"{account_id} on {day.day_on} should be awarded anew")


def _members(tx: Transaction) -> Iterator[str]:
    after_id = "0"
    while rows := repository.audit_members(tx, after_id, MEMBERS_AT_ONCE):
        yield from (row.account_id for row in rows)
        after_id = rows[-1].account_id
