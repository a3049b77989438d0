"""Print what a kept answer saves: `python -m tests.bench.kept_answers`.

The same list of 20 activities is asked for with and without keeping it, in this process, on SQLite;
on Oracle a kept answer saves a round trip to the database besides.
"""

from __future__ import annotations

import dataclasses
import statistics
import sys
import time
from datetime import timedelta

from flask.testing import FlaskClient

from fittrack import config
from tests.activities.world import world
from tests.factories_activities import NOON_AT, Member

PATHS = ("/api/v1/activities", "/api/v1/users/me/profile", "/api/v1/tiers")
CALLS, ROUNDS = 200, 5


def main() -> int:
    """Print both costs of each path; exit 1 where keeping the list costs more than it saves."""
    saved = []
    with world() as client:
        member = Member(client)
        for day in range(20):
            member.run(duration_s=60, started_at=NOON_AT + timedelta(days=day), seed=day)
        kept = config.current()
        never = {f"cache_{topic}_s": 0 for topic in ("activities", "profiles", "statistics")}
        for path in PATHS:
            config.use(dataclasses.replace(kept, **never))
            made_us = _cost_us(client, path, member.headers)
            config.use(kept)
            given_us = _cost_us(client, path, member.headers)
            print(f"{path:<28} made anew {made_us:6.0f} us   kept {given_us:6.0f} us")
            saved.append(made_us - given_us)
    return 0 if saved[0] > 0 else 1


def _cost_us(client: FlaskClient, path: str, headers: dict[str, str]) -> float:
    """Return the median of some rounds' CPU time of a request, in microseconds."""
    rounds = []
    for _ in range(ROUNDS):
        began_s = time.process_time()
        for _ in range(CALLS):
            if client.get(path, headers=headers).status_code != 200:
                raise RuntimeError(path)
        rounds.append((time.process_time() - began_s) / CALLS * 1e6)
    return statistics.median(rounds)


if __name__ == "__main__":
    sys.exit(main())
