"""The boards' tables: places, the buckets that count them, and who belongs where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fittrack.db import Transaction
from fittrack.db.loader import load_sql
from fittrack.db.values import columns_of
from fittrack.leaderboards.calendar import ALL_TIME
from fittrack.leaderboards.models import (
    Board,
    BoardMember,
    BucketDifference,
    Candidate,
    Earning,
    Move,
    Period,
    Shown,
    Standing,
)
from fittrack.leaderboards.rules import DEPTHS, INSTANT_DEPTHS, prefixes_of

SQL = load_sql("leaderboards")


@dataclass(frozen=True, slots=True)
class Held:
    """The one row of the head."""

    head_no: int


@dataclass(frozen=True, slots=True)
class CandidateId:
    """An account, by its id."""

    account_id: str


def hold_boards(tx: Transaction) -> None:
    """Hold all boards until the transaction ends; whoever has posted an award holds them."""
    tx.one(Held, SQL["hold_boards"])


def list_ranked(tx: Transaction, first_id: str, last_id: str) -> list[Candidate]:
    return tx.all(Candidate, SQL["list_ranked"], first_id=first_id, last_id=last_id)


def list_ranked_ids(tx: Transaction, after_id: str, row_limit: int) -> list[str]:
    rows = tx.all(CandidateId, SQL["list_ranked_ids"], after_id=after_id, row_limit=row_limit)
    return [row.account_id for row in rows]


def count_ranked(tx: Transaction) -> int:
    return int(tx.value(SQL["count_ranked"]))


def list_moves(tx: Transaction, first_id: str, last_id: str) -> list[Move]:
    return tx.all(Move, SQL["list_moves"], first_id=first_id, last_id=last_id)


def list_earnings(tx: Transaction, first_id: str, last_id: str) -> list[Earning]:
    return tx.all(Earning, SQL["list_earnings"], first_id=first_id, last_id=last_id)


def list_standings(tx: Transaction, first_id: str, last_id: str) -> list[Standing]:
    return tx.all(Standing, SQL["list_standings"], first_id=first_id, last_id=last_id)


def list_recent_standings(tx: Transaction, account_id: str, first_on: date) -> list[Standing]:
    return tx.all(
        Standing,
        SQL["list_recent_standings"],
        account_id=account_id,
        first_on=first_on,
        all_time_on=ALL_TIME.starts_on,
    )


def list_standings_after(
    tx: Transaction, account_id: str, after: tuple[date, str, str], *, row_limit: int
) -> list[Standing]:
    starts_on, period, board_code = after
    return tx.all(
        Standing,
        SQL["list_standings_after"],
        account_id=account_id,
        starts_on=starts_on,
        period=period,
        board_code=board_code,
        row_limit=row_limit,
    )


def list_erasable_standings(tx: Transaction, account_id: str, *, row_limit: int) -> list[Standing]:
    return tx.all(
        Standing, SQL["list_erasable_standings"], account_id=account_id, row_limit=row_limit
    )


def insert_standings(tx: Transaction, standings: Sequence[Standing]) -> None:
    tx.run_many(SQL["insert_standings"], [_row(one) for one in standings])


def update_standings(tx: Transaction, standings: Sequence[Standing]) -> int:
    return tx.run_many(SQL["update_standings"], [_row(one) for one in standings])


def delete_standings(tx: Transaction, standings: Sequence[Standing]) -> int:
    rows = [
        {
            "account_id": one.account_id,
            "starts_on": one.starts_on,
            "period": one.period,
            "board_code": one.board_code,
        }
        for one in standings
    ]
    return tx.run_many(SQL["delete_standings"], rows)


def insert_board_members(tx: Transaction, members: Iterable[BoardMember]) -> None:
    """Raises: Unique where one of them is known."""
    tx.run_many(SQL["insert_board_members"], [columns_of(member) for member in members])


def update_board_members(tx: Transaction, members: Iterable[BoardMember]) -> int:
    return tx.run_many(SQL["update_board_members"], [columns_of(member) for member in members])


def insert_board_moves(tx: Transaction, moves: Iterable[Move]) -> None:
    tx.run_many(SQL["insert_board_moves"], [columns_of(move) for move in moves])


def update_board_moves(tx: Transaction, moves: Iterable[Move]) -> int:
    return tx.run_many(SQL["update_board_moves"], [columns_of(move) for move in moves])


def erase_board_member(tx: Transaction, account_id: str) -> int:
    return tx.run(SQL["erase_board_member"], account_id=account_id)


def erase_board_moves(tx: Transaction, account_id: str) -> int:
    return tx.run(SQL["erase_board_moves"], account_id=account_id)


def add_to_buckets(tx: Transaction, changes: Mapping[tuple[Board, str], int]) -> int:
    return tx.run_many(SQL["add_to_buckets"], _counts(changes))


def insert_buckets(tx: Transaction, changes: Mapping[tuple[Board, str], int]) -> None:
    """Open buckets with these counts where they are not there."""
    tx.run_many(SQL["insert_buckets"], _counts(changes))


def delete_empty_buckets(tx: Transaction, buckets: Iterable[tuple[Board, str]]) -> None:
    tx.run_many(SQL["delete_empty_buckets"], [_bucket(board, prefix) for board, prefix in buckets])


def list_bucket_differences(tx: Transaction, depth: int) -> Iterator[BucketDifference]:
    return tx.each(BucketDifference, SQL["list_bucket_differences"], depth=depth)


def count_places(tx: Transaction, board: Board) -> int:
    return int(tx.value(SQL["count_places"], **_board(board)))


def count_places_before(tx: Transaction, board: Board, place_key: str) -> int:
    """Return how many places of a board are ahead of a key."""
    prefixes = prefixes_of(place_key)
    # Where a total has no deeper buckets, the ranges between these are empty.
    padded = prefixes + prefixes[-1:] * len(INSTANT_DEPTHS)
    binds = {f"prefix_{depth}": padded[at] for at, depth in enumerate(DEPTHS)}
    return int(tx.value(SQL["count_places_before"], place_key=place_key, **_board(board), **binds))


def find_own_standing(tx: Transaction, account_id: str, period: Period) -> Standing | None:
    return tx.one(
        Standing,
        SQL["find_own_standing"],
        account_id=account_id,
        starts_on=period.starts_on,
        period=period.kind,
    )


def find_standing(tx: Transaction, account_id: str, board: Board) -> Standing | None:
    return tx.one(Standing, SQL["find_standing"], account_id=account_id, **_board(board))


def list_places_after(
    tx: Transaction, board: Board, place_key: str, *, row_limit: int
) -> list[Shown]:
    return tx.all(
        Shown, SQL["list_places_after"], place_key=place_key, row_limit=row_limit, **_board(board)
    )


def list_places_before(
    tx: Transaction, board: Board, place_key: str, *, row_limit: int
) -> list[Shown]:
    return tx.all(
        Shown, SQL["list_places_before"], place_key=place_key, row_limit=row_limit, **_board(board)
    )


def list_places_of(tx: Transaction, account_ids: Sequence[str], period: Period) -> list[Shown]:
    return tx.all(
        Shown,
        SQL["list_places_of"],
        ids_json=list(account_ids),
        starts_on=period.starts_on,
        period=period.kind,
    )


def _row(standing: Standing) -> dict[str, Any]:
    # Not asdict: it copies deeply, which is half of what an award costs here.
    return {name: getattr(standing, name) for name in Standing.__slots__}


def _board(board: Board) -> dict[str, Any]:
    return {
        "board_code": board.code,
        "period": board.period.kind,
        "starts_on": board.period.starts_on,
    }


def _counts(changes: Mapping[tuple[Board, str], int]) -> list[dict[str, Any]]:
    return [
        {**_bucket(board, prefix), "member_count": count}
        for (board, prefix), count in changes.items()
    ]


def _bucket(board: Board, prefix: str) -> dict[str, Any]:
    return {**_board(board), "depth": len(prefix), "prefix": prefix}
