"""Who may do what with drawings."""

from __future__ import annotations

from tests.access.rows import (
    ADMIN,
    ADMINS,
    ANY_MEMBER,
    AUDITOR,
    BARE_ADMIN,
    EVERYBODY,
    OTHER,
    OTHER_SPONSOR,
    PREMIUM,
    SPONSORS,
    THE_SPONSOR,
    TIRED_ADMIN,
    Row,
)
from tests.access.rows import SPONSOR as ITS_SPONSOR

V1 = "/api/v1"
ANY = f"{V1}/drawings"
ONE = f"{ANY}/{{drawing_id}}"
# Members without points, the drawing's own sponsor, and staff.
EXCLUDED = {
    **dict.fromkeys((OTHER, PREMIUM, OTHER_SPONSOR), "422 insufficient_points"),
    ITS_SPONSOR: "403 sponsor_excluded",
    **dict.fromkeys((AUDITOR, BARE_ADMIN, TIRED_ADMIN, ADMIN), "403 staff_excluded"),
}
NEW = {
    "type": "daily",
    "name": "Friday's shoes",
    "ticket_price_points": 100,
    "opens_at": "$opens_at",
    "draws_at": "$draws_at",
    "prizes": [{"name": "Running shoes", "value_cents": 4000}],
}


def _of(thing: str) -> dict[str, str]:
    return {"drawing_id": f"${thing}"}


ROWS = (
    Row(f"GET {ANY}", EVERYBODY, "200"),
    Row(f"GET {ANY}/log", EVERYBODY, "200"),
    Row(f"GET {ANY}/log/checkpoint", EVERYBODY, "200"),
    Row(f"GET {ANY}/my-entries", ANY_MEMBER, "200"),
    Row(f"GET {ANY}/my-wins", ANY_MEMBER, "200"),
    Row(f"GET {ONE}", EVERYBODY, "200", path=_of("open")),
    Row(f"GET {ONE}/history", EVERYBODY, "200", path=_of("drawn")),
    Row(f"GET {ONE}/results", EVERYBODY, "200", path=_of("drawn")),
    Row(f"GET {ONE}/rules", EVERYBODY, "200", path=_of("drawn")),
    Row(f"GET {ONE}/verification", EVERYBODY, "200", path=_of("drawn")),
    Row(f"GET {ONE}/verification/bundle.json", EVERYBODY, "200", path=_of("drawn")),
    Row(f"GET {ONE}/my-tickets", ANY_MEMBER, "200", path=_of("drawn")),
    Row(f"GET {ONE}/my-tickets/proof", ANY_MEMBER, "200", path=_of("drawn")),
    Row(
        f"POST {ONE}/tickets",
        ANY_MEMBER,
        "201",
        path=_of("open"),
        json={"ticket_count": 1},
        but=EXCLUDED,
    ),
    Row(f"POST {ANY}", ADMINS, "201", json=NEW),
    Row(f"PATCH {ONE}", ADMINS, "200", path=_of("draft"), json={"name": "Monday's shoes"}),
    Row(f"DELETE {ONE}", ADMINS, "204", path=_of("draft")),
    Row(f"POST {ONE}/schedule", ADMINS, "200", asks_step_up=True, path=_of("draft")),
    Row(
        f"POST {ONE}/cancel",
        ADMINS,
        "200",
        asks_step_up=True,
        path=_of("scheduled"),
        json={"reason": "No prize."},
    ),
    Row(f"POST {ONE}/open", ADMINS, "200", path=_of("due_to_open")),
    Row(f"POST {ONE}/close", ADMINS, "200", path=_of("due_to_close")),
    Row(f"POST {ONE}/execute", ADMINS, "200", asks_step_up=True, path=_of("due_to_draw")),
    Row(
        f"POST {ONE}/commitments",
        THE_SPONSOR,
        "200",
        "404 drawing_not_found",
        path=_of("witnessed_draft"),
        json={"commitment": "ab" * 32},
    ),
    Row(
        f"POST {ONE}/reveals",
        SPONSORS,
        "409 reveal_not_due",
        path=_of("open"),
        json={},
        but={OTHER_SPONSOR: "403 not_a_witness"},
    ),
)
