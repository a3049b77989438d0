"""What a member does on a day: a step record, and mostly a workout. Plausible, by chance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from fittrack.activities import rules
from fittrack.activities.models import Origin, Part
from fittrack.activities.recording import Recording
from fittrack.activities.samples import empty_samples
from fittrack.clock import day_bounds
from fittrack.dev.cast import Character
from fittrack.ids import new_id

BEATS_AT_REST, BEATS_IN_RESERVE = 60, 125
DAYTIME_H = (6, 20)


@dataclass(frozen=True, slots=True)
class Manner:
    """How a sport is done: speed in m/s, None on the spot, and effort from 0 to 1."""

    speeds_mps: tuple[float, float] | None
    efforts: tuple[float, float]


MANNERS: Mapping[str, Manner] = {
    "running": Manner((2.4, 3.5), (0.6, 0.8)),
    "trail_running": Manner((2.0, 2.9), (0.6, 0.8)),
    "cycling": Manner((5.2, 8.4), (0.5, 0.75)),
    "indoor_cycling": Manner(None, (0.55, 0.8)),
    "walking": Manner((1.2, 1.7), (0.25, 0.4)),
    "hiking": Manner((0.9, 1.3), (0.35, 0.55)),
    "swimming": Manner((0.6, 1.1), (0.45, 0.65)),
    "rowing": Manner((2.0, 3.2), (0.5, 0.7)),
    "strength": Manner(None, (0.35, 0.55)),
    "yoga": Manner(None, (0.15, 0.3)),
}


def parts_on(
    character: Character,
    account_id: str,
    day_on: date,
    *,
    chance: Random,
    zone: ZoneInfo,
    now: datetime,
) -> list[Part]:
    """Return what a member recorded on a points day up to now, ready to be stored."""
    starts_at, _ = day_bounds(day_on, zone)
    workouts = [
        _stored("workout", recording, account_id, zone=zone, now=now)
        for recording in _workouts(character, starts_at, chance)
        if recording.ended_at <= now
    ]
    record = _step_record(character, starts_at, chance, now=now)
    return [_stored("steps", record, account_id, zone=zone, now=now), *workouts]


def _workouts(character: Character, starts_at: datetime, chance: Random) -> Iterator[Recording]:
    if chance.random() > character.keenness:
        return
    first_h, last_h = DAYTIME_H
    minute = chance.randrange(first_h * 60, last_h * 60)
    yield _workout(character, starts_at + timedelta(minutes=minute), chance)
    if chance.random() < character.keenness / 4 and minute > 12 * 60:
        yield _workout(character, starts_at + timedelta(hours=7), chance)


def _workout(character: Character, started_at: datetime, chance: Random) -> Recording:
    sport = chance.choice(character.sports)
    manner = MANNERS[sport]
    moving_s = chance.randrange(20 * 60, 75 * 60)
    speed_mps = chance.uniform(*manner.speeds_mps) if manner.speeds_mps else None
    beats = BEATS_AT_REST + chance.uniform(*manner.efforts) * BEATS_IN_RESERVE
    blank = _blank(sport, started_at, elapsed_s=moving_s + chance.randrange(0, 240))
    return replace(
        blank,
        moving_s=moving_s,
        distance_m=speed_mps * moving_s if speed_mps else None,
        avg_speed_mps=speed_mps,
        max_speed_mps=speed_mps * 1.3 if speed_mps else None,
        calories_kcal=round(moving_s / 60 * (3 + beats / 25)),
        avg_hr_bpm=beats if character.has_heart_rate else None,
        max_hr_bpm=round(beats) + 14 if character.has_heart_rate else None,
        name=f"{_time_of_day(started_at)} {sport.replace('_', ' ')}",
    )


def _step_record(
    character: Character, starts_at: datetime, chance: Random, *, now: datetime
) -> Recording:
    elapsed_s = round((now - starts_at).total_seconds())
    whole_day = character.usual_steps * chance.uniform(0.6, 1.5)
    blank = _blank("walking", starts_at, elapsed_s=elapsed_s)
    return replace(blank, steps=round(whole_day * elapsed_s / 86_400), name="Steps of the day")


def _blank(sport: str, started_at: datetime, *, elapsed_s: int) -> Recording:
    """Return a recording without any figure but its time."""
    return Recording(
        file_format="",
        sport=sport,
        started_at=started_at,
        elapsed_s=elapsed_s,
        moving_s=0,
        distance_m=None,
        track_distance_m=None,
        ascent_m=None,
        descent_m=None,
        calories_kcal=None,
        steps=None,
        avg_speed_mps=None,
        max_speed_mps=None,
        utc_offset_s=None,
        device="FitTrack demo watch",
        name="",
        notes="",
        laps=(),
        samples=empty_samples(),
    )


def _stored(
    type_: str, recording: Recording, account_id: str, *, zone: ZoneInfo, now: datetime
) -> Part:
    """Return a recording as activities store it, though it came from no file."""
    activity_id = new_id()
    origin = Origin(account_id, activity_id, 1)
    part = rules.part_of(recording, origin, activity_id=activity_id, zone=zone, now=now)
    activity = replace(
        part.activity,
        type=type_,
        source_kind="seed",
        origin_key=f"seed:{activity_id}",
        original_file_id=None,
        file_format=None,
    )
    return replace(part, activity=activity)


def _time_of_day(instant: datetime) -> str:
    return "Morning" if 9 <= instant.hour < 17 else "Evening"
