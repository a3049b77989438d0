"""Who may do what with entries, free entries, disqualifications and limits of play."""

from __future__ import annotations

from tests.access.rows import (
    ADMIN,
    ADMINS,
    ANY_MEMBER,
    AUDITOR,
    BARE_ADMIN,
    SPONSOR,
    THE_OWNER_OR_OPERATORS,
    TIRED_ADMIN,
    Row,
)

V1 = "/api/v1"
ONE = f"{V1}/drawings/{{drawing_id}}"
OPEN = {"drawing_id": "$open"}
EXCLUDED = {
    SPONSOR: "403 sponsor_excluded",
    **dict.fromkeys((AUDITOR, BARE_ADMIN, TIRED_ADMIN, ADMIN), "403 staff_excluded"),
}

ROWS = (
    Row(f"GET {ONE}/odds", ANY_MEMBER, "200", path=OPEN, query={"ticket_count": "3"}),
    Row(f"POST {ONE}/free-entry", ANY_MEMBER, "201", path=OPEN, json={}, but=EXCLUDED),
    Row(
        f"POST {ONE}/mail-entries",
        ADMINS,
        "201",
        asks_step_up=True,
        path=OPEN,
        json={"account_id": "$owner"},
    ),
    Row(
        f"POST {ONE}/disqualifications",
        ADMINS,
        "201",
        asks_step_up=True,
        path=OPEN,
        json={"account_id": "$owner", "reason": "manipulation"},
    ),
    Row(f"DELETE {ONE}/my-tickets", ANY_MEMBER, "200", path=OPEN),
    Row(f"GET {V1}/tickets", ANY_MEMBER, "200"),
    Row(
        f"GET {V1}/tickets/{{ticket_id}}",
        THE_OWNER_OR_OPERATORS,
        "200",
        "404 ticket_not_found",
        path={"ticket_id": "$ticket"},
    ),
    Row(f"GET {V1}/users/me/play-limits", ANY_MEMBER, "200"),
    Row(
        f"PUT {V1}/users/me/play-limits",
        ANY_MEMBER,
        "200",
        json={"monthly_limit_points": 5000},
    ),
)
