"""Redis on the path of a request: one connection a thread, one round trip, and no waiting.

A request never depends on Redis. Where it is away, `call` raises `RedisAway`: once after the fault
itself, then at once for a pause that grows to 5 s, so that a Redis that hangs holds nobody up.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
import time
from typing import Any

from redis import ConnectionPool
from redis.backoff import NoBackoff
from redis.connection import AbstractConnection
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError, RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

logger = logging.getLogger(__name__)

TIMEOUT_S = 0.5
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 5.0


class RedisAway(Exception):
    """Redis did not answer, or has not for a moment; do without it."""


class Script:
    """A Lua script and the digest that Redis knows it by."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.digest = hashlib.sha1(text.encode()).hexdigest()  # noqa: S324 - as Redis names scripts


class RedisLink:
    """This process's way to Redis; connections open when a thread first asks, after any fork."""

    def __init__(self, url: str) -> None:
        self._pool = ConnectionPool.from_url(
            url,
            socket_connect_timeout=TIMEOUT_S,
            socket_timeout=TIMEOUT_S,
            retry=Retry(NoBackoff(), 0),
        )
        self._local = threading.local()
        self._pause_s = 0.0
        self._away_until_s = 0.0
        self.faults = 0

    def run(self, script: Script, keys: list[str], arguments: list[Any]) -> Any:
        """Return what a script answers, in one round trip once it is known. Raises: RedisAway."""
        rest = (len(keys), *keys, *arguments)
        try:
            return self.call("EVALSHA", script.digest, *rest)
        except NoScriptError:
            return self.call("EVAL", script.text, *rest)

    def call(self, *command: Any) -> Any:
        """Return the answer to a command. Raises: RedisAway, NoScriptError."""
        if time.monotonic() < self._away_until_s:
            raise RedisAway
        try:
            answer = self._ask(command)
        except NoScriptError:
            raise
        except (RedisError, OSError) as error:
            self._went_away(error)
            raise RedisAway from error
        if self._pause_s:
            self._came_back()
        return answer

    def _ask(self, command: tuple[Any, ...]) -> Any:
        connection = self._connection()
        is_kept = connection.is_connected
        try:
            return _exchange(connection, command)
        except RedisTimeoutError:
            raise
        except RedisConnectionError:
            # What was kept open may have ended with a restart: that is no fault yet.
            if not is_kept:
                raise
            return _exchange(connection, command)

    def _connection(self) -> AbstractConnection:
        if getattr(self._local, "pid", None) != os.getpid():
            self._local.pid = os.getpid()
            self._local.connection = self._pool.make_connection()
        connection: AbstractConnection = self._local.connection
        return connection

    def _went_away(self, error: Exception) -> None:
        self.faults += 1
        if not self._pause_s:
            logger.error("Redis is away", extra={"kind": type(error).__name__})
        self._pause_s = min(LONGEST_PAUSE_S, max(FIRST_PAUSE_S, self._pause_s * 2))
        self._away_until_s = time.monotonic() + self._pause_s

    def _came_back(self) -> None:
        self._pause_s = 0.0
        logger.info("Redis is back")


def _exchange(connection: AbstractConnection, command: tuple[Any, ...]) -> Any:
    """Send a command and return its answer; after a fault the connection opens anew."""
    try:
        connection.send_command(*command, check_health=False)  # type: ignore[no-untyped-call]
        return connection.read_response()
    except (RedisConnectionError, RedisTimeoutError, OSError):
        connection.disconnect()  # type: ignore[no-untyped-call]
        raise
