"""How adapters read answers and bodies: statuses into errors, fields into types and units.

A provider may send anything: nulls, other types, numbers that are none. A field that makes no sense
is None; an object without what it can't do without is Malformed.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

from fittrack.trackers.providers.base import (
    CHANGED,
    MORE,
    Grant,
    GrantRefused,
    Malformed,
    NotThere,
    ProviderDown,
    RawItem,
    ScopeLost,
    Throttled,
    TokenRefused,
)
from fittrack.wire import Answer

MOST_WAIT = timedelta(days=1)
MOST_TOKEN = 4096
MOST_LIFE_S = 400 * 86_400
MOST_OFFSET_S = 18 * 3600
# What lies outside is no instant that anybody did anything at.
YEARS = range(1970, 2201)
MOST_DETAILS = 31
_OFFSET = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})")


def json_of(answer: Answer) -> Any:
    """Return the JSON value of a successful answer. Raises: what its status means, Malformed."""
    check(answer)
    try:
        value = orjson.loads(answer.body)
    except orjson.JSONDecodeError as error:
        raise Malformed("not_json") from error
    try:
        # What can't be written again, even a little deeper, could not be kept.
        orjson.dumps([[[[value]]]])
    except orjson.JSONEncodeError as error:
        raise Malformed("too_deep") from error
    return value


def object_of(answer: Answer) -> dict[str, Any]:
    """Return the JSON object of a successful answer. Raises: as `json_of`."""
    return mapping(json_of(answer))


def check(answer: Answer) -> None:
    """Let a successful answer pass.

    Raises: TokenRefused for 401, ScopeLost for 403, NotThere for 404 and 410, Throttled for 429,
    ProviderDown for the rest.
    """
    match answer.status:
        case status if 200 <= status < 300:
            return
        case 401:
            raise TokenRefused
        case 403:
            raise ScopeLost
        case 404 | 410:
            raise NotThere
        case 429:
            raise throttled(answer, _retry_at(answer))
        case status:
            raise ProviderDown(f"status_{status}")


def check_grant(answer: Answer) -> dict[str, Any]:
    """Return the object that a token endpoint answered.

    Raises: GrantRefused where it refuses the code or token itself; ProviderDown for the rest: a
    client that is refused, or a server in trouble, says nothing of the member's grant.
    """
    body = _lenient(answer)
    if 200 <= answer.status < 300:
        return mapping(body)
    if answer.status in {400, 401} and text(_error_of(body)) == "invalid_grant":
        raise GrantRefused
    if answer.status == 429:
        raise throttled(answer, _retry_at(answer))
    raise ProviderDown(f"status_{answer.status}")


def grant_of(
    answer: Answer, *, before: Grant | None, scopes: frozenset[str], now: datetime
) -> Grant:
    """Return the grant of an answer in RFC 6749's shape; what it leaves out stays as it was.

    `scopes` are those that were asked for: a provider that names none has granted them.
    Raises: as `check_grant`, Malformed.
    """
    body = check_grant(answer)
    access_token = text(body.get("access_token"), most=MOST_TOKEN)
    if access_token is None:
        raise Malformed("no_token")
    life_s = number(body.get("expires_in"), least=1)
    granted = text(body.get("scope"), most=MOST_TOKEN)
    refresh_token = text(body.get("refresh_token"), most=MOST_TOKEN)
    return Grant(
        access_token=access_token,
        refresh_token=refresh_token or (before.refresh_token if before else None),
        expires_at=None if life_s is None else now + timedelta(seconds=min(life_s, MOST_LIFE_S)),
        scopes=frozenset(granted.replace(",", " ").split())
        if granted
        else (before.scopes if before else scopes),
        external_account_id=before.external_account_id if before else None,
    )


def throttled(answer: Answer, resumes_at: datetime | None) -> Throttled:
    """Return that a provider wants a pause, until an instant by the clock of its answer."""
    return Throttled(resumes_at, date_of(answer))


def _retry_at(answer: Answer) -> datetime | None:
    """Return when `Retry-After` lets us ask again, by the provider's own clock."""
    said_at = date_of(answer)
    return None if said_at is None else resumes_at(answer, now=said_at)


def _lenient(answer: Answer) -> Any:
    try:
        return orjson.loads(answer.body)
    except orjson.JSONDecodeError as error:
        if 200 <= answer.status < 300:
            raise Malformed("not_json") from error
        return None


def _error_of(body: Any) -> Any:
    return body.get("error") if isinstance(body, Mapping) else None


def resumes_at(answer: Answer, *, now: datetime) -> datetime | None:
    """Return when `Retry-After` lets us ask again, seconds or a date; a day from now at most.

    A date is by the provider's clock, and so counts from its `Date`, where there is one.
    """
    said = answer.headers.get("retry-after", "").strip()
    if said.isdecimal():
        wait = timedelta(seconds=min(int(said[:9]), MOST_WAIT.total_seconds()))
        return now + wait
    try:
        at = parsedate_to_datetime(said)
    except (TypeError, ValueError):
        return None
    if at.tzinfo is None:
        return None
    wait = at - (date_of(answer) or now)
    return now + min(max(wait, timedelta(0)), MOST_WAIT)


def mapping(value: Any) -> dict[str, Any]:
    """Return a value that must be an object. Raises: Malformed."""
    if not isinstance(value, dict):
        raise Malformed("no_object")
    return value


def items(value: Any) -> list[Any]:
    """Return a value that must be a list. Raises: Malformed."""
    if not isinstance(value, list):
        raise Malformed("no_list")
    return value


def check_told(values: Iterable[Any]) -> None:
    """Let pass what tells something, or has nothing to tell.

    Raises: Malformed where there are values and each is null, as a provider in trouble has them.
    """
    found = list(values)
    if found and all(value is None for value in found):
        raise Malformed("all_null")


def identity(value: Any) -> str:
    """Return an id as text; int64 ids are larger than any float holds. Raises: Malformed."""
    if isinstance(value, str) and 0 < len(value) <= 200:
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise Malformed("no_id")


def item(
    body: Any,
    identify: Callable[[dict[str, Any]], str],
    versioned: Callable[[dict[str, Any]], Any] = lambda body: body,
    changed_at: Callable[[dict[str, Any]], datetime | None] = lambda _: None,
) -> RawItem:
    """Return an object of a page; one that tells no id gets one of ours, for it is kept too.

    `versioned` gives what its version is the hash of, `changed_at` when it was changed, where the
    provider says it. Whoever reads the object asks for its id again, and finds that it has none.
    """
    try:
        found = mapping(body)
        version = version_at(changed_at(found), version_of(versioned(found)))
        return RawItem(identify(found), version, found)
    except Malformed:
        version = version_of(body)
        return RawItem(f"unreadable-{version}", version, body)


def text(value: Any, most: int = 200) -> str | None:
    """Return a text, cut to a length; None for what is none."""
    return value[:most] if isinstance(value, str) and value else None


def number(value: Any, *, least: float = 0.0, most: float = 1e9) -> float | None:
    """Return a finite number within bounds; texts of digits count. None for what is none."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and least <= value <= most else None


def whole(value: Any, *, least: int = 0, most: int = 10**9) -> int | None:
    """Return a number rounded to a whole one; None for what is none."""
    found = number(value, least=least, most=most)
    return None if found is None else round(found)


def instant(value: Any) -> datetime:
    """Return an RFC 3339 instant in UTC. Raises: Malformed, also for one without an offset."""
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise Malformed("no_instant") from error
    if at.tzinfo is None:
        raise Malformed("no_offset")
    if at.year not in YEARS:
        raise Malformed("no_instant")
    return at.astimezone(UTC)


def instant_if_any(value: Any) -> datetime | None:
    """Return an RFC 3339 instant in UTC; None for what is none."""
    try:
        return instant(value)
    except Malformed:
        return None


def instant_and_offset(value: Any) -> tuple[datetime, int]:
    """Return an RFC 3339 instant in UTC and the seconds of its offset. Raises: as `instant`."""
    at = instant(value)
    offset = datetime.fromisoformat(value).utcoffset() or timedelta(0)
    return at, round(offset.total_seconds())


def day(value: Any) -> date:
    """Return a day such as `2026-11-20`. Raises: Malformed."""
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise Malformed("no_day") from error


def offset_s(value: Any) -> int | None:
    """Return the seconds of `+05:30`, `-05:00` or `Z`; None for what is no offset from UTC."""
    if value == "Z":
        return 0
    found = _OFFSET.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    sign, hours, minutes = found.groups()
    seconds = int(hours) * 3600 + int(minutes) * 60
    return None if seconds > MOST_OFFSET_S else (-seconds if sign == "-" else seconds)


def seconds(value: Any, *, least: float = 0.0) -> float | None:
    """Return the seconds of a duration such as `3600s` or `1.5s`; None for what is none."""
    if not isinstance(value, str) or not value.endswith("s"):
        return None
    return number(value[:-1], least=least, most=31 * 86_400)


def millis(value: Any) -> int | None:
    """Return the whole seconds of milliseconds; None for what is none, or more than a month."""
    found = number(value, most=31 * 86_400_000)
    return None if found is None else round(found / 1000)


def version_of(body: Any) -> str:
    """Return a hash of an object: its version where the provider has none. Raises: Malformed."""
    try:
        canonical = orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as error:
        raise Malformed("too_deep") from error
    return hashlib.sha256(canonical).hexdigest()[:32]


def version_with(version: str, details: str) -> str:
    """Return the version of an object that tells more than its line in a list, whose it begins."""
    return f"{version}{MORE}{details[:MOST_DETAILS]}"


def version_at(changed_at: datetime | None, version: str) -> str:
    """Return a version that tells when it was made, if that is known."""
    if changed_at is None:
        return version
    return f"{int(changed_at.timestamp() * 1000)}{CHANGED}{version}"


def date_of(answer: Answer) -> datetime | None:
    """Return the provider's own clock, by its `Date` header, in UTC; None for none."""
    try:
        at = parsedate_to_datetime(answer.headers.get("date", ""))
    except (TypeError, ValueError):
        return None
    return at.astimezone(UTC) if at.tzinfo is not None else None


def is_secret(given: str | None, secret: str) -> bool:
    """Compare in constant time what was given with a secret; an empty one opens nothing."""
    return bool(secret) and hmac.compare_digest((given or "").encode(), secret.encode())
