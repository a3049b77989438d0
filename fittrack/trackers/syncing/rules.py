"""Decisions about syncs: what to read next, and when to come back after a failure. No I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from fittrack.clock import epoch_s, from_epoch_s
from fittrack.trackers.budgets.rules import KEPT_SHARE
from fittrack.trackers.providers.base import CHANGED, MORE, Facts, RawItem, Window
from fittrack.trackers.syncing.models import Known, Outcome, Step, StreamState

# A backfill goes back in pieces, the newest first: a week, then each twice as long as all before.
PIECE, LONGEST_PIECE = timedelta(days=7), timedelta(days=28)
# A provider whose pages of one window never end is in trouble.
MOST_PAGES = 200
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
PARKED_AFTER = 12
PARKED_WAIT = timedelta(hours=24)
# A token of a next page that has failed so often is tried no more: its window is read anew. So is
# it again each time that so many more tries have failed, for no token lives for ever.
TOKEN_TRIES, TRIES_BETWEEN = 2, 6
WEEK_S = 7 * 86_400
# A stream that was read so lately in a round that was cut short is not read again in it.
LATELY = timedelta(hours=1)
# Where calls are scarce, one connection has this share of a window at a time.
TURN_SHARE, LEAST_TURN = 0.1, 10
# Before the version of an object whose rest could not be read.
REST_TO_COME = "-"
# The version of an object that was taken away since its provider seemed to have it no more.
NOWHERE = "nowhere"
# A rest is asked for with every page for so long after its object.
REST_COMES = timedelta(hours=6)
# How far ahead of ours a clock may be whose word counts for which of two versions is newer.
CLOCK_TOLERANCE = timedelta(minutes=5)
# Those that were throttled together come back over this time; who has waited this long, in half.
SPREAD, LONG = timedelta(seconds=30), timedelta(minutes=15)


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
        length = min(max(2 * (connected_at - state.filled_to_at), PIECE), LONGEST_PIECE)
        from_at = max(oldest_at, state.filled_to_at - length)
        return Step(Window(from_at, state.filled_to_at), None, 0, is_backfill=True)
    return None


def begun_anew(state: StreamState, failures: int) -> StreamState:
    """Return a stream whose window is read from its first page again, if one was begun and fails.

    That is once for so many failures in a row: the pages that are read after it are not given up
    for the next one, or a long past with a page that fails now and then would never be read.
    """
    window = state.window_json
    if window is None or failures % TRIES_BETWEEN != TOKEN_TRIES:
        return state
    if window.get("anew_after") == failures:
        return state
    return replace(state, window_json=window | {"token": None, "pages": 0, "anew_after": failures})


def forward_step(state: StreamState, facts: Facts, *, now: datetime) -> Step:
    """Return the first page of what is new since a stream was read, with the overlap.

    Once a week all of a backfill's length is read again: for what a webhook, or a page that came
    empty, has kept from us.
    """
    read_to_at = state.read_to_at or now
    is_wide = is_weekly(state, now=now)
    overlap = max(facts.overlap, facts.backfill) if is_wide else facts.overlap
    return Step(Window(read_to_at - overlap, now), None, 0, is_backfill=False)


def is_read_already(
    state: StreamState, facts: Facts, *, synced_at: datetime | None, now: datetime
) -> bool:
    """Tell whether a stream was read since the last whole sync, and lately."""
    if state.read_to_at is None or (synced_at is not None and synced_at >= state.read_to_at):
        return False
    return now - state.read_to_at < min(LATELY, facts.poll_every)


def is_weekly(state: StreamState, *, now: datetime) -> bool:
    """Tell whether a stream has not been read to its end in this week yet, but was before."""
    return state.read_to_at is not None and _week_of(state, state.read_to_at) != _week_of(
        state, now
    )


def is_sweep(step: Step, facts: Facts) -> bool:
    """Tell whether a step reads all of a backfill's length again."""
    length = step.window.to_at - step.window.from_at
    return not step.is_backfill and length >= max(facts.overlap, facts.backfill)


def turn_calls(facts: Facts) -> int | None:
    """Return how many calls one connection may make at a time where they are scarce."""
    shared = [limit.calls for limit in facts.limits if not limit.is_per_member]
    return max(LEAST_TURN, int(min(shared) * TURN_SHARE)) if shared else None


def poll_wait(facts: Facts, connections: int) -> timedelta:
    """Return after how long a provider of so many connections is asked again for what is new.

    As often as wanted where its limits let everybody's pages through, else as often as they do.
    """
    pages = connections * len(facts.streams)
    needed_s = [
        limit.window_s * pages / (limit.calls * (1 - KEPT_SHARE))
        for limit in facts.limits
        if not limit.is_per_member
    ]
    return max(facts.poll_every, timedelta(seconds=max(needed_s, default=0.0)))


def queueing(waited: timedelta, chance: float) -> timedelta:
    """Return how long after a pause a connection comes back: the sooner the longer it has waited.

    `chance` lies in 0 to 1, so that those who have waited alike do not come back together.
    """
    return SPREAD * ((0.5 + chance / 2) / (1 + waited / LONG))


def without_rest(item: RawItem) -> RawItem:
    """Return an object under a version that the provider has not: its rest is still to come."""
    return replace(item, version=f"{REST_TO_COME}{item.version}"[:64])


def after_page(state: StreamState, step: Step, next_token: str | None) -> StreamState:
    """Return how far a stream is read once a page of it is stored."""
    if next_token is not None:
        going_on = replace(step, token=next_token, pages=step.pages + 1)
        return replace(state, window_json=_json_of(going_on))
    if step.is_backfill:
        return replace(state, filled_to_at=step.window.from_at, window_json=None)
    filled_to_at = state.filled_to_at or step.window.from_at
    return replace(state, read_to_at=step.window.to_at, filled_to_at=filled_to_at, window_json=None)


def is_rest_late(known: Known | None, item: RawItem, *, synced_at: datetime | None) -> bool:
    """Tell whether nothing but the rest of an object is to come, and was so at the last whole sync.

    It is asked for with every page while the object is new to us, for devices may bring it later,
    and once after that; then once a week, for an empty answer may have been a mistake.
    """
    if known is None or not _is_told_by(without_rest(item).version, known):
        return False
    return synced_at is not None and synced_at - known.changed_at >= REST_COMES


def is_news(known: Known | None, item: RawItem) -> bool:
    """Tell whether an object is new or changed; what was deleted never comes back.

    A line of a list is no news of what is known with more, nor is a version that is older.
    """
    if known is None or known.is_deleted:
        return not is_buried(known)
    if _is_told_by(item.version, known):
        return False
    return not _is_older(item.version, known)


def _is_told_by(version: str, known: Known) -> bool:
    """Tell whether an object is known by a version, or by one that tells more of the same."""
    return known.version == version or known.version.startswith(version + MORE)


def tells_less(item: RawItem, known: Known) -> bool:
    """Tell whether an object is known with more than its line in a list tells."""
    return MORE in known.version and MORE not in item.version


def is_buried(known: Known | None) -> bool:
    """Tell whether an object was deleted for good, and not only taken away."""
    return known is not None and known.is_deleted and known.version != NOWHERE


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


def _is_older(version: str, known: Known) -> bool:
    """Tell whether a version was made before the known one, as far as both say when they were.

    One that was not made yet when it came is not believed: it would keep all later ones out.
    """
    made_ms, known_ms = _made_ms(version), _made_ms(known.version)
    if made_ms is None or known_ms is None:
        return False
    believed_ms = epoch_s(known.changed_at + CLOCK_TOLERANCE) * 1000
    return made_ms < known_ms <= believed_ms


def _made_ms(version: str) -> int | None:
    made, mark, _ = version.removeprefix(REST_TO_COME).partition(CHANGED)
    return int(made) if mark and made.isdecimal() else None


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
        "anew_after": step.anew_after,
    }


def _step_of(stored: Mapping[str, Any]) -> Step:
    window = Window(from_epoch_s(stored["from_s"]), from_epoch_s(stored["to_s"]))
    return Step(
        window,
        stored["token"],
        stored["pages"],
        stored["is_backfill"],
        stored.get("anew_after", 0),
    )
