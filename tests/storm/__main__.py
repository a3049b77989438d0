"""`make trackers-storm`: real processes, thirty members, every fault, and kills; then the truth.

gunicorn, three workers, a scheduler and the simulator run as in production and talk over HTTP.
People do, edit and delete workouts, which is told twice, late, early, forged, with an old signature
or not at all; providers misbehave in every way they can be ordered to; every few seconds a process
is killed with -9. FITTRACK_STORM_S is how long, FITTRACK_SEED which storm.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from tests.storm import settled
from tests.storm.members import Member
from tests.storm.stack import Storm, running
from tests.storm.weather import Weather

SECONDS = float(os.environ.get("FITTRACK_STORM_S", "180"))
SEED = int(os.environ.get("FITTRACK_SEED", "1"))
MEMBERS = {"strava": 3, "whoop": 5, "google_health": 6, "oura": 6, "polar": 5, "withings": 5}
PAST = 3


def main() -> int:
    """Print what came and what is wrong in the end; exit 1 where anything is."""
    started_s = time.monotonic()
    folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    with folder as name, running(Path(name)) as storm:
        chance = Random(SEED)
        weather = Weather(storm, connected(storm, chance), chance)
        print(f"{len(weather.members)} members connected", flush=True)
        weather.rage(SECONDS)
        weather.calm_down()
        print(f"a storm of {SECONDS:.0f} s, seed {SEED}: {dict(sorted(weather.came.items()))}")
        sys.stdout.flush()
        again = settled.settle(weather)
        for right in ("connected again", "connected later"):
            again.pop(right, None)
        wrong = settled.compared(storm, weather.members) | dict(again)
        tell(storm, weather)
    for what, found in wrong.items():
        print(f"{what:<46} {found or 'none'}")
    print(f"after {time.monotonic() - started_s:.0f} s")
    return 1 if any(wrong.values()) else 0


def connected(storm: Storm, chance: Random) -> list[Member]:
    """Let members have a short past, and connect them."""
    members = [
        Member(storm, provider, number)
        for provider, count in MEMBERS.items()
        for number in range(count)
    ]
    for member in members:
        storm.order(f"{member.path}/history", {"days": 0}, method="PUT")
        for _ in range(PAST):
            member.order_workout(chance, told={"times": 0})
        member.connect()
    return members


def tell(storm: Storm, weather: Weather) -> None:
    """Print of each provider how often it was asked, and how what it told was taken."""
    for provider in MEMBERS:
        told = storm.ask(provider)
        calls = ", ".join(
            f"{one['most']}/{one['limit']} in {one['window_s']} s" for one in told["calls"]
        )
        print(f"{provider}: {told['asked']} calls, most {calls}; told {told['told']}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
