"""Print what the tiers cost among many members: `python -m tests.bench.tiers [members]`.

It makes a database of its own in a temporary folder and leaves nothing behind.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from fittrack import config, db
from fittrack.accounts.tiers import rules, service
from fittrack.config import Config
from fittrack.db import migrate

MEMBERS = 1_000_000
FIRST_BORN_ON = date(1950, 1, 1)
BORN_WITHIN_DAYS = 20_000
FILLED_ON = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 17, tzinfo=UTC)
AN_INSTANT = "2026-01-01T00:00:00.000000Z"
INACTIVE_ONE_IN = 100


def main() -> None:
    """Measure the counts, a day without birthdays, a usual one, and a year's absence."""
    members = int(sys.argv[1]) if len(sys.argv) > 1 else MEMBERS
    with tempfile.TemporaryDirectory() as folder:
        config.use(Config())
        engine = db.bind(f"sqlite:///{Path(folder) / 'bench.db'}", synchronous="FULL")
        migrate.upgrade()
        fill(members)
        timed(f"the tiers of {members:,} members", service.list_tiers)
        timed("birthdays, where nobody has one", lambda: service.move_birthdays(now=NOON))
        for days, what in ((1, "birthdays of a day"), (366, "birthdays of a year")):
            then = NOON + timedelta(days=days)
            moved = timed(what, lambda then=then: service.move_birthdays(now=then))
            print(f"    {moved:,} members moved")
        engine.close()


def timed(what: str, use: Callable[[], Any]) -> Any:
    """Print how long a use takes and return what it returns."""
    began = time.perf_counter()
    result = use()
    print(f"{what}: {(time.perf_counter() - began) * 1000:,.1f} ms")
    return result


def fill(members: int) -> None:
    """Write members of all ages, a third of them without a sex and so without a bracket."""
    raw = db.engine().raw()
    raw.execute("BEGIN")
    raw.executemany(
        "INSERT INTO accounts (account_id, email_key, display_name, display_name_key, role, status,"
        " date_of_birth_on, created_at) VALUES (?, ?, ?, ?, 'user', ?, ?, ?)",
        accounts(members),
    )
    raw.executemany(
        "INSERT INTO profiles (account_id, sex, fitness_level, tier_code, tier_review_on,"
        " time_zone, updated_at) VALUES (?, ?, ?, ?, ?, 'America/New_York', ?)",
        profiles(members),
    )
    raw.execute("COMMIT")


def accounts(members: int) -> Iterator[tuple[Any, ...]]:
    """Yield the accounts' rows."""
    for number in range(members):
        name = f"member{number}"
        status = "active" if number % INACTIVE_ONE_IN else "suspended"
        born_on = born_of(number).isoformat()
        yield f"{number:036d}", name, name, name, status, born_on, AN_INSTANT


def profiles(members: int) -> Iterator[tuple[Any, ...]]:
    """Yield the profiles' rows."""
    chance = random.Random(7)
    for number in range(members):
        sex = chance.choice(("male", "female", None))
        level = chance.choice(tuple(rules.LEVEL_CODES))
        place = rules.place_of(sex, born_of(number), level, FILLED_ON)
        review_on = place.tier_review_on and place.tier_review_on.isoformat()
        yield f"{number:036d}", sex, level, place.tier_code, review_on, AN_INSTANT


def born_of(number: int) -> date:
    """Return a member's date of birth."""
    return FIRST_BORN_ON + timedelta(days=number * 7919 % BORN_WITHIN_DAYS)


if __name__ == "__main__":
    main()
