"""Print whether free and paid tickets win alike: `python -m tests.bench.free_and_paid [drawings]`.

Each drawing has entries of both kinds, mixed in the order of their ids, and one prize. The entries
become the list by the application's own code; the draw is FTD1's, from fresh values.
"""

from __future__ import annotations

import math
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from fittrack.drawings.protocol import build_close, build_terms, commit_source, draw, public_key
from fittrack.drawings.tickets import rules
from fittrack.drawings.tickets.models import Entry
from fittrack.drawings.verifier import Json, commitment
from tests import factories_drawings as make

DRAWINGS = 20_000
KEY = bytes(range(32))
Listed = Callable[[Entry], Json]


@dataclass(slots=True)
class Tally:
    """How often something won, how often it should have, and the variance of that."""

    wins: int = 0
    expected: float = 0.0
    variance: float = 0.0

    def add(self, *, share: float, is_winner: bool) -> None:
        """Count one drawing in which it held a share of all tickets."""
        self.wins += is_winner
        self.expected += share
        self.variance += share * (1 - share)

    @property
    def chi_square(self) -> float:
        """Return the statistic of one degree of freedom."""
        return (self.wins - self.expected) ** 2 / self.variance

    @property
    def p(self) -> float:
        """Return how probable such a difference, or a greater one, is by chance alone."""
        return math.erfc(math.sqrt(self.chi_square / 2))


def simulate(drawings: int, *, seed: int, listed: Listed = rules.as_listed) -> dict[str, Tally]:
    """Draw drawings and return what won: free tickets, paid single ones, and blocks."""
    chance = random.Random(seed)
    tallies = {name: Tally() for name in ("free", "paid", "block")}
    for number in range(drawings):
        entries = _entries(f"d{number}", chance)
        winner = _winner(f"d{number}", entries, chance, listed)
        total = sum(entry.units for entry in entries)
        for name, tally in tallies.items():
            held = sum(entry.units for entry in entries if _name(entry) == name)
            tally.add(share=held / total, is_winner=_name(winner) == name)
    return tallies


def main() -> None:
    """Print the wins of each kind, and the chi-square with its p."""
    drawings = int(sys.argv[1]) if len(sys.argv) > 1 else DRAWINGS
    started_s = time.perf_counter()
    for name, tally in simulate(drawings, seed=random.SystemRandom().getrandbits(64)).items():
        print(
            f"{name:5} won {tally.wins:6,} of {drawings:,} drawings, expected "
            f"{tally.expected:9,.1f}: chi-square {tally.chi_square:.3f}, p = {tally.p:.3f}"
        )
    print(f"in {time.perf_counter() - started_s:.1f} s")


def _name(entry: Entry) -> str:
    return "block" if entry.units > 1 else entry.kind


def _entries(drawing_id: str, chance: random.Random) -> list[Entry]:
    """Return entries of both kinds, and some blocks, by as many members."""
    kinds = [("free", 1)] * chance.randint(3, 9) + [("paid", 1)] * chance.randint(3, 9)
    kinds += [("paid", chance.randint(2, 4)) for _ in range(chance.randint(0, 3))]
    chance.shuffle(kinds)
    return [
        _entry(drawing_id, f"e{number:02d}", kind, units, holder=f"{chance.getrandbits(256):064x}")
        for number, (kind, units) in enumerate(kinds)
    ]


def _entry(drawing_id: str, entry_id: str, kind: str, units: int, *, holder: str) -> Entry:
    return Entry(
        entry_id=entry_id,
        drawing_id=drawing_id,
        account_id=entry_id,
        holder=holder,
        kind=kind,
        units=units,
        price_points=units * 100 if kind == "paid" else 0,
        receipt_text=None,
        receipt_signature=None,
        void_reason=None,
        purchase_id=entry_id,
        carried_from_id=None,
        refunded_at=None,
        entered_at=NOW,
        rules_sha256=None,
    )


def _winner(drawing_id: str, entries: list[Entry], chance: random.Random, listed: Listed) -> Entry:
    value = chance.randbytes(32)
    source = commit_source("operator", commitment(drawing_id, "operator", value).hex())
    terms = build_terms(
        drawing_id=drawing_id,
        sequence=1,
        opens_at=100,
        closes_at=200,
        draws_at=300,
        prizes=[("prize", 1)],
        alternates=0,
        distinct="holder",
        rules_sha256="0" * 64,
        sources=[source],
        operator_key=OPERATOR_KEY,
    )
    frozen = [listed(entry) for entry in entries]
    close = build_close(terms, frozen, closed_at=200)
    reveals = [{"id": "operator", "value": value.hex()}]
    [pick] = draw(terms, close, frozen, reveals, drawn_at=300).result["picks"]
    return next(entry for entry in entries if entry.entry_id == pick["entry_id"])


NOW = make.start()
OPERATOR_KEY = public_key(KEY)

if __name__ == "__main__":
    main()
