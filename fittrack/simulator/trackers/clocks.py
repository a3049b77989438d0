"""What the clock on the wall showed where somebody was: by the zone of whose request is served."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import g, has_app_context

# Five hours behind UTC, summer and winter; these signs are the other way round.
USUAL = "Etc/GMT+5"


def zone(usual: str = USUAL) -> ZoneInfo:
    """Return the zone of the account that is served, or the usual one."""
    name = g.get("zone_name") if has_app_context() else None
    return ZoneInfo(name or usual)


def local(at: datetime) -> datetime:
    """Return what the clock showed at an instant, without an offset."""
    return at.astimezone(zone()).replace(tzinfo=None)


def offset_s(at: datetime) -> int:
    """Return how many seconds the clock was ahead of UTC."""
    return int((at.astimezone(zone()).utcoffset() or timedelta(0)).total_seconds())


def offset_text(at: datetime) -> str:
    """Return that as `-05:00`."""
    minutes = offset_s(at) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def rfc3339(at: datetime) -> str:
    """Return an instant as `2026-11-01T01:30:00-05:00`."""
    return f"{local(at):%Y-%m-%dT%H:%M:%S}{offset_text(at)}"


def day(at: datetime) -> str:
    """Return the day that the calendar showed."""
    return f"{local(at):%Y-%m-%d}"


def offset_text_of(text: str) -> str:
    """Return the offset at a time of the clock itself, such as `2026-11-01T04:00:00`."""
    return offset_text(datetime.fromisoformat(text).replace(tzinfo=zone()))
