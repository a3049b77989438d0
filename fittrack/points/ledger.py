"""The double-entry ledger: `post` is the only way in, and nothing is ever changed.

A member has a spendable account (never below zero) and a debt account (zero or below). Locks are
taken in one order: the member's accounts, the house's, the head of the chain last. docs/ledger.md
says how a hash is made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

import orjson

from fittrack.db import Transaction
from fittrack.db.errors import Unique
from fittrack.db.values import instant_to_text
from fittrack.ids import new_id
from fittrack.points import repository
from fittrack.points.errors import InsufficientPoints, LedgerKeyReused
from fittrack.points.models import Head, LedgerAccount, Link, Posting, Record, Request

GENESIS_HASH = "0" * 64
ISSUED, TICKETS = "house/issued", "house/tickets"
ADJUSTMENTS, ERASED = "house/adjustments", "house/erased"
SPENDABLE, DEBT = "/spendable", "/debt"
SYSTEM = "system"

# Below this no whole number of points can be: house accounts have no floor.
NO_FLOOR = -(10**15)

Moves = Mapping[str, int]


def spendable_id(account_id: str) -> str:
    """Return the id of a member's spendable account."""
    return account_id + SPENDABLE


def debt_id(account_id: str) -> str:
    """Return the id of a member's debt account; it sorts before the spendable one."""
    return account_id + DEBT


def open_accounts(tx: Transaction, account_id: str, *, now: datetime) -> None:
    """Open a member's two accounts; harmless where they are open."""
    try:
        repository.insert_ledger_account(tx, debt_id(account_id), account_id, "debt", now=now)
        repository.insert_ledger_account(
            tx, spendable_id(account_id), account_id, "spendable", now=now
        )
    except Unique:  # they are open already
        return


def lock_member(tx: Transaction, account_id: str, *, now: datetime) -> tuple[int, int]:
    """Hold a member's accounts and return (spendable, debt) points, both zero or above."""
    rows = repository.lock_member_accounts(tx, account_id)
    if not rows:
        open_accounts(tx, account_id, now=now)
        rows = repository.lock_member_accounts(tx, account_id)
    return _balances(account_id, rows)


def read_member(tx: Transaction, account_id: str) -> tuple[int, int]:
    """Return a member's (spendable, debt) points; nothing where the accounts are not open yet."""
    rows = repository.list_member_accounts(tx, account_id)
    return _balances(account_id, rows) if rows else (0, 0)


def post(tx: Transaction, request: Request, *, now: datetime) -> int:
    """Post what is asked for, once per key, and return the member's spendable points after it.

    Raises: InsufficientPoints, with nothing changed; LedgerKeyReused where the key stands for
    another request.
    """
    request_hash = hash_of(_content_of_request(request))
    spendable_points, debt_points = lock_member(tx, request.account_id, now=now)
    if _stands(tx, request.idempotency_key, request_hash):
        return spendable_points
    moves = _moves_of(request, spendable_points, debt_points)
    _append(tx, _record_of(request, request_hash, now=now), moves)
    return spendable_points + moves[spendable_id(request.account_id)]


def reverse(
    tx: Transaction,
    sequence_no: int,
    *,
    kind: str,
    description: str,
    actor: str,
    day_on: date,
    reference_id: str | None = None,
    now: datetime,
) -> int:
    """Mirror a transaction, once, and return the member's spendable points after it.

    A refund is the exact mirror of what was bought. Any other mirror moves the house's account back
    and the member's two together: debt that was paid since is spendable, spent points are debt.
    """
    target = repository.get_ledger_transaction(tx, sequence_no)
    mirror = replace(
        target,
        transaction_id=new_id(),
        kind=kind,
        reference_id=reference_id or target.reference_id,
        reverses_no=sequence_no,
        idempotency_key=_reversal_key(sequence_no),
        request_hash=hash_of({"kind": kind, "reverses_no": sequence_no}),
        description=description,
        actor=actor,
        day_on=day_on,
        created_at=now,
    )
    spendable_points, debt_points = lock_member(tx, target.account_id, now=now)
    if _stands(tx, mirror.idempotency_key, mirror.request_hash):
        return spendable_points
    postings = repository.list_postings(tx, sequence_no)
    moves: Moves = {posting.ledger_account_id: -posting.amount_points for posting in postings}
    if kind == "reversal":
        moves = _rebalanced(target.account_id, moves, spendable_points, debt_points)
    _append(tx, mirror, moves)
    return spendable_points + moves.get(spendable_id(target.account_id), 0)


def find_reversal(tx: Transaction, sequence_no: int) -> int | None:
    """Return the number of the transaction that reverses another, or None."""
    reversal = repository.find_posted(tx, _reversal_key(sequence_no))
    return reversal.sequence_no if reversal else None


def sweep(tx: Transaction, account_id: str, *, actor: str, day_on: date, now: datetime) -> None:
    """Move what an erased member has, points and debt, to the house's account for that."""
    rows = repository.lock_member_accounts(tx, account_id)
    spendable_points, debt_points = _balances(account_id, rows) if rows else (0, 0)
    for kind, amount_points in (("points", -spendable_points), ("debt", debt_points)):
        if amount_points:
            request = Request(
                kind="adjustment",
                account_id=account_id,
                house=ERASED,
                amount_points=amount_points,
                reference_id=account_id,
                idempotency_key=f"erasure/{new_id()}",
                description="What an erased account left",
                actor=actor,
                day_on=day_on,
                may_owe=kind == "debt",
            )
            post(tx, request, now=now)


def content_of(
    record: Record, sequence_no: int, previous_hash: str, postings: Sequence[Posting]
) -> dict[str, Any]:
    """Return what a transaction's hash is made of; docs/ledger.md describes it."""
    return {
        # Not asdict: it copies deeply, which makes an audit three times as long.
        **{name: getattr(record, name) for name in Record.__slots__},
        "day_on": record.day_on.isoformat(),
        "created_at": instant_to_text(record.created_at),
        "sequence_no": sequence_no,
        "previous_hash": previous_hash,
        "postings": [
            [posting.ledger_account_id, posting.amount_points, posting.balance_after_points]
            for posting in postings
        ],
    }


def hash_of(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 in hex of a value as JSON with sorted keys and no spaces, in UTF-8."""
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def is_out_of_bounds(ledger_account_id: str, balance_points: int) -> bool:
    """Tell whether a balance can't be: what is spendable below zero, or a debt above it."""
    if ledger_account_id.endswith(SPENDABLE):
        return balance_points < 0
    return ledger_account_id.endswith(DEBT) and balance_points > 0


def is_anothers(ledger_account_id: str, account_id: str) -> bool:
    """Tell whether an account is that of another member; the house's are everybody's."""
    if not ledger_account_id.endswith((SPENDABLE, DEBT)):
        return False
    return ledger_account_id.rpartition("/")[0] != account_id


def _balances(account_id: str, rows: Sequence[LedgerAccount]) -> tuple[int, int]:
    balances = {row.ledger_account_id: row.balance_points for row in rows}
    return balances[spendable_id(account_id)], -balances[debt_id(account_id)]


def _content_of_request(request: Request) -> dict[str, Any]:
    return {**asdict(request), "day_on": request.day_on.isoformat()}


def _stands(tx: Transaction, idempotency_key: str, request_hash: str) -> bool:
    """Tell whether this was posted before. Raises: LedgerKeyReused where something else was."""
    earlier = repository.find_posted(tx, idempotency_key)
    if earlier is not None and earlier.request_hash != request_hash:
        raise LedgerKeyReused
    return earlier is not None


def _moves_of(request: Request, spendable_points: int, debt_points: int) -> Moves:
    """Return account -> amount: a credit pays debt first, a debit that may owe leaves debt."""
    amount = request.amount_points
    if not request.may_owe and amount + spendable_points < 0:
        raise InsufficientPoints(needed_points=-amount, available_points=spendable_points)
    to_debt = _part_of_debt(amount, spendable_points, debt_points) if request.may_owe else 0
    return {
        debt_id(request.account_id): to_debt,
        spendable_id(request.account_id): amount - to_debt,
        request.house: -amount,
    }


def _part_of_debt(amount_points: int, spendable_points: int, debt_points: int) -> int:
    """Return how much of a credit pays debt, or (below zero) of a debit is not covered."""
    if amount_points > 0:
        return min(amount_points, debt_points)
    return min(0, amount_points + spendable_points)


def _rebalanced(account_id: str, moves: Moves, spendable_points: int, debt_points: int) -> Moves:
    """Return a mirror whose member's part goes where there is room for it now."""
    own = {debt_id(account_id), spendable_id(account_id)}
    amount = sum(points for name, points in moves.items() if name in own)
    to_debt = _part_of_debt(amount, spendable_points, debt_points)
    houses = {name: points for name, points in moves.items() if name not in own}
    return {debt_id(account_id): to_debt, spendable_id(account_id): amount - to_debt, **houses}


def _reversal_key(sequence_no: int) -> str:
    return f"reversal/{sequence_no}"


def _record_of(request: Request, request_hash: str, *, now: datetime) -> Record:
    return Record(
        transaction_id=new_id(),
        kind=request.kind,
        account_id=request.account_id,
        reference_id=request.reference_id,
        reverses_no=None,
        idempotency_key=request.idempotency_key,
        request_hash=request_hash,
        description=request.description,
        actor=request.actor,
        rules_version=request.rules_version,
        day_on=request.day_on,
        created_at=now,
    )


def _append(tx: Transaction, record: Record, moves: Moves) -> None:
    """Move the balances, then add the next link of the chain."""
    # The ids' order is that of the locks: a member's id is hexadecimal, the house's begin with h.
    postings = [_move(tx, name, amount) for name, amount in sorted(moves.items()) if amount]
    head = repository.lock_head(tx)
    link = _next_link(head, record, postings)
    repository.insert_ledger_transaction(tx, record, link)
    repository.insert_ledger_postings(tx, link.sequence_no, postings)
    if repository.move_head(tx, link) != 1:
        raise RuntimeError("the head of the ledger moved while it was held")


def _move(tx: Transaction, ledger_account_id: str, amount_points: int) -> Posting:
    """Move one balance by the guarded update. Raises: InsufficientPoints."""
    floor = 0 if ledger_account_id.endswith(SPENDABLE) else NO_FLOOR
    balance = repository.move_balance(tx, ledger_account_id, amount_points, floor_points=floor)
    if balance is None:
        raise InsufficientPoints(needed_points=-amount_points, available_points=0)
    return Posting(ledger_account_id, amount_points, balance)


def _next_link(head: Head, record: Record, postings: Sequence[Posting]) -> Link:
    sequence_no = head.sequence_no + 1
    content = content_of(record, sequence_no, head.content_hash, postings)
    return Link(sequence_no, head.content_hash, hash_of(content))
