"""HTTP to other services, bounded in every way: time in total, bytes, redirects.

No HTTP library has a total deadline: their time-outs begin anew with each byte that drips. Here a
clock runs beside the call and shuts its socket, wherever it hangs: headers, body, or handshake.
Addresses come from settings and from what those services publish, never from a request.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import orjson
import requests
from requests import Response
from requests.adapters import HTTPAdapter
from requests.exceptions import RequestException
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

CHUNK_BYTES = 16 * 1024
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Request:
    """What shall be asked; a `form` is encoded already, `json` is not."""

    url: str
    method: str = "GET"
    params: Mapping[str, str | int] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    form: str | None = None
    json: Any = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service said; the names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body's JSON value. Raises: ValueError."""
        return orjson.loads(self.body)


class Unreachable(Exception):
    """A service said nothing sensible in time; its message is a kind, never what it said."""


class TooLong(Unreachable):
    """A service did answer, but more than is read of it."""


def call(request: Request, *, deadline_s: float, most_bytes: int) -> Answer:
    """Return what a service answers, whatever its status. Raises: Unreachable."""
    try:
        with _clock(deadline_s) as clock, _session() as session:
            answer = session.request(
                request.method,
                request.url,
                params=dict(request.params),
                data=request.form if request.json is None else orjson.dumps(request.json),
                headers=_headers(request),
                timeout=deadline_s,
                allow_redirects=False,
                stream=True,
            )
            with answer:
                body = _body(answer, clock, most_bytes)
                headers = {name.lower(): value for name, value in answer.headers.items()}
                return Answer(answer.status_code, headers, body)
    except (RequestException, HTTPError, OSError, ValueError) as error:
        # Its words may hold the address that was called, with whatever stands in it; so would a
        # traceback.
        raise Unreachable(type(error).__name__) from None


def _headers(request: Request) -> dict[str, str]:
    headers = {"Accept": "application/json"}
    if request.form is not None:
        headers["Content-Type"] = FORM
    elif request.json is not None:
        headers["Content-Type"] = "application/json"
    return {**headers, **request.headers}


class _Clock:
    """Shuts the sockets of one call when its time is over."""

    def __init__(self) -> None:
        self.is_over = False
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()

    def watch(self, sock: socket.socket) -> None:
        with self._lock:
            self._sockets.append(sock)
            if self.is_over:
                _shut(sock)

    def end(self) -> None:
        with self._lock:
            self.is_over = True
            for sock in self._sockets:
                _shut(sock)


def _body(answer: Response, clock: _Clock, most_bytes: int) -> bytes:
    """Return a whole body. Raises: TimeoutError, TooLong."""
    body = bytearray()
    while chunk := answer.raw.read1(CHUNK_BYTES, decode_content=True):
        body += chunk
        if len(body) > most_bytes:
            raise TooLong("TooLong")
    # A socket that was shut reads like one that came to its end.
    if clock.is_over:
        raise TimeoutError("the answer drips")
    return bytes(body)


_running: ContextVar[_Clock | None] = ContextVar("running", default=None)


def _shut(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it is closed already


@contextmanager
def _clock(deadline_s: float) -> Iterator[_Clock]:
    clock = _Clock()
    token = _running.set(clock)
    timer = threading.Timer(deadline_s, clock.end)
    timer.daemon = True
    timer.start()
    try:
        yield clock
    finally:
        timer.cancel()
        _running.reset(token)


def _watched(sock: socket.socket) -> socket.socket:
    clock = _running.get()
    if clock is not None:
        clock.watch(sock)
    return sock


class _Plain(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _watched(super()._new_conn())


class _Secure(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _watched(super()._new_conn())


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        pools = {"http": _PlainPool, "https": _SecurePool}
        self.poolmanager.pool_classes_by_scheme = pools


def _session() -> requests.Session:
    session = requests.Session()
    # No proxies, and no passwords out of ~/.netrc.
    session.trust_env = False
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter())
    return session
