"""Right answers of a tracker, spoilt: cut, nulled, disordered, without an end."""

from __future__ import annotations

import base64
import gzip
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache, partial
from itertools import count
from typing import Any

import orjson
from flask import Response, request

from fittrack.simulator.trackers.histories import Account, new_workout
from fittrack.simulator.world import World

BOMB_BYTES = 64 << 20
NUMBERS = 9_300_000_000_000_000
NEW_WORD, NEW_NUMBER = "quidditch_2027", 4711
# What a body can't do without, and what is none of an object's own figures.
_KEPT = re.compile(
    r"id$|^id|name$|token|more|offset|status|^date|day|time|start|end|interval|year|month|hash|"
    r"created|modified|metadata|nap|duration|timezone|civil|timestamp"
)
_SPORTS = re.compile(r"^(sport(_type|_name|_id)?|type|activity|exerciseType|category|detailed.*)$")
_ENUMS = re.compile(r"^(score_state|intensity|source|recordingMethod|model)$")
_numbers = count(NUMBERS)

Spoiler = Callable[[Response], None]


def spoilt(answer: Response, kind: str | None) -> Response:
    """Return a right answer as it comes out of a provider in trouble."""
    if kind in _SPOILERS and answer.status_code == 200 and answer.is_json:
        _SPOILERS[kind](answer)
    return answer


def go_on_meanwhile(world: World, account: Account, kind: str | None) -> None:
    """Let somebody upload or delete something between two pages of a list."""
    if kind == "shifted_page":
        number = next(_numbers)
        started_at = world.now() - timedelta(hours=2, minutes=number % 30)
        made = new_workout(number, started_at, random.Random(number))  # noqa: S311 - a history
        while not account.is_free(made):
            made = replace(made, started_at=made.started_at - timedelta(hours=1))
        account.workouts[number] = made
    elif kind == "shrunk_page" and (living := account.living()):
        account.edit(living[0].number, now=world.now(), is_deleted=True)


def rows_of(answer: Response) -> tuple[Any, list[Any]]:
    """Return the body of an answer, and the list of objects in it, beats among them."""
    body = orjson.loads(answer.get_data())
    inner = body.get("body", body) if isinstance(body, dict) else body
    if isinstance(inner, dict) and "id" in inner:
        return body, []  # its samples are no page
    lists = inner.values() if isinstance(inner, dict) else (inner,)
    return body, next((one for one in lists if _is_rows(one)), [])


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def _cut(answer: Response) -> None:
    """Send half of what was announced."""
    whole = answer.get_data()
    answer.set_data(whole[: len(whole) // 2])
    answer.headers["Content-Length"] = str(len(whole))


def _miscount(answer: Response) -> None:
    """Announce less than is sent."""
    answer.headers["Content-Length"] = str(len(answer.get_data()) // 2)


def _say_nonsense(answer: Response) -> None:
    answer.set_data(answer.get_data().replace(b"0.0", b"NaN") + b"NaN")


def _zip(answer: Response) -> None:
    answer.set_data(gzip.compress(answer.get_data()))
    answer.headers["Content-Encoding"] = "gzip"


def _explode(answer: Response) -> None:
    answer.set_data(_bomb())
    answer.headers["Content-Encoding"] = "gzip"


@cache
def _bomb() -> bytes:
    return gzip.compress(b" " * BOMB_BYTES)


def _say_twice(answer: Response) -> None:
    answer.set_data(answer.get_data().replace(b'{"', b'{"id":7,"name":"x","', 1))


def _fail_within(answer: Response) -> None:
    answer.set_data(b'{"status":503,"error":"try again","message":"internal"}')


def _empty(answer: Response) -> None:
    """Send a page without objects that says that there is no more."""
    body, rows = rows_of(answer)
    rows.clear()
    for inner in (body, body.get("body") if isinstance(body, dict) else None):
        if isinstance(inner, dict):
            for name in ("next_token", "nextPageToken", "more"):
                inner.pop(name, None)
    answer.set_data(orjson.dumps(body))


def _disorder(answer: Response, times: int = 1) -> None:
    body, rows = rows_of(answer)
    random.Random(1).shuffle(rows)  # noqa: S311 - disorder
    rows *= times
    answer.set_data(orjson.dumps(body))


def _empty_but_go_on(answer: Response) -> None:
    """Send a page without objects that says that there is more."""
    body, rows = rows_of(answer)
    rows.clear()
    _go_on(body, _begin())
    answer.set_data(orjson.dumps(body))


def _go_on_for_ever(answer: Response) -> None:
    """Send a page that names another one after it, which is the same again."""
    body, _ = rows_of(answer)
    _go_on(body, _begin() + 1 if _begin() else 1)
    answer.set_data(orjson.dumps(body))


def _begin() -> int:
    """Return where the page that was asked for begins, as the simulated services count."""
    given = request.values
    token = given.get("nextToken") or given.get("pageToken")
    if token:
        return int(base64.urlsafe_b64decode(token))
    return int(given.get("next_token") or given.get("offset") or 0)


def _go_on(body: Any, begin: int) -> None:
    """Let a body name a page that begins somewhere, as its provider names one."""
    if not isinstance(body, dict):
        return
    token = base64.urlsafe_b64encode(f"{begin:08}".encode()).decode()
    if "records" in body:
        body["next_token"] = token
    elif "data" in body:
        body["next_token"] = str(begin)
    elif isinstance(body.get("body"), dict):
        body["body"] |= {"more": True, "offset": begin}
    else:
        body["nextPageToken"] = token


def _change(answer: Response, change: Callable[[str, Any], Any]) -> None:
    body, rows = rows_of(answer)
    rows[:] = [_changed(row, change) for row in rows]
    answer.set_data(orjson.dumps(body if rows else _changed(body, change)))


def _changed(value: Any, change: Callable[[str, Any], Any], name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _changed(one, change, key) for key, one in value.items()}
    if isinstance(value, list):
        return [_changed(one, change, name) for one in value]
    return change(name, value)


def _nulled(name: str, value: Any) -> Any:
    return value if _KEPT.search(name) else None


def _renamed(names: re.Pattern[str], name: str, value: Any) -> Any:
    if names.fullmatch(name) is None or value is None:
        return value
    return NEW_NUMBER if isinstance(value, int) else NEW_WORD


_SPOILERS: Mapping[str | None, Spoiler] = {
    "cut": _cut,
    "wrong_length": _miscount,
    "not_a_number": _say_nonsense,
    "gzip": _zip,
    "gzip_bomb": _explode,
    "duplicate_keys": _say_twice,
    "error_in_200": _fail_within,
    "empty_page": _empty,
    "empty_page_with_next": _empty_but_go_on,
    "endless_pages": _go_on_for_ever,
    "shuffled_page": _disorder,
    "repeated_page": partial(_disorder, times=2),
    "nulls": partial(_change, change=_nulled),
    "unknown_sport": partial(_change, change=partial(_renamed, _SPORTS)),
    "unknown_enum": partial(_change, change=partial(_renamed, _ENUMS)),
}
