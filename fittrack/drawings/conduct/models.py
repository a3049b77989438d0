"""Where a drawing stands while it is conducted."""

from __future__ import annotations

from dataclasses import dataclass

from fittrack.drawings.models import Drawing, Source
from fittrack.drawings.rounds.models import Beacon


@dataclass(frozen=True, slots=True)
class Standing:
    """A drawing, its sources in order, who has revealed, and the step that is due.

    `by_itself` are the sources whose kept values are revealed by a standing order.
    """

    drawing: Drawing
    sources: list[Source]
    revealed: frozenset[str]
    by_itself: frozenset[str]
    step: str | None
    beacon: Beacon | None = None

    @property
    def missing(self) -> list[Source]:
        """Return the sources that have not revealed, in order."""
        return [source for source in self.sources if source.source_id not in self.revealed]

    @property
    def withheld(self) -> list[str]:
        """Return the ids of the sources that did not reveal; nobody could before the close."""
        if self.drawing.status != "closed":
            return []
        ids = [source.source_id for source in self.missing]
        if self.beacon is not None and self.beacon.source_id not in self.revealed:
            ids.append(self.beacon.source_id)
        return ids

    @property
    def withholder_id(self) -> str | None:
        """Return the sponsor whose turn it is to reveal by its own order, or None."""
        turn = self.missing[0] if self.missing else None
        return None if turn is None or turn.source_id in self.by_itself else turn.sponsor_id
