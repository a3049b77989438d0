"""Deleting an account: the person at once, the bulk of the data in batches by a job.

What is decided in the request's transaction: nobody can log in, no name, address or date stands
anywhere, and the points are the house's. What takes long the job forgets, and until then nobody
can reach it. The job looks again an hour later, for a request that was under way at that moment
may have written something since.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from fittrack import cache, db, entropy, idempotency, queues
from fittrack.accounts import repository as accounts
from fittrack.accounts import rules as account_rules
from fittrack.accounts.administration import repository as administration
from fittrack.accounts.administration.actions import record_action
from fittrack.accounts.administration.errors import LastAdmin
from fittrack.accounts.administration.rules import check_actor
from fittrack.accounts.erasure import repository, rules
from fittrack.accounts.erasure.models import Erased, Erasure, PendingPrize
from fittrack.accounts.errors import AccountNotFound
from fittrack.accounts.exports import service as exports
from fittrack.accounts.models import Account
from fittrack.accounts.sessions import proofs
from fittrack.accounts.sessions import repository as sessions
from fittrack.accounts.sessions.errors import InvalidCredentials
from fittrack.activities.belongings import service as activities
from fittrack.db import Transaction
from fittrack.db.errors import Busy
from fittrack.drawings.play import service as play
from fittrack.drawings.tickets import service as tickets
from fittrack.drawings.tickets import voiding
from fittrack.fulfilment import service as fulfilment
from fittrack.ids import new_id
from fittrack.leaderboards import steps as boards
from fittrack.mail import service as mail
from fittrack.notifications import service as notifications
from fittrack.points import service as points
from fittrack.queues import Lease
from fittrack.recovery import service as recovery
from fittrack.reviews import steps as reviews
from fittrack.sponsors import service as sponsors
from fittrack.trackers.connections import endings as connections

BATCH_ROWS = 100
# Well below the time limit of a job; what is left then is another job's.
WORKING_S = 15
SECOND_LOOK = timedelta(hours=1)

AtOnce = Callable[[Transaction, str], None]
InBatches = Callable[..., int]


def erase_security_events(tx: Transaction, account_id: str, *, row_limit: int) -> int:
    """Forget some of what happened to an account, and return how many events it were."""
    ids = repository.list_erasable_events(tx, account_id, row_limit=row_limit)
    repository.erase_security_events(tx, ids)
    return len(ids)


# A few rows each, forgotten in the request's transaction, in this order.
AT_ONCE: tuple[AtOnce, ...] = (
    exports.end_member,
    repository.erase_profile,
    repository.erase_profile_image,
    repository.erase_mailed_tokens,
    repository.erase_email_changes,
    repository.erase_login_guards,
    repository.erase_factor_resets,
    repository.erase_totp_factor,
    repository.erase_recovery_codes,
    repository.erase_passkeys,
    repository.erase_passkey_user,
    repository.erase_identities,
    repository.erase_oidc_attempts,
    repository.erase_appeals,
    repository.erase_suspensions,
    # Before the sessions: who is answering a challenge is waited for.
    repository.erase_mfa_challenges,
    repository.erase_refresh_tokens,
    repository.erase_sessions,
    idempotency.erase_keys,
    cache.forget,
)

# Any number of rows, forgotten by the job; each returns how many it took, none at the end.
IN_BATCHES: tuple[InBatches, ...] = (
    activities.erase_member,
    connections.erase_member,
    recovery.erase_member,
    reviews.erase_member,
    points.erase_days,
    boards.erase_member,
    # Before the notices: who loses a prize would be told.
    fulfilment.erase_member,
    notifications.erase_member,
    exports.erase_member,
    erase_security_events,
)


def delete_own_account(
    *,
    account_id: str,
    password: str,
    withdraw_tickets: bool,
    remote_address: str | None,
    now: datetime,
) -> Erased:
    """Delete the account of who shows its password. Raises: InvalidCredentials, LastAdmin,
    LastSponsorAccount, AccountNotFound, Unavailable.
    """
    proof = proofs.weigh_password(account_id=account_id, password=password)
    with db.transaction("prove_deletion") as tx:
        is_proved = proofs.settle_password(tx, proof, remote_address=remote_address, now=now)
    if not is_proved:
        raise InvalidCredentials
    return erase_account(
        account_id=account_id, actor_id=account_id, withdraw_tickets=withdraw_tickets, now=now
    )


def erase_account(
    *, account_id: str, actor_id: str, withdraw_tickets: bool = False, now: datetime
) -> Erased:
    """Erase a member: who was it can't be told any more, what must be kept has a pseudonym.

    Raises: AccountNotFound, Forbidden, LastAdmin, LastSponsorAccount.
    """
    with db.transaction("erase_account") as tx:
        account = _hold(tx, account_id, actor_id=actor_id)
        addresses = repository.list_addresses_of(tx, account_id)
        withdrawn = voiding.withdraw_tickets(tx, account_id, now=now) if withdraw_tickets else 0
        display_name = _forget_person(tx, account, actor_id=actor_id, now=now)
        queues.erase_jobs(tx, account_id)
        repository.insert_erasure(tx, Erasure(account_id, actor_id, now, None))
        record_action(tx, account_id, "erased", actor_id=actor_id, now=now)
        _enqueue(tx, account_id, is_second_look=False, now=now)
        prizes = _pending_prizes(tx, account_id)
        tx.after_commit(lambda: mail.empty_mailbox(of=addresses))
    return Erased(account_id, "erased", display_name, withdrawn, prizes)


def finish_erasure(lease: Lease, *, account_id: str, is_second_look: bool, now: datetime) -> None:
    """Forget what an erased member left, batch by batch; it goes on where it was cut short.

    Raises: LeaseLost.
    """
    is_done = _forget_in_batches(account_id)
    with db.transaction("finish_erasure") as tx:
        erasure = repository.lock_erasure(tx, account_id)
        if erasure is not None and is_done:
            _forget_again(tx, lease, erasure, is_second_look=is_second_look, now=now)
        elif erasure is not None:
            _enqueue(tx, account_id, is_second_look=is_second_look, now=now)
        queues.finish(tx, lease, now=now)
    db.engine().overwrite_deleted()


def _hold(tx: Transaction, account_id: str, *, actor_id: str) -> Account:
    """Return the account, held, if it may go. Raises: AccountNotFound, Forbidden, LastAdmin."""
    # All admins before any one account: two of them that go at once would wait for each other, and
    # of two that delete each other the second is none any more.
    is_admin = sessions.get_login(tx, account_id).role == "admin"
    if is_admin or actor_id != account_id:
        admins = administration.lock_admins(tx)
        check_actor(admins | {account_id}, actor_id)
    account = accounts.lock_account(tx, account_id)
    if account.status == "erased":
        raise AccountNotFound(account_id=account_id)
    if (account.role == "admin") != is_admin:
        raise Busy("the role has changed in this moment")
    if is_admin and not administration.count_other_admins(tx, account_id):
        raise LastAdmin
    return account


def _forget_person(tx: Transaction, account: Account, *, actor_id: str, now: datetime) -> str:
    """Blank the account and all that a person could be told by; return the pseudonym."""
    account_id = account.account_id
    play.keep_exclusion(tx, account_id, now=now)
    sponsors.erase_member(tx, account_id)
    repository.erase_name_holds(tx, account_id, account.email_key)
    repository.erase_oidc_proofs(tx, account_id, account.email_key)
    display_name = rules.pseudonym(entropy.random_bytes(rules.PSEUDONYM_BYTES))
    repository.erase_account(
        tx,
        account_id,
        email_key=rules.erased_email_key(account_id),
        display_name=display_name,
        display_name_key=account_rules.folded(display_name),
    )
    _forget_at_once(tx, account_id, actor_id=actor_id, now=now)
    return display_name


def _forget_at_once(tx: Transaction, account_id: str, *, actor_id: str, now: datetime) -> None:
    repository.end_erased_sessions(tx, account_id, ended_at=now)
    for step in AT_ONCE:
        step(tx, account_id)
    connections.erase_at_once(tx, account_id, now=now)
    # Late, for this ends with the head of the ledger's chain; and before the tags, for a purchase
    # that is under way holds the points until its tag is there.
    points.erase_member(tx, account_id, actor_id=actor_id, now=now)
    boards.follow(tx, account_id, now=now)
    tickets.erase_member(tx, account_id)


def _forget_in_batches(account_id: str) -> bool:
    """Forget batch after batch, and return whether nothing was left before the time was up."""
    until_s = time.monotonic() + WORKING_S
    for step in IN_BATCHES:
        taken = 1
        while taken:
            if time.monotonic() > until_s:
                return False
            with db.transaction("erase_batch") as tx:
                taken = step(tx, account_id, row_limit=BATCH_ROWS)
    return True


def _forget_again(
    tx: Transaction, lease: Lease, erasure: Erasure, *, is_second_look: bool, now: datetime
) -> None:
    """Forget what came in since, points of a refund among it, and note that nothing is left."""
    account_id = erasure.account_id
    queues.erase_jobs(tx, account_id, but=lease.outbox_id)
    _forget_at_once(tx, account_id, actor_id=erasure.actor_id, now=now)
    repository.finish_erasure(tx, account_id, finished_at=now)
    if not is_second_look:
        _enqueue(tx, account_id, is_second_look=True, now=now, due_at=now + SECOND_LOOK)


def _enqueue(
    tx: Transaction,
    account_id: str,
    *,
    is_second_look: bool,
    now: datetime,
    due_at: datetime | None = None,
) -> None:
    queues.enqueue(
        tx,
        "finish_erasure",
        new_id(),
        now=now,
        due_at=due_at,
        account_id=account_id,
        is_second_look=is_second_look,
    )


def _pending_prizes(tx: Transaction, account_id: str) -> list[PendingPrize]:
    return [
        PendingPrize(prize.fulfilment_id, prize.prize_name, prize.state)
        for prize in fulfilment.list_unfinished(tx, account_id)
    ]
