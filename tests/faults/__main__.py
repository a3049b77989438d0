"""`make faults`: plant every fault into the running processes and print what held.

Each row is a commit point, the moment before or after it, and who is killed there. `make run`'s
processes do the work; in the end everything acknowledged is there once, and the books are proved.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.matrix import SAMPLE, cases, strike
from tests.faults.stack import running


def main() -> int:
    """Run the matrix, or the rows whose text holds `--only`, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="run the rows that hold this text")
    parser.add_argument("--sample", action="store_true", help="run the few rows of every test run")
    options = parser.parse_args()
    rows = SAMPLE if options.sample else cases()
    chosen = [case for case in rows if options.only in str(case)]
    broken = 0
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as stack:
        for number, case in enumerate(chosen, start=1):
            started_s = time.monotonic()
            wrong = strike(stack, case)
            broken += bool(wrong)
            took_s = time.monotonic() - started_s
            print(f"{number:3}/{len(chosen)} {case} {took_s:5.1f} s  {wrong or 'ok'}", flush=True)
    print(f"{len(chosen)} faults, {broken} broke something")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
