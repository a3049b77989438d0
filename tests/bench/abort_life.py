"""Print how long the abort of a drawing of 100,000 entries takes, and how long it holds the row.

`python -m tests.bench.abort_life` makes a database of its own in a temporary folder. Seconds are
those of this process's CPU, for others may be at work beside it.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from fittrack import config, db, extensions, queues
from fittrack.clock import epoch_s, from_epoch_s, utc_now
from fittrack.config import Config
from fittrack.db import migrate
from fittrack.drawings import service
from fittrack.drawings.conduct import carrying
from fittrack.drawings.conduct import service as conduct
from fittrack.drawings.models import Actor, Drawing
from tests import factories_drawings as make
from tests.bench import drawing_life
from tests.private_redis import private_redis

ADMIN = Actor("admin", "admin")


def main() -> None:
    """Let a reveal not come and print what it costs."""
    with tempfile.TemporaryDirectory() as folder, private_redis(Path(folder)) as redis_url:
        url = f"sqlite:///{folder}/bench.db"
        config.use(Config(database_url=url, **{n: config.new_secret() for n in config.SECRETS}))
        db.bind(url)
        queues.use_redis(extensions.make_redis(redis_url))
        migrate.upgrade()
        drawing = _unrevealed()
        deadline_at = make.get(drawing).reveal_deadline_at
        began_s = time.process_time()
        carrying.load(drawing.drawing_id)
        loaded_s = time.process_time() - began_s
        began_s = time.process_time()
        conduct.advance_drawing(drawing_id=drawing.drawing_id, clock=lambda: deadline_at)
        took_s = time.process_time() - began_s
        [successor] = make.successors(drawing)
        print(f"{successor.entry_count:,} entries carried over in {took_s:.1f} s")
        print(f"of them the row was held for about {took_s - loaded_s:.1f} s")


def _unrevealed() -> Drawing:
    """Return a full drawing whose sponsor does not reveal."""
    now = from_epoch_s(epoch_s(utc_now()))
    drawing_life._insert_accounts([ADMIN.account_id or ""], role="admin", now=now)
    sponsor_id = make.make_sponsor(is_revealing_by_itself=False)
    fields = make.draft_fields(now, sponsor_id=sponsor_id)
    draft = service.create_drawing(fields=fields, actor=ADMIN, now=now).drawing
    drawing = service.schedule_drawing(drawing_id=draft.drawing_id, actor=ADMIN, now=now).drawing
    conduct.advance_drawing(drawing_id=drawing.drawing_id, clock=lambda: drawing.opens_at)
    drawing_life._fill(drawing)
    for at in (drawing.closes_at, drawing.draws_at):
        conduct.advance_drawing(drawing_id=drawing.drawing_id, clock=lambda at=at: at)
    return drawing


if __name__ == "__main__":
    main()
