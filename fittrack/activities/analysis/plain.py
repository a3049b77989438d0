"""Computed figures as plain values, rounded to what they are worth."""

from __future__ import annotations

from typing import Any

from fittrack.activities.analysis.hearts import Heart
from fittrack.activities.analysis.models import (
    LapView,
    LoadView,
    MetricsView,
    Record,
    RecordRow,
    ZonesView,
)
from fittrack.activities.analysis.splits import UNITS_M, Stretch


def splits(activity_id: str, unit: str, stretches: list[Stretch]) -> dict[str, Any]:
    """Return splits as `SplitsSchema` shows them."""
    unit_m = UNITS_M[unit]
    rows = [
        {"split_no": no, "is_partial": stretch.distance_m < unit_m - 0.005, **_stretch(stretch)}
        for no, stretch in enumerate(stretches, start=1)
    ]
    return {"activity_id": activity_id, "unit": unit, "splits": rows}


def laps(activity_id: str, laps: list[LapView]) -> dict[str, Any]:
    """Return laps as `LapsSchema` shows them."""
    rows = [
        {
            "lap_no": view.lap.lap_no,
            "started_at": view.lap.started_at,
            "elapsed_s": view.lap.elapsed_s,
            "distance_m": view.lap.distance_m,
            "measured": _stretch(view.stretch) if view.stretch else None,
        }
        for view in laps
    ]
    return {"activity_id": activity_id, "laps": rows}


def _stretch(stretch: Stretch) -> dict[str, Any]:
    moving_s = stretch.moving_ms / 1000
    return {
        "elapsed_s": round(stretch.elapsed_ms / 1000, 1),
        "moving_s": round(moving_s, 1),
        "distance_m": round(stretch.distance_m, 2),
        "avg_speed_mps": round(stretch.distance_m / moving_s, 3) if moving_s else None,
        "ascent_m": _rounded(stretch.ascent_m),
        "descent_m": _rounded(stretch.descent_m),
        "avg_hr_bpm": _rounded(stretch.avg_hr_bpm),
        "avg_power_w": _rounded(stretch.avg_power_w),
    }


def _rounded(value: float | None, places: int = 1) -> float | None:
    return None if value is None else round(value, places)


def zones(view: ZonesView) -> dict[str, Any]:
    """Return zones as `HeartZonesSchema` shows them."""
    return {
        "activity_id": view.activity_id,
        "heart": _heart(view.heart),
        "hr_time_s": view.hr_ms / 1000,
        "zones": None
        if view.zones is None
        else [
            {
                "zone_no": zone.zone_no,
                "from_bpm": round(zone.from_bpm, 1),
                "to_bpm": _rounded(zone.to_bpm),
                "time_s": zone.milliseconds / 1000,
            }
            for zone in view.zones
        ],
        "trimp": _rounded(view.trimp),
    }


def _heart(heart: Heart) -> dict[str, Any]:
    known = heart.max_hr_bpm is not None
    return {
        "max_hr_bpm": heart.max_hr_bpm,
        "max_hr_source": ("own" if heart.is_own_max else "age") if known else None,
        "resting_hr_bpm": heart.rest_bpm,
        "resting_hr_source": "assumed" if heart.resting_hr_bpm is None else "own",
    }


def metrics(view: MetricsView) -> dict[str, Any]:
    """Return an activity's figures as `MetricsSchema` shows them; a heart says more than pace."""
    method = ("heart_rate" if view.vo2max else "performance") if view.vo2max or view.vdot else None
    power = view.power
    return {
        "activity_id": view.activity_id,
        "metrics_version": view.metrics_version,
        "heart": _heart(view.heart),
        "trimp": _rounded(view.trimp),
        "power": power
        and {
            "time_s": power.powered_ms / 1000,
            "mean_w": _rounded(power.mean_w),
            "normalised_w": _rounded(power.normalised_w),
            "threshold_w": _rounded(power.threshold_w),
            "intensity_factor": _rounded(power.intensity_factor, 3),
            "training_stress": _rounded(power.training_stress),
        },
        "vo2max_ml_kg_min": _rounded(view.vo2max or view.vdot),
        "vo2max_method": method,
        "vdot": _rounded(view.vdot),
        "efforts": [
            {**_effort(effort.effort_code, effort.figure), "from_s": effort.from_ms / 1000}
            for effort in view.efforts
        ],
    }


def _effort(effort_code: str, figure: int) -> dict[str, Any]:
    is_power = figure < 0
    return {
        "effort": effort_code,
        "time_s": None if is_power else figure / 1000,
        "power_w": -figure if is_power else None,
    }


def records(records: list[Record]) -> dict[str, Any]:
    """Return records as `RecordsSchema` shows them."""
    rows = []
    for record in records:
        former = [*record.history[1:], None]
        steps = [_step(row, was) for row, was in zip(record.history, former, strict=True)]
        rows.append({"sport": record.sport, **steps[0], "history": steps})
    return {"records": rows}


def _step(row: RecordRow, former: RecordRow | None) -> dict[str, Any]:
    gain = None if former is None else former.figure - row.figure
    is_power = row.figure < 0
    return {
        **_effort(row.effort_code, row.figure),
        "activity_id": row.activity_id,
        "set_at": row.started_at,
        "improved_by": gain if gain is None or is_power else gain / 1000,
    }


def load(view: LoadView) -> dict[str, Any]:
    """Return training load as `LoadSchema` shows it."""
    rows = [
        {
            "day_on": day.day_on,
            "load": round(day.load, 2),
            "fitness": round(day.fitness, 2),
            "fatigue": round(day.fatigue, 2),
            "form": round(day.form, 2),
        }
        for day in view.days
    ]
    return {"load": view.load_name, "unrated_count": view.unrated, "days": rows}
