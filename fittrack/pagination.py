"""Keyset paging: the cursor names the last row seen, so that no page costs more than the first."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import orjson
from marshmallow import Schema, fields, validate

from fittrack import crypto
from fittrack.db.values import instant_from_text, instant_to_text
from fittrack.errors import BadRequest
from fittrack.rendering import QuickSchema

T = TypeVar("T")
MAC_BYTES = 12
LONGEST = 500


class InvalidCursor(BadRequest):
    """This cursor was not given out for this list."""

    code = "invalid_cursor"


@dataclass(frozen=True, slots=True)
class Cursor:
    """The sort key of the last row seen, empty before the first page; `scope` names the list."""

    scope: str
    values: tuple[Any, ...] = ()

    @classmethod
    def parse(cls, text: str | None, *, scope: str) -> Cursor:
        """Return the cursor that `encode` gave out for the same list. Raises: InvalidCursor."""
        if text is None:
            return cls(scope)
        if len(text) > LONGEST:
            raise InvalidCursor
        try:
            raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except ValueError as error:
            raise InvalidCursor from error
        if crypto.base64url(raw) != text:  # decoding passes over odd characters and spare bits
            raise InvalidCursor
        seal, body = raw[:MAC_BYTES], raw[MAC_BYTES:]
        if not crypto.is_mac("cursor", _sealed_text(scope, body), seal, length=MAC_BYTES):
            raise InvalidCursor
        return cls(scope, tuple(orjson.loads(body)))

    def encode(self) -> str:
        """Return the cursor as opaque text that can't be forged."""
        body = orjson.dumps([_plain(value) for value in self.values])
        seal = crypto.mac("cursor", _sealed_text(self.scope, body))[:MAC_BYTES]
        return crypto.base64url(seal + body)

    def number(self, *, default: int, at: int = 0) -> int:
        """Return one of the key's values as a number, or the default before the first page."""
        return int(self.values[at]) if self.values else default

    def text(self, *, default: str, at: int = 0) -> str:
        """Return one of the key's values as text, or the default before the first page."""
        return str(self.values[at]) if self.values else default

    def instant(self, *, default: datetime, at: int = 0) -> datetime:
        """Return one of the key's values as an instant, or the default before the first page."""
        return instant_from_text(self.values[at]) if self.values else default


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list and the cursor of the next, None on the last."""

    items: list[T]
    next_cursor: str | None

    @classmethod
    def of(
        cls, rows: Sequence[T], *, limit: int, cursor: Cursor, key: Callable[[T], Any]
    ) -> Page[T]:
        """Return the first `limit` of `limit + 1` rows; the extra one tells that there are more.

        `key` gives the sort key of a row: one value, or a tuple of them.
        """
        items = list(rows[:limit])
        if len(rows) <= limit:
            return cls(items, None)
        last = key(items[-1])
        values = last if isinstance(last, tuple) else (last,)
        return cls(items, Cursor(cursor.scope, values).encode())


class PageQuery(Schema):
    """The query of every list; lists with filters inherit it."""

    limit = fields.Integer(load_default=20, validate=validate.Range(min=1, max=100))
    # The document tells a bound; what is longer is no cursor of ours, and refused as such.
    cursor = fields.String(load_default=None, metadata={"maxLength": LONGEST})


def page_schema(item: type[Schema]) -> type[Schema]:
    """Return the schema of a page of `item`s."""
    name = item.__name__.removesuffix("Schema") + "PageSchema"
    members = {
        "items": fields.List(fields.Nested(item), required=True),
        "next_cursor": fields.String(required=True, allow_none=True),
    }
    return type(name, (QuickSchema,), members)


def _sealed_text(scope: str, body: bytes) -> bytes:
    return scope.encode() + b"\0" + body


def _plain(value: Any) -> Any:
    return instant_to_text(value) if isinstance(value, datetime) else value
