"""Mails as text: a template filled in, and the message around it."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from functools import cache
from importlib import resources
from string import Template

from email_validator import validate_email

from fittrack.mail.errors import MailRefused

SUBJECT = "Subject: "


def compose(
    template: str,
    values: dict[str, str],
    *,
    sender: str,
    recipient: str,
    mail_id: str,
    at: datetime,
) -> EmailMessage:
    """Return a message; the same `mail_id` makes a repeated mail the same mail (RFC 5322, 3.6.4).

    Raises: MailRefused for an address that no header can hold, KeyError for a missing value.
    """
    subject, text = render(template, values)
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = sender
        message["To"] = _address(recipient)
        message["Subject"] = subject
    except ValueError:
        raise MailRefused("an address or subject can't stand in a header") from None
    message["Date"] = at
    message["Message-ID"] = f"<{mail_id}@{domain_of(sender)}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text, cte="7bit" if text.isascii() else "quoted-printable")
    return message


def render(template: str, values: dict[str, str]) -> tuple[str, str]:
    """Return the subject and the text of a filled-in template. Raises: KeyError."""
    head, _, body = _template(template).partition("\n\n")
    subject = Template(head.removeprefix(SUBJECT)).substitute(values)
    return " ".join(subject.split()), Template(body).substitute(values)


def as_written(email: str) -> str:
    """Return an address as a header holds it, or as it is where none can."""
    try:
        return _address(email).addr_spec
    except ValueError:
        return email


def domain_of(sender: str) -> str:
    """Return the domain of a sender such as `FitTrack <no-reply@fittrack.example>`."""
    return parseaddr(sender)[1].rpartition("@")[2] or "localhost"


def _address(email: str) -> Address:
    """Return an address whose parts are quoted as needed. Raises: ValueError."""
    user, _, domain = email.rpartition("@")
    if not user or not domain:
        raise ValueError("an address has two parts")
    if not domain.isascii():
        # Mail servers need not know such domains, and each has a form in ASCII (RFC 5891).
        known = validate_email(email, check_deliverability=False, test_environment=True)
        domain = known.ascii_domain
    return Address(username=user, domain=domain)


@cache
def _template(name: str) -> str:
    folder = resources.files("fittrack.mail") / "templates"
    text = (folder / f"{name}.txt").read_text(encoding="utf-8")
    if not text.startswith(SUBJECT):
        raise ValueError(f"the template {name} does not begin with its subject")
    return text
