"""Mails that anybody may ask for by naming an address: a verification again, a forgotten password.

Whether the address has an account must not show in how long the answer takes. So the request always
does the same: it looks the address up and decides on one job, for the account or for nobody; the
job decides whether there is anything to mail.
"""

from __future__ import annotations

from datetime import datetime

from fittrack import db, queues
from fittrack.accounts import repository, rules, tokens
from fittrack.accounts.credentials.rules import LIVES, may_be_mailed
from fittrack.accounts.errors import AccountNotFound
from fittrack.accounts.models import Account, Outcome
from fittrack.db import Transaction
from fittrack.idempotency import NoReply, Reply
from fittrack.ids import new_id
from fittrack.queues import Lease


def request_token(*, email: str, purpose: str, now: datetime, reply: Reply = NoReply()) -> Outcome:
    """Decide that an address gets the mail of a purpose, if it has an account that may get it."""
    key = rules.find_email_key(email) or rules.folded(email)
    accepted = Outcome("accepted")
    with db.transaction("request_token") as tx:
        account_id = repository.find_account_id(tx, key) or new_id()
        queues.enqueue(
            tx,
            "mail_requested_token",
            new_id(),
            now=now,
            account_id=account_id,
            purpose=purpose,
        )
        reply.record(tx, accepted)
    return accepted


def mail_requested_token(lease: Lease, *, account_id: str, purpose: str, now: datetime) -> None:
    """Mail a fresh token to an account that may get it; older ones are worthless then."""
    with db.transaction("mail_requested_token") as tx:
        account = _find(tx, account_id)
        if account is not None and may_mail(tx, account, purpose, now=now):
            tokens.withdraw_tokens(tx, account_id, purpose, now=now)
            tokens.mail_token(tx, account_id, purpose, life=LIVES[purpose], now=now)
        queues.finish(tx, lease, now=now)


def may_mail(tx: Transaction, account: Account, purpose: str, *, now: datetime) -> bool:
    """Tell whether a held account gets a mail of a purpose, for which 10 a day are enough."""
    mailed = tokens.count_tokens_of_day(tx, account.account_id, purpose, now=now)
    return may_be_mailed(purpose, status=account.status, mailed_today=mailed)


def _find(tx: Transaction, account_id: str) -> Account | None:
    try:
        return repository.lock_account(tx, account_id)
    except AccountNotFound:  # the address was nobody's
        return None
