"""Units: exact factors, and figures that come back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack import units
from fittrack.units import IMPERIAL, METRIC, Quantity, Units

AMOUNTS = st.floats(0, 1_000_000, allow_nan=False)


def test_known_figures_are_converted_exactly():
    assert units.mass_of(45.359237, IMPERIAL) == Quantity(100.0, "lb")
    assert units.length_of(1.8288, IMPERIAL) == Quantity(72.0, "in")
    assert units.distance_of(42_195, IMPERIAL) == Quantity(26.22, "mi")
    assert units.distance_of(42_195, METRIC) == Quantity(42.2, "km")
    assert units.energy_of(100, Units("kg", "cm", "km", "kJ")) == Quantity(418, "kJ")
    assert units.energy_of(100, IMPERIAL) == Quantity(100, "kcal")


@given(AMOUNTS)
def test_an_imperial_figure_means_the_metric_one(amount):
    lb, mi = units.mass_of(amount, IMPERIAL), units.distance_of(amount, IMPERIAL)
    assert lb.value * units.KG_PER_LB == pytest.approx(amount, abs=0.05)
    assert mi.value * units.KM_PER_MI * 1000 == pytest.approx(amount, abs=10)


@given(AMOUNTS, AMOUNTS)
def test_more_is_never_shown_as_less(one, other):
    low, high = sorted((one, other))
    for convert in (units.mass_of, units.length_of, units.distance_of, units.energy_of):
        for system in (METRIC, IMPERIAL):
            assert convert(low, system).value <= convert(high, system).value


def test_a_named_system_comes_before_what_is_preferred():
    preferred = Units("lb", "cm", "mi", "kJ")
    assert units.chosen(None, preferred) == preferred
    assert units.chosen("metric", preferred) == METRIC
    assert units.chosen("imperial", METRIC) == IMPERIAL
