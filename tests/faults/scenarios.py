"""What a member does while a fault strikes, and what must hold when all is still again."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from typing import Any
from urllib.error import URLError

from fittrack import db
from fittrack.clock import utc_now
from fittrack.dev.files import make_gpx
from fittrack.drawings import verifier
from fittrack.drawings.conduct import service as conduct
from fittrack.points import service as points
from tests.factories_accounts import login, make_account
from tests.factories_drawings import draft_fields, give_points, make_draft, make_sponsor, schedule
from tests.factories_points import token_headers
from tests.faults.stack import Stack
from tests.smoke_client import Client, NotAsPromised

PATIENCE_S = 75
PRESENT_POINTS = 1_000
PRICE_POINTS = 100
MANY_POINTS = 5_000  # more than one admin may give
MINUTES = 30
TOO_FAST_MPS = 9.0
# A step whose worker died is taken again within a quarter of a minute.
LATE_OPENING_S = 25


class Broken(AssertionError):
    """Something acknowledged is lost, or something happened twice."""


@dataclass
class World:
    """One stack and the member who acts in it."""

    stack: Stack
    account_id: str = field(init=False)
    client: Client = field(init=False)

    def __post_init__(self) -> None:
        self.account_id = make_account()
        self.client = self.client_of(self.account_id)

    def client_of(self, account_id: str, *, role: str = "user") -> Client:
        """Return a signed-in client."""
        with self.stack.app.app_context():
            headers = token_headers(account_id, role=role)
        return Client(self.stack.base_url, headers["Authorization"].removeprefix("Bearer "))

    def admin(self) -> Client:
        """Return a client of an admin who has just shown a second factor."""
        headers = login(self.stack.app.test_client(), make_account(role="admin"))
        return Client(self.stack.base_url, headers["Authorization"].removeprefix("Bearer "))

    def balance(self) -> int:
        """Return the member's points, read from the database."""
        return points.get_balance(account_id=self.account_id).balance_points


def upload(world: World) -> None:
    """A run is uploaded; in the end there is one activity, and its points are there once."""
    bring_run(world)
    items = steadfast(lambda: world.client.get("/api/v1/activities")).json["items"]
    expect(len(items), 1, "activities")
    expect(
        rows("SELECT COUNT(*) FROM imports WHERE account_id = ?", world.account_id), 1, "imports"
    )
    expect_earned(world)


def bring_run(world: World, **over: Any) -> None:
    """Upload a run and wait until it is there."""
    started_at = datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)
    content = make_gpx(started_at, MINUTES * 60, seed=secrets.randbelow(10_000), **over)
    key = secrets.token_hex(8)
    receipt = steadfast(lambda: world.client.upload({"run.gpx": content}, key=key)).json
    done = wait_for(lambda: _done(world, receipt["import_id"]), "the import")
    expect(done["files"][0]["state"], "created", "the file")


def expect_earned(world: World) -> None:
    """Raises: Broken unless the member has what the days were awarded, and that is something."""
    awarded = rows(
        "SELECT SUM(awarded_points) FROM day_awards WHERE account_id = ?", world.account_id
    )
    expect(world.balance(), awarded, "points")
    if not awarded:
        raise Broken("the run earned nothing")


def review(world: World) -> None:
    """A run is held, appealed for and accepted: each is told once, and it earns its points once."""
    bring_run(world, speed_mps=TOO_FAST_MPS)
    (held,) = steadfast(lambda: world.client.get("/api/v1/reviews")).json["items"]
    path, key = f"reviews/{held['review_id']}", secrets.token_hex(8)
    text = {"text": "It was downhill."}
    steadfast(lambda: world.client.post(f"/api/v1/{path}/appeal", text, key=key))
    admin = world.client_of(make_account(role="admin"), role="admin")
    steadfast(lambda: admin.post(f"/api/v1/admin/{path}/accept", {}, key=key))
    expect_earned(world)
    events = "SELECT COUNT(*) FROM review_events WHERE review_id = ?"
    expect(rows(events, held["review_id"]), len(("opened", "appealed", "accepted")), "events")
    told = "SELECT COUNT(*) FROM notifications WHERE account_id = ?"
    expect(rows(told, world.account_id), len(("held", "decided")), "notices")


def adjust(world: World) -> None:
    """Two admins adjust points, whatever breaks meanwhile; they are posted, noted and told once."""
    first, second = (world.admin() for _ in range(2))
    body = {"amount_points": MANY_POINTS, "reason": "A month of steps was not read."}
    path, key = f"/api/v1/admin/users/{world.account_id}/adjust-points", secrets.token_hex(8)
    asked = steadfast(lambda: first.post(path, body, expect=201, key=key)).json
    expect(world.balance(), 0, "points before they are confirmed")
    path = f"/api/v1/admin/adjustments/{asked['adjustment_id']}/confirm"
    steadfast(lambda: second.post(path, {}, key=key))
    expect(world.balance(), MANY_POINTS, "points")
    noted = "SELECT COUNT(*) FROM admin_actions WHERE account_id = ?"
    expect(rows(noted, world.account_id), len(("requested", "adjusted")), "lines in the history")
    told = "SELECT COUNT(*) FROM notifications WHERE account_id = ?"
    expect(rows(told, world.account_id), 1, "notices")


def change(world: World) -> None:
    """A run whose points are spent becomes a ride, then goes: what was spent is owed, once."""
    bring_run(world)
    (run,) = steadfast(lambda: world.client.get("/api/v1/activities")).json["items"]
    path, spent = f"/api/v1/activities/{run['activity_id']}", world.balance()
    with db.transaction("spend_for_test") as tx:
        points.grant(
            tx,
            world.account_id,
            -spent,
            reference_id=secrets.token_hex(8),
            reason="Spent",
            actor_id="test",
            now=utc_now(),
        )
    changed = steadfast(lambda: world.client.patch(path, {"sport": "cycling"})).json
    expect(changed["sport"], "cycling", "the sport")
    edits = "SELECT COUNT(*) FROM activity_edits WHERE activity_id = ?"
    expect(rows(edits, run["activity_id"]), 1, "edits")
    steadfast(lambda: gone(world, path))
    balance = points.get_balance(account_id=world.account_id)
    expect((balance.balance_points, balance.debt_points), (0, spent), "points and debt")
    expect(
        rows("SELECT SUM(awarded_points) FROM day_awards WHERE account_id = ?", world.account_id),
        0,
        "awards",
    )


def gone(world: World, path: str) -> None:
    """Delete something, or see that it is gone."""
    try:
        world.client.delete(path)
    except NotAsPromised:
        world.client.get(path, expect=404)


def buy(world: World) -> None:
    """Tickets are bought with a key until an answer comes; they are paid and held once."""
    give_points(world.account_id, PRESENT_POINTS)
    drawing_id = open_drawing(sales_s=3600)
    key = secrets.token_hex(8)
    path = f"/api/v1/drawings/{drawing_id}/tickets"
    bought = steadfast(lambda: world.client.post(path, {"ticket_count": 3}, expect=201, key=key))
    expect(world.balance(), PRESENT_POINTS - 3 * PRICE_POINTS, "points")
    held = rows("SELECT SUM(units) FROM entries WHERE drawing_id = ?", drawing_id)
    expect(held, 3, "tickets")
    again = steadfast(lambda: world.client.post(path, {"ticket_count": 3}, expect=201, key=key))
    expect(again.body, bought.body, "the answer to the same key")


def opens(world: World) -> None:
    """A drawing that opens late still sells, and goes on to its one result."""
    draw(world, sales_s=LATE_OPENING_S)


def draw(world: World, *, sales_s: int = 2) -> None:
    """A drawing opens, sells, closes, reveals and is drawn; there is one result and one notice."""
    give_points(world.account_id, PRESENT_POINTS)
    drawing_id = open_drawing(sales_s=sales_s)
    path = f"/api/v1/drawings/{drawing_id}"
    key = secrets.token_hex(8)
    steadfast(
        lambda: world.client.post(f"{path}/tickets", {"ticket_count": 2}, expect=201, key=key)
    )
    wait_for(lambda: status_of(world, drawing_id) == "completed", "the draw")
    bundle = steadfast(lambda: world.client.get(f"{path}/verification/bundle.json")).body
    report = verifier.verify(bundle)
    expect(report.exit, 0, f"the verifier's exit ({report.reasons})")
    check_one_result(drawing_id, bundle)
    expect(
        rows("SELECT COUNT(*) FROM fulfilments WHERE drawing_id = ?", drawing_id), 1, "deliveries"
    )
    told = "SELECT COUNT(*) FROM notifications WHERE account_id = ?"
    expect(rows(told, world.account_id), 1, "notices")


def check_one_result(drawing_id: str, bundle: bytes) -> None:
    """Advance the drawing again: its result is the one that was published, to the byte."""
    stored = (
        "SELECT body_text FROM drawing_documents WHERE kind = 'result' AND drawing_id = ?",
        drawing_id,
    )
    before = rows(*stored)
    expect(conduct.advance_drawing(drawing_id=drawing_id), [], "steps still to take")
    expect(rows(*stored), before, "the result")
    expect(json.loads(bundle)["result"], json.loads(before), "the published result")
    records = "SELECT COUNT(*) FROM drawing_log WHERE drawing_id = ? AND type = ?"
    for kind, wanted in (("terms", 1), ("close", 1), ("reveal", 2), ("result", 1)):
        expect(rows(records, drawing_id, kind), wanted, f"{kind} records")


def open_drawing(*, sales_s: int) -> str:
    """Return the id of a drawing that opens at once and is drawn a second after its sales."""
    now = utc_now().replace(microsecond=0)
    opens_at = now + timedelta(seconds=2)
    closes_at = opens_at + timedelta(seconds=sales_s)
    fields = draft_fields(now) | {
        "opens_at": opens_at,
        "closes_at": closes_at,
        "draws_at": closes_at + timedelta(seconds=1),
        "ticket_price_points": PRICE_POINTS,
        "sponsor_id": make_sponsor(),
    }
    draft = make_draft(now, **fields)
    return schedule(draft.drawing_id, now=now).drawing_id


def settle(world: World) -> None:
    """Wait until no job is pending, then let the books be proved."""
    pending = "SELECT COUNT(*) FROM outbox WHERE state = 'pending' AND due_at <= ?"
    wait_for(lambda: not rows(pending, "9999"), "all jobs")
    expect(rows("SELECT COUNT(*) FROM outbox WHERE state = 'dead'"), 0, "dead jobs")


def status_of(world: World, drawing_id: str) -> str:
    return str(steadfast(lambda: world.client.get(f"/api/v1/drawings/{drawing_id}")).json["status"])


def _done(world: World, import_id: str) -> dict[str, Any] | None:
    found = steadfast(lambda: world.client.get(f"/api/v1/imports/{import_id}")).json
    return found if found["state"] == "done" else None


def steadfast(send: Callable[[], Any]) -> Any:
    """Send a request until it is answered, as a client does that lost its connection."""
    deadline_s = time.monotonic() + PATIENCE_S
    while True:
        try:
            return send()
        except (URLError, HTTPException, ConnectionError, TimeoutError, NotAsPromised) as error:
            if time.monotonic() > deadline_s:
                raise Broken(f"no good answer for {PATIENCE_S} s: {error}") from error
            time.sleep(0.25)


def wait_for(look: Callable[[], Any], what: str) -> Any:
    deadline_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline_s:
        if found := look():
            return found
        time.sleep(0.1)
    raise Broken(f"waited {PATIENCE_S} s in vain for {what}")


def rows(statement: str, *binds: object) -> Any:
    """Return the first value of a query on the stack's own database file."""
    return db.engine().raw().execute(statement, binds).fetchone()[0]  # type: ignore[attr-defined]


def expect(found: object, wanted: object, what: str) -> None:
    """Raises: Broken unless both are equal."""
    if found != wanted:
        shown = found if len(str(found)) < 200 else hashlib.sha256(str(found).encode()).hexdigest()
        raise Broken(f"{what}: {shown}, not {wanted}")
