"""How a message leaves: by SMTP, or into a folder where a developer reads it."""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from fittrack.mail.errors import MailNotSent, MailRefused

TIMEOUT_S = 10
FOLDER = "folder:"
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def deliver(message: EmailMessage, *, mail_url: str, mail_id: str) -> None:
    """Hand a message to the configured transport; returns when it has been taken.

    `mail_url` is `smtp://` (STARTTLS when offered), `smtp+starttls://` (or not at all),
    `smtps://`, each with `user:password@` where needed, or `folder:path`.
    Raises: MailNotSent, MailRefused.
    """
    if mail_url.startswith(FOLDER):
        _write(message, Path(mail_url.removeprefix(FOLDER)), mail_id)
    else:
        _send(message, urlsplit(mail_url))


def _write(message: EmailMessage, folder: Path, mail_id: str) -> None:
    """Write a mail to a file of its own, whole or not at all; a repeat replaces it."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{mail_id}.{os.getpid()}.tmp"
    draft.write_bytes(message.as_bytes())
    draft.replace(folder / f"{mail_id}.eml")


def _send(message: EmailMessage, url: SplitResult) -> None:
    # The server's words may repeat the address, so that only its code is kept.
    try:
        with _server(url) as server:
            server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        code = max((code for code, _ in error.recipients.values()), default=0)
        raise _problem("recipient", code) from None
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        raise _problem("message", error.smtp_code) from None
    except smtplib.SMTPNotSupportedError:
        raise MailRefused("the server lacks what this mail needs") from None
    except (smtplib.SMTPException, OSError) as error:
        raise MailNotSent(f"{type(error).__name__} {getattr(error, 'smtp_code', '')}") from None


def _problem(what: str, code: int) -> Exception:
    """Return a refusal for good (5xx, RFC 5321, 4.2.1) or for now."""
    kind = MailRefused if 500 <= code <= 599 else MailNotSent
    return kind(f"the server answered {code} to the {what}")


@contextmanager
def _server(url: SplitResult) -> Iterator[smtplib.SMTP]:
    host, port = url.hostname or "localhost", url.port or PORTS[url.scheme]
    context = ssl.create_default_context()
    server = (
        smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_S, context=context)
        if url.scheme == "smtps"
        else smtplib.SMTP(host, port, timeout=TIMEOUT_S)
    )
    with server:
        _secure(server, url, context)
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
        yield server


def _secure(server: smtplib.SMTP, url: SplitResult, context: ssl.SSLContext) -> None:
    """Turn TLS on where it can be; a password never leaves the machine without it."""
    if url.scheme == "smtps":
        return
    server.ehlo_or_helo_if_needed()
    must = url.scheme == "smtp+starttls" or (url.username and url.hostname not in LOOPBACK)
    offers = server.has_extn("starttls")
    if must and not offers:
        raise MailNotSent("the server offers no TLS")
    if offers:
        server.starttls(context=context)
        server.ehlo()
