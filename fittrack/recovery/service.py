"""Use cases of sleeps and recoveries: kept as trackers tell them, listed, exported, erased."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from fittrack import archive, db
from fittrack.archive import PAGE_ROWS, ArchiveFile
from fittrack.db import Transaction
from fittrack.pagination import Cursor, Page
from fittrack.recovery import repository
from fittrack.recovery.errors import RecoveryNotFound
from fittrack.recovery.models import Latest, Night, Recovery, Sleep, Source
from fittrack.recovery.rules import imported, overlaps, with_naps

AFTER_ANY_AT = datetime(9999, 1, 1, tzinfo=UTC)
AFTER_ANY_ID = "~"
A_DAY = timedelta(days=1)
FROM_THE_NEWEST: dict[str, Any] = {
    "before_at": AFTER_ANY_AT,
    "before_id": AFTER_ANY_ID,
    "row_limit": PAGE_ROWS,
}


def keep_sleep(tx: Transaction, source: Source, sleep: Sleep) -> None:
    """Keep a sleep as a provider has it, in the place of what it was before.

    The caller holds the member, so that nobody else keeps the same one at this moment.
    """
    if not repository.update_sleep(tx, source, sleep):
        repository.insert_sleep(tx, source, sleep)


def keep_imported(
    tx: Transaction, account_id: str, provider: str, nights: Sequence[Night], *, now: datetime
) -> bool:
    """Keep the sleeps of a day out of an export, and tell whether that was news.

    Of what is known of the same hours only that stays which tells of more sleep; which one of a day
    is its night is said again. The caller holds the member.
    """
    kept = [imported(night, provider, now=now) for night in nights]
    days = [sleep.day_on for sleep in kept]
    known = repository.list_sleeps(
        tx,
        account_id,
        from_on=min(days) - A_DAY,
        to_on=max(days) + A_DAY,
        provider=provider,
        **FROM_THE_NEWEST,
    )
    rivals = [one for one in known if any(overlaps(one, sleep) for sleep in kept)]
    if sum(one.asleep_s for one in nights) <= sum(one.asleep_s or 0 for one in rivals):
        return False
    others = [one for one in known if one not in rivals]
    for sleep in with_naps([*kept, *others]):
        if sleep not in others:
            keep_sleep(tx, Source(account_id, account_id), sleep)
    for gone in {one.external_id for one in rivals} - {one.external_id for one in kept}:
        repository.delete_sleep(tx, account_id, gone)
    return True


def keep_recovery(tx: Transaction, source: Source, recovery: Recovery) -> None:
    """Keep a recovery as a provider has it; the caller holds the member."""
    if not repository.update_recovery(tx, source, recovery):
        repository.insert_recovery(tx, source, recovery)


def remove_sleep(tx: Transaction, connection_id: str, external_id: str) -> None:
    """Forget a sleep that its provider has deleted, and the recovery that hangs on it."""
    repository.delete_recoveries_of_sleep(tx, connection_id, external_id)
    repository.delete_sleep(tx, connection_id, external_id)


def remove_recovery(tx: Transaction, connection_id: str, external_id: str) -> None:
    """Forget a recovery that its provider has deleted."""
    repository.delete_recovery(tx, connection_id, external_id)


def forget_brought(tx: Transaction, connection_id: str) -> int:
    """Forget all that a connection brought, and return how much it was."""
    return repository.delete_recoveries_of(tx, connection_id) + repository.delete_sleeps_of(
        tx, connection_id
    )


def list_sleeps(
    *,
    account_id: str,
    from_on: date | None,
    to_on: date | None,
    provider: str | None,
    cursor: Cursor,
    limit: int,
) -> Page[Sleep]:
    """Return a member's sleeps, newest first, of all sources or of one; days of waking."""
    with db.reading("list_sleeps") as tx:
        rows = repository.list_sleeps(
            tx,
            account_id,
            from_on=from_on,
            to_on=to_on,
            provider=provider,
            before_at=cursor.instant(default=AFTER_ANY_AT),
            before_id=cursor.text(default=AFTER_ANY_ID, at=1),
            row_limit=limit + 1,
        )
    return Page.of(rows, limit=limit, cursor=cursor, key=_key_of_sleep)


def list_recoveries(
    *,
    account_id: str,
    from_on: date | None,
    to_on: date | None,
    provider: str | None,
    cursor: Cursor,
    limit: int,
) -> Page[Recovery]:
    """Return a member's recoveries, newest first, of all sources or one; days of waking."""
    with db.reading("list_recoveries") as tx:
        rows = repository.list_recoveries(
            tx,
            account_id,
            from_on=from_on,
            to_on=to_on,
            provider=provider,
            before_at=cursor.instant(default=AFTER_ANY_AT),
            before_id=cursor.text(default=AFTER_ANY_ID, at=1),
            row_limit=limit + 1,
        )
    return Page.of(rows, limit=limit, cursor=cursor, key=_key_of_recovery)


def get_latest(*, account_id: str) -> Latest:
    """Return a member's newest recovery that has a score, with its sleep.

    Raises: RecoveryNotFound.
    """
    with db.reading("get_latest_recovery") as tx:
        recovery = find_latest_recovery(tx, account_id)
        if recovery is None:
            raise RecoveryNotFound
        return Latest(recovery, repository.find_sleep_of_recovery(tx, recovery.recovery_id))


def find_latest_recovery(tx: Transaction, account_id: str) -> Recovery | None:
    """Return a member's newest recovery that has a score; None where there is none."""
    return repository.find_latest_recovery(tx, account_id)


def erase_member(tx: Transaction, account_id: str, *, row_limit: int) -> int:
    """Forget some of how an erased member slept and recovered, and return how much it was."""
    sleeps = repository.list_erasable_sleeps(tx, account_id, row_limit=row_limit)
    recoveries = repository.list_erasable_recoveries(tx, account_id, row_limit=row_limit)
    repository.erase_sleeps(tx, sleeps)
    repository.erase_recoveries(tx, recoveries)
    return len(sleeps) + len(recoveries)


def export_member(account_id: str) -> Iterator[ArchiveFile]:
    """Yield how a member slept and recovered."""
    sleeps = archive.pages(
        "export_sleeps",
        lambda tx, last: repository.list_sleeps(tx, account_id, **_after(last)),
        _key_of_sleep,
    )
    yield archive.json_list("sleeps.json", sleeps)
    recoveries = archive.pages(
        "export_recoveries",
        lambda tx, last: repository.list_recoveries(tx, account_id, **_after(last)),
        _key_of_recovery,
    )
    yield archive.json_list("recoveries.json", recoveries)


def _after(last: tuple[datetime, str] | None) -> dict[str, Any]:
    before_at, before_id = last or (AFTER_ANY_AT, AFTER_ANY_ID)
    days = {"from_on": None, "to_on": None, "provider": None}
    return {**days, "before_at": before_at, "before_id": before_id, "row_limit": PAGE_ROWS}


def _key_of_sleep(sleep: Sleep) -> tuple[datetime, str]:
    return sleep.started_at, sleep.sleep_id


def _key_of_recovery(recovery: Recovery) -> tuple[datetime, str]:
    return recovery.measured_at, recovery.recovery_id
