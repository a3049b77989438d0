"""Are the boards what the ledger says? Finding out, on one snapshot; and putting them right.

A rebuild holds the boards for one batch of members at a time, each committed: awards go on between
them, and it may be ended anywhere and run again. Counts of buckets are put right by what they lack,
which awards in the meantime do not change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime

from fittrack import db
from fittrack.db import Transaction
from fittrack.leaderboards import recount, repository, rules
from fittrack.leaderboards.models import Board, BucketDifference, Period, Rebuilt
from fittrack.leaderboards.steps import calendar
from fittrack.leaderboards.store import count

BEFORE_ANY_ID = "-"
MEMBERS_AT_ONCE = 200
BUCKETS_AT_ONCE = 500

Progress = Callable[[int], object]


def audit(tx: Transaction, *, now: datetime) -> Iterator[str]:
    """Yield what is wrong with the boards, by members and by buckets; reads only."""
    calendar_ = calendar()
    for first_id, last_id, _ in _batches(tx):
        for one in recount.reckoned(tx, first_id, last_id, calendar_, now=now):
            yield from _problems(one)
    for depth in rules.DEPTHS:
        for bucket in repository.list_bucket_differences(tx, depth):
            yield (
                f"{bucket.board_code} {bucket.period} {bucket.starts_on}: the bucket"
                f" {bucket.prefix} counts {-bucket.member_count:+} places too many"
            )


def rebuild(*, now: datetime, progress: Progress) -> Rebuilt:
    """Make all boards what the ledger says; `progress` is told of accounts as they are done."""
    members, after_id = 0, BEFORE_ANY_ID
    while True:
        with db.transaction("rebuild_boards") as tx:
            repository.hold_boards(tx)
            account_ids = repository.list_ranked_ids(tx, after_id, MEMBERS_AT_ONCE)
            if not account_ids:
                break
            after_id = account_ids[-1]
            members += recount.recount(tx, account_ids[0], after_id, calendar(), now=now)
        progress(len(account_ids))
    return Rebuilt(members, _recount_buckets())


def count_accounts() -> int:
    """Return how many accounts a rebuild goes through."""
    with db.reading("count_accounts") as tx:
        return repository.count_ranked(tx)


def _recount_buckets() -> int:
    """Add to each bucket what it lacks, and return how many were wrong."""
    with db.reading("count_buckets") as tx:
        wrong = [
            bucket
            for depth in rules.DEPTHS
            for bucket in repository.list_bucket_differences(tx, depth)
        ]
    for first in range(0, len(wrong), BUCKETS_AT_ONCE):
        with db.transaction("rebuild_buckets") as tx:
            repository.hold_boards(tx)
            count(tx, _changes(wrong[first : first + BUCKETS_AT_ONCE]))
    return len(wrong)


def _changes(wrong: list[BucketDifference]) -> rules.Changes:
    return Counter(
        {
            (Board(one.board_code, Period(one.period, one.starts_on)), one.prefix): one.member_count
            for one in wrong
        }
    )


def _batches(tx: Transaction) -> Iterator[tuple[str, str, int]]:
    """Yield ranges of accounts: the first id, the last, and how many."""
    after_id = BEFORE_ANY_ID
    while account_ids := repository.list_ranked_ids(tx, after_id, MEMBERS_AT_ONCE):
        after_id = account_ids[-1]
        yield account_ids[0], after_id, len(account_ids)


def _problems(one: recount.Reckoned) -> Iterator[str]:
    account_id, is_erased = one.candidate.account_id, one.candidate.status == "erased"
    shown = [standing for standing in one.standings if standing.place_key is not None]
    if is_erased and not shown:
        return  # the erasure's job will take the rest
    if list(one.standings) != list(one.due_standings):
        yield f"{account_id} does not stand where the ledger says"
    elif not one.is_right:
        yield f"{account_id} is not on the boards that the account belongs to"
