"""What a sponsor has to do for draws, as stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fittrack.clock import from_epoch_s


@dataclass(frozen=True, slots=True)
class Duty:
    """A drawing that a sponsor witnesses; `custody` is None until its terms are signed."""

    drawing_id: str
    name: str
    status: str
    template_id: str | None
    opens_at: datetime
    closes_at: datetime
    draws_at: datetime
    reveal_deadline_at: datetime | None
    emission_s: int | None
    commitment: str | None
    custody: str | None
    revealed_at: datetime | None

    @property
    def reveals_from(self) -> datetime:
        """Return from when on the value can be shown: the draw, or the close before a beacon."""
        return self.draws_at if self.emission_s is None else self.closes_at

    @property
    def reveals_until(self) -> datetime | None:
        """Return by when the value must be shown."""
        return self.reveal_deadline_at if self.emission_s is None else from_epoch_s(self.emission_s)


@dataclass(frozen=True, slots=True)
class Commitment:
    """A commitment to the value that a sponsor keeps for one drawing."""

    drawing_id: str
    commitment: str


@dataclass(frozen=True, slots=True)
class Awaited:
    """A drawing whose sponsor has to reveal by itself and has not yet."""

    drawing_id: str
    sponsor_id: str
    name: str
    status: str
    draws_at: datetime
    reveal_deadline_at: datetime | None
    emission_s: int | None
    is_told_of_draw: bool
    is_told_of_deadline: bool

    @property
    def reveals_until(self) -> datetime | None:
        """Return by when the value must be shown."""
        return self.reveal_deadline_at if self.emission_s is None else from_epoch_s(self.emission_s)
