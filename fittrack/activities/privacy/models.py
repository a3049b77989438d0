"""Privacy zones as stored, and what is hidden."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Zone:
    """A place that a member hides; `north_m` and `east_m` shift what is hidden, and are secret."""

    zone_id: str
    account_id: str
    name: str
    lat_e7: int
    lon_e7: int
    radius_m: int
    north_m: int
    east_m: int
    created_at: datetime

    @property
    def latitude_deg(self) -> float:
        return self.lat_e7 / 1e7

    @property
    def longitude_deg(self) -> float:
        return self.lon_e7 / 1e7


@dataclass(frozen=True, slots=True)
class Circle:
    """Where nothing is shown."""

    latitude_deg: float
    longitude_deg: float
    radius_m: float


@dataclass(frozen=True, slots=True)
class Hiding:
    """What a member hides: zones, and a radius about both ends of every track with its secret."""

    zones: list[Zone]
    start_end_hidden_m: int
    seed: str | None
