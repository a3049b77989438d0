"""FTD1's JSON and the forms of its objects (docs/drawing-protocol.md, sections 1.1, 1.3, 2 to 8).

Needs the standard library only: it is part of the stand-alone verifier.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from itertools import accumulate
from typing import Any

Json = dict[str, Any]
MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 500  # far more than a bundle needs; deeper nesting could exhaust the stack
STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))

# One row an object: each key with its form, `?` after a key that may be left out. A form is a
# text of this table, a 'text' itself, a range of integers, an object, or a list of FORM[sizes].
TEXTS = {
    "ID": re.compile("[A-Za-z0-9_-]{1,64}"),
    "REASON": re.compile("[a-z0-9_]{1,64}"),
    "TYPE": re.compile("[a-z_]{1,32}"),
    "PRINT": re.compile("[ -~]{1,256}"),
    "DISTINCT": re.compile("holder|entry"),
    **{f"HEX{digits}": re.compile(f"[0-9a-f]{{{digits}}}") for digits in (64, 96, 128, 192)},
}
OBJECTS_TABLE = """
BUNDLE: v 'FTD1-bundle', terms TERMS, terms_sig HEX128, close CLOSE, close_sig HEX128,
  entries ENTRY[0..], reveals REVEAL[0..], result RESULT, result_sig HEX128, log? LOG,
  receipts? SIGNED[0..]
TERMS: v 'FTD1', drawing_id ID, sequence 1.., opens_at TIME, closes_at TIME, draws_at TIME,
  prizes PRIZE[1..1000], alternates 0..1000, distinct DISTINCT, rules_sha256 HEX64,
  sources SOURCE[1..16], operator_key HEX64, ext? ANYTHING
PRIZE: prize_id ID, quantity 1..10000
SOURCE commit: id ID, kind 'commit', commitment HEX64
SOURCE drand: id ID, kind 'drand', chain_hash HEX64, public_key HEX192, genesis_time TIME,
  period 1..86400, round 1..
SOURCE public: id ID, kind 'public', description PRINT
ENTRY live: entry_id ID, holder HEX64, units 1..4294967295, void ''
ENTRY void: entry_id ID, holder HEX64, units 0..0, void REASON
CLOSE: v 'FTD1', drawing_id ID, terms_hash HEX64, entries_root HEX64, entry_count 0..4294967295,
  total_units 0.., closed_at TIME
REVEAL commit: id ID, value HEX64
REVEAL drand: id ID, round 1.., signature HEX96
REVEAL public: id ID, value PRINT
RESULT: v 'FTD1', drawing_id ID, terms_hash HEX64, close_hash HEX64, seed HEX64, picks PICK[0..],
  unfilled 0..10000000, drawn_at TIME
PICK winner: position 0.., entry_id ID, holder HEX64, role 'winner', prize_id ID
PICK alternate: position 0.., entry_id ID, holder HEX64, role 'alternate', prize_id NULL
LOG: records RECORD[0..], checkpoint CHECKPOINT, checkpoint_sig HEX128
RECORD: seq 0.., at TIME, type TYPE, drawing_id ID, body_hash HEX64
CHECKPOINT: v 'FTD1', log_size 0.., log_head HEX64, at TIME
SIGNED: receipt RECEIPT, sig HEX128
RECEIPT: v 'FTD1', drawing_id ID, entry_id ID, holder HEX64, units 1.., issued_at TIME,
  log_size 0.., log_head HEX64
PROOF: entry ENTRY, index 0.., tree_size 1.., path HEX64[0..], root HEX64
"""
OBJECTS = {
    name: dict(key.split(" ") for key in keys.split(", "))
    for name, keys in re.findall("(.+): (.+)", OBJECTS_TABLE.replace("\n  ", " "))
}
KINDS: dict[str, Callable[[Json], object]] = {
    "SOURCE": lambda source: source.get("kind"),
    "ENTRY": lambda entry: "void" if entry.get("void") else "live",
    "REVEAL": lambda reveal: "drand" if "signature" in reveal else "public",
    "PICK": lambda pick: pick.get("role"),
}


class FormatError(ValueError):
    """What was read is not of FTD1's form; the message says where and why."""


def parse_json(data: bytes) -> object:
    """Return the value of a JSON text as section 1.1 accepts it. Raises: FormatError."""
    _refuse_deep_nesting(data)
    try:
        value: object = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
        )
        canonical_json(value if b"\\u" in data else None)  # an escape can spell a lone surrogate
    except json.JSONDecodeError as error:
        raise FormatError(f"is not JSON: {error}") from None
    except UnicodeError:
        raise FormatError("is not UTF-8, or has a lone surrogate") from None
    except RecursionError:
        raise FormatError("is nested too deeply") from None
    return value


def _refuse_deep_nesting(data: bytes) -> None:
    brackets = STRING.sub(b"", data).translate(None, delete=NOT_BRACKETS)
    depths = accumulate(1 if bracket in b"[{" else -1 for bracket in brackets)
    if max(depths, default=0) > MAX_DEPTH:
        raise FormatError("is nested too deeply")


def _object(pairs: list[tuple[str, Any]]) -> Json:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise FormatError("has an object with a key twice")
    if not all(map(str.isascii, found)):
        raise FormatError("has a key that is not ASCII")
    return found


def _integer(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > MAX_INTEGER:
        raise FormatError("has an integer beyond 2^53 - 1")
    return int(digits)


def _refuse_number(digits: str) -> float:
    raise FormatError(f"has a number that is not an integer: {digits[:20]}")


_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def canonical_json(value: object) -> bytes:
    """Return CJ(value), section 1.2, for a value such as `parse_json` gives."""
    return _encode(value).encode("utf-8")


def check_form(form: str, value: object, path: str = "") -> None:
    """Check that a value is of a form that the tables name. Raises: FormatError, path first."""
    if isinstance(value, dict):
        _check_object(form, value, path)
    elif isinstance(value, list):
        _check_list(form, value, path)
    elif not _is_scalar(form, value):
        raise FormatError(f"{path} is not {form}")


def _check_object(form: str, value: Json, path: str) -> None:
    if form == "ANYTHING":
        return
    name = f"{form} {KINDS[form](value)}" if form in KINDS else form
    if name not in OBJECTS:
        raise FormatError(f"{path} is not {form} of a known kind")
    forms, required = _keys(name)
    if not required <= value.keys() <= forms.keys():
        raise FormatError(f"{path} has not the keys of {name}: {', '.join(OBJECTS[name])}")
    for key, part in value.items():
        check_form(forms[key], part, f"{path}/{key}")


def _check_list(form: str, value: list[object], path: str) -> None:
    item, _, sizes = form.removesuffix("]").partition("[")
    if len(value) not in _span(sizes):
        raise FormatError(f"{path} is not {form}")
    for index, part in enumerate(value):
        check_form(item, part, f"{path}/{index}")


def _is_scalar(form: str, value: object) -> bool:
    if isinstance(value, str):
        pattern = TEXTS.get(form)
        return form == f"'{value}'" if pattern is None else pattern.fullmatch(value) is not None
    if type(value) is int:  # a boolean is not an integer
        return value in _span(form)
    return value is None and form == "NULL"


@cache
def _keys(name: str) -> tuple[dict[str, str], set[str]]:
    """Return an object's keys with their forms, and those that it must have."""
    keys = OBJECTS[name].items()
    required = {key for key, _ in keys if not key.endswith("?")}
    return {key.removesuffix("?"): form for key, form in keys}, required


@cache
def _span(form: str) -> range:
    """Return the integers of a form `low..` or `low..high`; none for another form."""
    low, dots, high = form.replace("TIME", f"0..{2**40}").partition("..")
    is_range = dots and low.isdigit()
    return range(int(low), int(high or MAX_INTEGER) + 1) if is_range else range(0)
