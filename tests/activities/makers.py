"""Makes small FIT, TCX and GPX files in code, sound ones and broken ones."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

FIT_EPOCH = datetime(1989, 12, 31, tzinfo=UTC)
START = datetime(2026, 11, 2, 7, 0, tzinfo=UTC)

_CRC_TABLE = (
    *(0x0000, 0xCC01, 0xD801, 0x1400, 0xF001, 0x3C00, 0x2800, 0xE401),
    *(0xA001, 0x6C00, 0x7800, 0xB401, 0x5000, 0x9C01, 0x8801, 0x4400),
)

# Base types of the FIT profile: number, struct format, the value that says "nothing".
_ENUM, _SINT8, _UINT8, _UINT16, _SINT32, _UINT32 = (
    (0x00, "B", 0xFF),
    (0x01, "b", 0x7F),
    (0x02, "B", 0xFF),
    (0x84, "H", 0xFFFF),
    (0x85, "i", 0x7FFFFFFF),
    (0x86, "I", 0xFFFFFFFF),
)

# Message name: global number, and for each field its number, base type, scale and offset.
_MESSAGES = {
    "file_id": (0, {"type": (0, _ENUM, 1, 0), "time_created": (4, _UINT32, 1, 0)}),
    "session": (
        18,
        {
            "timestamp": (253, _UINT32, 1, 0),
            "start_time": (2, _UINT32, 1, 0),
            "sport": (5, _ENUM, 1, 0),
            "sub_sport": (6, _ENUM, 1, 0),
            "total_elapsed_time": (7, _UINT32, 1000, 0),
            "total_timer_time": (8, _UINT32, 1000, 0),
            "total_distance": (9, _UINT32, 100, 0),
            "total_calories": (11, _UINT16, 1, 0),
            "avg_heart_rate": (16, _UINT8, 1, 0),
            "max_heart_rate": (17, _UINT8, 1, 0),
            "total_ascent": (22, _UINT16, 1, 0),
        },
    ),
    "lap": (
        19,
        {
            "timestamp": (253, _UINT32, 1, 0),
            "start_time": (2, _UINT32, 1, 0),
            "total_elapsed_time": (7, _UINT32, 1000, 0),
            "total_distance": (9, _UINT32, 100, 0),
        },
    ),
    "record": (
        20,
        {
            "timestamp": (253, _UINT32, 1, 0),
            "position_lat": (0, _SINT32, 2**31 / 180, 0),
            "position_long": (1, _SINT32, 2**31 / 180, 0),
            "altitude": (2, _UINT16, 5, 500),
            "heart_rate": (3, _UINT8, 1, 0),
            "cadence": (4, _UINT8, 1, 0),
            "distance": (5, _UINT32, 100, 0),
            "speed": (6, _UINT16, 1000, 0),
            "power": (7, _UINT16, 1, 0),
            "temperature": (13, _SINT8, 1, 0),
        },
    ),
    "event": (
        21,
        {
            "timestamp": (253, _UINT32, 1, 0),
            "event": (0, _ENUM, 1, 0),
            "event_type": (1, _ENUM, 1, 0),
        },
    ),
    "activity": (
        34,
        {"timestamp": (253, _UINT32, 1, 0), "local_timestamp": (5, _UINT32, 1, 0)},
    ),
}

Value = float | datetime
Message = tuple[str, dict[str, Value]]

TYPE_ACTIVITY, TYPE_COURSE = 4, 6
SPORT_RUNNING, SPORT_CYCLING, SPORT_TRANSITION = 1, 2, 3


def fit_crc(data: bytes) -> int:
    """Return the checksum that ends a FIT file."""
    crc = 0
    for byte in data:
        for nibble in (byte & 0xF, byte >> 4):
            crc = ((crc >> 4) & 0x0FFF) ^ _CRC_TABLE[crc & 0xF] ^ _CRC_TABLE[nibble]
    return crc


def make_fit(
    messages: Iterable[Message], *, file_type: int | None = TYPE_ACTIVITY, lean: bool = False
) -> bytes:
    """Return a FIT file of these messages, each with its own definition.

    A lean file defines anew only what differs from the message before, as devices do.
    """
    opening = [] if file_type is None else [("file_id", {"type": file_type, "time_created": START})]
    body, defined = bytearray(), b""
    for name, fields in [*opening, *messages]:
        definition, data = _message(name, fields)
        body += data if lean and definition == defined else definition + data
        defined = definition
    header = struct.pack("<BBHI4s", 14, 0x20, 2132, len(body), b".FIT")
    header += struct.pack("<H", fit_crc(header))
    return header + body + struct.pack("<H", fit_crc(header + body))


def _message(name: str, fields: dict[str, Value]) -> tuple[bytes, bytes]:
    number, known = _MESSAGES[name]
    layout = [known[field_name] for field_name in fields]
    definition = struct.pack("<BBBHB", 0x40, 0, 0, number, len(layout))
    for field_number, (base, kind, _), _, _ in layout:
        definition += struct.pack("BBB", field_number, struct.calcsize(kind), base)
    values = b"".join(
        struct.pack("<" + kind[1], round((_seconds(value) + offset) * scale))
        for value, (_, kind, scale, offset) in zip(fields.values(), layout, strict=True)
    )
    return definition, b"\x00" + values


def _seconds(value: Value) -> float:
    return (value - FIT_EPOCH).total_seconds() if isinstance(value, datetime) else value


def fit_records(
    start: datetime,
    seconds: Iterable[int],
    *,
    hr_bpm: int = 140,
    speed_mps: float = 3.0,
    longitude_deg: float = 13.0,
) -> list[Message]:
    """Return a record for each second: north at an even pace, on the level.

    The heart misses a beat now and then, as no heart beats alike for very long.
    """
    return [
        (
            "record",
            {
                "timestamp": start + timedelta(seconds=second),
                "position_lat": 52.0 + second * speed_mps / 111_319.5,
                "position_long": longitude_deg,
                "altitude": 100.0,
                "heart_rate": hr_bpm - 1 if hr_bpm and second % 700 == 699 else hr_bpm,
                "distance": second * speed_mps,
            },
        )
        for second in seconds
    ]


def fit_session(start: datetime, elapsed_s: float, **others: Value) -> Message:
    """Return a running session that ends `elapsed_s` after `start`."""
    end = start + timedelta(seconds=elapsed_s)
    stated = {"timestamp": end, "start_time": start, "total_elapsed_time": elapsed_s}
    return "session", {**stated, "sport": SPORT_RUNNING, **others}


def make_fit_run(start: datetime = START, duration_s: int = 600, **session: Value) -> bytes:
    """Return a plain run with a record a second and a session that agrees with them."""
    stated = {"total_timer_time": duration_s, "total_distance": duration_s * 3.0, **session}
    records = fit_records(start, range(duration_s + 1))
    return make_fit([*records, fit_session(start, duration_s, **stated)])


@dataclass(frozen=True, slots=True)
class Point:
    """One point of an XML file; a text of None leaves the element away."""

    time: str | None
    lat: str | None = "52.0"
    lon: str | None = "13.0"
    altitude_m: str | None = None
    hr_bpm: str | None = None
    distance_m: str | None = None


def points(
    start: datetime = START, seconds: Iterable[int] = range(61), *, hr_bpm: int | None = 140
) -> list[Point]:
    """Return a point for each second, north at 3 m/s."""
    return [
        Point(
            f"{start + timedelta(seconds=second):%Y-%m-%dT%H:%M:%SZ}",
            lat=f"{52 + second * 3 / 111_319.5:.8f}",
            hr_bpm=None if hr_bpm is None else str(hr_bpm),
        )
        for second in seconds
    ]


def gpx_of(*tracks: list[list[Point]], sport: str = "running", prolog: str = "") -> bytes:
    """Return a GPX file: tracks of segments of points."""
    body = "".join(
        f"<trk><name>Test</name><type>{sport}</type>"
        + "".join(f"<trkseg>{''.join(map(_trkpt, segment))}</trkseg>" for segment in track)
        + "</trk>"
        for track in tracks
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{prolog}'
        f'<gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1">{body}</gpx>'
    ).encode()


def _trkpt(point: Point) -> str:
    inner = _element("ele", point.altitude_m) + _element("time", point.time)
    inner += f"<extensions>{_element('hr', point.hr_bpm)}</extensions>"
    return f'<trkpt lat="{point.lat}" lon="{point.lon}">{inner}</trkpt>'


def _element(name: str, text: str | None) -> str:
    return "" if text is None else f"<{name}>{text}</{name}>"


@dataclass(frozen=True, slots=True)
class TcxLap:
    """One Lap element with its tracks of points."""

    start: str
    timer_s: float
    distance_m: float
    tracks: list[list[Point]] = field(default_factory=list)


def tcx_of(*activities: list[TcxLap], sport: str = "Running", prolog: str = "") -> bytes:
    """Return a TCX file: activities of laps."""
    body = "".join(
        f'<Activity Sport="{sport}"><Id>x</Id>{"".join(map(_lap, laps))}'
        "<Creator><Name>Test watch</Name></Creator></Activity>"
        for laps in activities
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{prolog}'
        '<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2">'
        f"<Activities>{body}</Activities></TrainingCenterDatabase>"
    ).encode()


def _lap(lap: TcxLap) -> str:
    tracks = "".join(f"<Track>{''.join(map(_trackpoint, track))}</Track>" for track in lap.tracks)
    return (
        f'<Lap StartTime="{lap.start}"><TotalTimeSeconds>{lap.timer_s}</TotalTimeSeconds>'
        f"<DistanceMeters>{lap.distance_m}</DistanceMeters><Calories>10</Calories>{tracks}</Lap>"
    )


def _trackpoint(point: Point) -> str:
    place = _element("LatitudeDegrees", point.lat) + _element("LongitudeDegrees", point.lon)
    heart = (
        ""
        if point.hr_bpm is None
        else f"<HeartRateBpm><Value>{point.hr_bpm}</Value></HeartRateBpm>"
    )
    return (
        f"<Trackpoint>{_element('Time', point.time)}"
        f"{'' if point.lat is None else f'<Position>{place}</Position>'}"
        f"{_element('AltitudeMeters', point.altitude_m)}"
        f"{_element('DistanceMeters', point.distance_m)}{heart}</Trackpoint>"
    )
