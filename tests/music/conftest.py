"""Members connected to a simulated Spotify, beside the application."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fittrack import config
from tests.factories_accounts import login, make_account
from tests.factories_trackers import connect
from tests.trackers.conftest import trackers

__all__ = ["trackers"]


@pytest.fixture
def spotify(trackers):
    """Return Spotify; answers are kept only where a test says so."""
    config.use(replace(config.current(), cache_music_s=0, cache_playing_s=0))
    return trackers["spotify"]


@pytest.fixture
def ana_id(spotify):
    return make_account()


@pytest.fixture
def ana(client, ana_id):
    return login(client, ana_id)


@pytest.fixture
def connection(client, ana):
    """Return Ana's connection."""
    return connect(client, ana, "spotify")
