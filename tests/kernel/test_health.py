"""Health probes."""


def test_ready_names_every_part_and_says_ok(client):
    response = client.get("/health/ready")

    assert response.status_code == 200
    assert response.json["parts"] == {"database": "ok", "schema": "ok", "redis": "ok"}
