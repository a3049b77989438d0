"""What the database can refuse, told alike for both engines, with the constraint's name."""

from __future__ import annotations


class DatabaseError(Exception):
    """The database refused a statement."""

    def __init__(self, message: str, constraint: str | None = None) -> None:
        super().__init__(message)
        self.constraint = constraint


class Unique(DatabaseError):
    """A unique or primary key holds this value already."""


class Check(DatabaseError):
    """A check constraint does not hold."""


class NotNull(DatabaseError):
    """A column that must have a value has none."""


class ForeignKey(DatabaseError):
    """A row refers to one that is not there, or is still referred to."""


class Immutable(DatabaseError):
    """A row of an append-only table can't be changed or deleted."""


class Busy(DatabaseError):
    """Another transaction holds what this one needs; trying the whole unit again may help."""


class Disconnected(DatabaseError):
    """The connection broke; whether the unit was committed is unknown."""


class SchemaMismatch(DatabaseError):
    """The live schema is not the one that the migrations describe."""
