"""The world of the access matrix, for attacks on every operation of it."""

from __future__ import annotations

import pytest

from tests.access.matrix import Matrix


@pytest.fixture(scope="module")
def matrix(app, settings, migrated_file, tmp_path_factory):
    """Return one of everything, which may be laid out anew."""
    world = Matrix(app, settings, migrated_file, tmp_path_factory.mktemp("attack"))
    yield world
    world.close()


@pytest.fixture(scope="module")
def document(app):
    """Return the OpenAPI document."""
    return app.test_client().get("/api/v1/openapi.json").json
