"""Setting a simulated year up: a database and settings of its own, everybody, and the clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from fittrack import config, db, entropy, log, queues
from fittrack.config import Config
from fittrack.db import migrate
from tests.simulated_year.people import make_people
from tests.simulated_year.year import Year


def use_folder(folder: Path, *, zone: str) -> None:
    """Use settings of our own and a new database in a folder."""
    url = f"sqlite:///{folder}/year.db"
    secrets = {name: config.new_secret() for name in config.SECRETS}
    config.use(
        Config(
            fittrack_env="test",
            database_url=url,
            mail_url=f"folder:{folder}/mailbox",
            platform_time_zone=zone,
            **secrets,
        )
    )
    log.init_logging("ERROR")
    db.bind(url, synchronous="OFF")
    migrate.upgrade()


@contextmanager
def simulate(
    first_on: date, *, days: int, members: int, seed: int, types: tuple[str, ...] | None = None
) -> Iterator[Year]:
    """Run some days in the database that is bound, to the last delivery after them."""
    eve_at = datetime.combine(first_on, time(12), UTC) - timedelta(days=2)
    with entropy.seeded(seed) as source, queues.without_waking():
        people = make_people(members, seed=seed, source=source, now=eve_at)
        year = Year(people, source, first_on=first_on, days=days)
        year.run(types) if types else year.run()
        yield year
