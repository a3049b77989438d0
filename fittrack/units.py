"""The units in which a person reads a figure; what is stored and sent under `_m`, `_kg` is metric.

A member chooses a unit for each of four kinds of figure; `?units=` answers one request in a whole
system instead. Factors: NIST Special Publication 811, appendix B (all exact but for rounding).
"""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import Schema, fields, validate

MASS_UNITS = ("kg", "lb")
LENGTH_UNITS = ("cm", "in")
DISTANCE_UNITS = ("km", "mi")
ENERGY_UNITS = ("kcal", "kJ")

KG_PER_LB = 0.45359237
CM_PER_IN = 2.54
KM_PER_MI = 1.609344
KJ_PER_KCAL = 4.184


@dataclass(frozen=True, slots=True)
class Units:
    """The unit for each kind of figure."""

    mass: str
    length: str
    distance: str
    energy: str


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure as a person reads it."""

    value: float
    unit: str


METRIC = Units("kg", "cm", "km", "kcal")
IMPERIAL = Units("lb", "in", "mi", "kcal")
SYSTEMS = {"metric": METRIC, "imperial": IMPERIAL}


class UnitsQuery(Schema):
    """In which units an answer is to be read; without it, in those that the member prefers."""

    units = fields.String(load_default=None, validate=validate.OneOf(sorted(SYSTEMS)))


class QuantitySchema(Schema):
    """A figure as a person reads it."""

    value = fields.Float(required=True, metadata={"example": 154.3})
    unit = fields.String(required=True, metadata={"example": "lb"})


def chosen(system: str | None, preferred: Units) -> Units:
    """Return the units of a system, or those preferred where none is named."""
    return SYSTEMS[system] if system else preferred


def mass_of(kg: float, units: Units) -> Quantity:
    """Return a mass in kg or lb, to one decimal."""
    return Quantity(round(kg / KG_PER_LB if units.mass == "lb" else kg, 1), units.mass)


def length_of(m: float, units: Units) -> Quantity:
    """Return a body's length in cm or inches, to one decimal."""
    cm = m * 100
    return Quantity(round(cm / CM_PER_IN if units.length == "in" else cm, 1), units.length)


def distance_of(m: float, units: Units) -> Quantity:
    """Return a distance in km or miles, to two decimals."""
    km = m / 1000
    return Quantity(round(km / KM_PER_MI if units.distance == "mi" else km, 2), units.distance)


def energy_of(kcal: float, units: Units) -> Quantity:
    """Return an energy in kcal or kJ, in whole ones."""
    return Quantity(round(kcal * KJ_PER_KCAL if units.energy == "kJ" else kcal), units.energy)
