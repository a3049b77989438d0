"""How long a client may take over a request, and what it costs while it says nothing.

A worker has few threads. A connection without a byte of its next request waits in the event loop; a
request that has begun must go on arriving, or it's answered 408 and its thread is free again.
"""

from __future__ import annotations

import selectors
import socket
import time
from contextlib import suppress
from dataclasses import dataclass

from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import TConn

from fittrack.errors import RequestTooSlow

WITHIN_S = 10.0
LEAST_BYTES_PER_S = 4096
# For how long a client may take nothing of an answer that waits for it (tcp(7)).
UNREAD_WITHIN_MS = 60_000
FAREWELL_S = 2.0
MOST_IGNORED_BYTES = 65_536


class PatientUnreader(SocketUnreader):  # type: ignore[misc] # gunicorn has no types
    """Reads request after request; each has some seconds, and more for each byte it brings."""

    def __init__(self, sock: socket.socket, *, within_s: float = WITHIN_S) -> None:
        super().__init__(sock)
        self._within_s = within_s
        self.begin()

    def begin(self) -> None:
        """Let the next request's time begin."""
        self._began_s = time.monotonic()
        self._received = 0

    def chunk(self, size_hint: int | None = None) -> bytes:
        """Return what comes next.

        Raises: RequestTooSlow, or TimeoutError where gunicorn reads what nobody has read.
        """
        bound_s = self.sock.gettimeout()
        try:
            self._set_timeout(bound_s)
            received: bytes = super().chunk(size_hint)
        except TimeoutError:
            if bound_s is not None:
                raise
            raise RequestTooSlow from None
        finally:
            with suppress(OSError):
                self.sock.settimeout(bound_s)
        self._received += len(received)
        return received

    def _set_timeout(self, bound_s: float | None) -> None:
        until_s = self._began_s + self._within_s + self._received / LEAST_BYTES_PER_S
        left_s = until_s - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        self.sock.settimeout(left_s if bound_s is None else min(left_s, bound_s))


@dataclass(slots=True)
class Farewell:
    """Until when a client may read its last answer, and how much of what it still sends is read."""

    until_s: float
    rest_bytes: int = MOST_IGNORED_BYTES


class Farewells:
    """Connections whose last answer is out, closed once their clients have closed them too.

    Who closes first while the client is sending cuts the answer short (RFC 9112, 9.6). gunicorn
    waits for each of them in the one thread that all connections of the process need.
    """

    def __init__(self, poller: selectors.BaseSelector) -> None:
        self._poller = poller
        self._open: dict[socket.socket, Farewell] = {}  # the first to end is the first

    def begin(self, sock: socket.socket) -> None:
        """Say that no more will come, and let the event loop wait for the client."""
        try:
            sock.shutdown(socket.SHUT_WR)
        except OSError:  # the client is gone
            sock.close()
            return
        sock.setblocking(False)
        self._open[sock] = Farewell(time.monotonic() + FAREWELL_S)
        self._poller.register(sock, selectors.EVENT_READ, self._ignore)

    def end_overdue(self) -> None:
        """Close what has waited long enough."""
        now_s = time.monotonic()
        for sock in [sock for sock, each in self._open.items() if each.until_s <= now_s]:
            self._end(sock)

    def _ignore(self, sock: socket.socket) -> None:
        """Read away what a client still sends; its end, or too much of it, ends the connection."""
        try:
            received = len(sock.recv(MOST_IGNORED_BYTES))
        except OSError:
            received = 0
        self._open[sock].rest_bytes -= received
        if not received or self._open[sock].rest_bytes <= 0:
            self._end(sock)

    def _end(self, sock: socket.socket) -> None:
        del self._open[sock]
        self._poller.unregister(sock)
        sock.close()


class Connection(TConn):  # type: ignore[misc] # gunicorn has no types
    """A connection whose requests are read with so much patience and no more."""

    farewells: Farewells

    def close(self, graceful: bool = False) -> None:
        """Close at once, or after the client has read its answer."""
        if graceful:
            self.farewells.begin(self.sock)
        else:
            super().close()

    def init(self) -> None:
        """Make ready for a request; gunicorn calls it before each."""
        is_new = not self.initialized
        super().init()
        if is_new:
            self.parser.unreader = PatientUnreader(self.sock)
            with suppress(OSError):  # a socket of the file system has no such option
                self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_WITHIN_MS)
        self.parser.unreader.begin()
