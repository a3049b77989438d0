"""Decisions about syncs: what to read next, and when to come back after a failure. No I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from fittrack.clock import epoch_s, from_epoch_s
from fittrack.trackers.providers.base import Facts, RawItem, Window
from fittrack.trackers.syncing.models import Known, Outcome, Step, StreamState

# A backfill goes back in pieces of this length, the newest first.
PIECE = timedelta(days=7)
# A provider whose pages of one window never end is in trouble.
MOST_PAGES = 200
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
PARKED_AFTER = 12
PARKED_WAIT = timedelta(hours=24)
# A token of a next page that has failed so often is tried no more: its window is read anew.
TOKEN_TRIES = 2
WEEK_S = 7 * 86_400


def next_step(
    state: StreamState, facts: Facts, *, connected_at: datetime, now: datetime
) -> Step | None:
    """Return the page to read next of a stream; None when it is read as far as it shall be.

    A window that was begun is read to its end first. Then what is new, with the overlap; then one
    more piece of the past, the newest first, until the backfill's length before the connection.
    """
    if state.window_json is not None:
        return _step_of(state.window_json)
    if state.read_to_at is None:
        return Step(Window(now - PIECE, now), None, 0, is_backfill=False)
    oldest_at = connected_at - facts.backfill
    if state.filled_to_at is not None and state.filled_to_at > oldest_at:
        from_at = max(oldest_at, state.filled_to_at - PIECE)
        return Step(Window(from_at, state.filled_to_at), None, 0, is_backfill=True)
    return None


def begun_anew(state: StreamState) -> StreamState:
    """Return a stream whose window is read from its first page again, if one was begun."""
    if state.window_json is None:
        return state
    return replace(state, window_json=state.window_json | {"token": None, "pages": 0})


def forward_step(state: StreamState, facts: Facts, *, now: datetime) -> Step:
    """Return the first page of what is new since a stream was read, with the overlap.

    Once a week all of a backfill's length is read again: for what a webhook, or a page that came
    empty, has kept from us.
    """
    read_to_at = state.read_to_at or now
    is_sweep = _week_of(state, read_to_at) != _week_of(state, now)
    overlap = max(facts.overlap, facts.backfill) if is_sweep else facts.overlap
    return Step(Window(read_to_at - overlap, now), None, 0, is_backfill=False)


def after_page(state: StreamState, step: Step, next_token: str | None) -> StreamState:
    """Return how far a stream is read once a page of it is stored."""
    if next_token is not None:
        going_on = replace(step, token=next_token, pages=step.pages + 1)
        return replace(state, window_json=_json_of(going_on))
    if step.is_backfill:
        return replace(state, filled_to_at=step.window.from_at, window_json=None)
    filled_to_at = state.filled_to_at or step.window.from_at
    return replace(state, read_to_at=step.window.to_at, filled_to_at=filled_to_at, window_json=None)


def is_news(known: Known | None, item: RawItem) -> bool:
    """Tell whether an object is new or changed; what was deleted never comes back."""
    return known is None or (not known.is_deleted and known.version != item.version)


def is_there(known: Known | None) -> bool:
    """Tell whether an object is known and not deleted."""
    return known is not None and not known.is_deleted


def after_failure(failures: int, error_code: str, jitter: float, *, now: datetime) -> Outcome:
    """Return when to come back: twice as late each time, six hours at most, parked after a dozen.

    `jitter` lies in 0 to 1, so that those who failed together do not come back together.
    """
    failed = failures + 1
    wait = min(FIRST_WAIT * 2 ** min(failures, 16), LONGEST_WAIT) * (0.5 + jitter)
    if failed >= PARKED_AFTER:
        return Outcome("failed", error_code, now + PARKED_WAIT * (0.5 + jitter), failed, "parked")
    return Outcome("failed", error_code, now + wait, failed)


def code_of(error: Exception) -> str:
    """Return a word for trouble that says none itself, such as `token_refused`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(error).__name__).lower()


def _week_of(state: StreamState, at: datetime) -> int:
    """Return the number of a week; it begins at another time for each connection."""
    return (epoch_s(at) + crc32(state.connection_id.encode())) // WEEK_S


def _json_of(step: Step) -> dict[str, Any]:
    return {
        "from_s": epoch_s(step.window.from_at),
        "to_s": epoch_s(step.window.to_at),
        "token": step.token,
        "pages": step.pages,
        "is_backfill": step.is_backfill,
    }


def _step_of(stored: Mapping[str, Any]) -> Step:
    window = Window(from_epoch_s(stored["from_s"]), from_epoch_s(stored["to_s"]))
    return Step(window, stored["token"], stored["pages"], stored["is_backfill"])
