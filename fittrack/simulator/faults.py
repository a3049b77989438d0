"""Misbehaviour on request: what a service shall do wrong, where, and how often."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from flask import Response, redirect, request

TOKEN = "token"  # noqa: S105 - an endpoint
METADATA = "metadata"
KEYS = "keys"
ROUND = "round"
API = "api"
AUTHORIZE = "authorize"
# What any answer may be instead of the right one.
ANSWERS = ("slow", "drip", "drip_of_length", "error_500", "not_json", "huge", "redirect")
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
    *("expired", "throttled", "throttled_by_date", "throttled_silently", "forbidden", "error_503"),
    *("cut", "not_a_number", "empty_page", "repeated_page", "shuffled_page", "lost_answer"),
    *("error_502", "gzip_bomb", "duplicate_keys", "error_in_200"),
)
OF_TRACKERS = {
    API: (*ANSWERS, *SPOILT),
    TOKEN: (*ANSWERS, "lost_answer", "no_refresh_token", "throttled"),
    AUTHORIZE: ("fewer_scopes",),
}
SILENCE_S = 30.0
DRIP_S = 0.2
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
        case "slow":
            time.sleep(SILENCE_S)
            return Response(status=504)
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
