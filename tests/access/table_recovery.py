"""Who may see how members sleep and recover: nobody but themselves."""

from __future__ import annotations

from tests.access.rows import ANY_MEMBER, Row

RECOVERY = "/api/v1/recovery"

ROWS = (
    Row(f"GET {RECOVERY}", ANY_MEMBER, "200"),
    Row(f"GET {RECOVERY}/sleep", ANY_MEMBER, "200"),
    Row(f"GET {RECOVERY}/latest", ANY_MEMBER, "404 recovery_not_found"),
)
