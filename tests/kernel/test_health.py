"""Health probes."""

from __future__ import annotations

import pytest

from tests.conformance import engines


@pytest.mark.skipif(engines.name() == "bench", reason="it keeps no record of migrations")
def test_ready_names_every_part_and_says_ok(client):
    response = client.get("/health/ready")

    assert response.status_code == 200
    assert response.json["parts"] == {"database": "ok", "schema": "ok", "redis": "ok"}
