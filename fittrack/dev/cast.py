"""Who is in the demo world: operators, sponsors, and members of all tiers; nothing stored yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import product
from random import Random

from fittrack.dev.demo import ADMIN_EMAIL, MEMBER_EMAIL, SPONSOR_EMAIL

DOMAIN = "fittrack.test"
TIER_MEMBERS = 2
OPEN_MEMBERS = 12
DAYS_BEFORE = 31  # how long before the anchor the last member joined

LEVELS = ("beginner", "intermediate", "advanced")
# Ages that stay within the tiers' brackets for the year in which a member joins.
AGES = ((20, 27), (32, 38), (42, 48), (52, 58), (62, 75))
STATES = ("CA", "WA", "TX", "MA", "CO", "OR", "IL", "VT", "NC", "MN", "GA", "DC")
EXCLUDED_STATES = ("NY", "FL", "RI")
SPORTS = (
    "running", "cycling", "walking", "swimming", "strength", "yoga", "hiking", "trail_running",
    "indoor_cycling", "rowing",
)  # fmt: skip
KEENNESS = {"beginner": 0.45, "intermediate": 0.6, "advanced": 0.8}

FIRST_NAMES = {
    "female": "Maya Ines Leila Noor Ida Petra Lucia Amara Freya Hanna Yuki Zoe Rosa Tessa Nadia "
    "Olga Priya Carla Edith Mina Sofia Vera Dana Elif Gita Jana Kira Lena Marta Nora Paula",
    "male": "Omar Luca Jonas Tariq Emil Pavel Hugo Kofi Bjorn Mateo Kenji Theo Igor Milan Noah "
    "Oskar Ravi Sami Tomas Viktor Adam Bruno Dario Elias Felix Goran Henry Ivan Jamal Karl Leo",
}
SURNAMES = "Abe Berg Costa Diaz Eder Fox Gallo Holm Ito Jung Kaya Lund Meier Nagy Ortiz Pohl"


@dataclass(frozen=True, slots=True)
class Character:
    """A member as planned; `keenness` is the chance of a workout on a day."""

    email: str
    display_name: str
    role: str
    sex: str | None
    fitness_level: str | None
    born_on: date
    state_code: str
    joined_at: datetime
    sports: tuple[str, ...]
    keenness: float
    has_heart_rate: bool
    usual_steps: int


@dataclass(frozen=True, slots=True)
class Patron:
    """A sponsor as planned; `manner` is how it reveals its values.

    `standing`: by itself; `by_hand`: by order, a little later; `own_value`: it keeps the value
    itself; `withholds`: never; `late`: not yet.
    """

    name: str
    website: str
    email: str
    manner: str


PATRONS = (
    Patron("Trailhead Outfitters", "https://trailhead.example", SPONSOR_EMAIL, "standing"),
    Patron("Cadence Cycles", "https://cadence.example", f"cadence@{DOMAIN}", "by_hand"),
    Patron("Blue Lane Swimwear", "https://bluelane.example", f"bluelane@{DOMAIN}", "own_value"),
    Patron("Summit Sleep", "https://summitsleep.example", f"summit@{DOMAIN}", "withholds"),
    Patron("Oat and Ember", "https://oatember.example", f"oatember@{DOMAIN}", "late"),
)
ADMINS = ((ADMIN_EMAIL, "Ada"), (f"grace@{DOMAIN}", "Grace"), (f"katherine@{DOMAIN}", "Katherine"))
FAMOUS = {"Ana": MEMBER_EMAIL, "Ben": f"ben@{DOMAIN}", "Cem": f"cem@{DOMAIN}"}


def members(chance: Random, anchor_at: datetime) -> list[Character]:
    """Return everyone who plays, the first to join first: all 31 tiers, Ana, Ben and Cem too."""
    people = [_named(chance, number, *tier) for number, tier in enumerate(_tiers())]
    joined = sorted(
        anchor_at - timedelta(days=DAYS_BEFORE, minutes=chance.randrange(60 * 24 * 60))
        for _ in people
    )
    on = anchor_at.date()
    return [
        _character(chance, number, *person, joined_at=joined_at, on=on)
        for number, (person, joined_at) in enumerate(zip(people, joined, strict=True))
    ]


def _tiers() -> Iterator[tuple[str | None, tuple[int, int], str | None]]:
    """Yield sex, ages and level of each member; Ana's, Ben's and Cem's first."""
    closed = list(product(FIRST_NAMES, AGES, LEVELS))
    famous = [("female", AGES[1], "advanced"), ("male", AGES[1], "intermediate")]
    rest = closed * TIER_MEMBERS
    for tier in famous:
        rest.remove(tier)
    yield from (*famous, (None, AGES[0], None), *rest)
    yield from ((None, ages, None) for ages in (AGES * OPEN_MEMBERS)[: OPEN_MEMBERS - 1])


def _named(
    chance: Random, number: int, sex: str | None, ages: tuple[int, int], level: str | None
) -> tuple[str, str | None, tuple[int, int], str | None]:
    if number < len(FAMOUS):
        return list(FAMOUS)[number], sex, ages, level
    names = FIRST_NAMES[sex or chance.choice(("female", "male"))].split()
    surnames = SURNAMES.split()
    surname = surnames[number * 7 % len(surnames)]
    return f"{names[number % len(names)]}-{surname}", sex, ages, level


def _character(
    chance: Random,
    number: int,
    name: str,
    sex: str | None,
    ages: tuple[int, int],
    level: str | None,
    *,
    joined_at: datetime,
    on: date,
) -> Character:
    is_famous = name in FAMOUS
    is_excluded = not is_famous and number % 14 == 7
    age_days = chance.randint(*ages) * 365.25 + chance.randrange(30, 300)
    return Character(
        email=FAMOUS.get(name) or f"{name.lower().replace('-', '.')}@{DOMAIN}",
        display_name=name,
        role="premium" if number % 9 == 4 else "user",
        sex=sex,
        fitness_level=level,
        born_on=on - timedelta(days=age_days),
        state_code=chance.choice(EXCLUDED_STATES if is_excluded else STATES),
        joined_at=joined_at,
        sports=tuple(chance.sample(SPORTS, 3)),
        keenness=0.95 if is_famous else KEENNESS[level or "beginner"],
        has_heart_rate=is_famous or chance.random() < 0.75,
        usual_steps=chance.randrange(5_000, 12_000),
    )
