from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fittrack import config, entropy
from fittrack.ids import new_id

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


def seeded_ids(seed):
    with entropy.seeded(seed) as source:
        source.move_to(NOON)
        return [new_id() for _ in range(100)]


def test_the_same_seed_gives_the_same_ids_and_bytes(settings):
    config.use(settings)
    assert seeded_ids(7) == seeded_ids(7)
    assert seeded_ids(7) != seeded_ids(8)


def test_seeded_ids_are_in_the_order_in_which_they_were_made(settings):
    config.use(settings)
    ids = seeded_ids(7)
    assert ids == sorted(set(ids))


def test_a_simulated_clock_never_goes_back(settings):
    config.use(settings)
    with entropy.seeded(7) as source:
        source.move_to(NOON)
        later = new_id()
        source.move_to(NOON.replace(hour=11))
        assert new_id() > later


def test_without_a_seed_nothing_repeats(settings):
    config.use(settings)
    seeded_ids(7)
    assert entropy.random_bytes(16) != entropy.random_bytes(16)


def test_production_is_never_seeded(settings):
    config.use(replace(settings, fittrack_env="production"))
    try:
        with pytest.raises(RuntimeError), entropy.seeded(7):
            pytest.fail("it was seeded")
    finally:
        config.use(settings)
