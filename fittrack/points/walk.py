"""The walk along the ledger's chain: every transaction once, in order; it remembers sums only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import attrgetter

from fittrack.points import ledger
from fittrack.points.audit_models import AuditedPosting, Findings
from fittrack.points.models import Head, Link, Posting, Record


class Walk:
    """Checks each transaction against the one before it, and sums up every account.

    `before` is the link before the first transaction, `sums` what the accounts came to then.
    """

    def __init__(self, before: Link, sums: Mapping[str, int], findings: Findings) -> None:
        self.sums = dict(sums)
        self.transactions = 0
        self.postings = 0
        self.last_no = before.sequence_no
        self._last_hash = before.content_hash
        self._findings = findings

    def follow(self, rows: Iterable[AuditedPosting]) -> Iterator[int]:
        """Walk along the rows, which are in the chain's order, and yield each sequence number."""
        for sequence_no, group in groupby(rows, key=attrgetter("sequence_no")):
            self._visit(list(group))
            yield sequence_no

    def end_at(self, head: Head | None) -> None:
        """Compare the last link with the stored head."""
        if head is None or head != Head(self.last_no, self._last_hash):
            stored = "nothing" if head is None else f"transaction {head.sequence_no}"
            self._findings.add(
                "chain_head",
                f"the chain ends with transaction {self.last_no}, its head says {stored}",
                self.last_no,
            )

    def _visit(self, rows: list[AuditedPosting]) -> None:
        first = rows[0]
        postings = [_posting(row) for row in rows if row.ledger_account_id is not None]
        self._check_place(first)
        self._check_hash(first, postings)
        self._check_sum(first, postings)
        for posting in postings:
            self._check_posting(first, posting)
        self.transactions += 1
        self.postings += len(postings)
        self.last_no, self._last_hash = first.sequence_no, first.content_hash

    def _check_place(self, row: AuditedPosting) -> None:
        if row.sequence_no != self.last_no + 1:
            detail = f"{self.last_no} is followed by {row.sequence_no}"
            self._findings.add("sequence_gap", detail, row.sequence_no)

    def _check_hash(self, row: AuditedPosting, postings: list[Posting]) -> None:
        content = ledger.content_of(_record(row), row.sequence_no, row.previous_hash, postings)
        if ledger.hash_of(content) != row.content_hash:
            self._findings.add("hash_chain", "the content is not what was hashed", row.sequence_no)
        if row.previous_hash != self._last_hash:
            detail = "the hash of the one before is another"
            self._findings.add("hash_chain", detail, row.sequence_no)

    def _check_sum(self, row: AuditedPosting, postings: list[Posting]) -> None:
        total = sum(posting.amount_points for posting in postings)
        if total != 0 or not postings:
            detail = f"{len(postings)} postings come to {total}, not to 0"
            self._findings.add("transaction_sum", detail, row.sequence_no)

    def _check_posting(self, row: AuditedPosting, posting: Posting) -> None:
        name = posting.ledger_account_id
        if ledger.is_anothers(name, row.account_id):
            self._findings.add("posting_owner", f"{name} is another member's", row.sequence_no)
        balance = self.sums[name] = self.sums.get(name, 0) + posting.amount_points
        if posting.balance_after_points != balance:
            detail = f"{name} stands at {balance}, the posting says {posting.balance_after_points}"
            self._findings.add("balance_after", detail, row.sequence_no)
        if ledger.is_out_of_bounds(name, balance):
            self._findings.add("below_zero", f"{name} stands at {balance}", row.sequence_no)


def _posting(row: AuditedPosting) -> Posting:
    return Posting(
        row.ledger_account_id or "", row.amount_points or 0, row.balance_after_points or 0
    )


def _record(row: AuditedPosting) -> Record:
    return Record(
        transaction_id=row.transaction_id,
        kind=row.kind,
        account_id=row.account_id,
        reference_id=row.reference_id,
        reverses_no=row.reverses_no,
        idempotency_key=row.idempotency_key,
        request_hash=row.request_hash,
        description=row.description,
        actor=row.actor,
        rules_version=row.rules_version,
        day_on=row.day_on,
        created_at=row.created_at,
    )
