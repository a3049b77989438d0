"""Use cases of lost second factors: asked for by an admin, refused by the owner, or completed.

An admin who was talked into it must not take an account's protection away in one moment: the owner
is mailed three times in 72 h, and any of these mails stops it.
"""

from __future__ import annotations

from datetime import datetime

from fittrack import db, queues
from fittrack.accounts import repository as accounts
from fittrack.accounts import tokens
from fittrack.accounts.administration.actions import record_action
from fittrack.accounts.errors import AccountNotFound, InvalidMailedToken
from fittrack.accounts.factors import notices
from fittrack.accounts.factors import service as factors
from fittrack.accounts.models import Outcome
from fittrack.accounts.resets import repository, rules
from fittrack.accounts.resets.errors import FactorResetNotFound
from fittrack.accounts.resets.models import FactorReset
from fittrack.accounts.security_events.models import EventKind
from fittrack.accounts.security_events.service import record_security_event
from fittrack.db import Transaction
from fittrack.idempotency import NoReply, Reply
from fittrack.ids import new_id
from fittrack.mail import service as mail
from fittrack.queues import Lease


def open_reset(
    *, account_id: str, admin_id: str, reason: str, now: datetime, reply: Reply = NoReply()
) -> FactorReset:
    """Begin the 72 h after which an account's second factors may be removed; tell its owner.

    Raises: OwnFactorReset, AccountNotFound, NoSecondFactor, FactorResetOpen.
    """
    rules.check_other(account_id, admin_id)
    with db.transaction("open_reset") as tx:
        _hold(tx, account_id)
        factors.check_any(tx, account_id)
        newest = repository.find_factor_reset(tx, account_id)
        rules.check_none_open(newest, now=now)
        if newest is not None:
            repository.close_factor_reset(
                tx, newest.reset_id, "expired", closed_by_id=None, closed_at=now
            )
        token_id = tokens.issue_token(tx, account_id, tokens.KEEP_FACTORS, life=rules.LIFE, now=now)
        reset = rules.new_reset(
            new_id(), account_id, token_id, admin_id=admin_id, reason=reason, now=now
        )
        repository.insert_factor_reset(tx, reset)
        _announce(tx, reset, now=now)
        _note(tx, reset, "factor_reset_opened", admin_id, now=now)
        reply.record(tx, reset)
    return reset


def get_reset(*, account_id: str, now: datetime) -> FactorReset:
    """Return an account's newest reset. Raises: FactorResetNotFound."""
    with db.reading("get_reset") as tx:
        reset = repository.find_factor_reset(tx, account_id)
    if reset is None:
        raise FactorResetNotFound(account_id=account_id)
    return rules.as_of(reset, now)


def remind_owner(lease: Lease, *, reset_id: str, now: datetime) -> None:
    """Mail the owner of an open reset how to refuse it; a closed one needs no more mails.

    Raises: FactorResetNotFound, LeaseLost.
    """
    with db.transaction("remind_owner") as tx:
        reset = repository.get_factor_reset(tx, reset_id)
        if rules.as_of(reset, now).state == "open":
            mail.send_later(
                tx,
                "factor_reset_asked",
                account_id=reset.account_id,
                key=lease.outbox_id,
                now=now,
                token_id=reset.token_id,
                completable=f"{reset.completable_at:%B %d, %Y at %H:%M} UTC",
            )
        queues.finish(tx, lease, now=now)


def keep_factors(*, token: str, now: datetime, reply: Reply = NoReply()) -> Outcome:
    """Refuse a reset as the account's owner, by a mailed token. Raises: InvalidMailedToken."""
    with db.transaction("keep_factors") as tx:
        account_id = tokens.use_token(tx, token, {tokens.KEEP_FACTORS}, now=now).account_id
        reset = repository.find_factor_reset(tx, account_id)
        if reset is None or not repository.close_factor_reset(
            tx, reset.reset_id, "refused", closed_by_id=account_id, closed_at=now
        ):
            raise InvalidMailedToken
        notices.tell(tx, account_id, EventKind.FACTOR_RESET_REFUSED, now=now)
        kept = Outcome("kept")
        reply.record(tx, kept)
    return kept


def complete_reset(
    *, account_id: str, admin_id: str, now: datetime, reply: Reply = NoReply()
) -> FactorReset:
    """Remove an account's second factors and end its sessions, 72 h after it was asked for.

    Raises: OwnFactorReset, AccountNotFound, FactorResetNotFound, FactorResetClosed,
    FactorResetTooEarly.
    """
    rules.check_other(account_id, admin_id)
    with db.transaction("complete_reset") as tx:
        _hold(tx, account_id)
        newest = repository.find_factor_reset(tx, account_id)
        reset = rules.check_completable(newest, now=now)
        repository.close_factor_reset(
            tx, reset.reset_id, "completed", closed_by_id=admin_id, closed_at=now
        )
        tokens.withdraw_tokens(tx, account_id, tokens.KEEP_FACTORS, now=now)
        factors.remove_all(tx, account_id, now=now)
        notices.tell(tx, account_id, EventKind.FACTOR_RESET_COMPLETED, now=now)
        _note(tx, reset, "factor_reset_completed", admin_id, now=now)
        completed = repository.get_factor_reset(tx, reset.reset_id)
        reply.record(tx, completed)
    return completed


def _hold(tx: Transaction, account_id: str) -> None:
    """Hold an account whose factors shall change. Raises: AccountNotFound."""
    if accounts.lock_account(tx, account_id).status == "erased":
        raise AccountNotFound(account_id=account_id)


def _announce(tx: Transaction, reset: FactorReset, *, now: datetime) -> None:
    """Decide, in the caller's transaction, to mail the owner at once, after 24 h and after 48 h."""
    record_security_event(tx, reset.account_id, EventKind.FACTOR_RESET_ASKED, now=now)
    for delay in rules.NOTICES:
        queues.enqueue(
            tx,
            "remind_owner",
            f"{reset.reset_id}:{delay}",
            now=now,
            due_at=now + delay,
            owner_id=reset.account_id,
            reset_id=reset.reset_id,
        )


def _note(tx: Transaction, reset: FactorReset, kind: str, admin_id: str, *, now: datetime) -> None:
    """Note what an admin did where auditors look; the reason may name people, so not that."""
    after = {"reset_id": reset.reset_id}
    record_action(tx, reset.account_id, kind, actor_id=admin_id, after=after, now=now)
