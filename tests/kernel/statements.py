"""Statements and a table of every type, for tests of the database layer itself."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fittrack.db import loader
from fittrack.db.loader import Statement

SCHEMA = (
    """
    CREATE TABLE probes (
        probe_id   TEXT     NOT NULL CHECK (length(probe_id) <= 36),
        owner      TEXT,
        seen_at    TEXT,
        day_on     TEXT,
        is_open    INTEGER,
        data_json  TEXT     CHECK (data_json IS NULL OR json_valid(data_json)),
        note_text  TEXT,
        raw_bytes  BLOB,
        amount     INTEGER  NOT NULL,
        CONSTRAINT probes_pk PRIMARY KEY (probe_id),
        CONSTRAINT probes_owner_uq UNIQUE (owner, day_on),
        CONSTRAINT probes_amount_ck CHECK (amount >= 0)
    ) STRICT
    """,
    "CREATE UNIQUE INDEX probes_note_ux ON probes (note_text)",
    "CREATE UNIQUE INDEX probes_open_ux ON probes (CASE WHEN is_open = 1 THEN seen_at END)",
    """
    CREATE TABLE probe_parts (
        probe_id  TEXT  NOT NULL,
        CONSTRAINT probe_parts_probe_fk FOREIGN KEY (probe_id) REFERENCES probes (probe_id)
    ) STRICT
    """,
    """
    CREATE TRIGGER probe_parts_no_delete BEFORE DELETE ON probe_parts
    BEGIN SELECT RAISE(ABORT, 'probe_parts is append-only'); END
    """,
)


@dataclass(frozen=True, slots=True)
class Probe:
    """A row with a column of every type."""

    probe_id: str
    owner: str | None
    seen_at: datetime | None
    day_on: date | None
    is_open: bool | None
    data_json: Any
    note_text: str | None
    raw_bytes: bytes | None
    amount: int


COLUMNS = "probe_id, owner, seen_at, day_on, is_open, data_json, note_text, raw_bytes, amount"


def statement(text: str, name: str = "probe") -> Statement:
    """Return a named statement as the loader would make it of a file."""
    return loader._statement("tests", name, text, None)


INSERT = statement(
    f"INSERT INTO probes ({COLUMNS}) VALUES (:{COLUMNS.replace(', ', ', :')})", "insert_probe"
)
SELECT = statement(f"SELECT {COLUMNS} FROM probes WHERE probe_id = :probe_id", "find_probe")
SELECT_ALL = statement(f"SELECT {COLUMNS} FROM probes ORDER BY probe_id", "list_probes")
ADD = statement("UPDATE probes SET amount = amount + :added WHERE probe_id = :probe_id", "add")
AMOUNT = statement("SELECT amount FROM probes WHERE probe_id = :probe_id", "get_amount")
LOCK_AMOUNT = statement(f"{AMOUNT.oracle} FOR UPDATE", "lock_amount")


def create_probes(connection: sqlite3.Connection) -> None:
    """Create the tables."""
    for text in SCHEMA:
        connection.execute(text)


def probe_row(**over: Any) -> dict[str, Any]:
    """Return the binds of a dull probe."""
    dull = dict.fromkeys(COLUMNS.split(", "))
    return {**dull, "probe_id": "p1", "amount": 0, **over}
