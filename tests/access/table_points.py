"""Who may do what with points: the member's own, adjustments, the books."""

from __future__ import annotations

from tests.access.rows import ADMINS, ANY_MEMBER, READERS, Row

V1 = "/api/v1"
WAITS = {"adjustment_id": "$adjustment"}
BOOKED = {"transaction_id": "$transaction"}

ROWS = (
    Row(f"GET {V1}/points/streaks", ANY_MEMBER, "200"),
    Row(
        f"POST {V1}/admin/users/{{account_id}}/adjust-points",
        ADMINS,
        "201",
        asks_step_up=True,
        path={"account_id": "$owner"},
        json={"amount_points": 10, "reason": "A step counter was not read."},
    ),
    Row(f"GET {V1}/admin/adjustments", READERS, "200"),
    Row(f"GET {V1}/admin/adjustments/{{adjustment_id}}", READERS, "200", path=WAITS),
    Row(
        f"POST {V1}/admin/adjustments/{{adjustment_id}}/confirm",
        ADMINS,
        "200",
        asks_step_up=True,
        path=WAITS,
    ),
    Row(f"POST {V1}/admin/adjustments/{{adjustment_id}}/decline", ADMINS, "200", path=WAITS),
    Row(f"GET {V1}/transactions", READERS, "200"),
    Row(f"GET {V1}/transactions/{{transaction_id}}", READERS, "200", path=BOOKED),
    Row(
        f"POST {V1}/transactions/{{transaction_id}}/reverse",
        ADMINS,
        "201",
        asks_step_up=True,
        path=BOOKED,
        json={"reason": "That was another member."},
    ),
)
