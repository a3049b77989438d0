"""What simulated people did: the truth that a client has to arrive at, from the seed alone."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count

from fittrack.simulator.world import World

DAYS = 45
ZONE_OFFSET_S = -18_000
# Who has trained rests so long at least.
APART = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Workout:
    """One bout of exercise as the provider has it; `number` is unique within the service.

    It went northward from `start_deg`, latitude and longitude, where that is told. Its heart rates
    come at `beats_at`, None for with it.
    """

    number: int
    name: str
    sport: str
    started_at: datetime
    elapsed_s: int
    moving_s: int
    distance_m: float
    ascent_m: float
    avg_hr_bpm: int
    max_hr_bpm: int
    calories_kcal: int
    updated_at: datetime
    uploaded_at: datetime
    is_deleted: bool = False
    start_deg: tuple[float, float] | None = None
    beats_at: datetime | None = None

    @property
    def ends_at(self) -> datetime:
        return self.started_at + timedelta(seconds=self.elapsed_s)


@dataclass(frozen=True, slots=True)
class Night:
    """One sleep, and how recovered its sleeper woke; scores come later, at `scored_at`."""

    number: int
    started_at: datetime
    ended_at: datetime
    deep_s: int
    rem_s: int
    light_s: int
    awake_s: int
    resting_hr_bpm: int
    hrv_rmssd_ms: float
    recovery_percent: int
    updated_at: datetime
    scored_at: datetime
    is_nap: bool = False
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """The steps of one day, as they stand now."""

    day: str
    steps: int
    active_minutes: int
    updated_at: datetime


@dataclass(slots=True)
class Account:
    """Somebody's account at a service."""

    number: int
    email: str
    name: str
    workouts: dict[int, Workout] = field(default_factory=dict)
    nights: dict[int, Night] = field(default_factory=dict)
    days: dict[str, Day] = field(default_factory=dict)
    # Where they live, such as `Europe/Berlin`; None for where the provider's clock never changes.
    zone_name: str | None = None

    def living(self) -> list[Workout]:
        """Return the workouts that are there, newest first."""
        return _newest(one for one in self.workouts.values() if not one.is_deleted)

    def is_free(self, workout: Workout) -> bool:
        """Tell whether nothing else was done then; who does two at once has one heart for both."""
        return all(
            one.ends_at + APART <= workout.started_at or workout.ends_at + APART <= one.started_at
            for one in self.workouts.values()
        )

    def edit(self, number: int, *, now: datetime, **changes: object) -> Workout:
        """Change a workout. Raises: KeyError."""
        edited = replace(self.workouts[number], updated_at=now, **changes)  # type: ignore[arg-type]
        self.workouts[number] = edited
        return edited


def account_of(world: World, service: str, email: str, name: str) -> Account:
    """Return somebody's account with a history up to now; the same for the same seed and day."""
    number = world.number_of(service, email) % 10**8
    chance = random.Random(world.number_of(service, f"history {email}"))  # noqa: S311 - a history
    account = Account(number, email, name)
    today = world.now().replace(hour=0, minute=0, second=0, microsecond=0)
    numbers = count(9_007_199_254_740_993 + number * 1000)  # past what a float can tell apart
    for days_ago in range(DAYS, 0, -1):
        midnight = today - timedelta(days=days_ago)
        _live_a_day(account, midnight, chance, numbers)
    return account


def _live_a_day(
    account: Account, midnight: datetime, chance: random.Random, numbers: Iterable[int]
) -> None:
    number = next(iter(numbers))
    if chance.random() < 0.6:
        workout = new_workout(number, midnight + timedelta(hours=chance.uniform(11, 22)), chance)
        account.workouts[number] = workout
    account.nights[number] = _new_night(number, midnight, chance)
    day = midnight.date().isoformat()
    steps = int(chance.gauss(8500, 2500))
    account.days[day] = Day(day, max(500, steps), steps // 250, midnight + timedelta(hours=23))


def new_workout(number: int, started_at: datetime, chance: random.Random) -> Workout:
    """Return a believable workout; no two are alike."""
    sport = chance.choice(("Run", "Ride", "Walk", "Swim", "WeightTraining"))
    speed_mps = {"Run": 2.9, "Ride": 7.0, "Walk": 1.4, "Swim": 0.9}.get(sport, 0.0)
    moving_s = int(chance.uniform(22, 75) * 60)
    avg_hr_bpm = int(chance.gauss(138, 9))
    started_at = started_at.replace(microsecond=0).astimezone(UTC)
    uploaded_at = started_at + timedelta(seconds=moving_s + 900)
    return Workout(
        number=number,
        name=f"{sport} number {number % 1000}",
        sport=sport,
        started_at=started_at,
        elapsed_s=moving_s + chance.randrange(240),
        moving_s=moving_s,
        distance_m=round(moving_s * speed_mps * chance.uniform(0.85, 1.15), 1),
        ascent_m=float(chance.randrange(150)) if speed_mps > 1 else 0.0,
        avg_hr_bpm=avg_hr_bpm,
        max_hr_bpm=avg_hr_bpm + chance.randrange(8, 25),
        calories_kcal=int(moving_s * chance.uniform(0.12, 0.19)),
        updated_at=uploaded_at,
        uploaded_at=uploaded_at,
    )


def _new_night(number: int, midnight: datetime, chance: random.Random) -> Night:
    started_at = midnight + timedelta(hours=chance.uniform(3, 5), seconds=chance.randrange(60))
    started_at = started_at.replace(microsecond=0)
    deep_s, rem_s, light_s, awake_s = (
        int(chance.uniform(*bounds) * 60) for bounds in ((50, 100), (60, 120), (170, 260), (10, 50))
    )
    ended_at = started_at + timedelta(seconds=deep_s + rem_s + light_s + awake_s)
    return Night(
        number=number,
        started_at=started_at,
        ended_at=ended_at,
        deep_s=deep_s,
        rem_s=rem_s,
        light_s=light_s,
        awake_s=awake_s,
        resting_hr_bpm=int(chance.gauss(54, 4)),
        hrv_rmssd_ms=round(chance.gauss(62, 14), 1),
        recovery_percent=max(1, min(99, int(chance.gauss(62, 18)))),
        updated_at=ended_at,
        scored_at=ended_at + timedelta(minutes=20),
    )


def _newest(workouts: Iterable[Workout]) -> list[Workout]:
    return sorted(workouts, key=lambda one: (one.started_at, one.number), reverse=True)
