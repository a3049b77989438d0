"""The one periodic table, and the loop that works through it.

`flask scheduler` may run many times over: each run of an entry is claimed by a guarded update, so
that one of them does it, and a missed one is made up for as soon as any scheduler is back.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from fittrack import config, db, log, metrics, trace
from fittrack.clock import utc_now
from fittrack.db.errors import DatabaseError, Unique
from fittrack.db.loader import load_sql
from fittrack.ids import new_id

SQL = load_sql("schedule")
logger = logging.getLogger(__name__)
TICK_S = 0.25
DAY_S = 86_400
LONGEST_LOOK = timedelta(seconds=60)
CLOCKS_APART = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Periodic:
    """Something that is done every so often; `every` is seconds or the name of a setting."""

    name: str
    every: int | str
    path: str

    def every_s(self) -> int:
        """Return the interval in seconds."""
        return self.every if isinstance(self.every, int) else getattr(config.current(), self.every)


PERIODIC = (
    Periodic("sweep_outbox", "sweep_interval_s", "fittrack.queues.sweep"),
    Periodic("make_drawings", 60, "fittrack.drawings.templates.making.make_drawings"),
    Periodic("wake_due_drawings", "drawing_interval_s", "fittrack.drawings.jobs.wake_due_drawings"),
    Periodic("wake_due_connections", 15, "fittrack.trackers.jobs.wake_due_connections"),
    Periodic("tell_of_silence", 3600, "fittrack.trackers.syncing.silence.tell_of_silence"),
    Periodic("forget_old_traffic", 3600, "fittrack.trackers.jobs.forget_old_traffic"),
    Periodic("plan_renewals", DAY_S, "fittrack.trackers.jobs.plan_renewals"),
    Periodic("wake_due_fulfilments", 60, "fittrack.fulfilment.jobs.wake_due_fulfilments"),
    Periodic(
        "forget_over_exclusions", 86_400, "fittrack.drawings.play.service.forget_over_exclusions"
    ),
    Periodic("forget_over_addresses", 3600, "fittrack.fulfilment.sealed.addresses.forget_over"),
    Periodic("remind_witnesses", 60, "fittrack.drawings.witnesses.service.remind_witnesses"),
    Periodic("delete_expired_keys", 3600, "fittrack.idempotency.delete_expired"),
    Periodic("delete_expired_logins", 3600, "fittrack.accounts.sessions.clean_up.delete_expired"),
    Periodic(
        "delete_passkey_challenges", 3600, "fittrack.accounts.passkeys.service.delete_expired"
    ),
    Periodic("delete_oidc_visits", 3600, "fittrack.accounts.oidc.service.delete_expired"),
    Periodic("end_premiums", 60, "fittrack.accounts.administration.service.end_premiums"),
    Periodic("move_birthdays", 300, "fittrack.accounts.tiers.service.move_birthdays"),
    Periodic("hold_far_days", 3600, "fittrack.reviews.days.hold_far_days"),
    Periodic("clean_up_archives", 300, "fittrack.activities.archives.chunks.clean_up"),
    Periodic("clean_up_exports", 300, "fittrack.accounts.exports.service.clean_up"),
    Periodic(
        "delete_unfinished_registrations",
        3600,
        "fittrack.accounts.registration.unfinished.delete_unfinished_registrations",
    ),
    Periodic(
        "delete_old_tokens", DAY_S, "fittrack.accounts.registration.unfinished.delete_old_tokens"
    ),
    Periodic(
        "delete_over_email_changes",
        3600,
        "fittrack.accounts.email_changes.service.delete_over",
    ),
    Periodic(
        "delete_old_security_events",
        DAY_S,
        "fittrack.accounts.security_events.service.delete_old_events",
    ),
    Periodic("delete_done_jobs", DAY_S, "fittrack.queues.delete_done"),
    Periodic("audit_ledger", DAY_S, "fittrack.points.jobs.start_audit"),
)


def run_forever() -> None:
    """Work through the table until SIGTERM or SIGINT."""
    metrics.start("scheduler")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    while not stop.wait(TICK_S):
        tick(now=utc_now())


def tick(*, now: datetime) -> list[str]:
    """Do once whatever is due and return its names; a failure is logged and stops no other."""
    return [entry.name for entry in PERIODIC if _run_if_due(entry, now=now)]


def _run_if_due(entry: Periodic, *, now: datetime) -> bool:
    try:
        if not _claim(entry, now=now):
            return False
    except DatabaseError as error:
        logger.warning("the schedule can't be read", extra={"error": str(error)})
        return False
    log.set_request_id(new_id())
    trace.begin(None)
    try:
        _function(entry.path)(now=now)
    except Exception:
        logger.exception("a periodic run failed", extra={"periodic": entry.name})
        metrics.add_periodic(entry.name, "failed")
    else:
        metrics.add_periodic(entry.name, "done")
    return True


_next_look: dict[str, datetime] = {}


def _claim(entry: Periodic, *, now: datetime) -> bool:
    """Take this run for this process; the table is asked only when the entry may be due.

    A time further ahead than any run of it can be was set by a clock that was put back since.
    """
    if now < _next_look.get(entry.name, now) <= now + LONGEST_LOOK:
        return False
    due_at = now + timedelta(seconds=entry.every_s())
    times = {"due_at": due_at, "now_at": now, "latest_at": due_at + CLOCKS_APART}
    with db.transaction("claim_periodic_run") as tx:
        taken = tx.run(SQL["claim_periodic_run"], name=entry.name, **times)
        if not taken and tx.value(SQL["get_due_at"], name=entry.name) is None:
            taken = _first(tx, entry.name, due_at)
    _next_look[entry.name] = min(due_at, now + LONGEST_LOOK)
    return bool(taken)


def _first(tx: db.Transaction, name: str, due_at: datetime) -> int:
    try:
        return tx.run(SQL["insert_periodic_run"], name=name, due_at=due_at)
    except Unique:  # another scheduler was first
        return 0


def _function(path: str) -> Callable[..., Any]:
    module, _, name = path.rpartition(".")
    function: Callable[..., Any] = getattr(import_module(module), name)
    return function
