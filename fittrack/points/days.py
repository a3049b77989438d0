"""Recomputing days: fold what the member did, and post to the ledger what differs from before."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import cast

from fittrack.db import Transaction
from fittrack.db.values import columns_of
from fittrack.leaderboards import steps as boards
from fittrack.points import ledger, repository, rules_in_use
from fittrack.points.models import (
    Award,
    Body,
    DayAward,
    DayReceipt,
    DayState,
    Effort,
    MaxHrValue,
    Request,
    Tally,
)
from fittrack.points.rules import REVIEW, award_of, is_active_day, withheld
from fittrack.points.streaks import runs_of
from fittrack.points.tally import tallies_of
from fittrack.points.versions import version_on

# When a day was computed that never was: it is shown to nobody.
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def recompute(
    tx: Transaction, account_id: str, days: Sequence[date], *, now: datetime
) -> list[DayAward]:
    """Fold these days and all others whose run they change; return the days that changed.

    The member's accounts must be held, so that nobody else folds the same member at the same time.
    The ledger is written only where days differ. Raises: RulesEdited.
    """
    changed, stored = _fold(tx, account_id, days, now=now)
    rules_in_use.note_use(tx, changed, now=now)
    for after in changed:
        _post_difference(tx, stored.get(after.day_on), after, now=now)
    repository.insert_day_awards(tx, [day for day in changed if day.day_on not in stored])
    repository.update_day_awards(tx, [day for day in changed if day.day_on in stored])
    boards.count(tx, account_id, _points_of(changed, stored), now=now)
    return changed


def differing(tx: Transaction, account_id: str, *, now: datetime) -> list[DayAward]:
    """Return all days of a member that are not stored as the rules award them; writes nothing."""
    return _fold(tx, account_id, every_day(tx, account_id), now=now)[0]


def every_day(tx: Transaction, account_id: str) -> list[date]:
    """Return the days of a member that are stored or have activities, in order."""
    known = {state.day_on for state in repository.list_day_states(tx, account_id)}
    return sorted(known.union(repository.list_activity_days(tx, account_id)))


def _fold(
    tx: Transaction, account_id: str, days: Sequence[date], *, now: datetime
) -> tuple[list[DayAward], dict[date, DayAward]]:
    """Return the days as they shall be, where that differs, and what is stored of them.

    A constant number of queries, however many days.
    """
    tallies = read_tallies(tx, account_id, days)
    states = repository.list_day_states(tx, account_id)
    held = repository.list_held_days(tx, account_id)
    runs = _runs(states, tallies, held)
    moved = {s.day_on for s in states if runs[s.day_on] != s.run_days}
    touched = sorted(moved | tallies.keys())
    stored = _stored(tx, account_id, touched)
    changed = [
        after
        for day_on in touched
        if (after := _folded(account_id, day_on, tallies, runs, held, stored, now=now)) is not None
    ]
    return changed, stored


def read_tallies(tx: Transaction, account_id: str, days: Sequence[date]) -> dict[date, Tally]:
    """Return the tally of each day from the activities as they are stored now."""
    body = find_body(tx, account_id)
    if body is None or not days:
        return {}
    first_on, last_on = min(days), max(days)
    return tallies_of(
        days,
        repository.list_day_activities(tx, account_id, first_on, last_on),
        repository.list_day_minutes(tx, account_id, first_on, last_on),
        body,
    )


def find_body(tx: Transaction, account_id: str) -> Body | None:
    """Return what a member's days are rated by, or None for who is unknown or erased."""
    member = repository.find_member(tx, account_id)
    if member is None:
        return None
    values = repository.list_max_hr_values(tx, account_id)
    now_only = MaxHrValue(date.min, member.max_hr_bpm)
    return Body(member.date_of_birth_on, tuple(values) or (now_only,))


def erase(tx: Transaction, account_id: str, *, row_limit: int) -> int:
    """Leave of an erased member's days nothing but their points; return how many days it were."""
    days = repository.list_erasable_days(tx, account_id, blank_at=_NEVER, row_limit=row_limit)
    blank = replace(_nothing(account_id, _NEVER.date(), now=_NEVER), receipt_json=[])
    repository.erase_days(tx, account_id, days, blank)
    return len(days)


def receipt_on(
    account_id: str, day_on: date, stored: DayAward | None, *, review_id: str | None = None
) -> DayReceipt:
    """Return a day as its member sees it; where nothing happened, the lines are without points.

    `review_id` is the review for which the day earns nothing.
    """
    day = stored or _nothing(account_id, day_on, now=_NEVER)
    rules = version_on(day_on)
    return DayReceipt(
        day_on=day_on,
        rules_version=day.rules_version,
        awarded_points=day.awarded_points,
        forfeited_points=day.forfeited_points,
        cap_points=rules.points_a_day,
        cap_left_points=rules.points_a_day - day.awarded_points,
        active_minutes=day.active_minutes,
        is_active_day=is_active_day(day.active_minutes, rules),
        run_days=day.run_days,
        review_id=review_id,
        lines=day.receipt_json,
    )


def receipt_of(award: Award) -> list[dict[str, object]]:
    """Return an award's lines as they are stored and shown."""
    return [{**columns_of(line), "capped_by": list(line.capped_by)} for line in award.lines]


def tally_from_json(stored: Mapping[str, Mapping[str, int]]) -> Tally:
    """Return a stored tally."""
    return Tally(Effort(**stored["recorded"]), Effort(**stored["with_manual"]))


def _tally_json(tally: Tally) -> dict[str, dict[str, int]]:
    return {kind: columns_of(effort) for kind, effort in columns_of(tally).items()}


def _points_of(
    changed: Sequence[DayAward], stored: Mapping[date, DayAward]
) -> dict[date, tuple[int, int]]:
    """Return the points of changed days before and after."""
    return {
        day.day_on: (
            stored[day.day_on].awarded_points if day.day_on in stored else 0,
            day.awarded_points,
        )
        for day in changed
    }


def _runs(
    states: Sequence[DayState], tallies: Mapping[date, Tally], held: Collection[date]
) -> dict[date, int]:
    """Return the run that each known day ends, with the new tallies in the place of the old."""
    active_minutes = {state.day_on: state.active_minutes for state in states}
    for day_on, tally in tallies.items():
        active_minutes[day_on] = _active_minutes(day_on, tally, held)
    return runs_of(active_minutes)


def _active_minutes(day_on: date, tally: Tally, held: Collection[date]) -> int:
    """Return the minutes that make a day active: none while the day is held."""
    return 0 if day_on in held else tally.recorded.active_minutes


def _stored(tx: Transaction, account_id: str, days: Sequence[date]) -> dict[date, DayAward]:
    if not days:
        return {}
    rows = repository.list_day_awards(tx, account_id, days[0], days[-1])
    return {row.day_on: row for row in rows}


def _folded(
    account_id: str,
    day_on: date,
    tallies: Mapping[date, Tally],
    runs: Mapping[date, int],
    held: Collection[date],
    stored: Mapping[date, DayAward],
    *,
    now: datetime,
) -> DayAward | None:
    """Return the day as it shall be stored, or None where nothing about it changes."""
    before = stored.get(day_on) or _nothing(account_id, day_on, now=now)
    tally = tallies.get(day_on) or tally_from_json(before.tally_json)
    award = award_of(tally, runs[day_on], version_on(day_on))
    if day_on in held:
        award = withheld(award)
    after = replace(
        before,
        rules_version=award.rules_version,
        awarded_points=award.awarded_points,
        forfeited_points=award.forfeited_points,
        active_minutes=_active_minutes(day_on, tally, held),
        run_days=runs[day_on],
        tally_json=_tally_json(tally),
        receipt_json=receipt_of(award),
    )
    if after == before:
        return None
    moves_ledger = after.awarded_points != before.awarded_points
    return replace(after, generation=before.generation + moves_ledger, computed_at=now)


def _nothing(account_id: str, day_on: date, *, now: datetime) -> DayAward:
    """Return a day on which nothing has happened yet."""
    award = award_of(Tally(), 0, version_on(day_on))
    return DayAward(
        account_id=account_id,
        day_on=day_on,
        rules_version=award.rules_version,
        generation=0,
        awarded_points=0,
        forfeited_points=0,
        active_minutes=0,
        run_days=0,
        tally_json=_tally_json(Tally()),
        receipt_json=receipt_of(award),
        computed_at=now,
    )


def _post_difference(
    tx: Transaction, before: DayAward | None, after: DayAward, *, now: datetime
) -> None:
    """Post what the day is worth more or less than before; what was spent already becomes debt."""
    difference = after.awarded_points - (before.awarded_points if before else 0)
    if difference == 0:
        return
    ledger.post(
        tx,
        Request(
            kind="award" if difference > 0 else "award_correction",
            account_id=after.account_id,
            house=ledger.ISSUED,
            amount_points=difference,
            reference_id=f"{after.account_id}/{after.day_on}",
            idempotency_key=f"award/{after.account_id}/{after.day_on}/{after.generation}",
            description=_description(difference, after),
            actor=ledger.SYSTEM,
            day_on=after.day_on,
            may_owe=True,
            rules_version=after.rules_version,
        ),
        now=now,
    )


def _description(difference: int, day: DayAward) -> str:
    if difference > 0:
        return f"Points for {day.day_on}"
    if any(REVIEW in cast(list[str], line["capped_by"]) for line in day.receipt_json):
        return f"Points for {day.day_on} taken back: the day is held by a review"
    return f"Correction of the points for {day.day_on}: what earned them was changed or removed"
