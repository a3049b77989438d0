"""The simulated trackers, whose nights these tests are about."""

from __future__ import annotations

from tests.trackers.conftest import trackers

__all__ = ["trackers"]
