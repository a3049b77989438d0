"""python-oracledb's own path through our Oracle engine, against the loopback server."""

from __future__ import annotations

import gc
import json
import threading
import warnings
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlsplit

import oracledb
import pytest

from fittrack import db
from fittrack.db import errors
from fittrack.db.loader import Statement, to_sqlite
from fittrack.db.oracle import translated
from fittrack.db.values import NaiveDatetime
from tests.conformance.driver_bench import Bench
from tests.conformance.tokens import tokenize
from tests.real_processes import wait_for

_SCHEMA = """
CREATE TABLE members (
    member_id    TEXT     NOT NULL CHECK (length(member_id) <= 36),
    handle       TEXT     NOT NULL CHECK (length(handle) <= 10),
    points       INTEGER  DEFAULT 0 NOT NULL,
    is_active    INTEGER  DEFAULT 1 NOT NULL,
    born_on      TEXT,
    joined_at    TEXT,
    extra_json   TEXT,
    about_text   TEXT,
    photo_bytes  BLOB,
    CONSTRAINT members_pk PRIMARY KEY (member_id),
    CONSTRAINT members_handle_uq UNIQUE (handle),
    CONSTRAINT members_points_ck CHECK (points >= 0)
) STRICT;
CREATE TABLE badges (
    badge_id   TEXT NOT NULL,
    member_id  TEXT NOT NULL,
    CONSTRAINT badges_pk PRIMARY KEY (badge_id),
    CONSTRAINT badges_member_fk FOREIGN KEY (member_id) REFERENCES members (member_id)
) STRICT;
CREATE TABLE postings (posting_id TEXT NOT NULL) STRICT;
INSERT INTO postings (posting_id) VALUES ('p1');
CREATE TRIGGER postings_no_delete BEFORE DELETE ON postings
BEGIN SELECT RAISE(ABORT, 'postings is append-only'); END;
"""


@dataclass(frozen=True, slots=True)
class Member:
    member_id: str
    handle: str
    points: int = 0
    is_active: bool = True
    born_on: date | None = None
    joined_at: datetime | None = None
    extra_json: Any = None
    about_text: str | None = None
    photo_bytes: bytes | None = None


def _sql(name: str, oracle: str) -> Statement:
    binds = [token.text[1:] for token in tokenize(oracle) if token.kind == "bind"]
    outs = tuple(bind for bind in binds if bind.startswith("out_"))
    return Statement(name, "t", oracle, to_sqlite(oracle), frozenset(binds) - set(outs), outs)


INSERT = _sql(
    "insert_member",
    "INSERT INTO members (member_id, handle, points, is_active, born_on, joined_at, extra_json,"
    " about_text, photo_bytes) VALUES (:member_id, :handle, :points, :is_active, :born_on,"
    " :joined_at, :extra_json, :about_text, :photo_bytes)",
)
_COLUMNS = (
    "SELECT member_id, handle, points, is_active, born_on, joined_at, extra_json, about_text,"
    " photo_bytes FROM members"
)
GET = _sql("get_member", f"{_COLUMNS} WHERE member_id = :member_id")
LOCK = _sql("lock_member", f"{_COLUMNS} WHERE member_id = :member_id FOR UPDATE")
LOCK_NOW = _sql("lock_now", f"{_COLUMNS} WHERE member_id = :member_id FOR UPDATE NOWAIT")
LOCK_1S = _sql("lock_1s", f"{_COLUMNS} WHERE member_id = :member_id FOR UPDATE WAIT 1")
LIST = _sql("list_members", f"{_COLUMNS} ORDER BY member_id FETCH FIRST :row_limit ROWS ONLY")
COUNT = _sql("count_members", "SELECT COUNT(*) AS members_count FROM members")
ADD = _sql(
    "add_points",
    "UPDATE members SET points = points + :points WHERE member_id = :member_id"
    " RETURNING points INTO :out_points",
)
ANA = Member("ana", "ana")


@pytest.fixture(scope="module")
def bench():
    bench = Bench()
    yield bench
    bench.close()


@pytest.fixture
def engine(bench, tmp_path):
    path = tmp_path / "bench.db"
    sqlite = db.bind(f"sqlite:///{path}", synchronous="OFF")
    sqlite.raw().executescript(_SCHEMA)
    sqlite.close()
    engine = db.bind(bench.url_of(path), threads=4)
    yield engine
    engine.close()


def _insert(*members: Member) -> None:
    with db.transaction("insert_members") as tx:
        for member in members:
            tx.run(INSERT, **asdict(member))


def _get(member_id: str = "ana") -> Member | None:
    with db.reading("get_member") as tx:
        return tx.one(Member, GET, member_id=member_id)


_FULL = Member(
    member_id="ana",
    handle="ána",
    points=2**40,
    is_active=False,
    born_on=date(1990, 2, 28),
    joined_at=datetime(2026, 11, 20, 23, 59, 59, 123456, tzinfo=UTC),
    extra_json={"a": [1, 2.5, None, True], "b": {"c": "ü🏃"}},
    about_text="läuft 🏃 gern",
    photo_bytes=bytes(range(256)),
)


def test_every_type_comes_back_as_it_went(engine):
    _insert(_FULL)
    assert _get() == _FULL


def test_numbers_of_a_document_are_plain_ones(engine):
    _insert(replace(ANA, extra_json={"a": [1, 2.5, {"b": 10**17}]}))
    assert json.dumps(_get().extra_json) == '{"a": [1, 2.5, {"b": 100000000000000000}]}'


def test_an_empty_file_is_null_as_an_empty_text_is(engine):
    _insert(replace(ANA, photo_bytes=b""))
    assert _get().photo_bytes is None


def test_a_statement_run_again_with_other_values_gives_those(engine):
    members = [
        _FULL,
        Member("ben", "ben"),
        replace(_FULL, member_id="cem", handle="cem", extra_json=None, about_text=None),
        replace(_FULL, member_id="dia", handle="dia", born_on=None, points=0),
    ]
    for member in members:
        assert _get(member.member_id) is None
        _insert(member)
    for _ in range(3):
        assert [_get(member.member_id) for member in members] == members


def test_null_of_every_type_comes_back_as_none(engine):
    _insert(ANA)
    assert _get() == ANA


def test_an_empty_string_is_null(engine):
    _insert(replace(ANA, about_text="", extra_json={}))
    assert _get() == replace(ANA, extra_json={})


@pytest.mark.parametrize("size", [1, 4000, 32_767, 32_768, 100_000])
def test_large_objects_of_any_size_come_back_whole(engine, size):
    ana = replace(ANA, about_text="ü" * size, photo_bytes=bytes(i % 251 for i in range(size)))
    _insert(ana)
    assert _get() == ana


def test_a_photo_of_a_mebibyte_comes_back_whole(engine):
    ana = replace(ANA, photo_bytes=bytes(range(256)) * 4096)
    _insert(ana)
    assert _get() == ana


def test_a_json_array_comes_back_as_a_list(engine):
    _insert(replace(ANA, extra_json=[{"a": 1}, 2]))
    assert _get().extra_json == [{"a": 1}, 2]


def test_a_large_document_comes_back_whole(engine):
    document = {f"key{i}": "x" * 50 for i in range(900)}
    _insert(replace(ANA, extra_json=document))
    assert _get().extra_json == document


@pytest.mark.parametrize("hours", [-9, 0, 5])
def test_an_instant_of_any_zone_is_stored_in_utc_to_the_microsecond(engine, hours):
    joined_at = datetime(2026, 3, 1, 0, 30, 0, 1, tzinfo=timezone(timedelta(hours=hours)))
    _insert(replace(ANA, joined_at=joined_at))
    found = _get().joined_at
    assert found == joined_at
    assert found.utcoffset() == timedelta(0)


def test_a_naive_instant_is_refused(engine):
    with pytest.raises(NaiveDatetime):
        _insert(replace(ANA, joined_at=datetime(2026, 1, 1)))  # noqa: DTZ001 - the point


def test_a_bind_too_few_or_too_many_is_refused(engine):
    with db.reading("wrong") as tx, pytest.raises(TypeError, match="member_id"):
        tx.one(Member, GET)
    with db.reading("wrong") as tx, pytest.raises(TypeError, match="colour"):
        tx.one(Member, GET, member_id="ana", colour="red")


def test_an_unfinished_unit_leaves_nothing(engine):
    with pytest.raises(errors.Unique):
        _insert(ANA, ANA)
    assert _get() is None


def test_one_value_and_row_counts_come_back(engine):
    with db.transaction("count") as tx:
        assert tx.value(COUNT) == 0
        assert tx.run(INSERT, **asdict(ANA)) == 1
        assert tx.value(COUNT) == 1
        assert tx.run(_sql("delete_all", "DELETE FROM members")) == 1
        assert tx.run(_sql("delete_all", "DELETE FROM members")) == 0


def test_many_rows_go_in_one_trip_and_come_back_in_order(engine):
    members = [Member(f"m{i:04}", f"h{i}", points=i) for i in range(1200)]
    with db.transaction("insert_many") as tx:
        assert tx.run_many(INSERT, [asdict(member) for member in members]) == 1200
    with db.reading("list") as tx:
        assert tx.all(Member, LIST, row_limit=2000) == members
        assert tx.all(Member, LIST, row_limit=7) == members[:7]


def test_many_rows_may_begin_with_a_null_or_a_short_one(engine):
    members = [Member("a", "a"), replace(_FULL, member_id="b"), Member("c", "c", about_text="x")]
    with db.transaction("insert_many") as tx:
        tx.run_many(INSERT, [asdict(member) for member in members])
    assert [_get(m.member_id) for m in members] == members


def test_a_batch_whose_first_row_is_null_keeps_the_other_rows_microseconds(engine):
    insert = _sql(
        "insert_joined",
        "INSERT INTO members (member_id, handle, joined_at)"
        " VALUES (:member_id, :member_id, :moment)",
    )
    rows = [{"member_id": "a", "moment": None}, {"member_id": "b", "moment": _FULL.joined_at}]
    with db.transaction("insert_many") as tx:
        tx.run_many(insert, rows)
    assert _get("b").joined_at == _FULL.joined_at


def test_no_rows_at_all_are_no_trip(engine):
    with db.transaction("insert_none") as tx:
        assert tx.run_many(INSERT, []) == 0


def test_a_batch_that_fails_in_the_middle_leaves_nothing(engine):
    members = [Member("a", "a"), Member("b", "a"), Member("c", "c")]
    with pytest.raises(errors.Unique), db.transaction("insert_many") as tx:
        tx.run_many(INSERT, [asdict(member) for member in members])
    assert _get("a") is None


def test_returning_gives_the_value_or_none(engine):
    _insert(replace(ANA, points=5))
    with db.transaction("add_points") as tx:
        assert tx.returning(ADD, member_id="ana", points=3) == 8
        assert tx.returning(ADD, member_id="cem", points=3) is None


def test_returning_gives_text_and_instants_in_their_types(engine):
    _insert(_FULL)
    text = (
        "UPDATE members SET about_text = NULL WHERE member_id = :member_id"
        " RETURNING {0} INTO :out_{0}"
    )
    for column in ("member_id", "points", "is_active", "born_on", "joined_at"):
        with db.transaction("touch") as tx:
            value = tx.returning(_sql("touch", text.format(column)), member_id="ana")
        assert value == getattr(_FULL, column)


@pytest.mark.parametrize(
    ("change", "kind", "constraint"),
    [
        ({"member_id": "ben"}, errors.Unique, "members_handle_uq"),
        ({"handle": "other"}, errors.Unique, "members_pk"),
        ({"member_id": "ben", "handle": "ben", "points": -1}, errors.Check, "members_points_ck"),
        ({"member_id": "ben", "handle": None}, errors.NotNull, "members.handle"),
    ],
)
def test_a_broken_constraint_has_its_class_and_name(engine, change, kind, constraint):
    _insert(ANA)
    with pytest.raises(kind) as caught:
        _insert(replace(ANA, **change))
    assert type(caught.value) is kind
    assert caught.value.constraint == constraint


def test_a_refusal_keeps_the_row_s_values_out_of_logs(engine):
    details = "ORA-03301: (ORA-00001 details) row with column values (EMAIL:'ana@example.com')"
    refused = translated(oracledb.IntegrityError(f"ORA-00001: unique constraint\n{details}"))
    assert "ana@" not in str(refused)
    with pytest.raises(errors.DatabaseError) as caught, db.transaction("refuse") as tx:
        tx.run(Statement("nothing", "tests", "DELETE FROM no_such_table", "", frozenset(), ()))
    assert caught.value.__suppress_context__


def test_a_foreign_key_to_nothing_is_refused(engine):
    insert = _sql(
        "insert_badge", "INSERT INTO badges (badge_id, member_id) VALUES ('b', :member_id)"
    )
    with pytest.raises(errors.ForeignKey), db.transaction("insert_badge") as tx:
        tx.run(insert, member_id="nobody")


def test_text_too_long_for_its_column_is_refused(engine):
    with pytest.raises(errors.Check, match="ORA-12899"):
        _insert(replace(ANA, handle="x" * 11))


def test_a_pool_with_every_connection_in_use_is_busy(bench, engine, tmp_path):
    url = urlsplit(bench.url_of(tmp_path / "bench.db"))
    pool = oracledb.create_pool(
        user=url.username,
        password=url.password,
        dsn=f"{url.hostname}:{url.port}{url.path}",
        min=0,
        max=1,
        getmode=oracledb.POOL_GETMODE_TIMEDWAIT,
        wait_timeout=60_000,
    )
    with pool.acquire():
        pool.wait_timeout = 20
        with pytest.raises(oracledb.DatabaseError) as caught:
            pool.acquire()
    pool.close(force=True)
    assert isinstance(translated(caught.value), errors.Busy)


def test_a_row_that_is_for_ever_cannot_be_deleted(engine):
    with pytest.raises(errors.Immutable), db.transaction("delete") as tx:
        tx.run(_sql("delete_postings", "DELETE FROM postings"))


def test_a_reading_unit_cannot_write(engine):
    with pytest.raises(errors.DatabaseError, match="ORA-01456"), db.reading("write") as tx:
        tx.run(INSERT, **asdict(ANA))
    _insert(ANA)


def test_a_unit_inside_another_of_the_same_thread_is_refused(engine):
    with db.transaction("outer") as tx:
        with pytest.raises(RuntimeError, match="inner"), db.reading("inner"):
            pass
        tx.run(INSERT, **asdict(ANA))
    assert _get() == ANA


def test_a_reading_unit_sees_one_state(engine):
    with db.reading("count_twice") as tx:
        assert tx.value(COUNT) == 0
        _in_thread(lambda: _insert(ANA))
        assert tx.value(COUNT) == 0
    assert _get() == ANA


def test_a_statement_that_fails_does_not_end_the_unit(engine):
    with db.transaction("insert_or_not") as tx:
        tx.run(INSERT, **asdict(ANA))
        with pytest.raises(errors.Unique):
            tx.run(INSERT, **asdict(ANA))
        tx.run(INSERT, **asdict(Member("ben", "ben")))
    assert _get("ben") is not None


@pytest.mark.parametrize("lock", [LOCK_NOW, LOCK_1S])
def test_a_row_that_another_holds_is_busy(engine, lock):
    _insert(ANA)
    with db.transaction("hold") as tx:
        tx.one(Member, LOCK, member_id="ana")
        assert isinstance(_in_thread(lambda: _lock(lock)), errors.Busy)
    assert _in_thread(lambda: _lock(lock)) is None


def test_a_waiting_writer_goes_on_when_the_holder_ends(engine):
    _insert(ANA)
    with db.transaction("hold") as tx:
        tx.returning(ADD, member_id="ana", points=1)
        waiting = threading.Thread(target=_add_one)
        waiting.start()
        waiting.join(0.2)
        assert waiting.is_alive()
    waiting.join()
    assert _get().points == 2


def test_eight_threads_share_five_connections_and_lose_no_update(bench, engine):
    _insert(ANA)
    threads = [threading.Thread(target=lambda: [_add_one() for _ in range(5)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _get().points == 40
    # The sessions of a former pool end in threads of the server.
    wait_for(lambda: bench.open_sessions() <= 5)


def test_a_server_that_dies_in_a_unit_is_a_disconnect(bench, engine):
    with db.reading("count") as tx:
        bench.kill_sessions()
        with pytest.raises(errors.Disconnected):
            tx.value(COUNT)
    assert _get() is None


def test_a_server_that_dies_at_the_commit_is_a_disconnect(bench, engine):
    with pytest.raises(errors.Disconnected):
        _insert_and_lose_the_server(bench)
    assert _get() is None


def test_the_pool_survives_a_server_that_died_while_idle(bench, engine):
    _insert(ANA)
    bench.kill_sessions()
    assert db.retry(_get, may_replay=True) == ANA


def test_a_server_that_is_not_there_is_a_disconnect(engine):
    db.bind("oracle://ana:secret@127.0.0.1:9/none")
    with pytest.raises(errors.Disconnected), db.transaction("nothing"):
        pass


def test_a_wrong_password_is_an_error_of_ours(bench, engine, tmp_path):
    wrong = db.bind(bench.url_of(tmp_path / "bench.db").replace(":bench@", ":wrong@"))
    with pytest.raises(errors.DatabaseError, match="ORA-01017"), db.transaction("nothing"):
        pass
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the driver leaves the refused socket
        wrong.close()  # ends the pool's thread, which may have it yet
        gc.collect()


def _insert_and_lose_the_server(bench: Bench) -> None:
    with db.transaction("insert") as tx:
        tx.run(INSERT, **asdict(ANA))
        bench.kill_sessions()


def _add_one() -> None:
    with db.transaction("add_one") as tx:
        tx.returning(ADD, member_id="ana", points=1)


def _lock(statement: Statement) -> errors.DatabaseError | None:
    try:
        with db.transaction("lock") as tx:
            tx.one(Member, statement, member_id="ana")
    except errors.DatabaseError as error:
        return error
    return None


def _in_thread(work: Any) -> Any:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()
    thread.join()
    return found[0]
