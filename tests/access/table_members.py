"""Who may do what with profiles, members and appeals."""

from __future__ import annotations

from tests.access.rows import (
    ADMINS,
    ANY_MEMBER,
    ANY_MEMBER_EVEN_SUSPENDED,
    READERS,
    SUSPENDED,
    THE_OWNER,
    Row,
)
from tests.access.world import PNG

USERS = "/api/v1/users"
ME = f"{USERS}/me"
ONE = f"{USERS}/{{account_id}}"
ANA = {"account_id": "$owner"}

ROWS = (
    Row(f"GET {ME}/profile", ANY_MEMBER, "200"),
    Row(f"PATCH {ME}/profile", ANY_MEMBER, "200", json={"bio": "Runs along the river."}),
    Row(f"PUT {ME}/profile/image", ANY_MEMBER, "200", files={"image": ("me.png", PNG)}),
    Row(f"DELETE {ME}/profile/image", ANY_MEMBER, "204"),
    Row(f"GET {ME}/completeness", ANY_MEMBER, "200"),
    Row(f"GET {ME}/preferences", ANY_MEMBER, "200"),
    Row(f"PATCH {ME}/preferences", ANY_MEMBER, "200", json={"competes_in_open": True}),
    Row(f"GET {ONE}/public", THE_OWNER, "200", "404 profile_not_found", path=ANA),
    Row(f"GET {ONE}/image", THE_OWNER, "200", "404 image_not_found", path=ANA),
    Row(f"GET {USERS}", READERS, "200"),
    Row(f"GET {ONE}", READERS, "200", path=ANA),
    Row(f"GET {ONE}/history", READERS, "200", path=ANA),
    Row("GET /api/v1/profiles", READERS, "200"),
    Row("GET /api/v1/profiles/{account_id}", READERS, "200", path=ANA),
    Row(
        "PUT /api/v1/profiles/{account_id}",
        ADMINS,
        "200",
        path=ANA,
        json={"display_name": "Ana.R", "time_zone": "America/New_York"},
    ),
    Row(
        "POST /api/v1/profiles",
        ADMINS,
        "409 profile_exists",
        json={"account_id": "$owner", "display_name": "Ana.R", "time_zone": "America/New_York"},
    ),
    Row(f"DELETE {ONE}", ADMINS, "202", asks_step_up=True, path=ANA),
    Row(
        f"PATCH {ONE}",
        ADMINS,
        "200",
        asks_step_up=True,
        path=ANA,
        json={"role": "auditor"},
    ),
    Row(
        f"POST {USERS}",
        ADMINS,
        "201",
        asks_step_up=True,
        json={
            "email": "another@example.com",
            "display_name": "Another",
            "role": "user",
            "date_of_birth": "1990-05-17",
            "state": "CA",
        },
    ),
    Row(
        f"POST {ONE}/invitation",
        ADMINS,
        "200",
        asks_step_up=True,
        path={"account_id": "$invited"},
    ),
    Row("GET /api/v1/tiers", ANY_MEMBER, "200"),
    Row("GET /api/v1/tiers/{tier_code}", ANY_MEMBER, "200", path={"tier_code": "OPEN"}),
    Row("GET /api/v1/appeals", READERS, "200"),
    Row(
        "POST /api/v1/appeals/{appeal_id}/decision",
        ADMINS,
        "200",
        path={"appeal_id": "$appeal"},
        json={"decision": "accepted", "reason": "Thank you."},
    ),
    Row(f"GET {ME}/appeals", ANY_MEMBER_EVEN_SUSPENDED, "200"),
    Row(
        f"POST {ME}/appeals",
        ANY_MEMBER_EVEN_SUSPENDED,
        "409 not_suspended",
        json={"text": "It was a bus ride, I am sorry."},
        but={SUSPENDED: "201"},
    ),
)
