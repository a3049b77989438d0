"""Use cases of invitations: an admin makes an account, its owner sets the password by mail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from fittrack import clock, config, db
from fittrack.accounts import repository as accounts
from fittrack.accounts import service as account_service
from fittrack.accounts import tokens
from fittrack.accounts.administration import repository as administration
from fittrack.accounts.administration import service as users
from fittrack.accounts.administration.actions import record_action
from fittrack.accounts.administration.models import Standing, UserDetails
from fittrack.accounts.email_changes import service as email_changes
from fittrack.accounts.errors import DisplayNameTaken, EmailTaken
from fittrack.accounts.invitations import rules
from fittrack.accounts.models import Account
from fittrack.db import Transaction
from fittrack.idempotency import NoReply, Reply


def invite_user(
    *, form: Mapping[str, Any], actor_id: str, now: datetime, reply: Reply = NoReply()
) -> UserDetails:
    """Make an account of any role and mail its owner a token for 7 days to set a password with.

    Raises: Invalid, Forbidden, Underage, EmailTaken, DisplayNameTaken.
    """
    standing = rules.read_standing(form, now=now)
    account = _pending_account(form, now=now)
    with db.transaction("invite_user") as tx:
        users.lock_admins(tx, actor_id=actor_id)
        _check_free(tx, account, now=now)
        account_service.add_account(tx, account)
        _place(tx, account.account_id, standing, now=now)
        record_action(
            tx,
            account.account_id,
            "invited",
            actor_id=actor_id,
            after=users.as_noted(standing),
            now=now,
        )
        tokens.mail_token(
            tx, account.account_id, tokens.INVITATION, life=rules.INVITATION_LIFE, now=now
        )
        details = users.get_details(tx, account.account_id, now=now)
        reply.record(tx, details)
    return details


def renew_invitation(
    *, account_id: str, actor_id: str, now: datetime, reply: Reply = NoReply()
) -> UserDetails:
    """Mail a fresh token to who was invited and has not come; older ones are worthless.

    Raises: AccountNotFound, Forbidden, NotInvited.
    """
    with db.transaction("renew_invitation") as tx:
        users.lock_admins(tx, actor_id=actor_id)
        rules.check_invited(accounts.lock_account(tx, account_id))
        tokens.withdraw_tokens(tx, account_id, tokens.INVITATION, now=now)
        record_action(tx, account_id, "invited_again", actor_id=actor_id, now=now)
        tokens.mail_token(tx, account_id, tokens.INVITATION, life=rules.INVITATION_LIFE, now=now)
        details = users.get_details(tx, account_id, now=now)
        reply.record(tx, details)
    return details


def _pending_account(form: Mapping[str, Any], *, now: datetime) -> Account:
    """Return an account without a password, not yet stored. Raises: Invalid, Underage."""
    account = account_service.new_account(
        form["email"],
        form["display_name"],
        password_hash=None,
        role=form["role"],
        date_of_birth_on=rules.read_born_on(
            form, today_on=clock.day_of(now, config.current().zone)
        ),
        state_code=form["state"],
        now=now,
    )
    rules.check_name(account)
    return replace(account, status="pending", email_verified_at=None)


def _check_free(tx: Transaction, account: Account, *, now: datetime) -> None:
    """Raises: EmailTaken, DisplayNameTaken also for an address or a name that is only held."""
    if email_changes.is_email_held(tx, account.email_key, now=now):
        raise EmailTaken
    if accounts.list_name_holders(tx, account.display_name_key):
        raise DisplayNameTaken(
            errors=[{"pointer": "/display_name", "message": DisplayNameTaken.title()}]
        )


def _place(tx: Transaction, account_id: str, standing: Standing, *, now: datetime) -> None:
    administration.update_standing(tx, account_id, standing)
    if standing.sponsor_id is not None:
        users.place_with_sponsor(tx, account_id, standing.sponsor_id, now=now)
