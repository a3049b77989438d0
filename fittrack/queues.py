"""Jobs: the outbox row that decides, the RQ job that wakes, the sweep that forgets nothing.

A use case calls `enqueue(tx, ...)` inside its transaction. After the commit RQ is told; should that
be lost, the sweep tells it again. A worker claims the row under a lease, and the job's own
transaction ends with `finish(tx, lease)`, which fails when the lease has passed to another.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.exceptions import DuplicateJobError
from rq.serializers import JSONSerializer

from fittrack import config, db, log, metrics, trace
from fittrack.clock import epoch_s, utc_now
from fittrack.db import Transaction
from fittrack.db.errors import Unique
from fittrack.db.loader import load_sql
from fittrack.ids import new_id

SQL = load_sql("queues")
logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
LEASE_MARGIN_S = 5
WAKE_AGAIN_S = 15
AWAY_PAUSE_S = 1.0
SWEEP_ROWS = 500
KEPT_DAYS = 30

# In the order in which a worker looks at them: `asked` is what members and trackers wait for, and
# `sync` what nobody does.
QUEUES = ("drawings", "default", "mail", "asked", "sync")


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of job: its queue, the function that does it, and the setting of its time limit.

    Of a kind that comes in floods a process wakes one every `wakes_every_s`; whoever has done one
    wakes the next, and the sweep all, for telling Redis costs more than writing the row.
    """

    queue: str
    path: str
    timeout_setting: str = "job_timeout_s"
    wakes_every_s: float = 0.0

    def timeout_s(self) -> int:
        """Return the configured time limit in seconds."""
        return int(getattr(config.current(), self.timeout_setting))


JOBS: Mapping[str, JobKind] = {
    "send_mail": JobKind("mail", "fittrack.mail.jobs.send_mail"),
    "mail_requested_token": JobKind(
        "mail", "fittrack.accounts.credentials.jobs.mail_requested_token"
    ),
    "finish_erasure": JobKind("default", "fittrack.accounts.erasure.jobs.finish_erasure"),
    "make_export": JobKind(
        "default", "fittrack.accounts.exports.jobs.make_export", "export_timeout_s"
    ),
    "remind_owner": JobKind("mail", "fittrack.accounts.resets.jobs.remind_owner"),
    "process_import_item": JobKind(
        "default", "fittrack.activities.imports.jobs.process_import_item", "import_timeout_s"
    ),
    "open_archive": JobKind(
        "default", "fittrack.activities.archives.jobs.open_archive", "archive_timeout_s"
    ),
    "read_archive": JobKind(
        "default", "fittrack.activities.archives.jobs.read_archive", "import_timeout_s"
    ),
    "audit_ledger": JobKind("default", "fittrack.points.jobs.audit_ledger", "audit_timeout_s"),
    "revoke_grant": JobKind("asked", "fittrack.trackers.jobs.revoke_grant"),
    "delete_brought": JobKind("sync", "fittrack.trackers.jobs.delete_brought"),
    "renew_subscription": JobKind("sync", "fittrack.trackers.jobs.renew_subscription"),
    "do_webhook": JobKind("asked", "fittrack.trackers.jobs.do_webhook", wakes_every_s=1.0),
    "sync_at_once": JobKind("asked", "fittrack.trackers.jobs.sync_connection"),
    "sync_connection": JobKind("sync", "fittrack.trackers.jobs.sync_connection"),
    "advance_drawing": JobKind("drawings", "fittrack.drawings.jobs.advance_drawing"),
    "advance_fulfilment": JobKind("default", "fittrack.fulfilment.jobs.advance_fulfilment"),
    "log_prize_steps": JobKind("drawings", "fittrack.drawings.jobs.log_prize_steps"),
    "tell_entrants": JobKind("default", "fittrack.drawings.jobs.tell_entrants"),
    "take_member_out": JobKind("drawings", "fittrack.drawings.tickets.jobs.take_member_out"),
    "refund_void_entries": JobKind("default", "fittrack.drawings.tickets.jobs.refund_void_entries"),
}


class LeaseLost(Exception):
    """Another worker has taken this job over; what was done here must not count."""


class Hopeless(Exception):
    """A job failed in a way that no further attempt can mend; its message is the reason."""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A job as the database knows it."""

    outbox_id: str
    job_name: str
    payload_json: dict[str, Any]
    request_id: str | None
    traceparent: str | None
    attempts: int


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to do one job, until its time is up."""

    outbox_id: str
    token: str
    job_name: str
    payload: dict[str, Any]
    request_id: str
    attempt: int
    traceparent: str | None = None


def enqueue(
    tx: Transaction,
    job_name: str,
    key: str,
    *,
    now: datetime,
    due_at: datetime | None = None,
    owner_id: str | None = None,
    **payload: Any,
) -> None:
    """Decide, in the caller's transaction, that a job shall be done; `key` makes it happen once.

    The payload holds ids and plain values, never secrets or personal data. The job goes with the
    member whose it is: `owner_id`, or the payload's `account_id`.
    """
    outbox_id = new_id()
    try:
        tx.run(
            SQL["insert_job"],
            outbox_id=outbox_id,
            job_name=job_name,
            job_key=key,
            payload_json=payload,
            request_id=log.request_id(),
            traceparent=trace.traceparent(),
            due_at=due_at or now,
            created_at=now,
            account_id=owner_id or payload.get("account_id"),
        )
    except Unique:  # it is decided already
        return
    if due_at is None or due_at <= now:
        tx.after_commit(lambda: _wake_new(job_name, outbox_id))


_next_wake_s: dict[str, float] = {}


def _wake_new(job_name: str, outbox_id: str) -> None:
    now_s = time.monotonic()
    if now_s >= _next_wake_s.get(job_name, now_s):
        _next_wake_s[job_name] = now_s + JOBS[job_name].wakes_every_s
        wake(job_name, outbox_id)


def wake_next(job_name: str, *, now: datetime) -> None:
    """Wake the next of a kind that comes in floods; of the others each was woken as it came."""
    if not JOBS[job_name].wakes_every_s:
        return
    with db.reading("find_next_job") as tx:
        outbox_id = tx.value(SQL["find_next_job"], job_name=job_name, now_at=now)
    if outbox_id is not None:
        wake(job_name, outbox_id)


def wake(job_name: str, outbox_id: str) -> None:
    """Tell RQ that an outbox row is due; losing this message costs a sweep, nothing more."""
    _tell(JOBS[job_name], "fittrack.worker.run_outbox", outbox_id, (outbox_id,))


def wake_due(job_name: str, key: str) -> None:
    """Tell RQ that something is due by its own table's times; the job looks for itself."""
    _tell(JOBS[job_name], "fittrack.worker.run_due", f"{job_name}-{key}", (job_name, key))


def count_waiting(job_name: str) -> int:
    """Return how much waits in the queue of a kind of job; 0 while Redis is away."""
    if not _is_waking or time.monotonic() < _away_until_s:
        return 0
    try:
        return int(queue(JOBS[job_name].queue).count)
    except RedisError:
        return 0


def claim(outbox_id: str, *, now: datetime) -> Lease | None:
    """Take the lease of a job that is due and free, or return None. A new token, a new attempt."""
    token = new_id()
    with db.transaction("claim_job") as tx:
        row = tx.one(OutboxRow, SQL["lock_due_job"], outbox_id=outbox_id, now_at=now)
        if row is None or row.job_name not in JOBS:  # the other version's worker will do it
            return None
        if row.attempts >= MAX_ATTEMPTS:  # nobody lived to say that an attempt failed
            _bury(tx, row)
            return None
        lease_s = JOBS[row.job_name].timeout_s() + LEASE_MARGIN_S
        leased_until_at = now + timedelta(seconds=lease_s)
        tx.run(
            SQL["lease_job"],
            outbox_id=outbox_id,
            lease_token=token,
            leased_until_at=leased_until_at,
        )
    request_id = row.request_id or outbox_id
    return Lease(
        outbox_id,
        token,
        row.job_name,
        row.payload_json,
        request_id,
        row.attempts + 1,
        row.traceparent,
    )


def _bury(tx: Transaction, row: OutboxRow) -> None:
    reason = "its worker died in the last attempt"
    tx.run(SQL["bury_job"], outbox_id=row.outbox_id, last_error=reason)
    logger.error("a job was buried", extra={"outbox_id": row.outbox_id})
    metrics.add_job(row.job_name, "dead")


def finish(tx: Transaction, lease: Lease, *, now: datetime) -> None:
    """Mark a job done in the transaction of its effect. Raises: LeaseLost, undoing the effect."""
    changed = tx.run(
        SQL["finish_job"], outbox_id=lease.outbox_id, lease_token=lease.token, done_at=now
    )
    if changed != 1:
        raise LeaseLost(lease.outbox_id)


def fail(lease: Lease, reason: str, *, now: datetime, is_final: bool = False) -> str:
    """Put a failed job back with a jittered back-off; bury it after 8 attempts or when final.

    Returns `failed` or `dead`.
    """
    delay_s = min(3600, 2**lease.attempt) * random.uniform(0.5, 1.5)  # noqa: S311 - jitter
    state = "dead" if is_final or lease.attempt >= MAX_ATTEMPTS else "pending"
    with db.transaction("fail_job") as tx:
        tx.run(
            SQL["fail_job"],
            outbox_id=lease.outbox_id,
            lease_token=lease.token,
            state=state,
            due_at=now + timedelta(seconds=delay_s),
            last_error=reason[:1000],
        )
    return "dead" if state == "dead" else "failed"


def sweep(*, now: datetime) -> int:
    """Wake every job that is due and not done, and return how many.

    While versions change, a job of the other one may be due; it must not stop those after it.
    """
    rows = list_due(now=now)
    known = [row for row in rows if row.job_name in JOBS]
    for row in known:
        wake(row.job_name, row.outbox_id)
    if strange := {row.job_name for row in rows} - JOBS.keys():
        logger.warning("jobs wait that this version does not know", extra={"jobs": sorted(strange)})
    return len(known)


def list_due(*, now: datetime) -> list[DueJob]:
    """Return jobs that are due and in nobody's hands, the oldest first, 500 at most."""
    with db.reading("list_due_jobs") as tx:
        return tx.all(DueJob, SQL["list_due_jobs"], now_at=now, row_limit=SWEEP_ROWS)


def redrive(*, now: datetime) -> int:
    """Give every dead job another 8 attempts and return how many."""
    with db.transaction("redrive_dead_jobs") as tx:
        return tx.run(SQL["redrive_dead_jobs"], due_at=now)


def delete_done(*, now: datetime) -> int:
    """Forget jobs done more than 30 days ago and return how many."""
    with db.transaction("delete_done_jobs") as tx:
        return tx.run(SQL["delete_done_jobs"], before_at=now - timedelta(days=KEPT_DAYS))


def erase_jobs(tx: Transaction, account_id: str, *, but: str | None = None) -> int:
    """Forget, in the caller's transaction, all jobs of a member `but` one, and return how many.

    Who is doing one of them loses its lease, and with it what it has done.
    """
    return tx.run(SQL["erase_jobs"], account_id=account_id, kept_outbox_id=but)


@dataclass(frozen=True, slots=True)
class DueJob:
    """A job that somebody should do now."""

    outbox_id: str
    job_name: str


_redis: Redis | None = None
_is_waking = True
_away_until_s = 0.0


@contextmanager
def without_waking() -> Iterator[None]:
    """Wake nobody for a while: the caller does its jobs itself, or leaves them to the sweep."""
    global _is_waking
    before, _is_waking = _is_waking, False
    try:
        yield
    finally:
        _is_waking = before


def use_redis(redis: Redis) -> None:
    """Make a client that of this process's queues."""
    global _redis, _away_until_s
    _redis, _away_until_s = redis, 0.0
    _next_wake_s.clear()


def redis() -> Redis:
    """Return this process's client. Raises: RuntimeError before `use_redis`."""
    if _redis is None:
        raise RuntimeError("no Redis is bound to this process")
    return _redis


def queue(name: str) -> Queue:
    """Return an RQ queue that speaks JSON, so that no pickle is ever loaded."""
    return Queue(name, connection=redis(), serializer=JSONSerializer)


def _tell(kind: JobKind, path: str, key: str, args: tuple[str, ...]) -> None:
    global _away_until_s
    # Each try waits for a Redis that is away: a unit that decided 1,000 jobs tries once.
    if not _is_waking or time.monotonic() < _away_until_s:
        return
    # While a job waits, runs or has just failed, its id keeps a sweep each second from adding to
    # it; a job that ended well frees it at once, for its thing's next step may be due already.
    job_id = f"{key}-{epoch_s(utc_now()) // WAKE_AGAIN_S}"
    try:
        queue(kind.queue).enqueue_call(
            path,
            args=args,
            job_id=job_id,
            timeout=kind.timeout_s(),
            result_ttl=0,
            failure_ttl=WAKE_AGAIN_S,
            unique=True,
        )
    except DuplicateJobError:
        return
    except RedisError as error:
        _away_until_s = time.monotonic() + AWAY_PAUSE_S
        metrics.add_redis_error("queues")
        logger.warning("Redis is away; the sweep will wake the jobs", extra={"error": str(error)})
