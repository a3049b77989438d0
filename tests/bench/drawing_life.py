"""Print how long a drawing of 100,000 entries takes through the database.

`python -m tests.bench.drawing_life` makes a database of its own in a temporary folder.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from fittrack import config, db, extensions, queues
from fittrack.clock import epoch_s, from_epoch_s, utc_now
from fittrack.config import Config
from fittrack.db import migrate
from fittrack.db.values import instant_to_text
from fittrack.drawings import service, verifier
from fittrack.drawings.conduct import service as conduct
from fittrack.drawings.models import Actor, Drawing
from fittrack.drawings.record import publication
from fittrack.drawings.tickets import service as tickets
from fittrack.drawings.tickets.rules import new_holder
from fittrack.ids import new_id
from fittrack.pagination import Cursor
from tests.factories_drawings import draft_fields, prize
from tests.private_redis import private_redis

ENTRIES, MEMBERS, UNITS = 100_000, 40_000, 100


def main() -> None:
    """Run a drawing's life and print each step's seconds."""
    with tempfile.TemporaryDirectory() as folder, private_redis(Path(folder)) as redis_url:
        url = f"sqlite:///{folder}/bench.db"
        config.use(Config(database_url=url, **{n: config.new_secret() for n in config.SECRETS}))
        db.bind(url)
        queues.use_redis(extensions.make_redis(redis_url))  # for the draw wakes mails
        migrate.upgrade()
        now = from_epoch_s(epoch_s(utc_now()))
        drawing = _scheduled(now)
        _advance("open", drawing, drawing.opens_at)
        with _timed("fill"):
            accounts = _fill(drawing)
        _advance("close", drawing, drawing.closes_at)
        _advance("reveal and draw", drawing, drawing.draws_at)
        with _timed("bundle"):
            text = "".join(
                publication.bundle_text(publication.get_bundle(drawing_id=drawing.drawing_id))
            )
        with _timed("verify"):
            report = verifier.verify(text.encode())
        with _timed("one member's proofs"):
            tickets.list_proofs(
                drawing_id=drawing.drawing_id, account_id=accounts[0], cursor=Cursor(""), limit=20
            )
        print(f"bundle {len(text) / 1e6:.1f} MB, verifier exit {report.exit}")
        peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"peak memory {peak_mib:.0f} MiB")
        sys.exit(report.exit)


def _scheduled(now: datetime) -> Drawing:
    _insert_accounts(["admin"], role="admin", now=now)
    actor = Actor("admin", "admin")
    prizes = [prize(value_cents=1, quantity=1_000)]
    fields = draft_fields(now, prizes=prizes, alternates=100)
    draft = service.create_drawing(fields=fields, actor=actor, now=now).drawing
    return service.schedule_drawing(drawing_id=draft.drawing_id, actor=actor, now=now).drawing


def _advance(name: str, drawing: Drawing, now: datetime) -> None:
    with _timed(name):
        conduct.advance_drawing(drawing_id=drawing.drawing_id, clock=lambda: now)


def _fill(drawing: Drawing) -> list[str]:
    """Insert entries as purchases would, but for the points."""
    accounts = [new_id() for _ in range(MEMBERS)]
    _insert_accounts(accounts, role="user", now=drawing.opens_at - timedelta(days=30))
    raw = db.engine().raw()
    holders = [new_holder(drawing.drawing_id, one, bytes(32)) for one in accounts]
    raw.execute("BEGIN")
    raw.executemany(
        "INSERT INTO drawing_holders VALUES (?, ?, ?, ?)",
        [(one.drawing_id, one.account_id, one.holder, one.salt_bytes) for one in holders],
    )
    at = instant_to_text(drawing.opens_at)
    raw.executemany(
        "INSERT INTO entries (entry_id, drawing_id, account_id, holder, kind, units, price_points,"
        " purchase_id, entered_at) VALUES (?, ?, ?, ?, 'paid', ?, 0, ?, ?)",
        [
            (
                entry_id := new_id(),
                drawing.drawing_id,
                one.account_id,
                one.holder,
                UNITS,
                entry_id,
                at,
            )
            for one in (holders[number % MEMBERS] for number in range(ENTRIES))
        ],
    )
    raw.execute("UPDATE drawings SET units_sold = ?, entry_count = ?", (ENTRIES * UNITS, ENTRIES))
    raw.execute("COMMIT")
    return accounts


def _insert_accounts(accounts: list[str], *, role: str, now: datetime) -> None:
    at = instant_to_text(now)
    raw = db.engine().raw()
    raw.execute("BEGIN")
    raw.executemany(
        "INSERT INTO accounts (account_id, email_key, display_name, display_name_key, role, status,"
        " created_at) VALUES (?, ?, ?, ?, ?, 'active', ?)",
        [(one, one, one[-30:], one[-30:], role, at) for one in accounts],
    )
    raw.execute("COMMIT")


@contextmanager
def _timed(name: str) -> Iterator[None]:
    started_s = time.perf_counter()
    yield
    print(f"{name:22} {time.perf_counter() - started_s:6.2f} s", flush=True)


if __name__ == "__main__":
    main()
