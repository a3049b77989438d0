"""What there is no picture of."""

from __future__ import annotations

from fittrack.errors import NotFound


class NotMeasured(NotFound):
    """This activity did not measure what the picture shows."""

    code = "not_measured"
