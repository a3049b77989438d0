"""A report, and the sums that it is made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SponsoredSums:
    """What a sponsor's drawings come to; `reach` counts members once."""

    drawings: int
    completed: int
    entries: int
    tickets: int
    reach: int


@dataclass(frozen=True, slots=True)
class StateWinners:
    """How many members of one state won something."""

    state_code: str
    winners: int


@dataclass(frozen=True, slots=True)
class InventorySums:
    """What has become of the units that a sponsor offers."""

    offered: int
    reserved: int
    awarded: int

    @property
    def left(self) -> int:
        """Return how many units nothing is done with yet."""
        return self.offered - self.reserved - self.awarded


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A table of winners by state from which no small group can be made out.

    `others` are winners of all states that are not listed; None is a number too small to be told.
    """

    total: int | None
    states: list[StateWinners]
    others: int | None


@dataclass(frozen=True, slots=True)
class Report:
    """What a sponsor is told; None is a number too small to be told."""

    sponsor_id: str
    drawings: int
    completed: int
    entries: int | None
    tickets: int | None
    reach: int | None
    inventory: InventorySums
    winners: Suppressed
