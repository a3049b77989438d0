"""Columns of samples: lists where they are short, eight bytes a value where they are long."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import overload

Column = Sequence[int | None]

# From here on the numbers of a list weigh more than the time that they save.
LONG = 100_000
# Stands for None among collected numbers; no measurement comes near.
ABSENT = -(2**63)


class Sparse(Sequence[int | None]):
    """A long column with gaps: numbers in an array, ABSENT for None."""

    __slots__ = ("_values",)

    def __init__(self, values: array[int]) -> None:
        self._values = values

    def __len__(self) -> int:
        return len(self._values)

    @overload
    def __getitem__(self, at: int) -> int | None: ...
    @overload
    def __getitem__(self, at: slice) -> Sparse: ...
    def __getitem__(self, at: int | slice) -> int | Sparse | None:
        if isinstance(at, slice):
            return Sparse(self._values[at])
        value = self._values[at]
        return None if value == ABSENT else value

    def __iter__(self) -> Iterator[int | None]:
        return (None if value == ABSENT else value for value in self._values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sparse) and self._values == other._values

    __hash__ = None  # type: ignore[assignment]  # two of them may be equal, and none is a key


def numbers() -> array[int]:
    """Return what numbers are collected in, ABSENT among them, for `of_numbers`."""
    return array("q")


def of_numbers(values: array[int]) -> Column:
    """Return collected numbers as a column; an empty one where all are ABSENT."""
    absent = values.count(ABSENT)
    if absent == len(values):
        return []
    if len(values) > LONG:
        return Sparse(values) if absent else values
    return [None if value == ABSENT else value for value in values] if absent else values.tolist()


def compact(column: Column) -> Column:
    """Return the column as it is to be kept. Raises: OverflowError beyond 64 bits."""
    if len(column) <= LONG or not isinstance(column, list):
        return column
    if None in column:
        return Sparse(array("q", (ABSENT if value is None else value for value in column)))
    return array("q", column)
