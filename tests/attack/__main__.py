"""`make attack`: garbage from every role against the running server; no answer may be wrong.

Schemathesis makes the requests from the OpenAPI document: boundary values of every parameter, then
random ones, well-formed and not. Each answer must be documented, below 500, and fit its schema; a
malformed request must be refused.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.attack.campaign import Outcome, attack
from tests.attack.keeper import ROLES, Keeper
from tests.attack.served import served_world


def main() -> int:
    """Attack as each role and print what came of it; 1 where an answer was wrong."""
    options = _options()
    seed = secrets.randbelow(1 << 32) if options.seed == "random" else int(options.seed)
    print(f"seed {seed}")
    # A client waits while the server works, and the other way round: half of the roles at a time.
    parties = [party for party in (options.roles[::2], options.roles[1::2]) if party]
    with ProcessPoolExecutor(len(parties)) as pool:
        fought = [pool.submit(_attack, party, options.examples, seed) for party in parties]
        battles = [battle.result() for battle in fought]
    return _sum_up(
        [outcome for outcomes, _ in battles for outcome in outcomes],
        [complaint for _, complaints in battles for complaint in complaints],
    )


def _attack(roles: Sequence[str], examples: int, seed: int) -> tuple[list[Outcome], list[str]]:
    """Attack a world of their own as some roles; return that and what its processes logged."""
    outcomes = []
    with TemporaryDirectory() as name, served_world(Path(name)) as served:
        document = served.client.get("/api/v1/openapi.json").json
        for role in roles:
            started_s = time.monotonic()
            outcome = attack(
                document,
                Keeper(served.client, served.world, role),
                base_url=served.base_url,
                examples=examples,
                seed=seed,
            )
            outcomes.append(outcome)
            _print(role, outcome, time.monotonic() - started_s)
        return outcomes, _complaints(Path(name) / "log")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.attack", description=__doc__)
    parser.add_argument("--examples", type=int, default=8, help="random requests per operation")
    parser.add_argument("--seed", default="1", help="a number, or `random`")
    parser.add_argument("--roles", nargs="+", choices=ROLES, default=list(ROLES))
    return parser.parse_args()


def _print(role: str, outcome: Outcome, took_s: float) -> None:
    """Print all of it at once, for the other party prints too."""
    statuses = sorted(outcome.statuses.items())
    lines = [
        f"{role}: {outcome.sent} requests in {took_s:.0f} s, {outcome.bad} of them bad, "
        f"{outcome.server_errors} answers of 500 and above, {len(outcome.findings)} findings",
        "  " + ", ".join(f"{count} x {status}" for status, count in statuses),
    ]
    for finding, text in sorted(outcome.findings.items(), key=str):
        lines.append(f"\n* {finding.operation}: {finding.check}: {finding.title}\n{text}")
    lines += [f"\n* {text}" for text in sorted(set(outcome.broken))]
    print("\n".join(lines), flush=True)


def _complaints(folder: Path) -> list[str]:
    """Return what the processes logged as errors: a request may have failed later, in its job."""
    lines = (line for log in sorted(folder.glob("*.log")) for line in log.read_text().splitlines())
    return [line for line in lines if '"level":"error"' in line or line.startswith("Traceback")]


def _sum_up(outcomes: list[Outcome], complaints: list[str]) -> int:
    print("\n".join(line[:2_000] for line in complaints[:20]))
    sent, bad = (sum(getattr(each, name) for each in outcomes) for name in ("sent", "bad"))
    wrong = sum(len(each.findings) + len(each.broken) for each in outcomes) + len(complaints)
    errors = sum(each.server_errors for each in outcomes)
    print(f"{sent} requests, {bad} bad, {errors} answers of 500 and above, {wrong} findings")
    return 1 if wrong or errors else 0


if __name__ == "__main__":
    sys.exit(main())
