"""Real SMTP servers on loopback, each with its own temper."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


class Postbox:
    """Keeps what it is sent, and gives the answers it was told to give."""

    def __init__(self, *, to_recipient: str = "250 OK", to_message: str = "250 OK") -> None:
        self.to_recipient = to_recipient
        self.to_message = to_message
        self.envelopes: list[Envelope] = []
        self.logins: list[LoginPassword] = []

    async def handle_RCPT(
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        """Answer a recipient; a refusal repeats the address, as real servers do."""
        if not self.to_recipient.startswith("250"):
            return f"{self.to_recipient} <{address}>"
        envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Keep the message."""
        if self.to_message.startswith("250"):
            self.envelopes.append(envelope)
        return self.to_message

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object
    ) -> AuthResult:
        """Let anybody in whose password is `secret/word`."""
        assert isinstance(data, LoginPassword)
        self.logins.append(data)
        is_right = data.password == b"secret/word"
        return AuthResult(success=is_right, handled=False)

    @property
    def messages(self) -> list[EmailMessage]:
        """Return the messages as a mail reader shows them."""
        return [
            message_from_bytes(envelope.original_content, policy=policy.default)
            for envelope in self.envelopes
        ]


@contextmanager
def serve(postbox: Postbox, **options: object) -> Iterator[str]:
    """Run a server for a postbox and yield its `host:port`."""
    port = _free_port()
    controller = Controller(
        postbox, hostname="127.0.0.1", port=port, authenticator=postbox.authenticate, **options
    )
    controller.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        controller.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
