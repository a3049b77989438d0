"""How bodies and queries are read: strictly, so that what we accept means one thing only."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any, NoReturn

import marshmallow
import orjson
from flask import Request, g
from gunicorn.http.errors import ParseException
from webargs import core
from webargs.flaskparser import FlaskParser, is_json_request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter, UUIDConverter

from fittrack.errors import BadRequest, TooLarge, UnsupportedMediaType, field_error

FILES = ("image/", "multipart/")
_INTEGER = re.compile(r"-?[0-9]{1,19}")


class MalformedJson(BadRequest):
    """The body is not well-formed JSON."""

    code = "malformed_json"


class IdConverter(UUIDConverter):
    """An id in an address as we give it out, lower-case with hyphens; any other spelling is 404."""

    regex = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class TrackerConverter(BaseConverter):
    """A provider's name in an address, but for the word that is an address of its own."""

    regex = r"(?!providers$)[^/]+"


class StrictParser(FlaskParser):
    """The webargs parser of every view: JSON only, no field twice, none unknown."""

    # A misspelt filter that is ignored answers another question than the one asked.
    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {  # noqa: RUF012 - as its parent has it
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": marshmallow.RAISE,
        "querystring": marshmallow.RAISE,
    }

    def _raw_load_json(self, req: Request) -> Any:
        raw = read_body(req)
        if not raw.strip():
            return core.missing
        if not is_json_request(req):
            raise UnsupportedMediaType("The body must be application/json.")
        if req.content_encoding not in {None, "", "identity"}:
            raise UnsupportedMediaType("The body must not be compressed.")
        return read_json(raw)

    def load_json(self, req: Request, schema: marshmallow.Schema) -> Any:
        """Return the body, its numbers and truths written as JSON does. Raises: Invalid."""
        value = super().load_json(req, schema)
        _check_members(schema, value, "")
        return value

    def load_querystring(self, req: Request, schema: marshmallow.Schema) -> Any:
        """Return the query, in which each parameter stands once. Raises: Invalid."""
        for name, values in req.args.lists():
            if len(values) > 1 and not self._takes_many(schema, name):
                raise field_error(f"/{name}", "Given more than once.")
            if _is_odd_number(schema, name, values[0]):
                raise field_error(f"/{name}", "Not a valid integer.")
        return super().load_querystring(req, schema)

    def _takes_many(self, schema: marshmallow.Schema, name: str) -> bool:
        field = schema.fields.get(name)
        # A list in one text, such as `a,b`, stands once as well.
        return isinstance(field, tuple(self.KNOWN_MULTI_FIELDS)) and getattr(
            field, "is_multiple", True
        )


def _check_members(schema: marshmallow.Schema, value: Any, pointer: str) -> None:
    """Raises: Invalid where marshmallow would take `"1"` for a number, or `"yes"` for a truth."""
    for name, field in schema.fields.items() if isinstance(value, dict) else ():
        key = field.data_key or name
        if value.get(key) is not None:
            _check_type(field, value[key], f"{pointer}/{key}")


def _check_type(field: Any, value: Any, pointer: str) -> None:
    if isinstance(field, marshmallow.fields.List) and isinstance(value, list):
        for place, each in enumerate(value):
            _check_type(field.inner, each, f"{pointer}/{place}")
    elif isinstance(field, marshmallow.fields.Nested):
        _check_members(field.schema, value, pointer)
    elif isinstance(field, marshmallow.fields.Boolean) and not isinstance(value, bool):
        raise field_error(pointer, "Not a valid boolean.")
    elif isinstance(field, marshmallow.fields.Number) and isinstance(value, bool | str):
        raise field_error(pointer, "Not a valid number.")


def _is_odd_number(schema: marshmallow.Schema, name: str, text: str) -> bool:
    """Tell whether Python alone would take a query's text for a number, such as `1_000` or ` 5`."""
    is_number = isinstance(schema.fields.get(name), marshmallow.fields.Integer)
    return is_number and not _INTEGER.fullmatch(text)


def check_length(req: Request) -> None:
    """Refuse a long body also where nobody reads it; files alone, whose views say how, may be long.

    Raises: TooLarge.
    """
    length, most = req.content_length or 0, req.max_content_length or math.inf
    if length > most and not req.mimetype.startswith(FILES):
        raise TooLarge


def read_body(req: Request) -> bytes:
    """Return a request's body. Raises: TooLarge, and what `peek_json` met before."""
    if (found := g.get("unreadable_body")) is not None:
        raise found
    raw = req.get_data(cache=True)
    # Of a body without a declared length werkzeug gives what fits, and not a word about the rest.
    if req.content_length is None and len(raw) >= (req.max_content_length or math.inf):
        raise TooLarge
    return raw


def peek_json(req: Request) -> Any:
    """Return what a JSON body says before it is checked, or None; for limits, which must not fail.

    A body can be read only once, so that what is wrong with it is kept for the parser to raise.
    """
    try:
        return req.get_json(silent=True)
    except (HTTPException, ParseException, OSError) as error:
        g.unreadable_body = error
        return None


def read_json(raw: bytes) -> Any:
    """Return the value of JSON text in UTF-8 (RFC 8259).

    Raises: MalformedJson on NaN, infinities, lone surrogates, a name twice in one object, and depth
    over what a client can mean; Invalid on U+0000, which a database may cut a text at.
    """
    try:
        orjson.loads(raw)  # stricter than the standard library, which then keeps integers exact
        value = json.loads(raw, object_pairs_hook=_each_name_once, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise MalformedJson from error
    if b"\\u0000" in raw:
        _refuse_nul(value, "")
    return value


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return members


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON number")


def _refuse_nul(value: Any, pointer: str) -> None:
    """Raises: Invalid where a text, or a name, holds U+0000."""
    if isinstance(value, str) and "\0" in value:
        raise field_error(pointer, "Text can't hold U+0000.")
    if isinstance(value, Mapping):
        for name, inner in value.items():
            _refuse_nul(name, pointer)
            _refuse_nul(inner, f"{pointer}/{name}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            _refuse_nul(inner, f"{pointer}/{place}")
