"""How a unit of work hands out rows, the same on both engines."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar, TypeVar

from fittrack.db.loader import Statement
from fittrack.db.values import Convert, row_maker, suffix_of

T = TypeVar("T")


class RowReader(ABC):
    """What both engines' transactions inherit: rows as dataclasses, values as their types."""

    # Suffix of a column -> what makes a value of what the driver gives.
    converters: ClassVar[Mapping[str, Convert]]

    def one(self, row_type: type[T], statement: Statement, **binds: Any) -> T | None:
        """Return the only row as a dataclass, or None. Raises: LookupError on two rows."""
        rows = self.all(row_type, statement, **binds)
        if len(rows) > 1:
            raise LookupError(f"{statement.name} found {len(rows)} rows, not one")
        return rows[0] if rows else None

    def all(self, row_type: type[T], statement: Statement, **binds: Any) -> list[T]:
        """Return all rows as dataclasses."""
        return list(self.each(row_type, statement, **binds))

    def each(self, row_type: type[T], statement: Statement, **binds: Any) -> Iterator[T]:
        """Yield all rows as dataclasses without holding them all."""
        cursor = self._execute(statement, binds)
        # mypy takes a class for unhashable
        return map(_maker(type(self), row_type, _columns(cursor)), cursor)  # type: ignore[arg-type]

    def value(self, statement: Statement, **binds: Any) -> Any:
        """Return the first column of the first row, or None; converted by its name's suffix."""
        cursor = self._execute(statement, binds)
        row = cursor.fetchone()
        return None if row is None else self._converted(_columns(cursor)[0], row[0])

    def _converted(self, column: str, value: Any) -> Any:
        convert = self.converters.get(suffix_of(column))
        return value if convert is None or value is None else convert(value)

    @abstractmethod
    def _execute(self, statement: Statement, binds: Mapping[str, Any]) -> Any:
        """Return the driver's cursor on a statement that was run."""


def _columns(cursor: Any) -> tuple[str, ...]:
    return tuple(column[0].lower() for column in cursor.description or ())


@cache
def _maker(
    reader: type[RowReader], row_type: Any, columns: tuple[str, ...]
) -> Callable[[Sequence[Any]], Any]:
    return row_maker(row_type, columns, reader.converters)
