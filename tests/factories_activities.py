"""Members with activities: uploads through HTTP, and the jobs that they decide."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from fittrack import db, worker
from fittrack.auth import Identity, issue_access_token
from fittrack.clock import utc_now
from fittrack.db.values import instant_to_text
from fittrack.dev.files import make_gpx
from fittrack.ids import new_id

# Noon in New York, so that an hour's run lies within one points day.
NOON_AT = datetime(2025, 3, 10, 16, 0, tzinfo=UTC)


class Member:
    """A signed-in member and what they ask of the API."""

    def __init__(self, client: FlaskClient, name: str = "ana") -> None:
        self.client = client
        self.account_id, session_id = _insert_member(name)
        with client.application.app_context():
            token = issue_access_token(Identity(self.account_id, session_id, "user"))
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **query: Any) -> Any:
        """Return the answer to GET /api/v1/<path>."""
        return self.client.get(f"/api/v1/{path}", headers=self.headers, query_string=query)

    def delete(self, path: str) -> Any:
        """Return the answer to DELETE /api/v1/<path>."""
        return self.client.delete(f"/api/v1/{path}", headers=self.headers)

    def post_files(self, *files: tuple[str, bytes], **headers: str) -> Any:
        """Return the answer to an upload of (name, content) pairs."""
        parts = [FileStorage(BytesIO(content), name) for name, content in files]
        boundary, body = encode_multipart({"file": parts})
        return self.client.post(
            "/api/v1/activities/files",
            data=body,
            headers={**self.headers, **headers},
            content_type=f"multipart/form-data; boundary={boundary}",
        )

    def upload(self, *files: tuple[str, bytes]) -> dict[str, Any]:
        """Upload files, let their jobs run, and return the import as it is then."""
        import_id = self.post_files(*files).json["import_id"]
        run_jobs()
        return self.get(f"imports/{import_id}").json

    def run(self, *, duration_s: int = 3600, started_at: datetime = NOON_AT, **over: Any) -> str:
        """Bring in a recorded run and return its activity's id."""
        content = make_gpx(started_at, duration_s, **over)
        return self.upload(("run.gpx", content))["files"][0]["activity_ids"][0]

    def balance(self) -> int:
        """Return the points that this member could spend."""
        return self.get("points/balance").json["balance_points"]


def run_jobs() -> int:
    """Do every waiting import in this process, as a worker would, and return how many."""
    rows = (
        db.engine()
        .raw()
        .execute(
            "SELECT outbox_id FROM outbox WHERE job_name = 'process_import_item' AND state = 'pending'"
            " ORDER BY created_at, outbox_id"
        )
    )
    ids = [row[0] for row in rows]
    for outbox_id in ids:
        worker.run_outbox(outbox_id)
    return len(ids)


def make_all_due() -> None:
    """Let waiting jobs be due at once and free of leases, as they are after a while."""
    db.engine().raw().execute(
        "UPDATE outbox SET due_at = ?, leased_until_at = NULL WHERE state = 'pending'",
        (instant_to_text(utc_now() - timedelta(seconds=1)),),
    )


def count(table: str) -> int:
    """Return how many rows a table holds."""
    return db.engine().raw().execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]


def _insert_member(name: str) -> tuple[str, str]:
    account_id, session_id = new_id(), new_id()
    now = instant_to_text(utc_now())
    later = instant_to_text(utc_now() + timedelta(days=7))
    raw = db.engine().raw()
    raw.execute(
        "INSERT INTO accounts (account_id, email, email_key, display_name, display_name_key, role,"
        " status, date_of_birth_on, state_code, created_at, email_verified_at)"
        " VALUES (?, ?, ?, ?, ?, 'user', 'active', '1990-01-01', 'CA', ?, ?)",
        (account_id, f"{name}@fittrack.example", f"{name}@fittrack.example", name, name, now, now),
    )
    raw.execute(
        "INSERT INTO profiles (account_id, tier_code, time_zone, updated_at)"
        " VALUES (?, 'OPEN', 'UTC', ?)",
        (account_id, now),
    )
    raw.execute(
        "INSERT INTO sessions (session_id, account_id, started_at, last_seen_at, expires_at)"
        " VALUES (?, ?, ?, ?, ?)",
        (session_id, account_id, now, now, later),
    )
    return account_id, session_id
