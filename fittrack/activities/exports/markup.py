"""The pieces that our XML exports have in common; no I/O."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from xml.sax.saxutils import escape as escaped
from xml.sax.saxutils import quoteattr

from fittrack.activities.columns import Column
from fittrack.activities.files.own import FIGURES, NAMESPACE, TEXTS
from fittrack.activities.models import Activity, ActivityLap
from fittrack.activities.samples import Samples
from fittrack.clock import rfc3339

# Enough to make each piece that goes out worth a write.
POINTS_A_PIECE = 500
HALF_CIRCLE_E7 = 1_800_000_000
MOST_BYTE = 254
# What XML 1.0 (section 2.2) can't hold, however it is written.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text(value: str) -> str:
    """Return text as it may stand in an element."""
    return escaped(_FORBIDDEN.sub(" ", value))


def attribute(value: object) -> str:
    """Return a quoted attribute value."""
    return quoteattr(_FORBIDDEN.sub(" ", str(value)))


def element(name: str, value: object | None) -> str:
    """Return an element of plain text, nothing for None."""
    return "" if value is None else f"<{name}>{text(str(value))}</{name}>"


def instant(at_ms: int) -> str:
    """Return milliseconds since 1970 as RFC 3339 in UTC, with a fraction where there is one."""
    second = datetime.fromtimestamp(at_ms // 1000, UTC).replace(tzinfo=None).isoformat()
    rest_ms = at_ms % 1000
    return f"{second}.{rest_ms:03d}Z" if rest_ms else f"{second}Z"


def degrees(value_e7: int) -> str:
    """Return e7 degrees as text, exactly."""
    return f"{value_e7 / 1e7:.7f}"


def longitude(value_e7: int) -> str:
    """Return a longitude from -180 to below 180, the range of both schemas."""
    return degrees(-HALF_CIRCLE_E7 if value_e7 == HALF_CIRCLE_E7 else value_e7)


def column_of(column: Column, count: int) -> Column:
    """Return a column, or one of as many Nones."""
    return column or [None] * count


def byte_of(value: int | None) -> int | None:
    """Return a heart rate or cadence that the schemas' byte holds, else None."""
    return value if value is not None and 0 <= value <= MOST_BYTE else None


def pieces(samples: Samples) -> Iterator[range]:
    """Yield the indexes between pauses, piece by piece."""
    for start, end in pairwise([0, *samples.breaks, len(samples)]):
        yield range(start, end)


def batches(indexes: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield the indexes of as many points as go out at once."""
    for start in range(0, len(indexes), POINTS_A_PIECE):
        yield indexes[start : start + POINTS_A_PIECE]


def own_activity(activity: Activity, laps: list[ActivityLap], *, breaks: Sequence[int] = ()) -> str:
    """Return what the formats have no words for, so that reading it again gives equal figures.

    `breaks` are the samples after pauses, where the format does not tell each of them.
    """
    figures = {name: getattr(activity, name) for name in FIGURES}
    figures["elapsed_s"] = (activity.ended_at - activity.started_at).total_seconds()
    texts = dict(zip(TEXTS, (activity.name, activity.notes_text, activity.device), strict=True))
    told = {
        "sport": activity.sport,
        "started_at": rfc3339(activity.started_at),
        "utc_offset_s": activity.utc_offset_s,
        "breaks": " ".join(map(str, breaks)) or None,
        **figures,
        **texts,
    }
    inner = "".join(_own_lap(lap) for lap in laps)
    return f'<ft:Figures xmlns:ft="{NAMESPACE}"{_attributes(told)}>{inner}</ft:Figures>'


def _own_lap(lap: ActivityLap) -> str:
    told = {
        "started_at": rfc3339(lap.started_at),
        "elapsed_s": lap.elapsed_s,
        "distance_m": lap.distance_m,
    }
    return f"<ft:LapFigures{_attributes(told)}/>"


def _attributes(told: dict[str, object | None]) -> str:
    return "".join(
        f" {name}={attribute(value)}" for name, value in told.items() if value is not None
    )
