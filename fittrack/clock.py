"""The one place that reads the wall clock, and the calendar of points days."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def utc_now() -> datetime:
    """Return the present instant as an aware UTC datetime with microseconds."""
    return datetime.now(UTC)


def day_of(instant: datetime, zone: ZoneInfo) -> date:
    """Return the calendar day in `zone` that holds an aware instant."""
    return instant.astimezone(zone).date()


def day_bounds(day_on: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the first instants of a day in `zone` and of the next, in UTC (23 to 25 h apart)."""
    start = datetime.combine(day_on, time.min, zone)
    end = datetime.combine(day_on + timedelta(days=1), time.min, zone)
    return start.astimezone(UTC), end.astimezone(UTC)


def day_from_text(text: str) -> date:
    """Return the day of text `YYYY-MM-DD`; ISO 8601 has other forms. Raises: ValueError."""
    if not _DAY.fullmatch(text):
        raise ValueError(f"{text!r} is not YYYY-MM-DD")
    return date.fromisoformat(text)


def epoch_s(instant: datetime) -> int:
    """Return whole seconds since 1970-01-01T00:00:00Z, rounded down."""
    return int(instant.timestamp() // 1)


def from_epoch_s(seconds: int) -> datetime:
    """Return the aware UTC datetime of whole seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


def rfc3339(instant: datetime) -> str:
    """Return an aware instant as RFC 3339 in UTC with a `Z`, as every answer writes it."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
