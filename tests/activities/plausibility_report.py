"""How many cheats are caught and how many honest recordings held: `make plausibility`."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from random import Random

from fittrack.activities.files import FileRefused, read_activity_file
from fittrack.activities.plausibility.rules import judge
from tests.activities.cheats import CHEATS, HONEST, NOW, Case, corpus
from tests.activities.plausibility_world import activity_of, codes_of_case
from tests.activities.test_files_manifest import FOLDER, rows

LEAST_CAUGHT, MOST_HELD = 0.95, 0.01
# A start in the future is to be held whoever recorded it.
FUTURE = {"starts_in_the_future"}


def main() -> int:
    """Print a line a kind and the rates; the exit status is 1 where one is not good enough."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=8, help="cases of each kind")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    caught = _rate("cheats", CHEATS, given.each, given.seed)
    held = _rate("honest", HONEST, given.each, given.seed)
    held_files = _real_files()
    _load()
    is_good = caught >= LEAST_CAUGHT and max(held, held_files) <= MOST_HELD
    return 0 if is_good else 1


def _rate(name: str, makers: tuple[Callable[[Random], Case], ...], each: int, seed: int) -> float:
    held = total = 0
    for make in dict.fromkeys(makers):
        found = [codes_of_case(case) for case in corpus((make,), each, seed)]
        count = sum(map(bool, found))
        codes = sorted({code for codes in found for code in codes})
        print(f"{name:<8} {make.__name__:<24} {count:4} of {len(found):4} held  {', '.join(codes)}")
        held, total = held + count, total + len(found)
    print(f"{name}: {held} of {total} held, {held / total:.1%}\n", flush=True)
    return held / total


def _real_files() -> float:
    held = total = 0
    for row in rows():
        if not row["expect"].startswith("accept"):
            continue
        try:
            recordings = read_activity_file((FOLDER / row["file"]).read_bytes())
        except FileRefused:
            continue
        codes = {code for each in recordings for code in codes_of_case(Case("real", each))}
        if codes & FUTURE:
            print(f"{row['file']}: lies in the future, as it must be held")
            continue
        total += 1
        if codes:
            held += 1
            print(f"{row['file']}: {', '.join(sorted(codes))}")
    print(f"real files: {held} of {total} held\n")
    return held / total if total else 0.0


def _load() -> None:
    """Print what judging an hour's recording costs."""
    (case,) = corpus((HONEST[0],), 1, seed=3)
    activity, samples = activity_of(case.recording), case.recording.samples
    began_s = time.process_time()
    for _ in range(20):
        judge(activity, samples, now=NOW)
    each_ms = (time.process_time() - began_s) * 50
    print(f"judging {len(samples)} samples takes {each_ms:.1f} ms of CPU")


if __name__ == "__main__":
    sys.exit(main())
