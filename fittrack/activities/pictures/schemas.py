"""How a picture is asked for."""

from __future__ import annotations

from marshmallow import fields, validate

from fittrack.activities.pictures.canvas import THEMES
from fittrack.units import UnitsQuery


class PictureQuery(UnitsQuery):
    """In which units and on which paper; without units, in those that the caller prefers."""

    theme = fields.String(load_default="light", validate=validate.OneOf(sorted(THEMES)))
