"""Who may do what with templates of drawings."""

from __future__ import annotations

from tests.access.rows import ADMINS, READERS, Row

ANY = "/api/v1/drawing-templates"
ONE = f"{ANY}/{{template_id}}"
PATH = {"template_id": "$template"}
NEW = {
    "type": "weekly",
    "name": "Sunday draw of {date}",
    "prizes": [{"name": "Running shoes", "value_cents": 4000}],
}

ROWS = (
    Row(f"GET {ANY}", READERS, "200"),
    Row(f"GET {ONE}", READERS, "200", path=PATH),
    Row(f"GET {ONE}/drawings", READERS, "200", path=PATH),
    Row(f"POST {ANY}", ADMINS, "201", asks_step_up=True, json=NEW),
    Row(f"PATCH {ONE}", ADMINS, "200", asks_step_up=True, path=PATH, json={"sale_days": 3}),
    Row(f"DELETE {ONE}", ADMINS, "204", path=PATH),
)
