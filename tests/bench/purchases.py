"""Print purchases a second of one drawing: `python -m tests.bench.purchases [processes]`."""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
import time

from fittrack import config, db
from fittrack.config import Config
from fittrack.db import migrate
from tests import factories_drawings as make

PURCHASES = 200


def main() -> None:
    """Let processes buy from one drawing at once and print purchases a second."""
    processes = int(sys.argv[1]) if len(sys.argv) > 1 else 4
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.db"
        config.use(Config(database_url=url, **{n: config.new_secret() for n in config.SECRETS}))
        db.bind(url)
        migrate.upgrade()
        drawing = make.make_open(make.start(), ticket_price_points=1)
        players = [make.make_player(10_000) for _ in range(processes)]
        print("statements a purchase:", _statements(lambda: make.buy(drawing, players[0])))
        children = [
            multiprocessing.get_context("fork").Process(target=_buy, args=(drawing, player))
            for player in players
        ]
        started_s = time.perf_counter()
        for child in children:
            child.start()
        for child in children:
            child.join()
        took_s = time.perf_counter() - started_s
        bought = processes * PURCHASES
        rate = f"{bought / took_s:.0f} a second"
        print(f"{bought} purchases by {processes} processes in {took_s:.2f} s: {rate}")


def _buy(drawing: object, player: str) -> None:
    for _ in range(PURCHASES):
        make.buy(drawing, player)


def _statements(work: object) -> int:
    seen: list[str] = []
    db.engine().raw().set_trace_callback(seen.append)
    work()
    db.engine().raw().set_trace_callback(None)
    return len(seen)


if __name__ == "__main__":
    main()
