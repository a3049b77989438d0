"""Run a year of drawings on a fast clock and print what became of it.

`python -m tests.simulated_year --year 2028` makes a database of its own in a temporary folder.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from tests.simulated_year.findings import Findings, look
from tests.simulated_year.run import simulate, use_folder


def main() -> None:
    """Simulate a year, or some days of it, print the report, and fail if anything is wrong."""
    asked = _asked()
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        use_folder(Path(folder), zone=asked.zone)
        days = asked.days or (date(asked.year + 1, 1, 1) - date(asked.year, 1, 1)).days
        with simulate(
            date(asked.year, 1, 1), days=days, members=asked.members, seed=asked.seed
        ) as year:
            ran_s = time.monotonic() - began_s
            found = look(year)
    _report(asked, days, found, ran_s, time.monotonic() - began_s)
    sys.exit(1 if found.wrong else 0)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--year", type=int, default=2028, help="2028 is a leap year")
    parser.add_argument("--days", type=int, default=0, help="only so many days of it")
    parser.add_argument("--members", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--zone", default="America/New_York")
    return parser.parse_args()


def _report(
    asked: argparse.Namespace, days: int, found: Findings, ran_s: float, took_s: float
) -> None:
    figures = found.figures
    entered, entries = figures["tickets"]
    late = ", ".join(f"{step} {late_s:.0f} s" for step, late_s in figures["latest_s"].items())
    lines = (
        f"{days} days of {asked.year}, {asked.zone}, {asked.members} members",
        f"drawn       {_told(figures['drawings'])}; cancelled at the end {figures['cancelled']}",
        f"latest      {late}",
        f"tickets     {entered} in {entries} entries, {figures['free']} of them free",
        f"verified    {_told(figures['verified'])}",
        f"prizes      {_told(figures['deliveries'])}",
        f"            passed on {figures['prize_passed_on']}, back {figures['prize_returned']}",
        f"ledger      {figures['transactions']} transactions, audited with every draw",
        f"addresses   {figures['addresses']} kept after their 90 days",
        f"took        {ran_s:.0f} s to run, {took_s - ran_s:.0f} s to check",
        *(f"WRONG       {words}" for words in found.wrong),
        "all as it must be" if not found.wrong else f"{len(found.wrong)} things are wrong",
    )
    sys.stdout.write("\n".join(lines) + "\n")


def _told(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(counts.items()))


if __name__ == "__main__":
    main()
