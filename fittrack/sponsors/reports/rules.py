"""Small numbers are not told, nor what would give them away. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from fittrack.sponsors.reports.models import (
    InventorySums,
    Report,
    SponsoredSums,
    StateWinners,
    Suppressed,
)

LEAST_CELL = 10
UNKNOWN = "??"


def told(count: int) -> int | None:
    """Return a number as it may be told: one from 1 to 9 stands for too few people."""
    return None if 0 < count < LEAST_CELL else count


def suppressed(cells: Iterable[StateWinners]) -> Suppressed:
    """Return winners by state without groups of fewer than 10.

    States with fewer are told together with others that are not named. Where those are fewer than
    10 in all, the smallest state that could be told joins them, or the total would give them away.
    """
    ordered = sorted(cells, key=lambda cell: (cell.winners, cell.state_code))
    is_small = [cell.winners < LEAST_CELL or cell.state_code == UNKNOWN for cell in ordered]
    hidden = [cell for cell, small in zip(ordered, is_small, strict=True) if small]
    shown = [cell for cell, small in zip(ordered, is_small, strict=True) if not small]
    while shown and 0 < _sum(hidden) < LEAST_CELL:
        hidden.append(shown.pop(0))
    return Suppressed(
        total=told(_sum(hidden) + _sum(shown)),
        states=sorted(shown, key=lambda cell: cell.state_code),
        others=told(_sum(hidden)),
    )


def report(
    sponsor_id: str, sums: SponsoredSums, inventory: InventorySums, winners: Iterable[StateWinners]
) -> Report:
    """Return what a sponsor is told; where few took part, neither entries nor tickets are."""
    is_few = told(sums.reach) is None
    return Report(
        sponsor_id=sponsor_id,
        drawings=sums.drawings,
        completed=sums.completed,
        entries=None if is_few else told(sums.entries),
        tickets=None if is_few else told(sums.tickets),
        reach=told(sums.reach),
        inventory=inventory,
        winners=suppressed(winners),
    )


def _sum(cells: Iterable[StateWinners]) -> int:
    return sum(cell.winners for cell in cells)
