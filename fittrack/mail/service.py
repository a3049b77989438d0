"""Mails: decided in the transaction that gives the reason, written when they are sent."""

from __future__ import annotations

import logging
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from email import message_from_bytes, policy
from itertools import islice
from pathlib import Path
from typing import Any

from fittrack import config, db, queues
from fittrack.db import Transaction
from fittrack.mail import repository
from fittrack.mail.message import as_written, compose
from fittrack.mail.models import DeliveredMail, Recipient
from fittrack.mail.tokens import mailed_token
from fittrack.mail.transport import FOLDER, deliver
from fittrack.queues import Lease

logger = logging.getLogger(__name__)
SHOWN_MAILS = 100


def send_later(
    tx: Transaction, template: str, *, account_id: str, key: str, now: datetime, **context: Any
) -> None:
    """Decide in the caller's transaction that a member shall get a mail; `key` makes it one mail.

    `context` holds ids and plain values for the template, never secrets or personal data. A
    `token_id` becomes the template's `$token` when the mail is written. With a `change_id` it goes
    to the address that a change is to or from, as `sent_to` (`new_email` or `former_email`) says.
    """
    queues.enqueue(
        tx,
        "send_mail",
        f"{template}:{key}",
        now=now,
        template=template,
        account_id=account_id,
        context=context,
    )


def send_mail(
    lease: Lease, *, template: str, account_id: str, context: dict[str, Any], now: datetime
) -> None:
    """Write and deliver one mail, then mark it done; after a crash in between it goes out again
    under the same Message-ID. A recipient who is gone gets nothing.

    Raises: MailNotSent, MailRefused, LeaseLost.
    """
    with db.reading("find_recipient") as tx:
        recipient = _recipient(tx, account_id, context)
        token = _token(tx, context)
    if recipient is None or recipient.email is None:
        logger.info("no mail: the recipient is gone", extra={"account_id": account_id})
    else:
        _deliver(lease, template, recipient, recipient.email, {**context, **token}, now=now)
    with db.transaction("send_mail") as tx:
        queues.finish(tx, lease, now=now)


def list_mailbox(*, to: str | None = None) -> list[DeliveredMail]:
    """Return the newest mails of the mailbox folder, newest first; all of one address with `to`."""
    files = sorted(_mailbox().glob("*.eml"), key=lambda file: file.name, reverse=True)
    mails = (_read(file) for file in files)
    wanted = None if to is None else as_written(to).casefold()
    shown = (mail for mail in mails if wanted in {None, mail.to.casefold()})
    return list(islice(shown, SHOWN_MAILS))


def empty_mailbox(*, of: Collection[str]) -> None:
    """Take mails to some addresses out of the mailbox folder; what was sent is out of reach."""
    if not config.current().mail_url.startswith(FOLDER):
        return
    wanted = {as_written(address).casefold() for address in of}
    for file in _mailbox().glob("*.eml"):
        with suppress(FileNotFoundError):  # another process has taken it out
            if _read(file).to.casefold() in wanted:
                file.unlink()


def _mailbox() -> Path:
    return Path(config.current().mail_url.removeprefix(FOLDER))


def _deliver(
    lease: Lease,
    template: str,
    recipient: Recipient,
    email: str,
    context: dict[str, Any],
    *,
    now: datetime,
) -> None:
    settings = config.current()
    message = compose(
        template,
        _values(recipient, context),
        sender=settings.mail_from,
        recipient=email,
        mail_id=lease.outbox_id,
        at=now,
    )
    deliver(message, mail_url=settings.mail_url, mail_id=lease.outbox_id)


def _values(recipient: Recipient, context: dict[str, Any]) -> dict[str, str]:
    values = {name: str(value) for name, value in context.items()}
    values["display_name"] = recipient.display_name
    values["base_url"] = config.current().base_url.rstrip("/")
    return values


def _recipient(tx: Transaction, account_id: str, context: dict[str, Any]) -> Recipient | None:
    """Return whom a mail is for: the account's address, or one that it is changed from or to."""
    if "change_id" not in context:
        return repository.find_recipient(tx, account_id)
    found = repository.find_changing_recipient(tx, account_id, context["change_id"])
    if found is None:
        return None
    is_new = context["sent_to"] == "new_email"
    return Recipient(found.new_email if is_new else found.former_email, found.display_name)


def _token(tx: Transaction, context: dict[str, Any]) -> dict[str, str]:
    """Return the token of a mail that has one; perhaps our secret has changed since."""
    if "token_id" not in context:
        return {}
    token_hash = repository.find_token_hash(tx, context["token_id"])
    return {"token": mailed_token(context["token_id"], token_hash=token_hash)}


def _read(file: Path) -> DeliveredMail:
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    return DeliveredMail(
        to=str(message["To"]),
        subject=str(message["Subject"]),
        sent_at=message["Date"].datetime,
        text=message.get_content().replace("\r\n", "\n"),
    )
