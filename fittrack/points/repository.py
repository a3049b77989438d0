"""The points tables: the ledger's accounts, transactions and chain, and the stored days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from fittrack.db import Transaction
from fittrack.db.loader import load_sql
from fittrack.db.values import columns_of
from fittrack.ids import new_id
from fittrack.points.audit_models import (
    ActivityDay,
    AuditedPosting,
    MemberRow,
    OutboxKind,
    Suspect,
    SuspectDay,
)
from fittrack.points.models import (
    DayActivity,
    DayAward,
    DayMinutes,
    DayState,
    Head,
    HeldDay,
    LedgerAccount,
    Link,
    MaxHrValue,
    Member,
    Posted,
    Posting,
    Record,
    RulesInUse,
    StatementLine,
)

SQL = load_sql("points")


def insert_ledger_account(
    tx: Transaction, ledger_account_id: str, account_id: str, kind: str, *, now: datetime
) -> None:
    tx.run(
        SQL["insert_ledger_account"],
        ledger_account_id=ledger_account_id,
        account_id=account_id,
        kind=kind,
        opened_at=now,
    )


def lock_member_accounts(tx: Transaction, account_id: str) -> list[LedgerAccount]:
    return tx.all(LedgerAccount, SQL["lock_member_accounts"], account_id=account_id)


def list_member_accounts(tx: Transaction, account_id: str) -> list[LedgerAccount]:
    return tx.all(LedgerAccount, SQL["list_member_accounts"], account_id=account_id)


def move_balance(
    tx: Transaction, ledger_account_id: str, amount_points: int, *, floor_points: int
) -> int | None:
    """Return the new balance, or None where it would have gone below the floor."""
    balance: int | None = tx.returning(
        SQL["move_balance"],
        ledger_account_id=ledger_account_id,
        amount_points=amount_points,
        floor_points=floor_points,
    )
    return balance


def find_posted(tx: Transaction, idempotency_key: str) -> Posted | None:
    return tx.one(Posted, SQL["find_posted"], idempotency_key=idempotency_key)


def lock_head(tx: Transaction) -> Head:
    head = tx.one(Head, SQL["lock_head"])
    if head is None:
        raise LookupError("the ledger has no head")
    return head


def move_head(tx: Transaction, link: Link) -> int:
    return tx.run(SQL["move_head"], **columns_of(link))


def insert_ledger_transaction(tx: Transaction, record: Record, link: Link) -> None:
    tx.run(SQL["insert_ledger_transaction"], **columns_of(record), **columns_of(link))


def insert_ledger_postings(tx: Transaction, sequence_no: int, postings: Sequence[Posting]) -> None:
    rows = [{"sequence_no": sequence_no, **columns_of(posting)} for posting in postings]
    tx.run_many(SQL["insert_ledger_postings"], rows)


def list_postings(tx: Transaction, sequence_no: int) -> list[Posting]:
    return tx.all(Posting, SQL["list_postings"], sequence_no=sequence_no)


def get_ledger_transaction(tx: Transaction, sequence_no: int) -> Record:
    record = tx.one(Record, SQL["get_ledger_transaction"], sequence_no=sequence_no)
    if record is None:
        raise LookupError(f"the ledger has no transaction {sequence_no}")
    return record


def find_sequence_no(tx: Transaction, transaction_id: str) -> int | None:
    number: int | None = tx.value(SQL["find_sequence_no"], transaction_id=transaction_id)
    return number


def find_debt_reason(tx: Transaction, account_id: str, debt_account_id: str) -> str | None:
    reason: str | None = tx.value(
        SQL["find_debt_reason"], account_id=account_id, debt_account_id=debt_account_id
    )
    return reason


def list_transactions(
    tx: Transaction,
    account_id: str,
    *,
    spendable_account_id: str,
    debt_account_id: str,
    before_no: int,
    kind: str | None,
    from_on: date | None,
    to_on: date | None,
    row_limit: int,
) -> list[StatementLine]:
    return tx.all(
        StatementLine,
        SQL["list_transactions"],
        account_id=account_id,
        spendable_account_id=spendable_account_id,
        debt_account_id=debt_account_id,
        before_no=before_no,
        kind=kind,
        from_on=from_on,
        to_on=to_on,
        row_limit=row_limit,
    )


def find_member(tx: Transaction, account_id: str) -> Member | None:
    return tx.one(Member, SQL["find_member"], account_id=account_id)


def list_held_days(tx: Transaction, account_id: str) -> dict[date, str]:
    """Return the days of a member that earn nothing, and the review of each."""
    rows = tx.all(HeldDay, SQL["list_held_days"], account_id=account_id)
    return {row.day_on: row.review_id for row in rows}


def list_max_hr_values(tx: Transaction, account_id: str) -> list[MaxHrValue]:
    return tx.all(MaxHrValue, SQL["list_max_hr_values"], account_id=account_id)


def insert_max_hr_value(tx: Transaction, account_id: str, value: MaxHrValue) -> None:
    tx.run(SQL["insert_max_hr_value"], account_id=account_id, **columns_of(value))


def update_max_hr_value(tx: Transaction, account_id: str, value: MaxHrValue) -> int:
    return tx.run(SQL["update_max_hr_value"], account_id=account_id, **columns_of(value))


def list_day_activities(
    tx: Transaction, account_id: str, first_on: date, last_on: date
) -> list[DayActivity]:
    return tx.all(
        DayActivity,
        SQL["list_day_activities"],
        account_id=account_id,
        first_on=first_on,
        last_on=last_on,
    )


def list_day_minutes(
    tx: Transaction, account_id: str, first_on: date, last_on: date
) -> list[DayMinutes]:
    return tx.all(
        DayMinutes,
        SQL["list_day_minutes"],
        account_id=account_id,
        first_on=first_on,
        last_on=last_on,
    )


def list_day_states(tx: Transaction, account_id: str) -> list[DayState]:
    return tx.all(DayState, SQL["list_day_states"], account_id=account_id)


def list_day_awards(
    tx: Transaction, account_id: str, first_on: date, last_on: date
) -> list[DayAward]:
    return tx.all(
        DayAward, SQL["list_day_awards"], account_id=account_id, first_on=first_on, last_on=last_on
    )


def insert_day_awards(tx: Transaction, awards: Sequence[DayAward]) -> None:
    tx.run_many(SQL["insert_day_awards"], [columns_of(award) for award in awards])


def update_day_awards(tx: Transaction, awards: Sequence[DayAward]) -> None:
    tx.run_many(SQL["update_day_awards"], [columns_of(award) for award in awards])


def list_rules_in_use(tx: Transaction) -> dict[int, str]:
    """Return the versions of the rules that have awarded points, with the hash of each then."""
    rows = tx.all(RulesInUse, SQL["list_rules_in_use"])
    return {row.rules_version: row.content_hash for row in rows}


def insert_rules_in_use(
    tx: Transaction, rules_version: int, content_hash: str, *, now: datetime
) -> None:
    tx.run(
        SQL["insert_rules_in_use"],
        rules_version=rules_version,
        content_hash=content_hash,
        first_used_at=now,
    )


def find_head(tx: Transaction) -> Head | None:
    return tx.one(Head, SQL["find_head"])


def find_link(tx: Transaction, sequence_no: int) -> Link | None:
    return tx.one(Link, SQL["find_link"], sequence_no=sequence_no)


def audit_postings(tx: Transaction, since_no: int) -> Iterator[AuditedPosting]:
    return tx.each(AuditedPosting, SQL["audit_postings"], since_no=since_no)


def audit_opening_sums(tx: Transaction, since_no: int) -> dict[str, int]:
    rows = tx.each(LedgerAccount, SQL["audit_opening_sums"], since_no=since_no)
    return {row.ledger_account_id: row.balance_points for row in rows}


def audit_balances(tx: Transaction) -> dict[str, int]:
    rows = tx.each(LedgerAccount, SQL["audit_balances"])
    return {row.ledger_account_id: row.balance_points for row in rows}


def audit_lost_postings(tx: Transaction) -> list[Suspect]:
    return tx.all(Suspect, SQL["audit_lost_postings"])


def audit_repeated_keys(tx: Transaction) -> list[Suspect]:
    return tx.all(Suspect, SQL["audit_repeated_keys"])


def audit_repeated_reversals(tx: Transaction) -> list[Suspect]:
    return tx.all(Suspect, SQL["audit_repeated_reversals"])


def audit_bad_mirrors(tx: Transaction) -> list[Suspect]:
    return tx.all(Suspect, SQL["audit_bad_mirrors"])


def audit_purchases(tx: Transaction) -> list[Suspect]:
    return tx.all(Suspect, SQL["audit_purchases"])


def audit_entries(tx: Transaction) -> list[Suspect]:
    return tx.all(Suspect, SQL["audit_entries"])


def audit_refunds(tx: Transaction) -> list[Suspect]:
    return tx.all(Suspect, SQL["audit_refunds"])


def audit_day_sums(tx: Transaction) -> list[SuspectDay]:
    return tx.all(SuspectDay, SQL["audit_day_sums"])


def audit_days_over_cap(tx: Transaction, rules_version: int, cap_points: int) -> list[SuspectDay]:
    return tx.all(
        SuspectDay, SQL["audit_days_over_cap"], rules_version=rules_version, cap_points=cap_points
    )


def audit_outbox(tx: Transaction) -> list[OutboxKind]:
    return tx.all(OutboxKind, SQL["audit_outbox"])


def audit_members(tx: Transaction, after_id: str, row_limit: int) -> list[MemberRow]:
    return tx.all(MemberRow, SQL["audit_members"], after_id=after_id, row_limit=row_limit)


def count_members_with_days(tx: Transaction) -> int:
    """Return how many members there are whose days can be recomputed."""
    count: int = tx.value(SQL["count_members_with_days"])
    return count


def list_activity_days(tx: Transaction, account_id: str) -> list[date]:
    rows = tx.all(ActivityDay, SQL["list_activity_days"], account_id=account_id)
    return sorted(row.day_on for row in rows)


def list_erasable_days(
    tx: Transaction, account_id: str, *, blank_at: datetime, row_limit: int
) -> list[date]:
    rows = tx.all(
        ActivityDay,
        SQL["list_erasable_days"],
        account_id=account_id,
        blank_at=blank_at,
        row_limit=row_limit,
    )
    return [row.day_on for row in rows]


def erase_days(tx: Transaction, account_id: str, days: Sequence[date], blank: DayAward) -> None:
    """Leave of days what the ledger has of them; the rest is that of a blank day."""
    shared = {
        "account_id": account_id,
        "tally_json": blank.tally_json,
        "receipt_json": blank.receipt_json,
        "blank_at": blank.computed_at,
    }
    tx.run_many(SQL["erase_days"], [{**shared, "day_on": day_on} for day_on in days])


def erase_max_hr_values(tx: Transaction, account_id: str) -> None:
    tx.run(SQL["erase_max_hr_values"], account_id=account_id)


def list_days_after(
    tx: Transaction, account_id: str, *, after_on: date, row_limit: int
) -> list[DayAward]:
    return tx.all(
        DayAward,
        SQL["list_days_after"],
        account_id=account_id,
        after_on=after_on,
        row_limit=row_limit,
    )


def insert_ledger_audit(
    tx: Transaction, *, finished_at: datetime, transactions: int, findings: int
) -> None:
    """Record what an audit came to."""
    tx.run(
        SQL["insert_ledger_audit"],
        audit_id=new_id(),
        finished_at=finished_at,
        transactions=transactions,
        findings=findings,
    )
