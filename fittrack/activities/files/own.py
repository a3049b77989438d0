"""What our own exports say of an activity beyond what GPX and TCX have words for."""

from __future__ import annotations

from dataclasses import replace

from lxml import etree

from fittrack.activities.files import xml
from fittrack.activities.files.assemble import MOST_LAPS, Stated, lap_of
from fittrack.activities.files.track import time_in_range
from fittrack.activities.recording import Lap
from fittrack.activities.samples import Samples
from fittrack.activities.sports import SPORTS

NAMESPACE = "urn:fittrack:activity:1"
# Attributes of the element Figures, named as the fields of `Stated` that they set.
FIGURES = (
    *("elapsed_s", "moving_s", "distance_m", "ascent_m", "descent_m", "calories_kcal", "steps"),
    *("avg_hr_bpm", "max_hr_bpm", "avg_cadence_rpm", "max_cadence_rpm"),
    *("avg_power_w", "max_power_w", "avg_speed_mps", "max_speed_mps"),
)
TEXTS = ("name", "notes", "device")


def find_own(element: etree._Element) -> etree._Element | None:
    """Return the element in which our export of this track or activity says more, if it is ours."""
    for child in element:
        if xml.local(child).lower() == "extensions":
            return child.find(f"{{{NAMESPACE}}}Figures")
    return None


def apply_own(stated: Stated, element: etree._Element) -> None:
    """Let what our export says of the whole activity stand for what the format can say.

    A figure that it leaves away is one that nobody measured.
    """
    for name in FIGURES:
        setattr(stated, name, xml.number(element.get(name)))
    for name in TEXTS:
        setattr(stated, name, element.get(name) or "")
    if element.get("sport") in SPORTS:
        stated.sport = element.get("sport") or stated.sport
    offset_s = xml.number(element.get("utc_offset_s"))
    if offset_s is not None and abs(offset_s) <= 86_400:
        stated.utc_offset_s = round(offset_s)
    start_ms = time_in_range(xml.milliseconds(element.get("started_at")))
    stated.start_ms = start_ms if start_ms is not None else stated.start_ms
    stated.laps = [lap for child in element[:MOST_LAPS] for lap in _laps(child)]


def with_breaks(samples: Samples, element: etree._Element) -> Samples:
    """Return samples with the pauses that our export names, where it names any."""
    numbers = (element.get("breaks") or "").split()
    breaks = {int(number) for number in numbers if number.isdecimal() and len(number) < 8}
    kept = tuple(sorted(at for at in breaks if 0 < at < len(samples)))
    return replace(samples, breaks=kept) if kept else samples


def _laps(element: etree._Element) -> list[Lap]:
    start_ms = time_in_range(xml.milliseconds(element.get("started_at")))
    if xml.local(element) != "LapFigures" or start_ms is None:
        return []
    elapsed_s, distance_m = element.get("elapsed_s"), element.get("distance_m")
    return [lap_of(start_ms, xml.number(elapsed_s), xml.number(distance_m))]
