"""A corpus of cheats and of honest recordings that look odd, made anew from a seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

from fittrack.activities.recording import Recording
from fittrack.activities.samples import Samples, take
from tests.activities.recordings import (
    START,
    Track,
    hearts,
    honest_track,
    varied,
    whole,
)

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Case:
    """One recording; `before` is what had come in already, of the same member or of another."""

    kind: str
    recording: Recording
    before: Recording | None = None
    of_other: bool = False


def _with(recording: Recording, samples: Samples, **over: object) -> Recording:
    shift = timedelta(milliseconds=samples.at_ms[0] - recording.samples.at_ms[0])
    return replace(recording, samples=samples, started_at=recording.started_at + shift, **over)


def _shifted(samples: Samples, shift_ms: int) -> Samples:
    return replace(samples, at_ms=[at + shift_ms for at in samples.at_ms])


def _jittered(random: Random, samples: Samples, metres: float) -> Samples:
    scatter = metres * 90
    return replace(
        samples,
        lat_e7=[lat + round(random.gauss(0, scatter)) for lat in samples.lat_e7],
        lon_e7=[lon + round(random.gauss(0, scatter)) for lon in samples.lon_e7],
    )


# Cheats ------------------------------------------------------------------------------------


def fast_run(random: Random) -> Case:
    """Somebody runs faster than the world record."""
    count = random.randint(1200, 4000)
    speeds = varied(random, random.uniform(7.2, 11), 0.5, count)
    return Case("speed", Track("running", speeds, random).recording())


def fast_walk(random: Random) -> Case:
    speeds = varied(random, random.uniform(5.5, 9), 0.5, random.randint(1500, 4000))
    return Case("speed", Track("walking", speeds, random).recording())


def fast_ride(random: Random) -> Case:
    speeds = varied(random, random.uniform(19, 35), 2.0, random.randint(1500, 4000))
    return Case(
        "speed", Track("cycling", speeds, random, every_s=random.choice([1, 5])).recording()
    )


def fast_swim(random: Random) -> Case:
    speeds = varied(random, random.uniform(3.5, 6), 0.3, random.randint(1500, 3000))
    return Case("speed", Track("swimming", speeds, random, is_indoors=True).recording())


def fast_treadmill(random: Random) -> Case:
    count = random.randint(1500, 4000)
    speeds = varied(random, random.uniform(7.2, 14), 0.2, count)
    bpm = hearts(random, 150, count)
    return Case(
        "treadmill", Track("treadmill", speeds, random, is_indoors=True, hr_bpm=bpm).recording()
    )


def stated_treadmill(random: Random) -> Case:
    track = Track(
        "treadmill",
        [0.0] * 1800,
        random,
        is_indoors=True,
        distance_m=random.uniform(16_000, 42_000),
    )
    samples = replace(track.samples(), distance_cm=[], hr_bpm=hearts(random, 150, 1800))
    recording = replace(track.recording(), samples=samples, moving_s=1800.0)
    return Case("treadmill", recording)


def spliced_run(random: Random) -> Case:
    """A run in whose midst a car takes over."""
    run = varied(random, 3.2, 0.4, 1500)
    drive = varied(random, random.uniform(13, 25), 2.0, random.randint(300, 900))
    return Case("car", Track("running", run[:700] + drive + run[700:], random).recording())


def _drive(random: Random, count: int, top_mps: tuple[float, float]) -> list[float]:
    """Return the speeds of a car from light to light."""
    speeds: list[float] = []
    while len(speeds) < count:
        top, rate = random.uniform(*top_mps), random.uniform(1.6, 2.6)
        speeds += [min(top, rate * second) for second in range(int(top / rate) + 1)]
        speeds += [max(0.0, top + random.gauss(0, 0.4)) for _ in range(random.randint(15, 90))]
        speeds += [max(0.0, top - 2.4 * second) for second in range(int(top / 2.4) + 1)]
        speeds += [0.0] * random.randint(5, 40)
    return speeds[:count]


def car_ride(random: Random) -> Case:
    speeds = _drive(random, random.randint(1500, 4000), (13.5, random.uniform(17, 33)))
    return Case("car", Track("cycling", speeds, random).recording())


def car_run(random: Random) -> Case:
    speeds = _drive(random, random.randint(1500, 4000), (11, 16))
    return Case(
        "car",
        Track(random.choice(["running", "walking", "trail_running"]), speeds, random).recording(),
    )


def teleport(random: Random) -> Case:
    track = honest_track(random, random.choice(["running", "cycling", "walking", "hiking"]))
    samples = track.samples()
    lat = list(samples.lat_e7)
    for place in random.sample(range(len(lat) // 4, len(lat) * 3 // 4), random.randint(1, 3)):
        jump = round(random.choice([1, -1]) * random.uniform(3_000, 300_000) * 90 * track.every_s)
        lat[place:] = [value + jump for value in lat[place:]]
    limit = 890_000_000
    lat = [max(-limit, min(limit, value)) for value in lat]
    recording = track.recording()
    return Case("teleport", replace(recording, samples=replace(samples, lat_e7=lat)))


def flat_heart(random: Random) -> Case:
    track = honest_track(random, random.choice(["running", "cycling", "walking"]))
    bpm = random.randint(110, 185)
    count = len(track.speeds_mps)
    return Case("flat heart rate", replace(track, hr_bpm=[bpm] * count).recording())


def flat_gym(random: Random) -> Case:
    count = random.randint(1800, 6000)
    track = Track("strength", [0.0] * count, random, is_indoors=True)
    samples = replace(track.samples(), distance_cm=[], hr_bpm=[random.randint(120, 180)] * count)
    return Case("flat heart rate", replace(track.recording(), samples=samples, distance_m=None))


def wild_heart(random: Random) -> Case:
    track = honest_track(random, "running")
    bpm = [random.choice([15, 240, 250]) for _ in track.speeds_mps]
    return Case("heart rate range", replace(track, hr_bpm=bpm).recording())


def long_steps(random: Random) -> Case:
    """A ride sold as a run, with few steps."""
    count = random.randint(1500, 4000)
    speeds = varied(random, random.uniform(5.2, 6.2), 0.3, count)
    rpm = whole(varied(random, random.uniform(45, 62), 3, count))
    return Case("cadence", Track("running", speeds, random, cadence_rpm=rpm).recording())


def shaken(random: Random) -> Case:
    """A machine that shakes the watch, on the spot."""
    count = random.randint(1800, 5000)
    rpm = whole(varied(random, random.uniform(85, 110), 1, count))
    track = Track("walking", [0.01] * count, random, cadence_rpm=rpm, noise_m=0.3)
    return Case("shaker", track.recording())


def whirled(random: Random) -> Case:
    count = random.randint(1800, 5000)
    rpm = whole(varied(random, random.uniform(210, 250), 3, count))
    speeds = varied(random, 8, 1, count)
    return Case("cadence", Track("cycling", speeds, random, cadence_rpm=rpm).recording())


def stepper(random: Random) -> Case:
    track = honest_track(random, "walking")
    elapsed_s = len(track.speeds_mps) * track.every_s
    return Case("steps", replace(track, steps=round(elapsed_s * random.uniform(5, 20))).recording())


def future(random: Random) -> Case:
    start = NOW + timedelta(hours=random.randint(1, 90_000))
    return Case("future", replace(honest_track(random), started_at=start).recording())


def never_set(random: Random) -> Case:
    start = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(hours=random.randint(0, 8000))
    return Case("clock", replace(honest_track(random), started_at=start).recording())


def endless(random: Random) -> Case:
    count = random.randint(25, 70) * 360
    bpm = hearts(random, 120, count)
    track = Track("cardio", [0.0] * count, random, every_s=10, is_indoors=True)
    samples = replace(track.samples(), distance_cm=[], hr_bpm=bpm)
    recording = replace(track.recording(), samples=samples, distance_m=None, moving_s=count * 10.0)
    return Case("over a day", recording)


def mighty(random: Random) -> Case:
    count = random.randint(1800, 5000)
    watts = whole(varied(random, random.uniform(700, 1500), 20, count))
    speeds = varied(random, 10, 0.5, count)
    return Case(
        "power", Track("indoor_cycling", speeds, random, power_w=watts, is_indoors=True).recording()
    )


def lifted(random: Random) -> Case:
    """Up a mountain by cable car, sold as a trail run."""
    count = random.randint(1200, 3000)
    speeds = varied(random, 4.0, 0.3, count)
    track = Track("trail_running", speeds, random, grade=lambda _at: random.uniform(0.3, 0.4))
    return Case("climb", track.recording())


def glutton(random: Random) -> Case:
    track = honest_track(random)
    minutes = len(track.speeds_mps) * track.every_s / 60
    return Case(
        "calories",
        replace(track, calories_kcal=round(minutes * random.uniform(60, 300))).recording(),
    )


def _original(random: Random) -> Recording:
    return honest_track(random, random.choice(["running", "cycling", "hiking", "mtb"])).recording()


def shifted(random: Random) -> Case:
    original = _original(random)
    shift_ms = random.choice([1, -1]) * random.randint(3, 40 * 24) * 3_600_000
    return Case("shifted copy", _with(original, _shifted(original.samples, shift_ms)), original)


def shifted_and_blurred(random: Random) -> Case:
    original = _original(random)
    samples = _shifted(original.samples, random.randint(3, 400) * 3_600_000)
    return Case("shifted copy", _with(original, _jittered(random, samples, 1.5)), original)


def shifted_and_thinned(random: Random) -> Case:
    original = _original(random)
    samples = _shifted(original.samples, random.randint(3, 400) * 3_600_000)
    return Case(
        "shifted copy", _with(original, take(samples, list(range(0, len(samples), 2)))), original
    )


def taken(random: Random) -> Case:
    """Another member's file, as it is or shifted by minutes."""
    original = _original(random)
    samples = _shifted(original.samples, random.choice([0, 0, 420_000, -86_400_000]))
    return Case("another's track", _with(original, samples), original, of_other=True)


def taken_without_heart(random: Random) -> Case:
    original = _original(random)
    samples = replace(original.samples, hr_bpm=[])
    return Case("another's track", _with(original, samples), original, of_other=True)


def taken_heart(random: Random) -> Case:
    """The heart of somebody else, without the places."""
    original = honest_track(random, "running", every_s=1)
    original = replace(original, hr_bpm=hearts(random, 150, len(original.speeds_mps))).recording()
    samples = replace(original.samples, lat_e7=[], lon_e7=[], altitude_cm=[])
    return Case(
        "another's track",
        _with(original, samples, sport="treadmill", track_distance_m=None),
        original,
        of_other=True,
    )


def cut_copy(random: Random) -> Case:
    """A copy of the greater part of a recording, on another day."""
    original = _original(random)
    samples = _shifted(original.samples, random.randint(3, 400) * 3_600_000)
    kept = take(samples, list(range(len(samples) // 5, len(samples))))
    return Case("edited file", _with(original, kept), original)


def stretched(random: Random) -> Case:
    """The same places in less time, on another day."""
    original = _original(random)
    first, shift_ms = original.samples.at_ms[0], random.randint(3, 400) * 3_600_000
    faster = random.uniform(0.85, 0.95)
    at_ms = [first + shift_ms + round((at - first) * faster) for at in original.samples.at_ms]
    return Case("edited file", _with(original, replace(original.samples, at_ms=at_ms)), original)


CHEATS: tuple[Callable[[Random], Case], ...] = (
    *(fast_run, fast_walk, fast_ride, fast_swim, fast_treadmill, stated_treadmill, spliced_run),
    *(car_ride, car_run, teleport, flat_heart, flat_gym, wild_heart, long_steps, shaken, whirled),
    *(stepper, future, never_set, endless, mighty, lifted, glutton),
    *(shifted, shifted_and_blurred, shifted_and_thinned, taken, taken_without_heart, taken_heart),
    *(cut_copy, stretched),
)

# Honest ------------------------------------------------------------------------------------


def plain(random: Random) -> Case:
    return Case("plain", honest_track(random).recording())


def glitches(random: Random) -> Case:
    """A receiver slips for a few fixes, near or far, and comes back."""
    track = honest_track(random, every_s=random.choice([1, 1, 3]))
    samples = track.samples()
    lat = list(samples.lat_e7)
    for _ in range(random.randint(1, 6)):
        place = random.randrange(len(lat) - 10)
        off = round(random.uniform(50, 30_000) * 90)
        for at in range(place, place + random.randint(1, 4)):
            lat[at] += off
    return Case("glitches", replace(track.recording(), samples=replace(samples, lat_e7=lat)))


def cold_start(random: Random) -> Case:
    """The first fixes are where the receiver was last."""
    track = honest_track(random)
    samples = track.samples()
    lat = list(samples.lat_e7)
    for at in range(random.randint(1, 20 // track.every_s + 1)):
        lat[at] += 40_000 * 90
    return Case("cold start", replace(track.recording(), samples=replace(samples, lat_e7=lat)))


def tunnel(random: Random) -> Case:
    """No fix for a while, or the last one frozen; then the other end."""
    track = honest_track(random, random.choice(["running", "cycling", "hiking"]), every_s=1)
    samples = track.samples()
    lat, lon = list(samples.lat_e7), list(samples.lon_e7)
    start, length = random.randint(300, 600), random.randint(60, 400)
    is_frozen = random.random() < 0.5
    for at in range(start, min(start + length, len(lat))):
        lat[at] = lat[start - 1] if is_frozen else None
        lon[at] = lon[start - 1] if is_frozen else None
    return Case(
        "tunnel", replace(track.recording(), samples=replace(samples, lat_e7=lat, lon_e7=lon))
    )


def paused(random: Random) -> Case:
    """A pause in which the member took a car or a train."""
    track = honest_track(random, random.choice(["running", "walking", "cycling"]))
    samples = track.samples()
    half = len(samples) // 2
    away_s = random.randint(600, 5400)
    off = round(random.uniform(1, 25) * away_s * 90)
    moved = replace(
        samples,
        at_ms=[at + (away_s * 1000 if n >= half else 0) for n, at in enumerate(samples.at_ms)],
        lat_e7=[
            max(-890_000_000, v - off) if n >= half else v for n, v in enumerate(samples.lat_e7)
        ],
        breaks=(half,) if random.random() < 0.7 else (),
    )
    return Case("paused", replace(track.recording(), samples=moved))


def skiing(random: Random) -> Case:
    """Lifts up, runs down."""
    speeds, grades = [], []
    for _ in range(random.randint(3, 7)):
        lift = random.randint(240, 600)
        speeds += [random.uniform(2.2, 6.0)] * lift + [0.3] * 60
        grades += [0.3] * lift + [0.0] * 60
        run = random.randint(120, 400)
        speeds += varied(random, random.uniform(8, 17), 3, run)
        grades += [-0.25] * run
    track = Track("skiing", speeds, random, grade=lambda at: grades[at])
    return Case("skiing", track.recording())


def downhill(random: Random) -> Case:
    """A lift up and a bike down."""
    speeds, grades = [], []
    for _ in range(random.randint(2, 5)):
        speeds += [random.uniform(3.0, 7.0)] * 500 + varied(random, random.uniform(6, 11), 3, 500)
        grades += [0.3] * 500 + [-0.15] * 500
    track = Track("mtb", speeds, random, grade=lambda at: grades[at])
    return Case("downhill", track.recording())


def alpine_ride(random: Random) -> Case:
    """A pass: slowly up, quickly down."""
    down = random.randint(600, 1500)
    speeds = varied(random, 4.0, 0.4, 3000, least=1.5) + varied(
        random, random.uniform(12, 17), 2.5, down
    )
    track = Track(
        "cycling",
        speeds,
        random,
        grade=lambda at: 0.08 if at < 3000 else -0.08,
        power_w=whole(varied(random, 250, 30, 3000 + down)),
    )
    return Case("alpine ride", track.recording())


def elite(random: Random) -> Case:
    """Among the best of the world."""
    sport, speed, rpm = random.choice(
        [("running", 5.6, 92), ("cycling", 13.2, 95), ("treadmill", 5.4, 91), ("rowing", 5.3, 36)]
    )
    count = random.randint(1500, 5400)
    track = Track(
        sport,
        varied(random, speed, 0.3, count),
        random,
        hr_bpm=hearts(random, 175, count),
        cadence_rpm=whole(varied(random, rpm, 2, count)),
        power_w=whole(varied(random, 380, 25, count)) if sport == "cycling" else None,
        is_indoors=sport == "treadmill",
    )
    return Case("elite", track.recording())


def city_ride(random: Random) -> Case:
    """Stops at lights, sprints away from some."""
    speeds: list[float] = []
    while len(speeds) < 3000:
        top, rate = random.uniform(6, 10.5), random.uniform(0.4, 0.9)
        speeds += [min(top, rate * second) for second in range(int(top / rate) + 1)]
        speeds += [max(0.0, top + random.gauss(0, 0.4)) for _ in range(random.randint(20, 150))]
        speeds += [max(0.0, top - 1.5 * second) for second in range(int(top / 1.5) + 1)]
        speeds += [0.0] * random.randint(5, 60)
    return Case("city ride", Track("cycling", speeds, random).recording())


def loose_strap(random: Random) -> Case:
    """Heart rates drop to nothing, spike, or hold still for some minutes."""
    track = honest_track(random, random.choice(["running", "cycling"]), every_s=1)
    bpm = hearts(random, 150, len(track.speeds_mps))
    for at in random.sample(range(len(bpm)), 25):
        bpm[at] = random.choice([0, 0, 240, 255, 20])
    start = random.randrange(len(bpm) // 2)
    stuck = random.randint(30, 480)
    bpm[start : start + stuck] = [bpm[start] or 120] * len(bpm[start : start + stuck])
    return Case("loose strap", replace(track, hr_bpm=bpm).recording())


def ferry(random: Random) -> Case:
    """A hike with a boat in its midst."""
    walk = varied(random, 1.2, 0.3, 4500, least=0.1)
    boat = varied(random, random.uniform(4, 8), 0.2, random.randint(400, 900))
    return Case("ferry", Track("hiking", walk[:2000] + boat + walk[2000:], random).recording())


def together(random: Random) -> Case:
    """Two members side by side, each with a receiver of their own."""
    one = honest_track(random, random.choice(["running", "cycling"]), hr_bpm=None, cadence_rpm=None)
    first = one.recording()
    wander_n = varied(random, 0.0, 4.0, len(one.speeds_mps), least=-50)
    wander_e = varied(random, 2.0, 4.0, len(one.speeds_mps), least=-50)
    samples = replace(
        first.samples,
        lat_e7=[v + round(off * 90) for v, off in zip(first.samples.lat_e7, wander_n, strict=True)],
        lon_e7=[v + round(off * 90) for v, off in zip(first.samples.lon_e7, wander_e, strict=True)],
    )
    late_s = random.randint(-40, 40)
    return Case("together", _with(first, _shifted(samples, late_s * 1000)), first, of_other=True)


def two_devices(random: Random) -> Case:
    """One workout of one member, from a watch and as its service hands it out."""
    first = honest_track(random, "running").recording()
    rounded = replace(
        first.samples,
        lat_e7=[round(v, -1) for v in first.samples.lat_e7],
        lon_e7=[round(v, -1) for v in first.samples.lon_e7],
    )
    return Case("two devices", _with(first, rounded), first)


def same_road(random: Random) -> Case:
    """The same commute on another day: the same road at nearly the same pace."""
    seed, sport = random.random(), random.choice(["running", "cycling"])
    first = replace(honest_track(Random(seed), sport), every_s=1)
    count = len(first.speeds_mps)
    base = first.speeds_mps
    road = Random(seed * 2)
    one = replace(first, random=road, noise_m=0.0, hr_bpm=None, cadence_rpm=None)
    factor = random.uniform(0.97, 1.03)
    other = replace(
        one, random=Random(seed * 2), speeds_mps=[speed * factor for speed in base][:count]
    )
    earlier, later = _noisy(random, one.recording()), _noisy(random, other.recording())
    return Case("same road", _with(later, _shifted(later.samples, 86_400_000)), earlier)


def _noisy(random: Random, recording: Recording) -> Recording:
    count = len(recording.samples)
    north, east = (varied(random, 0.0, 5.0, count, least=-50) for _ in range(2))
    samples = replace(
        recording.samples,
        lat_e7=[v + round(o * 90) for v, o in zip(recording.samples.lat_e7, north, strict=True)],
        lon_e7=[v + round(o * 90) for v, o in zip(recording.samples.lon_e7, east, strict=True)],
    )
    return replace(recording, samples=samples)


HONEST: tuple[Callable[[Random], Case], ...] = (
    *(plain, plain, plain, glitches, cold_start, tunnel, paused, skiing, downhill, alpine_ride),
    *(elite, city_ride, loose_strap, ferry, together, two_devices, same_road),
)


def corpus(
    makers: tuple[Callable[[Random], Case], ...], each: int, seed: int = 1
) -> Iterator[Case]:
    """Yield so many cases of each maker; the same ones for the same seed."""
    for number, make in enumerate(makers):
        for turn in range(each):
            yield make(Random(seed * 1_000_003 + number * 1009 + turn))


__all__ = ["CHEATS", "HONEST", "NOW", "START", "Case", "corpus"]
