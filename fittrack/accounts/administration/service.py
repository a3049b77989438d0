"""Use cases of looking after accounts: search, read, change; and the end of premium."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from fittrack import clock, config, db
from fittrack.accounts import repository as accounts
from fittrack.accounts import rules as account_rules
from fittrack.accounts.administration import repository, rules
from fittrack.accounts.administration.actions import record_action
from fittrack.accounts.administration.errors import OwnAccount
from fittrack.accounts.administration.models import (
    AdminAction,
    EndedPremium,
    ListedUser,
    ManagedUser,
    Standing,
    UserDetails,
    UserFilter,
)
from fittrack.accounts.erasure import service as erasure
from fittrack.accounts.erasure.models import Erased
from fittrack.accounts.profiles import service as profiles
from fittrack.accounts.security_events.models import EventKind
from fittrack.accounts.security_events.service import record_security_event
from fittrack.accounts.suspensions import repository as suspension_rows
from fittrack.accounts.suspensions import service as suspensions
from fittrack.db import Transaction
from fittrack.db.values import instant_to_text
from fittrack.errors import field_error
from fittrack.notifications.service import notify
from fittrack.pagination import Cursor, Page
from fittrack.points import service as points
from fittrack.sponsors import service as sponsors
from fittrack.sponsors.errors import SponsorNotFound

AFTER_ANY_ID = "~"
BATCH_ROWS = 100


def list_users(
    *, wanted: UserFilter, cursor: Cursor, limit: int, now: datetime
) -> Page[ListedUser]:
    """Return accounts newest first; those of a name's beginning in the order of names."""
    with db.reading("list_users") as tx:
        if wanted.words is None:
            rows = _by_time(tx, wanted, cursor, row_limit=limit + 1)
        elif rules.is_address(wanted):
            rows = _by_address(tx, wanted, wanted.words)
        else:
            rows = _by_name(tx, wanted, wanted.words, cursor, row_limit=limit + 1)
    shown = [_with_role_of_now(row, now=now) for row in rows]
    return Page.of(shown, limit=limit, cursor=cursor, key=_key_of(wanted))


def get_user(*, account_id: str, now: datetime) -> UserDetails:
    """Return an account with all that admins and auditors may know. Raises: AccountNotFound."""
    with db.reading("get_user") as tx:
        return get_details(tx, account_id, now=now)


def edit_user(
    *,
    account_id: str,
    changes: Mapping[str, Any],
    revisions: frozenset[int] | None,
    actor_id: str,
    now: datetime,
) -> UserDetails:
    """Change an account's role, status or what its owner can't; effective on its next request.

    Raises: AccountNotFound, PreconditionFailed, Invalid, Forbidden, OwnAccount, AccountErased,
    StatusNotChangeable, LastSponsorAccount, Underage.
    """
    with db.transaction("edit_user") as tx:
        if changes.keys() & rules.DELICATE_FIELDS:
            lock_admins(tx, actor_id=actor_id)
        user = repository.lock_user(tx, account_id)
        rules.check_edit(user, changes, actor_id=actor_id, revisions=revisions)
        if changes.keys() & rules.BOARD_FIELDS:
            points.hold_member(tx, account_id, now=now)
        _change_standing(tx, user, changes, actor_id=actor_id, now=now)
        _correct_person(tx, user, changes, actor_id=actor_id, now=now)
        # Late: it ends with the head of the ledger's chain, which comes after all points.
        _change_status(tx, user, changes, actor_id=actor_id, now=now)
        return get_details(tx, account_id, now=now)


def delete_user(*, account_id: str, actor_id: str, now: datetime) -> Erased:
    """Erase somebody else's account for good, as its owner could.

    Raises: OwnAccount, AccountNotFound, Forbidden, LastAdmin, LastSponsorAccount.
    """
    if account_id == actor_id:
        raise OwnAccount
    return erasure.erase_account(account_id=account_id, actor_id=actor_id, now=now)


def list_history(*, account_id: str, cursor: Cursor, limit: int) -> Page[AdminAction]:
    """Return what admins did to an account, newest first; also to one that is gone.

    Raises: AccountNotFound for what never was one.
    """
    with db.reading("list_admin_actions") as tx:
        rows = repository.list_admin_actions(
            tx, account_id, before_id=cursor.text(default=AFTER_ANY_ID), row_limit=limit + 1
        )
        if not rows:
            accounts.get_member(tx, account_id)
    return Page.of(rows, limit=limit, cursor=cursor, key=lambda row: row.action_id)


def end_premiums(*, now: datetime) -> int:
    """Tidy up accounts whose premium has ended, one by one, and return how many.

    They count as ordinary ones from the very instant on; this tells them, and notes it.
    """
    ended = 0
    while True:
        with db.reading("list_ended_premiums") as tx:
            due = repository.list_ended_premiums(tx, now_at=now, row_limit=BATCH_ROWS)
        ended += sum(_end_premium(one, now=now) for one in due)
        if len(due) < BATCH_ROWS:
            return ended


def lock_admins(tx: Transaction, *, actor_id: str) -> frozenset[str]:
    """Hold all active admins, of whom the actor still is one. Raises: Forbidden.

    To be called before any other account is held, so that two admins who demote each other wait
    for one another, and the second finds out.
    """
    admins = repository.lock_admins(tx)
    rules.check_actor(admins, actor_id)
    return admins


def get_details(tx: Transaction, account_id: str, *, now: datetime) -> UserDetails:
    """Return an account as the caller's transaction sees it. Raises: AccountNotFound."""
    user = repository.get_user(tx, account_id, now_at=now)
    role = rules.effective_role(user.role, user.premium_until_at, now=now)
    suspension = None
    if user.status == "suspended":
        suspension = suspension_rows.find_open_suspension(tx, account_id)
    return UserDetails(replace(user, role=role), suspension, rules.revision_of(user))


def place_with_sponsor(
    tx: Transaction, account_id: str, sponsor_id: str | None, *, now: datetime
) -> None:
    """Place an account with a sponsor, or with none. Raises: Invalid, LastSponsorAccount."""
    try:
        sponsors.place_account(tx, account_id, sponsor_id=sponsor_id, now=now)
    except SponsorNotFound as error:
        raise field_error("/sponsor_id", SponsorNotFound.title()) from error


def as_noted(standing: Standing) -> dict[str, str]:
    """Return a role with what it needs as the history keeps it."""
    until_at = standing.premium_until_at
    noted = {
        "role": standing.role,
        "premium_until_at": instant_to_text(until_at) if until_at else None,
        "sponsor_id": standing.sponsor_id,
    }
    return {name: value for name, value in noted.items() if value is not None}


def _by_time(
    tx: Transaction, wanted: UserFilter, cursor: Cursor, *, row_limit: int
) -> list[ListedUser]:
    """Each combination of filters has a statement of its own, and an index that serves it."""
    binds = {
        "from_at": wanted.created_from_at or rules.FIRST,
        "until_at": cursor.instant(default=rules.last_instant(wanted)),
        "before_id": cursor.text(default=AFTER_ANY_ID, at=1),
        "row_limit": row_limit,
    }
    if wanted.role and wanted.status:
        return repository.list_users_of_role_and_status(
            tx, role=wanted.role, status=wanted.status, **binds
        )
    if wanted.role:
        return repository.list_users_of_role(tx, role=wanted.role, **binds)
    if wanted.status:
        return repository.list_users_of_status(tx, status=wanted.status, **binds)
    return repository.list_users(tx, **binds)


def _by_name(
    tx: Transaction, wanted: UserFilter, words: str, cursor: Cursor, *, row_limit: int
) -> list[ListedUser]:
    from_key, end_key = rules.name_range(words)
    after_key = cursor.text(default="") or None
    return repository.list_users_of_name(
        tx,
        from_key=max(from_key, after_key or from_key),
        end_key=end_key,
        after_key=after_key,
        row_limit=row_limit,
        **_filters(wanted),
    )


def _by_address(tx: Transaction, wanted: UserFilter, words: str) -> list[ListedUser]:
    email_key = account_rules.find_email_key(words)
    if email_key is None:
        return []
    return repository.list_users_of_email(tx, email_key=email_key, **_filters(wanted))


def _filters(wanted: UserFilter) -> dict[str, Any]:
    return {
        "role": wanted.role,
        "status": wanted.status,
        "from_at": wanted.created_from_at or rules.FIRST,
        "until_at": rules.last_instant(wanted),
    }


def _key_of(wanted: UserFilter) -> Any:
    if wanted.words is None:
        return lambda row: (row.created_at, row.account_id)
    return lambda row: row.display_name_key


def _with_role_of_now(row: ListedUser, *, now: datetime) -> ListedUser:
    return replace(row, role=rules.effective_role(row.role, row.premium_until_at, now=now))


def _change_standing(
    tx: Transaction, user: ManagedUser, changes: Mapping[str, Any], *, actor_id: str, now: datetime
) -> None:
    """Give an account its new role, note it, and tell its owner."""
    if not changes.keys() & rules.STANDING_FIELDS:
        return
    before, after = rules.standing_of(user), rules.new_standing(user, changes, now=now)
    if before == after:
        return
    repository.update_standing(tx, user.account_id, after)
    if before.sponsor_id != after.sponsor_id:
        place_with_sponsor(tx, user.account_id, after.sponsor_id, now=now)
    record_action(
        tx,
        user.account_id,
        "role_changed",
        actor_id=actor_id,
        before=as_noted(before),
        after=as_noted(after),
        now=now,
    )
    if user.status != "pending":  # nobody is there yet to be told
        _tell_of_role(tx, user.account_id, after, now=now)


def _tell_of_role(tx: Transaction, account_id: str, standing: Standing, *, now: datetime) -> None:
    record_security_event(tx, account_id, EventKind.ROLE_CHANGED, now=now)
    notify(
        tx,
        account_id,
        "role_changed",
        key=instant_to_text(now),
        title="Your account's role was changed",
        body=rules.words_of(standing),
        data={"role": standing.role},
        now=now,
    )


def _change_status(
    tx: Transaction, user: ManagedUser, changes: Mapping[str, Any], *, actor_id: str, now: datetime
) -> None:
    if not rules.check_status_change(user, changes):
        return
    if changes["status"] == "suspended":
        reason = changes["suspension_reason"]
        suspensions.suspend(tx, user.account_id, reason=reason, actor_id=actor_id, now=now)
    else:
        suspensions.lift(tx, user.account_id, actor_id=actor_id, now=now)


def _correct_person(
    tx: Transaction, user: ManagedUser, changes: Mapping[str, Any], *, actor_id: str, now: datetime
) -> None:
    """Put right what the owner can't change; the tier and all points that hang on it follow."""
    today_on = clock.day_of(now, config.current().zone)
    after = rules.corrected(user, changes, today_on=today_on, now=now)
    if after == user:
        return
    repository.update_person(tx, after)
    if after.status != user.status:
        repository.update_account_status(tx, user.account_id, after.status)
    if after.date_of_birth_on != user.date_of_birth_on:
        # The profile's row before the head of the ledger's chain, as birthdays take them.
        profiles.refresh_tier(tx, user.account_id, now=now)
        points.recompute_member(tx, user.account_id, now=now)
    fields = rules.changed_fields(user, after)
    record_action(
        tx, user.account_id, "corrected", actor_id=actor_id, after={"fields": fields}, now=now
    )


def _end_premium(ended: EndedPremium, *, now: datetime) -> bool:
    """Note the end of one premium, once, and tell its owner."""
    account_id, until = ended.account_id, instant_to_text(ended.premium_until_at)
    with db.transaction("end_premium") as tx:
        if not repository.end_premium(tx, account_id, now_at=now):
            return False
        record_action(
            tx,
            account_id,
            "premium_ended",
            actor_id=None,
            before={"role": "premium", "premium_until_at": until},
            after={"role": "user"},
            now=now,
        )
        record_security_event(tx, account_id, EventKind.PREMIUM_ENDED, now=now)
        notify(
            tx,
            account_id,
            "premium_ended",
            key=until,
            title="Your premium has ended",
            body="Your premium has ended on its date; everything else goes on.",
            data={"premium_until_at": until},
            now=now,
        )
    return True
