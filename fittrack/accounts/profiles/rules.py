"""What a profile may hold, who may see it, and what a change of it means; no I/O."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import cache, partial
from typing import Any
from zoneinfo import available_timezones

from fittrack import clock
from fittrack.accounts import rules as account_rules
from fittrack.accounts.profiles.errors import FitnessLevelLocked
from fittrack.accounts.profiles.models import (
    GOALS,
    Completeness,
    MaxHr,
    MissingPart,
    ProfileUpdate,
    StoredProfile,
)
from fittrack.accounts.tiers.rules import place_of

BIO_LENGTH = 500
LEVEL_CHANGE = timedelta(days=30)
# They turn the direction of all that follows, so that a page can show what nobody wrote.
DIRECTION_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

# What a profile can hold -> what each part is needed for.
UNLOCKS = (
    ("date_of_birth", ("tier_competition", "training_zones")),
    ("sex", ("tier_competition",)),
    ("fitness_level", ("tier_competition",)),
    ("goals", ("recommendations",)),
    ("height_m", ("calorie_estimates",)),
    ("weight_kg", ("calorie_estimates", "power_to_weight")),
    ("max_hr_bpm", ("training_zones",)),
    ("resting_hr_bpm", ("training_load",)),
    ("bio", ("public_profile",)),
    ("image", ("public_profile",)),
)


def merged(
    stored: StoredProfile,
    changes: Mapping[str, Any],
    *,
    today: date,
    now: datetime,
    is_by_admin: bool = False,
) -> ProfileUpdate:
    """Return a profile with changes merged in: what is absent stays, what is None is cleared.

    An admin's change of the level is a correction: it waits for nothing and lets nothing wait.
    Raises: Invalid naming each bad field, FitnessLevelLocked.
    """
    wanted = {**_editable(stored), **_read(changes)}
    check_heart_rates(wanted["max_hr_bpm"], wanted["resting_hr_bpm"])
    place = place_of(wanted["sex"], stored.date_of_birth_on, wanted["fitness_level"], today)
    level_changed_at = stored.fitness_level_changed_at
    if not is_by_admin:
        level_changed_at = check_level(stored, wanted["fitness_level"], now=now)
    return ProfileUpdate(
        account_id=stored.account_id,
        fitness_level_changed_at=level_changed_at,
        tier_code=place.tier_code,
        tier_review_on=place.tier_review_on,
        updated_at=now,
        **wanted,
    )


def is_changed(stored: StoredProfile, update: ProfileUpdate) -> bool:
    """Tell whether an update differs from what is stored in anything that a member edits."""
    return any(getattr(update, name) != value for name, value in _editable(stored).items())


def _editable(stored: StoredProfile) -> dict[str, Any]:
    """Return what can be edited, by its column."""
    return {
        "bio": stored.bio,
        "sex": stored.sex,
        "fitness_level": stored.fitness_level,
        "goals_json": stored.goals_json or [],
        "height_mm": stored.height_mm,
        "weight_g": stored.weight_g,
        "max_hr_bpm": stored.max_hr_bpm,
        "resting_hr_bpm": stored.resting_hr_bpm,
        "time_zone": stored.time_zone,
    }


def _read(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the changes by column. Raises: Invalid."""
    given = {name: _READERS[name] for name in changes if name in _READERS}
    read = account_rules.collect(
        {name: partial(reader, changes[name]) for name, (_, reader) in given.items()}
    )
    return {
        **{given[name][0]: value for name, value in read.items()},
        **{name: changes[name] for name in _AS_GIVEN if name in changes},
    }


def read_bio(text: str | None) -> str | None:
    """Return a text about oneself in NFC, None where it is empty. Raises: ValueError."""
    bio = unicodedata.normalize("NFC", (text or "").replace("\r\n", "\n").strip())
    if len(bio) > BIO_LENGTH:
        raise ValueError(f"A bio has at most {BIO_LENGTH} characters.")
    if any(unicodedata.category(c) in {"Cc", "Cs"} and c != "\n" for c in bio):
        raise ValueError("A bio holds no control characters but line breaks.")
    if DIRECTION_OVERRIDES.intersection(bio):
        raise ValueError("A bio does not change the direction of writing.")
    return bio or None


def in_order(goals: Iterable[str] | None) -> list[str]:
    """Return goals each once, in the order in which they are listed."""
    chosen = set(goals or ())
    return [goal for goal in GOALS if goal in chosen]


def read_time_zone(name: str) -> str:
    """Return the name of an IANA time zone. Raises: ValueError."""
    if name not in time_zones():
        raise ValueError("A time zone has an IANA name such as America/New_York.")
    return name


@cache
def time_zones() -> frozenset[str]:
    """Return the names of the zones that are places or offsets, not of this machine's own."""
    return frozenset(available_timezones() - {"Factory", "localtime"})


def check_heart_rates(max_hr_bpm: int | None, resting_hr_bpm: int | None) -> None:
    """Raises: Invalid where a heart at rest would beat as fast as it can."""
    account_rules.collect({"resting_hr_bpm": lambda: _check_resting(max_hr_bpm, resting_hr_bpm)})


def _check_resting(max_hr_bpm: int | None, resting_hr_bpm: int | None) -> None:
    if max_hr_bpm is not None and resting_hr_bpm is not None and resting_hr_bpm >= max_hr_bpm:
        raise ValueError("A resting heart rate lies below the maximum.")


def check_level(stored: StoredProfile, level: str | None, *, now: datetime) -> datetime | None:
    """Return when the level was last changed, if it becomes `level` now.

    The first setting is no change; clearing it is one, and so is setting it anew after that.
    Raises: FitnessLevelLocked within 30 days of the last change.
    """
    changed_at = stored.fitness_level_changed_at
    if level == stored.fitness_level:
        return changed_at
    if stored.fitness_level is None and changed_at is None:
        return None
    changeable_at = level_changeable_at(changed_at, now=now)
    if changeable_at is not None:
        raise FitnessLevelLocked(
            changeable_at=clock.rfc3339(changeable_at),
            errors=[{"pointer": "/fitness_level", "message": FitnessLevelLocked.title()}],
        )
    return now


def level_changeable_at(changed_at: datetime | None, *, now: datetime) -> datetime | None:
    """Return from when on the level can be changed again, None where it can be now."""
    if changed_at is None or changed_at + LEVEL_CHANGE <= now:
        return None
    return changed_at + LEVEL_CHANGE


def max_hr_of(own_bpm: int | None, born_on: date | None, today: date) -> MaxHr | None:
    """Return the maximum heart rate that counts: the member's own, else 208 - 0.7 x age.

    None where neither is known. Formula: Tanaka, Monahan and Seals, J. Am. Coll. Cardiol. 37
    (2001); points rate minutes by the same.
    """
    if own_bpm is not None:
        return MaxHr(own_bpm, "own")
    if born_on is None:
        return None
    return MaxHr((2080 - 7 * account_rules.age_years(born_on, today)) / 10, "age")


def completeness_of(stored: StoredProfile) -> Completeness:
    """Return how much of a profile is there, in whole percent, and what is missing."""
    there = {
        "date_of_birth": stored.date_of_birth_on,
        "sex": stored.sex,
        "fitness_level": stored.fitness_level,
        "goals": stored.goals_json,
        "height_m": stored.height_mm,
        "weight_kg": stored.weight_g,
        "max_hr_bpm": stored.max_hr_bpm,
        "resting_hr_bpm": stored.resting_hr_bpm,
        "bio": stored.bio,
        "image": stored.image_sha256,
    }
    missing = tuple(MissingPart(name, unlocks) for name, unlocks in UNLOCKS if not there[name])
    return Completeness(100 * (len(UNLOCKS) - len(missing)) // len(UNLOCKS), missing)


def is_expected(revision: int, revisions: frozenset[int] | None) -> bool:
    """Tell whether a thing's revision is one that its editor has read; None is any."""
    return revisions is None or revision in revisions


def may_see(privacy: str, *, is_own: bool, is_friend: bool = False) -> bool:
    """Tell whether somebody may see what is `public`, for `friends`, or `private`."""
    return is_own or privacy == "public" or (privacy == "friends" and is_friend)


def _thousandths(value: float | None) -> int | None:
    """Return metres as mm, or kg as g."""
    return None if value is None else round(value * 1000)


_AS_GIVEN = ("sex", "fitness_level", "max_hr_bpm", "resting_hr_bpm")
# A field that comes in -> its column, and what reads it.
_READERS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "bio": ("bio", read_bio),
    "goals": ("goals_json", in_order),
    "height_m": ("height_mm", _thousandths),
    "weight_kg": ("weight_g", _thousandths),
    "time_zone": ("time_zone", read_time_zone),
}
