"""Asks every operation as every identity, and compares the answers with the table."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask
from redis import Redis
from werkzeug.test import TestResponse

from fittrack import config, db
from fittrack.config import Config
from fittrack.db.sqlite import open_connection
from tests.access.rows import IDENTITIES, OPERATORS, OWNERS, Row
from tests.access.world import World

# What every answer carries, whoever gets it.
MANNERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One identity at one operation: what the table says, and what it got."""

    operation: str
    identity: str
    expected: str
    got: str

    @property
    def is_right(self) -> bool:
        """Tell whether the answer is the table's."""
        return self.expected == self.got

    def __str__(self) -> str:
        """Say what was wrong."""
        return f"{self.operation} as {self.identity}: {self.got}, not {self.expected}"


class Matrix:
    """A world that is laid out anew, from one file, wherever a request may have changed it."""

    def __init__(self, app: Flask, settings: Config, migrated_file: Path, folder: Path) -> None:
        self.client = app.test_client()
        self.settings = settings
        self.folder = folder
        self.template = folder / "world.db"
        shutil.copyfile(migrated_file, self.template)
        self._bind(self.template)
        self.world = World(self.client)
        self.engine.raw().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.engine.close()

    def cells(self, row: Row) -> Iterator[Cell]:
        """Yield what each identity gets; who reads or is refused must leave all as it was."""
        writers = [who for who in IDENTITIES if row.succeeds(who) and not row.is_read]
        self.lay_out()
        before = self.digest()
        yield from [self._cell(row, who) for who in IDENTITIES if who not in writers]
        if self.digest() != before:
            yield Cell(row.operation, "all who change nothing", "nothing changed", "something did")
        for who in writers:
            self.lay_out()
            yield self._cell(row, who)

    def _cell(self, row: Row, who: str) -> Cell:
        answer = self.ask(row, who)
        got = str(answer.status_code)
        if answer.status_code >= 400:
            got += f" {(answer.get_json(silent=True) or {}).get('code')}"
        if rude := ", ".join(_bad_manners(answer)):
            got += f", and {rude}"
        if leaked := self._leaked(row, who, answer):
            got += f", and shows the owner's {leaked}"
        return Cell(row.operation, who, row.expected(who), got)

    def ask(self, row: Row, who: str, **instead: Any) -> TestResponse:
        """Return the answer to a row's request; `instead` replaces what it sends."""
        method, template = row.operation.split(" ", 1)
        world = self.world
        path = re.sub(r"{(\w+)}", lambda found: world.value(row.path[found[1]]), template)
        headers = {**world.headers[who], **world.value(dict(row.headers))}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid4())
        sent: dict[str, Any] = {"query_string": world.value(dict(row.query))}
        return self.client.open(
            path, method=method, headers=headers, **(sent | (instead or self._body(row)))
        )

    def _body(self, row: Row) -> dict[str, Any]:
        if row.files:
            files = row.files.items()
            return {"data": {name: (BytesIO(body), file) for name, (file, body) in files}}
        if row.form:
            return {"data": dict(row.form)}
        return {} if row.json is None else {"json": self.world.value(row.json)}

    def _leaked(self, row: Row, who: str, answer: TestResponse) -> str:
        """Return what is the owner's alone and shown to somebody else who did not know it."""
        if row.shows_owner or who in OWNERS | OPERATORS or who in row.who.owners:
            return ""
        asked = {self.world.value(name) for name in row.path.values()}
        text = answer.get_data(as_text=True)
        if row.json is not None:
            asked |= {
                each for each in self.world.private if each in str(self.world.value(row.json))
            }
        return ", ".join(sorted(each for each in self.world.private - asked if each in text))

    def lay_out(self) -> None:
        """Begin again from the file, with nothing left in Redis."""
        path = self.folder / "copy.db"
        self.engine.close()
        for old in self.folder.glob("copy.db*"):
            old.unlink()
        shutil.copyfile(self.template, path)
        self._bind(path)

    def close(self) -> None:
        """Let go of the last copy."""
        self.engine.close()

    def _bind(self, path: Path) -> None:
        config.use(self.settings)
        self.engine = db.bind(f"sqlite:///{path}", synchronous="OFF")
        self.path = path
        with Redis.from_url(self.settings.redis_url) as redis:
            redis.flushall()

    def digest(self) -> bytes:
        """Return a hash of every row of the database."""
        connection = open_connection(str(self.path), "OFF")
        found = hashlib.sha256()
        for line in connection.iterdump():
            found.update(line.encode())
        connection.close()
        return found.digest()


def _bad_manners(answer: TestResponse) -> Iterator[str]:
    """Yield what an answer does that none may, or lacks that each must have."""
    headers = answer.headers
    yield from (f"lacks {name}" for name, value in MANNERS.items() if headers.get(name) != value)
    if "frame-ancestors 'none'" not in headers.get("Content-Security-Policy", ""):
        yield "may be framed"
    if "Set-Cookie" in headers:
        yield "sets a cookie"
    if headers.get("Location", "/").startswith(("http", "//")):
        yield "leads elsewhere"
    if answer.status_code >= 400 and headers["Content-Type"] != "application/problem+json":
        yield "is no problem document"
