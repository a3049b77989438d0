"""Makes exports of Apple Health, as a phone writes them."""

from __future__ import annotations

from datetime import datetime, timedelta

DOCTYPE = """<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 14 -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout|ActivitySummary)*)>
<!ATTLIST HealthData
  locale CDATA #REQUIRED
>
<!ELEMENT Record ((MetadataEntry|HeartRateVariabilityMetadataList)*)>
<!ATTLIST Record
  type          CDATA #REQUIRED
  unit          CDATA #IMPLIED
>
]>
"""


def apple_export(*elements: str, doctype: str = DOCTYPE) -> bytes:
    """Return an export.xml of these elements."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{doctype}<HealthData locale="en_US">\n'
        ' <ExportDate value="2026-11-20 10:36:11 -0500"/>\n'
        f"{''.join(elements)}</HealthData>\n"
    ).encode()


def apple_time(moment: datetime) -> str:
    """Return an instant as Apple writes it."""
    return f"{moment:%Y-%m-%d %H:%M:%S %z}"


TYPED_IN = '  <MetadataEntry key="HKWasUserEntered" value="1"/>\n'


def record(
    kind: str,
    start: datetime,
    value: float,
    *,
    source: str = "Watch",
    s: int = 0,
    user_entered: int = 0,
) -> str:
    """Return a record of `s` seconds."""
    return (
        f' <Record type="HKQuantityTypeIdentifier{kind}" sourceName="{source}" unit="count"'
        f' startDate="{apple_time(start)}" endDate="{apple_time(start + timedelta(seconds=s))}"'
        f' value="{value}">\n'
        f'  <MetadataEntry key="HKWasUserEntered" value="{user_entered}"/>\n </Record>\n'
    )


def beats(start: datetime, duration_s: int, bpm: int = 140) -> str:
    """Return a heart rate each five seconds."""
    return "".join(
        record("HeartRate", start + timedelta(seconds=second), bpm)
        for second in range(0, duration_s + 1, 5)
    )


def workout(
    start: datetime, duration_s: int, kind: str = "Running", *, inner: str = "", **words: str
) -> str:
    """Return a workout with what stands inside of it."""
    others = "".join(f' {key}="{text}"' for key, text in words.items())
    return (
        f' <Workout workoutActivityType="HKWorkoutActivityType{kind}"'
        f' duration="{duration_s / 60}" durationUnit="min" sourceName="Ana’s &amp; Watch"'
        f' startDate="{apple_time(start)}"'
        f' endDate="{apple_time(start + timedelta(seconds=duration_s))}"{others}>\n'
        f"{inner} </Workout>\n"
    )


def route_file(name: str) -> str:
    """Return what a workout says of its route."""
    return (
        '  <WorkoutRoute sourceName="Watch">\n'
        f'   <FileReference path="/workout-routes/{name}"/>\n  </WorkoutRoute>\n'
    )
