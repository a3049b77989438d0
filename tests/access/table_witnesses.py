"""Who may do what as a witness of draws."""

from __future__ import annotations

from tests.access.rows import SPONSORS, THE_SPONSOR, Row

WITNESS = "/api/v1/witness"

ROWS = (
    Row(f"GET {WITNESS}/drawings", SPONSORS, "200"),
    Row(
        f"POST {WITNESS}/commitments",
        THE_SPONSOR,
        "200",
        "404 drawing_not_found",
        json={"commitments": [{"drawing_id": "$witnessed_draft", "commitment": "ab" * 32}]},
    ),
)
