"""The samples of one recording, in columns, and the compact block they are stored as."""

from __future__ import annotations

import sys
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from itertools import accumulate, chain, pairwise
from typing import Any, TypeVar, cast

from fittrack.activities.columns import Column, compact

T = TypeVar("T")

_MAGIC = b"FTS"
_VERSION = 1
_EMPTY, _FULL, _SPARSE = 0, 1, 2
_WIDTHS = "bhiq"
# One million samples of every column, uncompressed, stay below this.
_MAX_BLOCK_BYTES = 128 * 1024 * 1024


class SamplesCorrupt(ValueError):
    """A stored block of samples can't be read."""


@dataclass(frozen=True, slots=True)
class Samples:
    """What a device wrote, one entry per sample, in the order of the file.

    `at_ms` is milliseconds since 1970 UTC and never missing; it may repeat or run backwards, as
    devices do. Every other column is as long as `at_ms` with None where nothing was measured, or
    empty where nothing was measured at all. Long ones are no lists (see `columns`). `breaks` are
    the indexes at which a new piece begins after a pause or in a new segment: nothing is measured
    across one.
    """

    at_ms: Sequence[int]
    lat_e7: Column
    lon_e7: Column
    altitude_cm: Column
    distance_cm: Column
    speed_mmps: Column
    hr_bpm: Column
    cadence_rpm: Column
    power_w: Column
    temperature_c: Column
    breaks: tuple[int, ...] = ()
    _known: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.at_ms)

    @property
    def has_positions(self) -> bool:
        return bool(self.lat_e7)

    def once(self, compute: Callable[[Samples], T]) -> T:
        """Return what a pure function says of these samples, which never change: worked out once.

        It stays in memory as long as they do, so it should be small: an array, no objects.
        """
        if compute not in self._known:
            self._known[compute] = compute(self)
        found: T = self._known[compute]
        return found


_NO_COLUMNS = {"at_ms", "breaks", "_known"}
COLUMNS = tuple(each.name for each in fields(Samples) if each.name not in _NO_COLUMNS)


def empty_samples() -> Samples:
    """Return samples of length 0."""
    return _of([], [[] for _ in COLUMNS], ())


def from_columns(
    at_ms: Sequence[int], columns: Iterable[Column], breaks: tuple[int, ...]
) -> Samples:
    """Return samples of columns in the order of COLUMNS; one that holds only None becomes empty."""
    kept = ([] if all(value is None for value in column) else compact(column) for column in columns)
    return _of(cast(Sequence[int], compact(at_ms)), kept, breaks)


def _of(at_ms: Sequence[int], columns: Iterable[Column], breaks: tuple[int, ...]) -> Samples:
    return Samples(at_ms=at_ms, breaks=breaks, **dict(zip(COLUMNS, columns, strict=True)))


def take(samples: Samples, indexes: list[int]) -> Samples:
    """Return the samples at ascending `indexes`, with a break where one was stepped over."""
    breaks = tuple(
        place
        for place, (before, after) in enumerate(pairwise(indexes), start=1)
        if bisect_right(samples.breaks, before) < bisect_right(samples.breaks, after)
    )
    columns = (getattr(samples, name) for name in COLUMNS)
    chosen = ([column[index] for index in indexes] if column else [] for column in columns)
    at_ms = [samples.at_ms[index] for index in indexes]
    return from_columns(at_ms, chosen, breaks)


def concatenate(pieces: Sequence[Samples]) -> Samples:
    """Return the pieces as one, with a break between each two."""
    if len(pieces) == 1:
        return pieces[0]
    at_ms = list(chain.from_iterable(piece.at_ms for piece in pieces))
    starts = list(accumulate(len(piece) for piece in pieces))[:-1]
    within = (
        start + at for start, piece in zip([0, *starts], pieces, strict=True) for at in piece.breaks
    )
    breaks = tuple(sorted({*starts, *within} - {0, len(at_ms)}))
    columns = (_joined(name, pieces) for name in COLUMNS)
    return from_columns(at_ms, columns, breaks)


def _joined(name: str, pieces: Sequence[Samples]) -> Column:
    return [
        value for piece in pieces for value in getattr(piece, name) or [None] * len(piece.at_ms)
    ]


def pack(samples: Samples) -> bytes:
    """Return the samples as one compressed block; `unpack` gives back exactly the same.

    Layout: `FTS`, a version byte, then zlib of: the sample count, the breaks, and each column as
    a presence byte (and bitmap), a width byte and little-endian differences of that width.
    Raises: OverflowError for values beyond 62 bits.
    """
    parts = [_number(len(samples)), _values(samples.breaks), _values(samples.at_ms)]
    parts += [_sparse(getattr(samples, name)) for name in COLUMNS]
    return _MAGIC + bytes([_VERSION]) + zlib.compress(b"".join(parts), 6)


def unpack(block: bytes) -> Samples:
    """Return the samples of a block made by `pack`.

    Raises: SamplesCorrupt.
    """
    if block[:4] != _MAGIC + bytes([_VERSION]):
        raise SamplesCorrupt("not a block of samples of a known version")
    reader = _Reader(_inflate(block[4:]))
    count = reader.number()
    breaks = tuple(reader.values())
    try:
        at_ms = cast(Sequence[int], compact(reader.values()))
        columns = [compact(reader.sparse(count)) for _ in COLUMNS]
    except OverflowError as error:
        raise SamplesCorrupt("a number beyond 64 bits") from error
    if len(at_ms) != count or not reader.at_end:
        raise SamplesCorrupt("the columns differ in length")
    return _of(at_ms, columns, breaks)


def _inflate(data: bytes) -> bytes:
    inflater = zlib.decompressobj()
    try:
        payload = inflater.decompress(data, _MAX_BLOCK_BYTES)
    except zlib.error as error:
        raise SamplesCorrupt(str(error)) from error
    if not inflater.eof or inflater.unused_data:
        raise SamplesCorrupt("the block is cut short, too long or not alone")
    return payload


def _number(value: int) -> bytes:
    return value.to_bytes(4, "little")


def _values(values: Sequence[int]) -> bytes:
    """Return the count, the first value, a width and the differences between neighbours."""
    if not values:
        return _number(0)
    differences = array("q", (after - before for before, after in pairwise(values)))
    width = _width(differences)
    first = values[0].to_bytes(8, "little", signed=True)
    return _number(len(values)) + first + width.encode() + _little(array(width, differences))


def _width(differences: Sequence[int]) -> str:
    """Return the narrowest array type code that holds every difference."""
    low, high = min(differences, default=0), max(differences, default=0)
    for code, bits in zip(_WIDTHS, (8, 16, 32, 64), strict=True):
        if -(1 << bits - 1) <= low and high < 1 << bits - 1:
            return code
    raise OverflowError("two neighbouring values differ by more than 63 bits")


def _sparse(column: Column) -> bytes:
    present = array("q", (value for value in column if value is not None))
    if not column:
        return bytes([_EMPTY])
    if len(present) == len(column):
        return bytes([_FULL]) + _values(present)
    return bytes([_SPARSE]) + _bitmap(value is not None for value in column) + _values(present)


def _bitmap(flags: Iterable[bool]) -> bytes:
    text = "".join("1" if flag else "0" for flag in flags)
    return int(text[::-1], 2).to_bytes((len(text) + 7) // 8, "little")


def _little(numbers: array[int]) -> bytes:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


class _Reader:
    """A cursor over the uncompressed block."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._offset = 0

    @property
    def at_end(self) -> bool:
        return self._offset == len(self._data)

    def take(self, size: int) -> bytes:
        end = self._offset + size
        if end > len(self._data):
            raise SamplesCorrupt("the block is cut short")
        taken = self._data[self._offset : end]
        self._offset = end
        return taken

    def number(self) -> int:
        return int.from_bytes(self.take(4), "little")

    def values(self) -> list[int]:
        count = self.number()
        if not count:
            return []
        first = int.from_bytes(self.take(8), "little", signed=True)
        width = self.take(1).decode("latin-1")
        if width not in _WIDTHS:
            raise SamplesCorrupt("unknown width")
        differences = array(width)
        differences.frombytes(self.take((count - 1) * differences.itemsize))
        if sys.byteorder == "big":
            differences.byteswap()
        return list(accumulate(chain([first], differences)))

    def sparse(self, count: int) -> Column:
        kind = self.take(1)[0]
        if kind == _EMPTY:
            return []
        if kind == _SPARSE:
            return self._spread(count)
        values = self.values()
        if kind != _FULL or len(values) != count:
            raise SamplesCorrupt("a column is damaged")
        return list(values)

    def _spread(self, count: int) -> Column:
        bits = int.from_bytes(self.take((count + 7) // 8), "little")
        flags = f"{bits:0{count}b}"[::-1]
        values = self.values()
        if len(flags) != count or flags.count("1") != len(values):
            raise SamplesCorrupt("a column is damaged")
        following: Iterator[int] = iter(values)
        return [next(following) if flag == "1" else None for flag in flags]
