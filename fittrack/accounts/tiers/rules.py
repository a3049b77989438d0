"""The 31 tiers, which of them a profile belongs to, and until when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

from fittrack.accounts.rules import age_years
from fittrack.accounts.tiers.models import CountedTier, Place, Tier, TierCount

OPEN_TIER = "OPEN"
SEX_LETTERS = {"male": "M", "female": "F"}
LEVEL_CODES = {"beginner": "BEG", "intermediate": "INT", "advanced": "ADV"}
AGE_BRACKETS = ((18, 29, "18-29"), (30, 39, "30-39"), (40, 49, "40-49"), (50, 59, "50-59"))
OLDEST_BRACKET = (60, None, "60+")
BRACKETS = (*AGE_BRACKETS, OLDEST_BRACKET)

TIERS = (
    *(
        Tier(
            code=f"{letter}-{name}-{level_code}",
            sex=sex,
            least_age_years=least_years,
            greatest_age_years=greatest_years,
            fitness_level=level,
        )
        for sex, letter in SEX_LETTERS.items()
        for least_years, greatest_years, name in BRACKETS
        for level, level_code in LEVEL_CODES.items()
    ),
    Tier(OPEN_TIER, None, None, None, None),
)
TIERS_BY_CODE = {tier.code: tier for tier in TIERS}


def tier_of(sex: str | None, born_on: date | None, fitness_level: str | None, on: date) -> str:
    """Return the tier of a profile on a day, such as `F-40-49-ADV`; `OPEN` while incomplete."""
    if sex is None or born_on is None or fitness_level is None:
        return OPEN_TIER
    age = age_years(born_on, on)
    names = [name for least_years, _, name in BRACKETS if age >= least_years]
    if not names:
        return OPEN_TIER
    return f"{SEX_LETTERS[sex]}-{names[-1]}-{LEVEL_CODES[fitness_level]}"


def place_of(sex: str | None, born_on: date | None, fitness_level: str | None, on: date) -> Place:
    """Return the tier of a profile on a day, and the day on which age alone changes it next."""
    tier_code = tier_of(sex, born_on, fitness_level, on)
    if sex is None or born_on is None or fitness_level is None:
        return Place(tier_code, None)
    return Place(tier_code, _next_bracket_on(born_on, on))


def birthday_on(born_on: date, age: int) -> date:
    """Return the day on which somebody completes an age; born on 29 February, it may be 1 March."""
    year = born_on.year + age
    try:
        return born_on.replace(year=year)
    except ValueError:  # no leap year
        return date(year, 3, 1)


def _next_bracket_on(born_on: date, on: date) -> date | None:
    birthdays = (birthday_on(born_on, least_years) for least_years, _, _ in BRACKETS)
    return next((birthday for birthday in birthdays if birthday > on), None)


def counted(counts: Iterable[TierCount], inactive: Iterable[TierCount]) -> list[CountedTier]:
    """Return every tier with its active members; `OPEN` has those who opted in besides its own."""
    members: Counter[str] = Counter()
    for sign, group in ((1, counts), (-1, inactive)):
        for count in group:
            members[count.tier_code] += sign * count.member_count
            if count.tier_code != OPEN_TIER:
                members[OPEN_TIER] += sign * count.in_open_count
    return [CountedTier(tier, members[tier.code]) for tier in TIERS]
