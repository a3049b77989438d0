"""Use cases of changing the address: asked for, confirmed from the new one, undone from the old.

The address changes only when the new one has proved to be read by the member. Until 72 h after
that, whoever reads the former one can take the account back: the change may have been made by
somebody who had the password and a session.
"""

from __future__ import annotations

from datetime import datetime

from fittrack import auth, db
from fittrack.accounts import repository as accounts
from fittrack.accounts import rules as account_rules
from fittrack.accounts import tokens
from fittrack.accounts.credentials.rules import ENDED_BY_RESET, LIVES
from fittrack.accounts.credentials.service import end_everything
from fittrack.accounts.email_changes import repository, rules
from fittrack.accounts.email_changes.errors import TooManyEmailChanges
from fittrack.accounts.email_changes.models import EmailChange
from fittrack.accounts.errors import EmailTaken, InvalidMailedToken
from fittrack.accounts.factors import service as factors
from fittrack.accounts.models import Account, MailedToken, Outcome
from fittrack.accounts.oidc import identities
from fittrack.accounts.registration.unfinished import delete_unfinished
from fittrack.accounts.security_events.models import EventKind
from fittrack.accounts.security_events.service import record_security_event
from fittrack.accounts.sessions import repository as sessions
from fittrack.accounts.sessions.errors import InvalidCredentials
from fittrack.accounts.sessions.proofs import PasswordProof, settle_password, weigh_password
from fittrack.auth import LiveSession, StepUpRequired
from fittrack.db import Transaction
from fittrack.db.errors import ForeignKey, Unique
from fittrack.errors import field_error
from fittrack.idempotency import NoReply, Reply
from fittrack.mail import service as mail

NOBODY = "-"


def ask_email_change(
    *,
    session: LiveSession,
    email: str,
    password: str | None,
    remote_address: str | None,
    now: datetime,
) -> Outcome:
    """Mail a token to a new address, and to the present one how to prevent it.

    The answer is the same where the address is another member's, who is told instead.
    Raises: Invalid, InvalidCredentials, StepUpRequired, TooManyEmailChanges, TooManyLogins.
    """
    address, key = account_rules.collect({"email": lambda: account_rules.read_email(email)})[
        "email"
    ]
    proof = _weigh(session, password, now=now)
    with db.transaction("ask_email_change") as tx:
        is_proved = proof is None or (
            settle_password(tx, proof, remote_address=remote_address, now=now) is not None
        )
        if is_proved:
            _ask(tx, session, address, key, remote_address, now=now)
    if not is_proved:  # raised only now, for the attempt must be counted
        raise InvalidCredentials
    return Outcome("accepted")


def confirm_email_change(
    tx: Transaction, token: MailedToken, *, remote_address: str | None, now: datetime
) -> None:
    """Give a held account the address whose token was just used.

    Raises: InvalidMailedToken, EmailTaken.
    """
    change = repository.find_email_change(tx, token.token_id)
    if change is None or change.new_email is None or change.new_email_key is None:
        raise InvalidMailedToken
    _clear_the_way(tx, change.new_email_key, change.account_id, now=now)
    _move(tx, change, change.new_email, change.new_email_key, change.former_email_key, now=now)
    repository.confirm_email_change(tx, change.change_id, confirmed_at=now)
    for purpose in rules.ENDED_BY_CHANGE:
        tokens.withdraw_tokens(tx, change.account_id, purpose, now=now)
    record_security_event(
        tx, change.account_id, EventKind.EMAIL_CHANGED, remote_address=remote_address, now=now
    )
    _mail_former(tx, "email_changed", change, now=now)


def undo_email_change(
    *, token: str, remote_address: str | None = None, now: datetime, reply: Reply = NoReply()
) -> Outcome:
    """Give the former address back to who reads it, with a new password by mail, and nobody else.

    Raises: InvalidMailedToken, EmailTaken.
    """
    undone = Outcome("undone")
    with db.transaction("undo_email_change") as tx:
        used = tokens.use_token(tx, token, {tokens.UNDO_EMAIL}, now=now)
        change = repository.find_email_change_to_undo(tx, used.token_id)
        if change is None:
            raise InvalidMailedToken
        _restore(tx, change, now=now)
        _secure(tx, change, remote_address, now=now)
        reply.record(tx, undone)
    return undone


def is_email_held(tx: Transaction, email_key: str, *, now: datetime) -> bool:
    """Tell whether some account may still take an address back that it had until lately."""
    return repository.count_email_holds(tx, email_key, NOBODY, now_at=now) > 0


def delete_over(*, now: datetime) -> int:
    """Forget changes that can neither be confirmed nor undone any more; return how many."""
    with db.transaction("delete_over_email_changes") as tx:
        return repository.delete_expired_email_changes(tx, now_at=now)


def _weigh(session: LiveSession, password: str | None, *, now: datetime) -> PasswordProof | None:
    """Return the weighed password, or None where a recent step-up stands for it.

    Raises: StepUpRequired, AccountNotFound, TooManyLogins.
    """
    if password is not None:
        return weigh_password(session.account_id, password)
    if not auth.is_recent(session.stepped_up_at, now=now):
        raise StepUpRequired
    return None


def _ask(
    tx: Transaction,
    session: LiveSession,
    email: str,
    email_key: str,
    remote_address: str | None,
    *,
    now: datetime,
) -> None:
    account = accounts.lock_account(tx, session.account_id)
    if email_key == account.email_key:
        raise field_error("/email", "This is your address already.")
    asked = tokens.count_tokens_of_day(tx, account.account_id, tokens.CHANGE_EMAIL, now=now)
    if asked >= rules.ASKED_A_DAY:
        raise TooManyEmailChanges(headers={"Retry-After": "3600"})
    owner_id = _find_owner(tx, email_key)
    is_free = owner_id is None and not is_email_held(tx, email_key, now=now)
    change = _insert(tx, account, (email, email_key) if is_free else (None, None), now=now)
    _mail_new(tx, change, owner_id, now=now)
    _mail_former(tx, "email_change_asked", change, now=now)
    record_security_event(
        tx,
        account.account_id,
        EventKind.EMAIL_CHANGE_ASKED,
        session_id=session.session_id,
        remote_address=remote_address,
        now=now,
    )


def _find_owner(tx: Transaction, email_key: str) -> str | None:
    """Return who has proved an address to be theirs; an unfinished registration has not."""
    owner = sessions.find_login(tx, email_key)
    return owner.account_id if owner is not None and owner.status != "pending" else None


def _insert(
    tx: Transaction,
    account: Account,
    new: tuple[str, str] | tuple[None, None],
    *,
    now: datetime,
) -> EmailChange:
    account_id = account.account_id
    tokens.withdraw_tokens(tx, account_id, tokens.CHANGE_EMAIL, now=now)
    change_id = tokens.issue_token(
        tx, account_id, tokens.CHANGE_EMAIL, life=rules.CONFIRM_LIFE, now=now
    )
    undo_token_id = tokens.issue_token(
        tx, account_id, tokens.UNDO_EMAIL, life=rules.UNDO_LIFE, now=now
    )
    change = EmailChange(
        change_id=change_id,
        account_id=account_id,
        undo_token_id=undo_token_id,
        new_email=new[0],
        new_email_key=new[1],
        former_email=account.email or "",
        former_email_key=account.email_key,
        asked_at=now,
        expires_at=now + rules.UNDO_LIFE,
        confirmed_at=None,
    )
    repository.insert_email_change(tx, change)
    return change


def _mail_new(tx: Transaction, change: EmailChange, owner_id: str | None, *, now: datetime) -> None:
    """Mail the token to the new address, or tell its owner, once a day at most."""
    if change.new_email is not None:
        mail.send_later(
            tx,
            "change_email",
            account_id=change.account_id,
            key=change.change_id,
            now=now,
            token_id=change.change_id,
            change_id=change.change_id,
            sent_to="new_email",
        )
    elif owner_id is not None:
        key = f"{owner_id}:{now.date()}"
        mail.send_later(tx, "address_wanted", account_id=owner_id, key=key, now=now)


def _mail_former(tx: Transaction, template: str, change: EmailChange, *, now: datetime) -> None:
    """Tell the former address, with the token that takes it back."""
    mail.send_later(
        tx,
        template,
        account_id=change.account_id,
        key=change.change_id,
        now=now,
        token_id=change.undo_token_id,
        change_id=change.change_id,
        sent_to="former_email",
    )


def _clear_the_way(tx: Transaction, email_key: str, account_id: str, *, now: datetime) -> None:
    """Take away an unfinished registration of an address that has been proved by another.

    Raises: EmailTaken where the address is somebody's, or may be again.
    """
    holder = accounts.lock_account_by_email(tx, email_key)
    if holder is not None and holder.account_id != account_id:
        if holder.status != "pending":
            raise EmailTaken
        _delete_unfinished(tx, holder.account_id)
    if repository.count_email_holds(tx, email_key, account_id, now_at=now):
        raise EmailTaken


def _delete_unfinished(tx: Transaction, account_id: str) -> None:
    """Raises: EmailTaken where something refers to the account; the caller's unit is undone."""
    try:
        delete_unfinished(tx, account_id)
    except ForeignKey as error:
        raise EmailTaken from error


def _move(
    tx: Transaction,
    change: EmailChange,
    email: str,
    email_key: str,
    former_email_key: str,
    *,
    now: datetime,
) -> None:
    """Raises: InvalidMailedToken where the account has another address by now, EmailTaken."""
    try:
        is_moved = repository.replace_email(
            tx,
            change.account_id,
            email=email,
            email_key=email_key,
            former_email_key=former_email_key,
            email_verified_at=now,
        )
    except Unique as error:  # somebody else was given it just now
        raise EmailTaken from error
    if not is_moved:
        raise InvalidMailedToken


def _restore(tx: Transaction, change: EmailChange, *, now: datetime) -> None:
    """Give an account the address back that it had before a change, if that took effect.

    Whatever it has been changed to since does not matter. Raises: EmailTaken.
    """
    present_key = accounts.lock_account(tx, change.account_id).email_key
    if change.confirmed_at is None or present_key == change.former_email_key:
        return
    _clear_the_way(tx, change.former_email_key, change.account_id, now=now)
    _move(tx, change, change.former_email, change.former_email_key, present_key, now=now)


def _secure(
    tx: Transaction, change: EmailChange, remote_address: str | None, *, now: datetime
) -> None:
    """Lock everybody out whom the former address does not know: its reader sets a new password.

    A passkey opens the account without one, so that second factors go that came with the change.
    Those of before stay, for who reads the mails need not be the owner; and so do tokens of earlier
    changes, for who took the account may have undone a change of their own to be rid of them.
    """
    account_id = change.account_id
    accounts.set_password(tx, account_id, None)
    identities.remove_identities(tx, account_id, remote_address=remote_address, now=now)
    end_everything(tx, account_id, ENDED_BY_RESET, kept_session_id=None, now=now)
    factors.remove_since(tx, account_id, since_at=change.asked_at)
    repository.use_later_undo_tokens(tx, account_id, since_at=change.asked_at, used_at=now)
    kind = EventKind.EMAIL_CHANGE_UNDONE
    record_security_event(tx, account_id, kind, remote_address=remote_address, now=now)
    life = LIVES[tokens.RESET_PASSWORD]
    tokens.mail_token(tx, account_id, tokens.RESET_PASSWORD, life=life, now=now)
