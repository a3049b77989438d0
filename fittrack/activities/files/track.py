"""Collects the points of a file into columns, whatever the format."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import cast

from fittrack.activities.columns import ABSENT, numbers, of_numbers
from fittrack.activities.files.errors import refused
from fittrack.activities.samples import Samples, empty_samples, from_columns

# Five days at a point a second: what one job reads in 256 MiB, its program included.
MAX_POINTS = 450_000
# A logger's memory of some years, a track a day.
MAX_ACTIVITIES = 1000

# No figure of an activity comes near; numbers beyond, infinity too, are damage.
HIGHEST = 1e15

# Outside of these a clock was never set; the columns and the database hold them comfortably.
EARLIEST_MS = int(datetime(1900, 1, 1, tzinfo=UTC).timestamp()) * 1000
LATEST_MS = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp()) * 1000


def scaled(value: float | None, factor: float, low: int, high: int) -> int:
    """Return `value` in the column's unit, or ABSENT when none, not finite or out of range."""
    if value is None:
        return ABSENT
    number = value * factor
    return round(number) if low <= number <= high else ABSENT


def time_in_range(at_ms: int | None) -> int | None:
    """Return the instant when a clock may have said it, else None."""
    return at_ms if at_ms is not None and EARLIEST_MS <= at_ms <= LATEST_MS else None


class Budget:
    """How many points and activities a file may still bring."""

    def __init__(self, points: int = MAX_POINTS, activities: int = MAX_ACTIVITIES) -> None:
        self._points = points
        self._activities = activities

    def spend_activity(self) -> None:
        """Raises: FileRefused."""
        self._activities -= 1
        if self._activities < 0:
            raise refused("too_many_activities", f"more than {MAX_ACTIVITIES}")

    def spend_point(self) -> None:
        """Raises: FileRefused."""
        self._points -= 1
        if self._points < 0:
            raise refused("too_many_points", f"more than {MAX_POINTS}")


class Track:
    """Points in the order of the file; `finish` makes Samples of them."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._at_ms = numbers()
        self._breaks: list[int] = []
        self._columns = tuple(numbers() for _ in range(9))
        self.untimed = 0
        self.lost_positions = 0

    def __len__(self) -> int:
        return len(self._at_ms)

    def add(
        self,
        at_ms: int | None,
        latitude: float | None,
        longitude: float | None,
        altitude_m: float | None,
        distance_m: float | None,
        speed_mps: float | None,
        hr_bpm: float | None,
        cadence_rpm: float | None,
        power_w: float | None,
        temperature_c: float | None,
    ) -> None:
        """Add a point; positions are degrees. What can't be true becomes None.

        Raises: FileRefused.
        """
        self._budget.spend_point()
        at_ms = time_in_range(at_ms)
        self.untimed += at_ms is None
        self._at_ms.append(ABSENT if at_ms is None else at_ms)
        lat, lon, altitude, distance, speed, heart, cadence, power, temperature = self._columns
        place = self._position(latitude, longitude)
        lat.append(place[0])
        lon.append(place[1])
        altitude.append(scaled(altitude_m, 100, -100_000, 2_000_000))
        distance.append(scaled(distance_m, 100, 0, 10_000_000_000))
        speed.append(scaled(speed_mps, 1000, 0, 400_000))
        heart.append(scaled(hr_bpm, 1, 0, 254))
        cadence.append(scaled(cadence_rpm, 1, 0, 300))
        power.append(scaled(power_w, 1, 0, 10_000))
        temperature.append(scaled(temperature_c, 1, -90, 90))

    def _position(self, latitude: float | None, longitude: float | None) -> tuple[int, int]:
        """Return the position in e7 degrees, or a pair of ABSENT when it is none on the globe."""
        lat = scaled(latitude, 1e7, -900_000_000, 900_000_000)
        lon = scaled(longitude, 1e7, -1_800_000_000, 1_800_000_000)
        # Zero, zero is what receivers write before they have a fix.
        if ABSENT in (lat, lon) or lat == lon == 0:
            self.lost_positions += latitude is not None or longitude is not None
            return ABSENT, ABSENT
        return lat, lon

    def pause(self) -> None:
        """The next point begins a new piece."""
        if self._at_ms and self._breaks[-1:] != [len(self._at_ms)]:
            self._breaks.append(len(self._at_ms))

    def date_untimed(self, at_ms: int) -> None:
        """Give the trailing points that carry no time the time of the length just ended."""
        index = len(self._at_ms) - 1
        while index >= 0 and self._at_ms[index] == ABSENT:
            self._at_ms[index] = at_ms
            index -= 1

    def finish(self, *, start_ms: int | None = None, shift_ms: int = 0) -> Samples:
        """Return the points; one without a time takes that of the point before it.

        `start_ms` is for points before the first timed one, `shift_ms` moves every time.
        """
        first = next((at_ms for at_ms in self._at_ms if at_ms != ABSENT), start_ms)
        if first is None:
            return empty_samples()
        known, times = first, numbers()
        for at_ms in self._at_ms:
            known = known if at_ms == ABSENT else at_ms
            times.append(known + shift_ms)
        breaks = tuple(at for at in self._breaks if at < len(times))
        return from_columns(
            cast(Sequence[int], of_numbers(times)), map(of_numbers, self._columns), breaks
        )
