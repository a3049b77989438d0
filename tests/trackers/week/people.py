"""What people do in the week: workouts, nights and steps, changed and deleted, and who leaves."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from fittrack.simulator.trackers.histories import ZONE_OFFSET_S, Account, Day, Night, new_workout
from fittrack.simulator.trackers.service import Tracker

ACROSS = timedelta(seconds=ZONE_OFFSET_S)
# Not every provider can tell of everything; where nobody can, nobody does it here.
DELETING = ("strava", "whoop", "google_health", "oura")
DELETING_NIGHTS = ("whoop", "google_health", "oura")
STEPPING = ("google_health", "oura", "polar", "withings")
SLEEPING = ("whoop", "google_health", "oura", "polar", "withings")
# Of two workouts at once a first reading need not choose the same one: two have beats of the body,
# which has one heart for both, and Strava's calories, of which the choice takes note, only webhooks
# tell.
NEVER_TWO = ("oura", "strava", "withings")


@dataclass(slots=True)
class Member:
    """One member with a tracker; `leaving` says how they end it, `is_away` that they have."""

    email: str
    account_id: str
    tracker: Tracker
    account: Account
    connection_id: str
    leaving: str = ""
    is_away: bool = False
    # How often we had knocked in vain when we knew that they had left; None for not yet.
    knocks_known: int | None = None
    # When each workout was there to be read, by the start that it is known by.
    there_at: dict[str, datetime] = field(default_factory=dict)

    @property
    def provider(self) -> str:
        return self.tracker.name

    def knocks(self) -> int:
        """Return how often we have knocked at doors that they had closed."""
        found = {id(one): one for one in self.tracker.refreshing.values()}
        return sum(one.knocks for one in found.values() if one.account is self.account)


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that somebody does at an instant; `what` is told by a webhook as `aspect`."""

    at: datetime
    member: Member
    aspect: str
    number: int
    made: Any = None


def days_of(
    member: Member, chance: random.Random, numbers: count[int], day: datetime
) -> Iterator[Deed]:
    """Yield what somebody does on a day that begins at an instant."""
    for _ in range(chance.choice((0, 1, 1, 2))):
        yield from _exercise(member, chance, next(numbers), day)
    if member.provider in SLEEPING:
        yield from _sleep(member, chance, next(numbers), day)
    if member.provider in STEPPING:
        steps = chance.randrange(500, 9000)
        for hour in (12, 18, 23):
            yield Deed(day + timedelta(hours=hour - 0.1), member, "steps", steps * hour // 12)


def _exercise(member: Member, chance: random.Random, number: int, day: datetime) -> Iterator[Deed]:
    at = day + timedelta(hours=24 * chance.random())
    luck = chance.random()
    back = timedelta(hours=chance.uniform(1.5, 4))  # until it is uploaded
    if luck < 0.1:
        back = timedelta(hours=chance.uniform(30, 60))
    elif luck < 0.13:
        back = timedelta(days=5)
    yield Deed(at, member, "create", number, new_workout(number, at - back, chance))
    if chance.random() < 0.15:
        at += timedelta(hours=chance.uniform(0.5, 20))
        yield Deed(at, member, "update", number, chance.randrange(60, 600))
    if member.provider in DELETING and chance.random() < 0.1:
        yield Deed(at + timedelta(hours=chance.uniform(0.3, 30)), member, "delete", number)


def _sleep(member: Member, chance: random.Random, number: int, day: datetime) -> Iterator[Deed]:
    like = next(iter(member.account.nights.values()))
    woke_at = (day + timedelta(hours=chance.uniform(10, 13))).replace(microsecond=0)
    night = replace(
        like,
        number=number,
        started_at=woke_at - (like.ended_at - like.started_at),
        ended_at=woke_at,
        updated_at=woke_at,
        scored_at=woke_at + timedelta(minutes=chance.randrange(15, 240)),
        recovery_percent=chance.randrange(1, 100),
    )
    yield Deed(woke_at, member, "night", number, night)
    yield Deed(night.scored_at, member, "score", number)
    if member.provider in DELETING_NIGHTS and chance.random() < 0.05:
        yield Deed(night.scored_at + timedelta(hours=2), member, "no_night", number)


def can_be(deed: Deed) -> bool:
    """Tell whether it comes to that: nobody changes what never came."""
    if deed.aspect == "create" and deed.member.provider in NEVER_TWO:
        return deed.member.account.is_free(deed.made)
    return deed.aspect not in {"update", "delete"} or deed.number in deed.member.account.workouts


def do(deed: Deed) -> None:
    """Let it have happened at the provider."""
    account, now = deed.member.account, deed.member.tracker.world.now()
    match deed.aspect:
        case "create":
            account.workouts[deed.number] = replace(deed.made, uploaded_at=now, updated_at=now)
            deed.member.there_at[start_of(deed.made)] = now
        case "update":
            was = account.workouts[deed.number]
            moving_s = max(300, was.moving_s - deed.made)
            changes = {"moving_s": moving_s, "calories_kcal": was.calories_kcal + 1}
            account.edit(deed.number, now=now, **changes)
        case "delete":
            account.edit(deed.number, now=now, is_deleted=True)
        case "night":
            account.nights[deed.number] = deed.made
        case "no_night":
            night: Night = account.nights[deed.number]
            account.nights[deed.number] = replace(night, is_deleted=True, updated_at=now)
        case "steps":
            day = (now + ACROSS).date().isoformat()
            account.days[day] = Day(day, deed.number, deed.number // 250, now)


def start_of(workout: Any) -> str:
    return f"{workout.started_at:%Y-%m-%dT%H:%M:%S}"
