"""Who may do what with connections; no provider is configured where tests run."""

from __future__ import annotations

from tests.access.rows import ANY_MEMBER, EVERYBODY, Row

CONNECTIONS = "/api/v1/connections"
ONE = f"{CONNECTIONS}/{{provider}}"
STRAVA = {"provider": "strava"}
NOT_HERE = "404 tracker_not_configured"
NONE = "404 connection_not_found"
BROUGHT = {"state": "A" * 43, "code": "8f3c2a"}

HOOK = "/api/v1/webhooks/{provider}"

ROWS = (
    Row(f"GET {HOOK}", EVERYBODY, NOT_HERE, path=STRAVA),
    Row(f"POST {HOOK}", EVERYBODY, NOT_HERE, path=STRAVA),
    Row(f"GET {CONNECTIONS}/providers", ANY_MEMBER, "200"),
    Row(f"GET {CONNECTIONS}", ANY_MEMBER, "200"),
    Row(f"GET {ONE}", ANY_MEMBER, NONE, path=STRAVA),
    Row(f"POST {ONE}/initiate", ANY_MEMBER, NOT_HERE, path=STRAVA, json={}),
    Row(f"GET {ONE}/callback", EVERYBODY, NOT_HERE, path=STRAVA, query=BROUGHT),
    Row(f"POST {ONE}/callback", EVERYBODY, NOT_HERE, path=STRAVA, json=BROUGHT),
    Row(f"GET {ONE}/syncs", ANY_MEMBER, NONE, path=STRAVA),
    Row(f"POST {ONE}/sync", ANY_MEMBER, NONE, path=STRAVA),
    Row(f"PUT {ONE}/primary", ANY_MEMBER, NONE, path=STRAVA),
    Row(f"DELETE {ONE}", ANY_MEMBER, NONE, path=STRAVA, query={"data": "keep"}),
)
