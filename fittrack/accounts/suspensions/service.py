"""Use cases of suspensions: members appeal, admins decide; and the steps that begin and end one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from fittrack import db
from fittrack.accounts import repository as accounts
from fittrack.accounts.administration import actions
from fittrack.accounts.administration import repository as administration
from fittrack.accounts.security_events.models import EventKind
from fittrack.accounts.security_events.service import record_security_event
from fittrack.accounts.suspensions import repository, rules
from fittrack.accounts.suspensions.models import Appeal, Suspension
from fittrack.db import Transaction
from fittrack.idempotency import NoReply, Reply
from fittrack.ids import new_id
from fittrack.leaderboards import steps as boards
from fittrack.notifications.service import notify
from fittrack.pagination import Cursor, Page

AFTER_ANY_ID = "~"
BEFORE_ANY_ID = "0"


def appeal(*, account_id: str, text: str, now: datetime, reply: Reply = NoReply()) -> Appeal:
    """Take a suspended member's appeal: one at a time, three against one suspension.

    Raises: NotSuspended, TooManyAppeals, AppealOpen.
    """
    with db.transaction("appeal") as tx:
        accounts.lock_account(tx, account_id)
        found = repository.find_open_suspension(tx, account_id)
        made = repository.count_appeals(tx, found.suspension_id) if found else 0
        suspension = rules.check_may_appeal(found, made=made)
        made_now = _new_appeal(suspension, text, now=now)
        repository.insert_appeal(tx, made_now)
        reply.record(tx, made_now)
    return made_now


def list_own_appeals(*, account_id: str, cursor: Cursor, limit: int) -> Page[Appeal]:
    """Return a member's appeals, newest first."""
    with db.reading("list_own_appeals") as tx:
        rows = repository.list_own_appeals(
            tx, account_id, before_id=cursor.text(default=AFTER_ANY_ID), row_limit=limit + 1
        )
    return Page.of(rows, limit=limit, cursor=cursor, key=lambda row: row.appeal_id)


def list_appeals(*, state: str, cursor: Cursor, limit: int) -> Page[Appeal]:
    """Return appeals of one state, oldest first, as a queue."""
    with db.reading("list_appeals") as tx:
        rows = repository.list_appeals(
            tx, state, after_id=cursor.text(default=BEFORE_ANY_ID), row_limit=limit + 1
        )
    return Page.of(rows, limit=limit, cursor=cursor, key=lambda row: row.appeal_id)


def decide_appeal(
    *,
    appeal_id: str,
    decision: str,
    reason: str,
    actor_id: str,
    now: datetime,
    reply: Reply = NoReply(),
) -> Appeal:
    """Accept an appeal, which lifts the suspension, or reject it; the member is told why.

    Who suspended does not decide, unless no other admin could. Raises: AppealNotFound,
    AppealClosed, AnotherAdminDecides.
    """
    with db.transaction("decide_appeal") as tx:
        accounts.lock_account(tx, repository.get_appeal(tx, appeal_id).account_id)
        open_one = repository.get_appeal(tx, appeal_id)
        suspension = repository.get_suspension(tx, open_one.suspension_id)
        has_others = administration.count_other_admins(tx, actor_id) > 0
        rules.check_may_decide(open_one, suspension, actor_id, has_other_admins=has_others)
        decided = replace(
            open_one,
            state=decision,
            decision_reason=reason,
            decided_by_id=actor_id,
            decided_at=now,
        )
        repository.close_appeal(tx, decided)
        _follow(tx, decided, now=now)
        reply.record(tx, decided)
    return decided


def find_suspension(*, account_id: str) -> Suspension | None:
    """Return why an account is kept out at present, or None."""
    with db.reading("find_suspension") as tx:
        return repository.find_open_suspension(tx, account_id)


def suspend(tx: Transaction, account_id: str, *, reason: str, actor_id: str, now: datetime) -> None:
    """Keep an active account, which the caller holds, out from its next request on.

    The member is told the reason by mail.
    """
    suspension = Suspension(new_id(), account_id, reason, actor_id, now, None, None)
    administration.update_account_status(tx, account_id, "suspended")
    repository.insert_suspension(tx, suspension)
    actions.record_action(
        tx,
        account_id,
        "suspended",
        actor_id=actor_id,
        after={"suspension_id": suspension.suspension_id},
        now=now,
    )
    record_security_event(tx, account_id, EventKind.ACCOUNT_SUSPENDED, now=now)
    body = (
        f"Your account is suspended from now on. The reason:\n\n{reason}\n\n"
        "You can still log in to read this, to appeal, and to export or delete your data."
    )
    _tell(tx, suspension, "account_suspended", "Your account is suspended", body, now=now)
    boards.follow(tx, account_id, now=now)


def lift(tx: Transaction, account_id: str, *, actor_id: str, now: datetime) -> None:
    """Let a suspended account, which the caller holds, in again; an open appeal is settled."""
    suspension = repository.find_open_suspension(tx, account_id)
    administration.update_account_status(tx, account_id, "active")
    after = None
    if suspension is not None:
        after = {"suspension_id": suspension.suspension_id}
        repository.lift_suspension(
            tx, suspension.suspension_id, lifted_by_id=actor_id, lifted_at=now
        )
        repository.settle_appeals(tx, suspension.suspension_id, decided_at=now)
        body = "Your account is no longer suspended; everything is open to you again."
        _tell(tx, suspension, "suspension_lifted", "Your suspension is lifted", body, now=now)
    actions.record_action(
        tx, account_id, "suspension_lifted", actor_id=actor_id, after=after, now=now
    )
    record_security_event(tx, account_id, EventKind.ACCOUNT_RESTORED, now=now)
    boards.follow(tx, account_id, now=now)


def _follow(tx: Transaction, decided: Appeal, *, now: datetime) -> None:
    """Tell the member about a decision, and let an accepted appeal end the suspension."""
    actor_id = decided.decided_by_id or ""
    actions.record_action(
        tx,
        decided.account_id,
        f"appeal_{decided.state}",
        actor_id=actor_id,
        after={"appeal_id": decided.appeal_id},
        now=now,
    )
    notify(
        tx,
        decided.account_id,
        "appeal_decided",
        key=decided.appeal_id,
        title=f"Your appeal was {decided.state}",
        body=f"Your appeal was {decided.state}. The reason:\n\n{decided.decision_reason}",
        data={"appeal_id": decided.appeal_id},
        now=now,
    )
    if decided.state == "accepted":
        lift(tx, decided.account_id, actor_id=actor_id, now=now)


def _tell(
    tx: Transaction, suspension: Suspension, kind: str, title: str, body: str, *, now: datetime
) -> None:
    notify(
        tx,
        suspension.account_id,
        kind,
        key=suspension.suspension_id,
        title=title,
        body=body,
        data={"suspension_id": suspension.suspension_id},
        now=now,
    )


def _new_appeal(suspension: Suspension, text: str, *, now: datetime) -> Appeal:
    return Appeal(
        appeal_id=new_id(),
        suspension_id=suspension.suspension_id,
        account_id=suspension.account_id,
        state="open",
        appeal_text=text,
        appealed_at=now,
        decision_reason=None,
        decided_by_id=None,
        decided_at=None,
    )
