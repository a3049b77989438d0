"""Where a drawing stands while it is conducted."""

from __future__ import annotations

from dataclasses import dataclass

from fittrack.drawings.models import Drawing, Source


@dataclass(frozen=True, slots=True)
class Standing:
    """A drawing, its sources in order, who has revealed, and the step that is due."""

    drawing: Drawing
    sources: list[Source]
    revealed: frozenset[str]
    step: str | None

    @property
    def missing(self) -> list[Source]:
        """Return the sources that have not revealed, in order."""
        return [source for source in self.sources if source.source_id not in self.revealed]
