"""The probe: a small application over the real kernel."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from fittrack import config
from fittrack.config import Config
from tests.probe import make_probe


@pytest.fixture
def probe(settings: Config) -> FlaskClient:
    """Return a client of the probe."""
    config.use(settings)
    return make_probe()[0].test_client()
