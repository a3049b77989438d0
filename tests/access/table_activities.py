"""Who may do what with activities, points and notices."""

from __future__ import annotations

from datetime import timedelta

from fittrack.clock import utc_now
from tests.access.rows import ADMINS, ANY_MEMBER, READERS, THE_OWNER, Row
from tests.access.world import GPX

V1 = "/api/v1"
ACTIVITY = f"{V1}/activities/{{activity_id}}"
MINE = {"activity_id": "$activity"}
ZONE = {"name": "Home", "latitude_deg": 52.5, "longitude_deg": 13.4, "radius_m": 300}
ENTRY = {
    "type": "steps",
    "started_at": (utc_now() - timedelta(hours=1)).isoformat(),
    "steps": 10,
}

ROWS = (
    Row(f"GET {V1}/activities", ANY_MEMBER, "200"),
    Row(f"POST {V1}/activities", ANY_MEMBER, "201", json=ENTRY),
    Row(
        f"PATCH {ACTIVITY}",
        THE_OWNER,
        "200",
        "404 activity_not_found",
        path=MINE,
        json={"name": "Along the river"},
    ),
    Row(f"POST {V1}/activities/files", ANY_MEMBER, "202", files={"file": ("a.gpx", GPX)}),
    Row(f"GET {ACTIVITY}", THE_OWNER, "200", "404 activity_not_found", path=MINE),
    Row(f"DELETE {ACTIVITY}", THE_OWNER, "204", "404 activity_not_found", path=MINE),
    Row(f"GET {ACTIVITY}/streams", THE_OWNER, "200", "404 activity_not_found", path=MINE),
    Row(f"GET {ACTIVITY}/export", THE_OWNER, "200", "404 activity_not_found", path=MINE),
    Row(f"GET {ACTIVITY}/metrics", THE_OWNER, "200", "404 activity_not_found", path=MINE),
    Row(f"GET {ACTIVITY}/zones", THE_OWNER, "200", "404 activity_not_found", path=MINE),
    Row(f"GET {ACTIVITY}/splits", THE_OWNER, "200", "404 activity_not_found", path=MINE),
    Row(f"GET {ACTIVITY}/laps", THE_OWNER, "200", "404 activity_not_found", path=MINE),
    Row(f"GET {V1}/activities/records", ANY_MEMBER, "200"),
    Row(f"GET {V1}/activities/training-load", ANY_MEMBER, "200"),
    Row(f"GET {ACTIVITY}/route.svg", THE_OWNER, "200", "404 activity_not_found", path=MINE),
    Row(f"GET {ACTIVITY}/elevation.svg", THE_OWNER, "200", "404 activity_not_found", path=MINE),
    Row(f"GET {ACTIVITY}/heart-rate.svg", THE_OWNER, "200", "404 activity_not_found", path=MINE),
    Row(f"GET {V1}/activities/summary", ANY_MEMBER, "200"),
    Row(f"GET {V1}/activities/calendar", ANY_MEMBER, "200"),
    Row(f"GET {V1}/activities/heatmap", ANY_MEMBER, "200"),
    Row(
        f"GET {V1}/activities/latest",
        THE_OWNER,
        "200",
        "404 activity_not_found",
    ),
    Row(f"GET {V1}/users/me/privacy-zones", ANY_MEMBER, "200"),
    Row(f"POST {V1}/users/me/privacy-zones", ANY_MEMBER, "201", json=ZONE),
    Row(
        f"DELETE {V1}/users/me/privacy-zones/{{zone_id}}",
        THE_OWNER,
        "204",
        "404 privacy_zone_not_found",
        path={"zone_id": "$zone"},
    ),
    Row(
        f"GET {V1}/users/{{account_id}}/activities",
        THE_OWNER,
        "200",
        "404 member_not_found",
        path={"account_id": "$owner"},
    ),
    Row(f"GET {V1}/imports", ANY_MEMBER, "200"),
    Row(
        f"GET {V1}/imports/{{import_id}}",
        THE_OWNER,
        "200",
        "404 import_not_found",
        path={"import_id": "$import"},
    ),
    Row(
        f"GET {V1}/imports/{{import_id}}/files",
        THE_OWNER,
        "200",
        "404 import_not_found",
        path={"import_id": "$import"},
    ),
    Row(f"GET {V1}/points/balance", ANY_MEMBER, "200"),
    Row(f"GET {V1}/points/rules", ANY_MEMBER, "200"),
    Row(f"GET {V1}/points/transactions", ANY_MEMBER, "200"),
    Row(
        f"GET {V1}/points/days/{{day_on}}",
        ANY_MEMBER,
        "200",
        path={"day_on": "2026-03-14"},
    ),
    Row(f"GET {V1}/reviews", ANY_MEMBER, "200"),
    Row(
        f"POST {V1}/reviews/{{review_id}}/appeal",
        THE_OWNER,
        "200",
        "404 review_not_found",
        path={"review_id": "$review"},
        json={"text": "The clock of my watch was wrong."},
    ),
    Row(f"GET {V1}/admin/reviews", READERS, "200"),
    Row(
        f"POST {V1}/admin/reviews/{{review_id}}/accept",
        ADMINS,
        "200",
        path={"review_id": "$review"},
        json={"reason": "The clock was wrong."},
    ),
    Row(
        f"POST {V1}/admin/reviews/{{review_id}}/reject",
        ADMINS,
        "200",
        path={"review_id": "$review"},
        json={"reason": "Nobody runs tomorrow."},
    ),
    Row(f"GET {V1}/notifications", ANY_MEMBER, "200"),
    Row(
        f"POST {V1}/notifications/{{notification_id}}/read",
        THE_OWNER,
        "200",
        "404 notification_not_found",
        path={"notification_id": "$notification"},
    ),
)
