"""Makes recordings as bodies and receivers make them: scatter that drifts, hearts that follow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from math import cos, pi, radians, sin, sqrt
from random import Random

from fittrack.activities.files.assemble import Stated, assemble
from fittrack.activities.recording import Recording
from fittrack.activities.samples import COLUMNS, Samples, from_columns

START = datetime(2026, 3, 14, 8, 0, tzinfo=UTC)
METRES_A_DEGREE = 111_195.0


@dataclass
class Track:
    """What a recording is made of, second by second (or each `every_s`)."""

    sport: str
    speeds_mps: list[float]
    random: Random
    started_at: datetime = START
    every_s: int = 1
    hr_bpm: list[int] | None = None
    cadence_rpm: list[int] | None = None
    power_w: list[int] | None = None
    grade: Callable[[int], float] = lambda _at: 0.0
    is_indoors: bool = False
    noise_m: float = 3.0
    steps: int | None = None
    calories_kcal: int | None = None
    distance_m: float | None = None
    breaks: tuple[int, ...] = ()

    def samples(self) -> Samples:
        """Return the samples."""
        count = len(self.speeds_mps)
        start_ms = int(self.started_at.timestamp() * 1000)
        at_ms = [start_ms + at * self.every_s * 1000 for at in range(count)]
        ways = list(accumulate(speed * self.every_s for speed in self.speeds_mps))
        columns = dict.fromkeys(COLUMNS, [None] * count)
        if self.is_indoors:
            columns["distance_cm"] = [round(way * 100) for way in ways]
        else:
            columns["lat_e7"], columns["lon_e7"] = self._places()
            columns["altitude_cm"] = self._altitudes()
        for name in ("hr_bpm", "cadence_rpm", "power_w"):
            columns[name] = getattr(self, name) or [None] * count
        return from_columns(at_ms, (columns[name] for name in COLUMNS), self.breaks)

    def _places(self):
        """Walk along a road that bends, seen through scatter that drifts."""
        random = self.random
        lat, lon = random.uniform(-55, 60), random.uniform(-179, 179)
        heading, off_n, off_e = random.uniform(0, 2 * pi), 0.0, 0.0
        lats, lons = [], []
        for speed in self.speeds_mps:
            heading += random.gauss(0, 0.01 * sqrt(self.every_s))
            way = speed * self.every_s
            lat += way * cos(heading) / METRES_A_DEGREE
            lon += way * sin(heading) / (METRES_A_DEGREE * cos(radians(lat)))
            off_n = 0.95 * off_n + random.gauss(0, self.noise_m * 0.3)
            off_e = 0.95 * off_e + random.gauss(0, self.noise_m * 0.3)
            lats.append(round((lat + off_n / METRES_A_DEGREE) * 1e7))
            lons.append(round((lon + off_e / METRES_A_DEGREE / cos(radians(lat))) * 1e7))
        return lats, lons

    def _altitudes(self):
        level, wave = self.random.uniform(50, 900), 0.0
        found = []
        for at, speed in enumerate(self.speeds_mps):
            level += self.grade(at) * speed * self.every_s
            wave = 0.9 * wave + self.random.gauss(0, 0.3)
            found.append(round((level + wave) * 100))
        return found

    def recording(self) -> Recording:
        """Return the recording that a file with these samples is read as."""
        stated = Stated(
            "fit",
            sport=self.sport,
            steps=self.steps,
            calories_kcal=self.calories_kcal,
            distance_m=self.distance_m,
        )
        return assemble(stated, self.samples())


def varied(random: Random, mean: float, spread: float, count: int, *, least: float = 0.0):
    """Return figures that drift about a mean."""
    values, off = [], 0.0
    for _ in range(count):
        off = 0.97 * off + random.gauss(0, spread * 0.25)
        values.append(max(least, mean + off))
    return values


def hearts(random: Random, mean: float, count: int) -> list[int]:
    """Return heart rates that warm up, drift and never rest."""
    rates = varied(random, 0.0, 5.0, count)
    warm = [min(1.0, 0.7 + at / 900) for at in range(count)]
    return [
        round(mean * w + rate + at * 6 / count)
        for at, (w, rate) in enumerate(zip(warm, rates, strict=True))
    ]


def whole(values: list[float]) -> list[int]:
    """Return figures as devices round them."""
    return [round(value) for value in values]


SPORTS = {
    # sport: mean speed from, to, heart rate, cadence
    "running": (2.4, 4.4, 150, 84),
    "trail_running": (1.8, 3.4, 148, 80),
    "walking": (1.1, 1.8, 100, 55),
    "hiking": (0.7, 1.5, 112, 50),
    "cycling": (5.0, 10.5, 138, 82),
    "gravel": (4.5, 8.5, 140, 78),
    "mtb": (3.0, 6.0, 145, 70),
    "open_water": (0.7, 1.3, 135, 0),
    "rowing": (2.5, 4.2, 150, 26),
    "cross_country_skiing": (2.0, 5.0, 155, 0),
}


def honest_track(random: Random, sport: str | None = None, **over: object) -> Track:
    """Return what somebody did."""
    sport = sport or random.choice(sorted(SPORTS))
    low, high, bpm, rpm = SPORTS[sport]
    every_s = random.choice([1, 1, 1, 3, 7])
    count = random.randint(1500, 5400) // every_s
    speed = random.uniform(low, high)
    shift = random.uniform(0, 6)
    size = random.choice([0.0, 0.01, 0.03])
    track = Track(
        sport,
        varied(random, speed, speed * 0.15, count, least=0.2),
        random,
        started_at=START + timedelta(minutes=random.randint(0, 200_000)),
        every_s=every_s,
        hr_bpm=hearts(random, bpm + random.gauss(0, 8), count) if random.random() < 0.8 else None,
        cadence_rpm=whole(varied(random, rpm, 4, count)) if rpm and random.random() < 0.7 else None,
        grade=lambda at: size * sin(at * every_s / 300 + shift),
    )
    return replace(track, **over)
