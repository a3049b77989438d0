"""Workers killed at random while a drawing is closed, drawn and told of: one result all the same.

`make draw-kills` kills a hundred (FITTRACK_KILLS); each test run a few.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections import Counter
from datetime import timedelta
from itertools import count
from pathlib import Path

from fittrack import config, db
from fittrack.drawings import verifier
from fittrack.drawings.record import publication
from tests import factories_drawings as make
from tests.drawings.processes import FORK, bind, copy_of, killed_at

KILLS = int(os.environ.get("FITTRACK_KILLS", "8"))
SEED = int(os.environ.get("FITTRACK_SEED", "1"))
KILLS_IN_ONE_LIFE = 5
LEASE = timedelta(minutes=1)  # longer than a killed worker's
PRIZES = 3


def test_killed_anywhere_any_number_of_times_a_draw_ends_in_one_result(database):
    chance = random.Random(SEED)
    drawing = sold()
    before = copy_of(Path(database.path), "before.db")
    statements, took_s = measured(before, drawing)
    expected, log = make.bundle(drawing), told_in_log(drawing)
    killed, lives = Counter[str](), count(1)
    while sum(killed.values()) < KILLS:
        bind(shutil.copyfile(before, before.with_name(f"life-{next(lives)}.db")))
        shutil.rmtree(mailbox(), ignore_errors=True)
        for number in range(KILLS_IN_ONE_LIFE):
            now = drawing.draws_at + number * LEASE
            if chance.random() < 0.5:
                at = chance.randint(1, statements)
                killed["at a statement"] += killed_at(at, lambda now=now: work(drawing, now))
            else:
                killed["at a moment"] += killed_after(chance.random() * took_s, drawing, now)
        work(drawing, drawing.draws_at + KILLS_IN_ONE_LIFE * LEASE)
        assert make.bundle(drawing) == expected
        assert told_in_log(drawing) == log
        assert one_each() == {"prize_won": PRIZES, "fulfilments": PRIZES, "mails": PRIZES}
    assert verifier.verify(expected).exit == 0
    print(f"{sum(killed.values())} kills ({dict(killed)}), seed {SEED}: one result, one record of")
    print(f"each, {PRIZES} winners told once, {len(expected):,} bytes of bundle the same")


def sold():
    """Return an open drawing of several prizes in which eight members hold tickets."""
    prizes = [make.prize(value_cents=10, quantity=PRIZES)]
    drawing = make.make_open(make.start(), sponsor_id=make.make_sponsor(), prizes=prizes)
    for ticket_count in range(1, 9):
        make.buy(drawing, make.make_player(), ticket_count)
    return drawing


def work(drawing, now):
    """Do what workers do from the close to the winners' mails."""
    make.advance(drawing, drawing.closes_at)
    make.advance(drawing, drawing.draws_at)
    make.run_jobs("send_mail", now=now)


def measured(before, drawing):
    """Return how many statements the work takes, and how long; it leaves the work done."""
    done = []
    db.engine().raw().set_trace_callback(done.append)
    started_s = time.monotonic()
    work(drawing, drawing.draws_at)
    db.engine().raw().set_trace_callback(None)
    return len(done), time.monotonic() - started_s


def killed_after(seconds, drawing, now):
    """Kill a process that does the work after some time; tell whether it was still at it."""
    child = FORK.Process(target=work, args=(drawing, now))
    child.start()
    time.sleep(seconds)
    child.kill()
    child.join(60)
    return child.exitcode == -signal.SIGKILL


def told_in_log(drawing):
    """Return the drawing's records but for the hashes, which the bundle has."""
    found = publication.list_drawing_records(drawing_id=drawing.drawing_id)
    return [(row.seq_no, row.type) for row in found]


def one_each():
    """Return how many notices, deliveries and mails of prizes there are."""
    won = db.engine().raw().execute("SELECT COUNT(*) FROM notifications WHERE kind = 'prize_won'")
    mails = [path.read_text() for path in mailbox().glob("*.eml")]
    return {
        "prize_won": won.fetchone()[0],
        "fulfilments": make.count("fulfilments"),
        "mails": sum("You won" in mail for mail in mails),
    }


def mailbox():
    return Path(config.current().mail_url.removeprefix("folder:"))
