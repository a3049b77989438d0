"""A loopback server of Oracle's wire protocol, one for a whole test run."""

from __future__ import annotations

import logging
import socket
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from seerdb.common.tns_consts import FIELD_VERSION_23_1, TNS_TYPE_JSON
from seerdb.server import Server, session

from tests.conformance.driver_bench.backend import BenchBackend

PASSWORD = "bench"


def _read_json_in_place() -> None:
    """Mend the server's reading of a statement that is run again by its number.

    It takes a JSON bind for one that comes after all others, as its reading of a first run knows
    better; so the binds behind it changed places.
    """
    read: Any = vars(session)["parse_reexecute"]

    def parse_reexecute(payload: bytes, bind_types: Any = None, **options: Any) -> Any:
        types = [
            (kind, form, 0 if kind == TNS_TYPE_JSON else width, oid)
            for kind, form, width, oid in bind_types or ()
        ]
        return read(payload, bind_types=types, **options)

    vars(session)["parse_reexecute"] = parse_reexecute


_read_json_in_place()


class _CuttableServer(Server):
    """A server that keeps its clients' sockets, so that a test can cut them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._clients: list[socket.socket] = []

    def _serve(self, client: socket.socket, addr: tuple[str, int]) -> None:
        self._clients.append(client)
        super()._serve(client, addr)
        with suppress(ValueError):  # cut_connections has forgotten it already
            self._clients.remove(client)

    def cut_connections(self) -> None:
        clients, self._clients = self._clients, []
        for client in clients:
            with suppress(OSError):  # this one is closed already
                client.shutdown(socket.SHUT_RDWR)


class Bench:
    """Serves SQLite files to Oracle clients; the user's name says which file."""

    def __init__(self) -> None:
        # The server warns of being a preview, and of each refused statement.
        logging.getLogger("seerdb").setLevel(logging.CRITICAL)
        self._files: dict[str, Path] = {}
        self._backends: list[BenchBackend] = []
        # Its default presents Oracle 11.2, which the thin driver refuses.
        self._server = _CuttableServer(
            port=0, backend_factory=self._open, field_version=FIELD_VERSION_23_1
        )
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def url_of(self, path: Path) -> str:
        """Return the DATABASE_URL under which clients reach an SQLite file."""
        user = f"bench{len(self._files)}"
        self._files[user.upper()] = path
        return f"oracle://{user}:{PASSWORD}@127.0.0.1:{self._server.port}/bench"

    def open_sessions(self) -> int:
        """Return how many sessions clients hold at this moment."""
        return sum(backend.is_open for backend in self._backends)

    def kill_sessions(self) -> None:
        """Cut every session's connection, as a server that dies does."""
        self._server.cut_connections()

    def close(self) -> None:
        """Stop serving."""
        self._server.close()

    def _open(self) -> BenchBackend:
        self._backends = [backend for backend in self._backends if backend.is_open]
        backend = BenchBackend(self._files, PASSWORD)
        self._backends.append(backend)
        return backend
