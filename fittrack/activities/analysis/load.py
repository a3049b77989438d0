"""Fitness, fatigue and form from the loads of days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

FITNESS_DAYS = 42
FATIGUE_DAYS = 7


@dataclass(frozen=True, slots=True)
class LoadDay:
    """One day: its load, fitness and fatigue at its end, and the form in which it began."""

    day_on: date
    load: float
    fitness: float
    fatigue: float
    form: float


def load_days(loads: Mapping[date, float], from_on: date, to_on: date) -> Iterator[LoadDay]:
    """Yield each day from one to another; `loads` holds every load of the member until then.

    Fitness is yesterday's plus a 42nd of what today's load is above it, fatigue the same with a
    7th; form is yesterday's fitness less yesterday's fatigue: E. W. Banister and others, Austral.
    J. Sports Med. 7 (1975), in the form of H. Allen and A. Coggan, Training and Racing with a
    Power Meter, 2nd edition (2010), ch. 9. Both begin at zero on the day before the first load.
    """
    fitness = fatigue = 0.0
    last_on: date | None = None
    for day_on in sorted(day for day in loads if day < from_on):
        idle = 0 if last_on is None else (day_on - last_on).days - 1
        fitness, fatigue = _idle(fitness, fatigue, idle)
        fitness, fatigue = _trained(fitness, fatigue, loads[day_on])
        last_on = day_on
    if last_on is not None:
        fitness, fatigue = _idle(fitness, fatigue, (from_on - last_on).days - 1)
    for after in range((to_on - from_on).days + 1):
        day_on = from_on + timedelta(days=after)
        load, form = loads.get(day_on, 0.0), fitness - fatigue
        fitness, fatigue = _trained(fitness, fatigue, load)
        yield LoadDay(day_on, load, fitness, fatigue, form)


def _trained(fitness: float, fatigue: float, load: float) -> tuple[float, float]:
    return fitness + (load - fitness) / FITNESS_DAYS, fatigue + (load - fatigue) / FATIGUE_DAYS


def _idle(fitness: float, fatigue: float, days: int) -> tuple[float, float]:
    return fitness * (1 - 1 / FITNESS_DAYS) ** days, fatigue * (1 - 1 / FATIGUE_DAYS) ** days
