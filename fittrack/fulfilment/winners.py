"""The list of winners as CSV (RFC 4180), safe to be opened in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from fittrack import db
from fittrack.clock import rfc3339
from fittrack.drawings.record.rules import shown_name
from fittrack.fulfilment import repository
from fittrack.fulfilment.models import PrizeWinner

HEADER = (
    "drawing_id",
    "drawing",
    "drawn_at",
    "position",
    "ticket_no",
    "prize",
    "value_usd",
    "winner",
    "state",
)
PAGE_ROWS = 500
FIRST_ID = "0"
# What a cell that begins with one of these could make a spreadsheet do (OWASP, CSV Injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def winners_csv(*, drawing_id: str | None) -> Iterator[bytes]:
    """Yield the winners of one drawing, or of all, page by page; names as privacy allows."""
    yield _lines([HEADER])
    after_id, is_last = FIRST_ID, False
    while not is_last:
        with db.reading("list_prize_winners") as tx:
            rows = repository.list_prize_winners(
                tx, drawing_id, after_id=after_id, row_limit=PAGE_ROWS
            )
        is_last = len(rows) < PAGE_ROWS
        if rows:
            after_id = rows[-1].fulfilment_id
            yield _lines(map(_row, rows))


def inert(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.lstrip().startswith(FORMULA) or cell.startswith(FORMULA) else cell


def _row(winner: PrizeWinner) -> list[str]:
    name = shown_name(
        winner.display_name, status=winner.account_status, privacy=winner.profile_privacy
    )
    return [
        winner.drawing_id,
        winner.drawing_name,
        rfc3339(winner.drawn_at) if winner.drawn_at else "",
        str(winner.position),
        "" if winner.ticket_no is None else str(winner.ticket_no),
        winner.prize_name,
        f"{winner.value_cents // 100}.{winner.value_cents % 100:02}",
        name,
        winner.state,
    ]


def _lines(rows: Iterable[Iterable[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([inert(cell) for cell in row] for row in rows)
    return out.getvalue().encode()
