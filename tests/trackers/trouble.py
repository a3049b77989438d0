"""Each kind of trouble at each call of a sync: which of them are tried, and how one is got over."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from fittrack import config
from fittrack.trackers.providers import ADAPTERS
from fittrack.trackers.syncing.models import Outcome
from tests.trackers.lives import ACTIVITY_PROVIDERS, Life

# `make trackers-faults` tries each kind at every call of every provider.
IS_WHOLE = "FITTRACK_ALL_FAULTS" in os.environ
SLOW = ("slow", "slow_headers", "drip", "drip_of_length")
# What no answer is, whatever was asked for.
UNREACHABLE = (*SLOW, "hang_up", "cut", "gzip_bomb")
STOPS = (*UNREACHABLE, "redirect", "error_500", "error_502", "error_503")
PAUSES = ("throttled", "throttled_by_seconds", "throttled_by_date", "throttled_silently")
# What says the same in other words.
HARMLESS = ("gzip", "duplicate_keys", "shuffled_page", "repeated_page")
# What may be taken for an answer, and is made up for by the next sync.
MISLEADS = (
    *("not_json", "huge", "wrong_length", "not_a_number", "error_in_200"),
    *("nulls", "unknown_sport", "unknown_enum"),
    *("empty_page", "empty_page_with_next", "endless_pages", "shifted_page"),
)
LETS_IN_NO_MORE = ("expired", "forbidden")
KINDS = (*STOPS, *PAUSES, *HARMLESS, *MISLEADS, *LETS_IN_NO_MORE)
# A deletion in the midst of a list: `test_a_list_that_moves_between_two_pages_loses_nothing`.
TRIED_ELSEWHERE = {"shrunk_page"}
# The fewest calls of a sync in which somebody has exercised.
CALLS = {"google_health": 3, "oura": 4, "polar": 4, "strava": 2, "whoop": 3, "withings": 3}
APART, AN_HOUR = timedelta(hours=3), timedelta(hours=1)
# The longest that a call may take, for what would take half a minute.
MOMENT_MS = 100


@dataclass(frozen=True)
class Cell:
    """A kind of trouble at a provider, from the call `after` so many others; None for each."""

    provider: str
    kind: str
    after: int | None

    def __str__(self) -> str:
        return f"{self.provider}-{self.kind}"


def cells(*, one_of: int = 2) -> Iterator[Cell]:
    """Yield what is tried: of each provider one of so many kinds, of each kind a few providers."""
    for number, provider in enumerate(ACTIVITY_PROVIDERS):
        for place, kind in enumerate(KINDS):
            if IS_WHOLE:
                yield Cell(provider, kind, None)
            elif (number + place) % one_of == 0:
                # One that is slow is slow at once: nothing else has to be quick.
                after = 0 if kind in SLOW else (number + place // one_of) % CALLS[provider]
                yield Cell(provider, kind, after)


@contextmanager
def impatience(kind: str) -> Iterator[None]:
    """Let no call take longer than a moment where it would take long."""
    before = config.current()
    if kind in SLOW:
        config.use(replace(before, tracker_call_ms=MOMENT_MS))
    try:
        yield
    finally:
        config.use(before)


def struck(life: Life, kind: str) -> Outcome | None:
    """Let a provider be asked until its trouble has come, and say how that sync ended.

    None where a sync is done without it.
    """
    with impatience(kind):
        while True:
            [outcome] = life.live(most=1)
            if life.tracker.faults.ahead() == []:
                return outcome
            if outcome.outcome == "done":
                return None


def exercise(life: Life) -> None:
    """Let some hours pass and somebody exercise: who does two things at once is another story."""
    life.pass_time(APART)
    workouts = life.account.workouts
    made = workouts.pop(life.happen())
    while not life.account.is_free(made):
        made = replace(made, started_at=made.started_at - AN_HOUR)
    workouts[made.number] = made


def is_got_over(life: Life, kind: str, after: int) -> bool:
    """Tell whether trouble that came at a call cost time alone; False where there is no such call.

    All that was done is here once when it is over, the connection as it was.
    """
    exercise(life)
    life.spoil(kind, after=after)
    outcome = struck(life, kind)
    life.tracker.faults.clear()
    if outcome is None:
        assert life.amiss() == {}
        return False
    assert (outcome.outcome, outcome.status) in endings_of(kind, life), outcome
    assert kind not in UNREACHABLE or str(outcome.error_code).startswith("unreachable_")
    assert life.status()[0] == outcome.status
    if outcome.status == "reauth_required":
        life.join()
    if outcome.outcome != "done":
        assert life.live()[-1].outcome == "done"
    if kind == "unknown_enum":  # what the overlap ends with meanwhile is left to the week's sweep
        life.pass_time(timedelta(days=7))
    if kind in MISLEADS or (outcome.error_code is None and kind == "forbidden"):
        assert [one.outcome for one in life.live()] == ["done"]
    assert life.amiss() == {}
    assert life.status() == ("active", None)
    return True


def endings_of(kind: str, life: Life) -> set[tuple[str, str]]:
    """Return how a sync may end that a kind of trouble came into."""
    done, failed = ("done", "active"), ("failed", "active")
    asks = ("failed", "reauth_required")
    if kind in STOPS:
        return {failed}
    if kind in PAUSES:
        return {("delayed", "active")}
    if kind in HARMLESS:
        return {done}
    if kind == "expired":
        return {done if ADAPTERS[life.tracker.name].facts.refreshes else asks}
    if kind == "forbidden":  # a part of a workout that is kept from us is none of our business
        return {done, asks}
    return {done, failed}


def is_tried_enough(tried: list[Cell]) -> dict[str, Any]:
    """Return which kinds too few providers are tried with, and which providers too few kinds."""
    few: dict[str, Any] = {}
    for kind in KINDS:
        providers = {cell.provider for cell in tried if cell.kind == kind}
        if len(providers) < 2:
            few[kind] = providers
    for provider in ACTIVITY_PROVIDERS:
        kinds = {cell.kind for cell in tried if cell.provider == provider}
        if 2 * len(kinds) < len(KINDS) - 1:
            few[provider] = kinds
    return few
