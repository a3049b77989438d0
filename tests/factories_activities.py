"""Members with activities: uploads through HTTP, and the jobs that they decide."""

from __future__ import annotations

from dataclasses import astuple, make_dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from fittrack import db, worker
from fittrack.clock import utc_now
from fittrack.db.loader import Statement, to_sqlite
from fittrack.dev.files import make_gpx
from tests.factories_accounts import login, make_account

# Noon in New York, so that an hour's run lies within one points day.
NOON_AT = datetime(2025, 3, 10, 16, 0, tzinfo=UTC)


class Member:
    """A signed-in member and what they ask of the API."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.account_id = make_account()
        # Of the member's own and never by chance: two made runs may be alike, and held for it.
        self.seed = 2_492 * count("accounts")
        self.headers = login(client, self.account_id)

    def get(self, path: str, **query: Any) -> Any:
        """Return the answer to GET /api/v1/<path>."""
        return self.client.get(f"/api/v1/{path}", headers=self.headers, query_string=query)

    def post(self, path: str, body: dict[str, Any], **headers: str) -> Any:
        """Return the answer to POST /api/v1/<path>."""
        return self.client.post(
            f"/api/v1/{path}", json=body, headers={**self.headers, **_named(headers)}
        )

    def patch(self, path: str, body: dict[str, Any], **headers: str) -> Any:
        """Return the answer to PATCH /api/v1/<path>."""
        return self.client.patch(
            f"/api/v1/{path}", json=body, headers={**self.headers, **_named(headers)}
        )

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
        content = make_gpx(started_at, duration_s, **({"seed": self.seed} | over))
        return self.upload(("run.gpx", content))["files"][0]["activity_ids"][0]

    def balance(self) -> int:
        """Return the points that this member could spend."""
        return self.get("points/balance").json["balance_points"]


def _named(headers: dict[str, str]) -> dict[str, str]:
    """Return headers under their names: If_Match is If-Match."""
    return {name.replace("_", "-"): value for name, value in headers.items()}


def run_jobs() -> int:
    """Do every waiting import and what it decides, as workers would, and return how many jobs."""
    done: set[str] = set()
    while ids := [outbox_id for outbox_id in waiting_jobs() if outbox_id not in done]:
        for outbox_id in ids:
            worker.run_outbox(outbox_id)
        done.update(ids)
    return len(done)


def waiting_jobs() -> list[str]:
    """Return the imports that wait for a worker, the oldest first."""
    rows = select(
        "SELECT outbox_id FROM outbox"
        " WHERE job_name IN ('process_import_item', 'open_archive', 'read_archive')"
        " AND state = 'pending' ORDER BY created_at, outbox_id",
        "outbox_id",
    )
    return [outbox_id for (outbox_id,) in rows]


def make_all_due() -> None:
    """Let waiting jobs be due at once and free of leases, as they are after a while."""
    execute(
        "UPDATE outbox SET due_at = :due_at, leased_until_at = NULL WHERE state = 'pending'",
        due_at=utc_now() - timedelta(seconds=1),
    )


def count(table: str) -> int:
    """Return how many rows a table holds."""
    ((number,),) = select(f"SELECT COUNT(*) AS row_count FROM {table}", "row_count")
    return number


def select(text: str, *columns: str, **binds: Any) -> list[tuple[Any, ...]]:
    """Return rows of a statement of the test's own, on whichever engine this run has."""
    row_type = make_dataclass("Row", columns)
    with db.reading("select_for_test") as tx:
        return [astuple(row) for row in tx.all(row_type, statement(text, binds), **binds)]


def execute(text: str, **binds: Any) -> None:
    """Run a writing statement of the test's own and commit it."""
    with db.transaction("execute_for_test") as tx:
        tx.run(statement(text, binds), **binds)


def statement(text: str, binds: dict[str, Any]) -> Statement:
    """Return a statement of the test's own."""
    return Statement("test", "tests", text, to_sqlite(text), frozenset(binds), ())
