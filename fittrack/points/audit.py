"""The ledger's audit: read-only, on one snapshot, every check with a name of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from fittrack import db, queues
from fittrack.db import Transaction
from fittrack.drawings import service as drawings
from fittrack.leaderboards import service as leaderboards
from fittrack.points import days, ledger, repository, rules_in_use
from fittrack.points.audit_models import Findings, Report, Suspect
from fittrack.points.models import Head, Link
from fittrack.points.versions import all_versions
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
    A deep audit also recomputes every day's award, every drawing's root, and the leaderboards.
    """
    findings = Findings()
    with db.reading("audit_ledger") as tx:
        head = repository.find_head(tx)
        _check_start(since_no, head, findings)
        walk = _begun_walk(tx, _first_no(since_no, head), findings)
        with _noting(findings, lambda: f"after transaction {walk.last_no}"):
            _follow(tx, walk, head, progress or _silent)
            _check_balances(tx, walk, findings)
        for check, query, words in SUSPECTS:
            for suspect in query(tx):
                findings.add(check, words.format(suspect.subject), suspect.sequence_no)
        with _noting(findings, lambda: "a day"):
            _check_days(tx, findings)
            _check_rules(tx, findings)
        with _noting(findings, lambda: "a job"):
            _check_outbox(tx, findings, now=now)
        if is_deep:
            _look_deeper(tx, findings, now=now)
    return Report(since_no, walk.transactions, walk.postings, is_deep, findings)


@contextmanager
def _noting(findings: Findings, where: Callable[[], str]) -> Iterator[None]:
    """Make a finding of a value that can't be what its column holds; it ends these checks."""
    try:
        yield
    except (TypeError, ValueError) as error:
        findings.add("unreadable", f"{where()}: {error}")


def _silent(numbers: Iterable[int], total: int) -> Iterable[int]:  # noqa: ARG001 - as Progress
    return numbers


def _check_start(since_no: int, head: Head | None, findings: Findings) -> None:
    """Begin within the chain or right behind it; further on there is nothing to look at."""
    last_no = head.sequence_no if head else 0
    if since_no > last_no + 1:
        findings.add("since", f"the ledger ends with transaction {last_no}, before {since_no}")


def _first_no(since_no: int, head: Head | None) -> int:
    """Return where to begin; after the end there is nothing to walk."""
    return min(since_no, head.sequence_no + 1 if head else 1)


def _begun_walk(tx: Transaction, since_no: int, findings: Findings) -> Walk:
    before = _link_before(tx, since_no, findings)
    return Walk(before, repository.audit_opening_sums(tx, since_no), findings)


def _follow(tx: Transaction, walk: Walk, head: Head | None, progress: Progress) -> None:
    rows = repository.audit_postings(tx, walk.last_no + 1)
    left = head.sequence_no - walk.last_no if head else 0
    for _ in progress(walk.follow(rows), left):
        pass
    walk.end_at(head)


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
    for rules in all_versions():
        for day in repository.audit_days_over_cap(tx, rules.version, rules.points_a_day):
            detail = f"{day.account_id} on {day.day_on}: {day.points} points"
            findings.add("day_cap", detail)


def _check_rules(tx: Transaction, findings: Findings) -> None:
    """No version of the rules was edited since it awarded points."""
    for version in rules_in_use.list_edited(tx):
        findings.add("rules_edited", f"version {version} of the rules was edited since its use")


def _check_outbox(tx: Transaction, findings: Findings, *, now: datetime) -> None:
    """Every job is of a known kind, and none has been waiting for long."""
    for kind in repository.audit_outbox(tx):
        if kind.job_name not in queues.JOBS:
            findings.add("outbox_kind", f"nobody does {kind.job_name}")
        if kind.oldest_due_at is not None and kind.oldest_due_at < now - OLDEST_DUE:
            detail = f"{kind.job_name} is due since {kind.oldest_due_at.isoformat()}"
            findings.add("outbox_age", detail)


def _look_deeper(tx: Transaction, findings: Findings, *, now: datetime) -> None:
    for account_id in _members(tx):
        _recompute_days(tx, account_id, findings, now=now)
    for problem in drawings.audit(tx):
        findings.add("drawing", problem)
    with _noting(findings, lambda: "a board"):
        for problem in leaderboards.audit(tx, now=now):
            findings.add("board", problem)


def _recompute_days(tx: Transaction, account_id: str, findings: Findings, *, now: datetime) -> None:
    """Every day's award is what the rules say today about what is stored of it."""
    with _noting(findings, lambda: f"a day of {account_id}"):
        for day in days.differing(tx, account_id, now=now):
            findings.add("day_recomputed", f"{account_id} on {day.day_on} should be awarded anew")


def _members(tx: Transaction) -> Iterator[str]:
    after_id = "0"
    while rows := repository.audit_members(tx, after_id, MEMBERS_AT_ONCE):
        yield from (row.account_id for row in rows)
        after_id = rows[-1].account_id
