"""Misbehaviour on request: what a service shall do wrong, where, and how often."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from flask import Response, redirect, request

TOKEN = "token"  # noqa: S105 - an endpoint
METADATA = "metadata"
KEYS = "keys"
ROUND = "round"
API = "api"
AUTHORIZE = "authorize"
# What any answer may be instead of the right one.
ANSWERS = (
    *("slow", "slow_headers", "drip", "drip_of_length", "hang_up"),
    *("error_500", "not_json", "huge", "redirect"),
)
# What is wrong with a token.
CLAIMS = (
    "wrong_nonce",
    "no_nonce",
    "wrong_audience",
    "two_audiences",
    "wrong_azp",
    "wrong_at_hash",
    "other_issuer",
    "expired",
    "issued_later",
    "issued_long_ago",
    "no_subject",
    "long_subject",
    "no_expiry",
)
SIGNATURES = ("alg_none", "hs256", "unknown_kid", "wrong_key", "no_id_token", "garbled")
OTHERS = ("accept_replay", "other_provider")
# What is wrong with a beacon's round.
ROUNDS = ("too_early", "other_round", "false_signature", "other_randomness", "no_hex", "a_list")
KINDS = (*ANSWERS, *CLAIMS, *SIGNATURES, *OTHERS, *ROUNDS)
OF_ISSUERS = dict.fromkeys((TOKEN, METADATA, KEYS, ROUND), KINDS)
# What an answer of a tracker may be besides.
SPOILT = (
    *("expired", "forbidden", "error_502", "error_503", "error_in_200"),
    *("throttled", "throttled_by_seconds", "throttled_by_date", "throttled_silently"),
    *("cut", "wrong_length", "gzip", "gzip_bomb", "not_a_number", "duplicate_keys"),
    *("nulls", "unknown_sport", "unknown_enum"),
    *("empty_page", "empty_page_with_next", "endless_pages", "repeated_page", "shuffled_page"),
    *("shifted_page", "shrunk_page"),
)
# What is wrong with a grant that is renewed, and with a member's consent.
GRANTS = ("lost_answer", "no_refresh_token", "old_expiry", "throttled")
CONSENTS = (
    *("fewer_scopes", "denied", "state_altered"),
    *("code_used", "code_expired", "wrong_verifier"),
)
OF_TRACKERS = {
    API: (*ANSWERS, *SPOILT),
    TOKEN: (*ANSWERS, *GRANTS),
    AUTHORIZE: CONSENTS,
}
SILENCE_S = 30.0
DRIP_S = 0.05
HUGE_BYTES = 2 << 20


@dataclass(slots=True)
class Fault:
    """One kind of misbehaviour at one endpoint, so many times more.

    It begins `after` so many calls that it could have spoilt, and spoils only those whose path
    has `path` in it.
    """

    kind: str
    at: str = TOKEN
    times: int = 1
    after: int = 0
    path: str = ""

    def strikes(self) -> bool:
        """Tell whether it goes wrong now, and count this call."""
        if self.times <= 0 or self.path not in request.path:
            return False
        if self.after > 0:
            self.after -= 1
            return False
        self.times -= 1
        return True


class Faults:
    """The misbehaviour that is still to come, of one service."""

    def __init__(self) -> None:
        self._ahead: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Let something go wrong from now on."""
        with self._lock:
            self._ahead.append(fault)

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        with self._lock:
            self._ahead.clear()

    def ahead(self) -> list[Fault]:
        """Return what is still to go wrong."""
        with self._lock:
            return [replace(fault) for fault in self._ahead if fault.times > 0]

    def take(self, at: str, kinds: tuple[str, ...]) -> str | None:
        """Return what goes wrong now at an endpoint, among some kinds, and count it."""
        with self._lock:
            for fault in self._ahead:
                if fault.at == at and fault.kind in kinds and fault.strikes():
                    return fault.kind
        return None


def answer_of(kind: str) -> Response:
    """Return the answer of a service that misbehaves as such."""
    match kind:
        case "slow" | "slow_headers" | "hang_up":
            return _stall(kind)
        case "drip":
            return Response(_drip(), content_type="application/json")
        case "drip_of_length":
            length = {"Content-Length": str(HUGE_BYTES)}
            return Response(_drip(), headers=length, content_type="application/json")
        case "error_500":
            return Response("Internal Server Error", status=500)
        case "huge":
            return Response(b" " * HUGE_BYTES + b"{}", content_type="application/json")
        case "redirect":
            return redirect(request.url, 307)  # type: ignore[return-value] # and well there
    return Response("<html>not what you expect</html>", content_type="application/json")


def _drip() -> Iterator[bytes]:
    """Send a body that never ends, one byte at a time."""
    for _ in range(int(SILENCE_S / DRIP_S)):
        yield b" "
        time.sleep(DRIP_S)


def _stall(kind: str) -> Response:
    """Say nothing, hang up, or send headers that never end, as far as a test's client lets us."""
    line = request.environ.get("werkzeug.socket")
    with suppress(OSError):
        if line is not None and kind == "hang_up":
            line.shutdown(socket.SHUT_RDWR)
        elif line is not None and kind == "slow_headers":
            line.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            for _ in range(int(SILENCE_S / DRIP_S)):
                line.sendall(b"x")
                time.sleep(DRIP_S)
        elif kind == "slow":
            time.sleep(SILENCE_S)
    return Response(status=504)
