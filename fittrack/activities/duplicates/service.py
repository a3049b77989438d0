"""Keeping the choice between records of one workout true, whatever becomes of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from fittrack.activities.duplicates import repository, rules
from fittrack.activities.duplicates.models import Candidate, Span
from fittrack.db import Transaction

# Most groups end within a day of what changed, and are then read at once.
FIRST_MARGIN = timedelta(days=1)
WIDENING = 4


def choose_again(
    tx: Transaction, account_id: str, days: Iterable[date], *, zone: ZoneInfo
) -> set[date]:
    """Choose anew near these points days which records count; return the days where that differs.

    The member must be held. What is written is what choosing among all of the member's workouts
    would come to: a group that no overlap leads out of is chosen from as a whole.
    """
    near = {
        activity.activity_id: activity
        for span in rules.stretches(days, zone)
        for activity in _near(tx, account_id, span)
    }
    return _choose(tx, account_id, list(near.values()))


def choose_everything_again(tx: Transaction, account_id: str) -> set[date]:
    """Choose anew among all of a member's records; return the days where that differs.

    The member must be held. For what changes the preference itself.
    """
    everything = Span(rules.BEGINNING, rules.END)
    return _choose(tx, account_id, repository.list_candidates(tx, account_id, everything))


def _choose(tx: Transaction, account_id: str, activities: Sequence[Candidate]) -> set[date]:
    if not activities:
        return set()
    primary_id = repository.find_primary_connection(tx, account_id)
    choice = rules.choose(activities, primary_connection_id=primary_id)
    changed = rules.changes(activities, choice)
    repository.update_duplicate_of(tx, changed)
    return {
        day_on
        for activity in changed
        for day_on in repository.list_counted_days(tx, activity.activity_id)
    }


def list_duplicates(tx: Transaction, activity_id: str) -> list[str]:
    """Return the ids of the records that one replaces."""
    return repository.list_duplicates(tx, activity_id)


def _near(tx: Transaction, account_id: str, span: Span) -> list[Candidate]:
    """Return the workouts of every group that has an instant within a stretch of time.

    And the days of steps that begin in it: it is made of whole points days.
    """
    margin = FIRST_MARGIN
    while True:
        window = rules.widened(span, margin)
        read = repository.list_candidates(tx, account_id, window)
        clusters = rules.clusters(rules.workouts_of(read))
        groups = [group for group in clusters if rules.meet(rules.span_of(group), span)]
        if all(rules.lies_within(rules.span_of(group), window) for group in groups):
            workouts = [activity for group in groups for activity in group]
            return workouts + rules.steps_begun_in(read, span)
        margin *= WIDENING
