"""Accounts and sessions for tests; the defaults are valid and dull."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

import pyotp
from flask.testing import FlaskClient

from fittrack import auth, db
from fittrack.accounts import passwords, service
from fittrack.accounts.factors import service as factors
from fittrack.accounts.sessions import repository as session_rows
from fittrack.accounts.sessions import service as sessions
from fittrack.accounts.sessions.models import Device
from fittrack.auth import Identity
from fittrack.clock import utc_now

PASSWORD = "violet tram over quiet lakes"
_number = count(1)


def registration(**over: Any) -> dict[str, Any]:
    """Return a registration form that would be accepted."""
    number = next(_number)
    form = {
        "email": f"ana{number}@example.com",
        "password": PASSWORD,
        "display_name": f"Ana{number}",
        "date_of_birth": "1990-05-17",
        "state": "CA",
        "accepted_terms_version": "1",
        "accepted_rules_version": "1",
    }
    return form | over


def make_account(
    *,
    email: str | None = None,
    display_name: str | None = None,
    role: str = "user",
    date_of_birth_on: date | None = date(1990, 5, 17),
    state_code: str | None = "CA",
    created_at: datetime | None = None,
    **profile: Any,
) -> str:
    """Return the id of an active, verified account 30 days old; admins and auditors have TOTP.

    `profile` may hold sex, fitness_level, max_hr_bpm, resting_hr_bpm and time_zone. The password
    is PASSWORD.
    """
    number = next(_number)
    now = created_at or utc_now() - timedelta(days=30)
    account = service.new_account(
        email or f"member{number}@example.com",
        display_name or f"Member{number}",
        password_hash=passwords.hash_password(PASSWORD),
        role=role,
        date_of_birth_on=date_of_birth_on,
        state_code=state_code,
        now=now,
    )
    service.create_member(account=account, **profile)
    if role in auth.PRIVILEGED:
        make_totp(account.account_id, now=now)
    return account.account_id


def make_totp(account_id: str, *, now: datetime | None = None) -> pyotp.TOTP:
    """Give an account a confirmed authenticator app and return it."""
    with db.transaction("make_totp") as tx:
        secret = factors.insert_confirmed_totp(tx, account_id, now=now or utc_now())
    return pyotp.TOTP(secret)


def login(
    client: FlaskClient, account_id: str, *, is_stepped_up: bool = True, now: datetime | None = None
) -> dict[str, str]:
    """Return the headers of a new session of an account, as a log-in on a device would open it."""
    now = now or utc_now()
    device = Device("Ana's phone", "ios", "192.0.2.7")
    with db.transaction("login") as tx:
        role = session_rows.get_login(tx, account_id).role
        opened = sessions.open_session(
            tx, account_id, role, device, stepped_up_at=now if is_stepped_up else None, now=now
        )
    with client.application.app_context():
        token = auth.issue_access_token(Identity(account_id, opened.session_id, role))
    return {"Authorization": f"Bearer {token}"}
