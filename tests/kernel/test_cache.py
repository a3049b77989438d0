"""Kept answers: quick, sealed, one's own, and never old."""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
import signal
import threading
from datetime import timedelta

import pytest
from redis import Redis

from fittrack import cache, config, db, extensions
from fittrack.redis_link import RedisLink
from tests.conformance import engines
from tests.factories_activities import NOON_AT, Member
from tests.kernel.statements import statement
from tests.private_redis import RestartableRedis

LIST = "/api/v1/activities"
RENAME = statement(
    "UPDATE activities SET name = :new_name WHERE account_id = :account_id", "rename"
)


@pytest.fixture
def ana(client):
    member = Member(client)
    member.run(duration_s=60)
    return member


@pytest.fixture
def redis(settings):
    return Redis.from_url(settings.redis_url)


def kept_keys(redis):
    return redis.keys("cache:*")


def statements_of(database, ask):
    """Return what the database was asked while something was done."""
    seen = []
    database.raw().set_trace_callback(seen.append)
    ask()
    database.raw().set_trace_callback(None)
    return [text for text in seen if text.startswith("SELECT")]


def run_on(member, day):
    """Let a member run another day."""
    member.run(duration_s=60, started_at=NOON_AT + timedelta(days=day), seed=day)


def ids(answer):
    assert answer.status_code == 200
    return [item["activity_id"] for item in answer.json["items"]]


@pytest.mark.skipif(engines.name() != "sqlite", reason="counts what SQLite itself is asked")
def test_a_kept_answer_is_the_same_and_costs_one_query(client, ana, database):
    first = client.get(LIST, headers=ana.headers)
    again = []
    seen = statements_of(database, lambda: again.append(client.get(LIST, headers=ana.headers)))
    assert len(seen) == 1
    assert "FROM sessions" in seen[0]
    assert again[0].data == first.data
    for name in ("ETag", "Cache-Control", "Content-Type", "Vary"):
        assert again[0].headers[name] == first.headers[name]


def test_an_author_sees_each_write_at_once(client, ana):
    before = ids(client.get(LIST, headers=ana.headers))
    run_on(ana, 1)
    after = ids(client.get(LIST, headers=ana.headers))
    assert len(after) == len(before) + 1
    assert client.delete(f"{LIST}/{after[0]}", headers=ana.headers).status_code == 204
    assert ids(client.get(LIST, headers=ana.headers)) == after[1:]


def test_nobody_gets_what_was_kept_for_another(client, ana):
    cem = Member(client)
    cem.run(duration_s=60)
    kept = ids(client.get(LIST, headers=ana.headers))
    assert set(ids(client.get(LIST, headers=cem.headers))) & set(kept) == set()


def test_nobody_opens_what_was_kept_for_another_even_in_its_place(client, ana, redis):
    client.get(LIST, headers=ana.headers)
    (mine,) = kept_keys(redis)
    cem = Member(client)
    cem.run(duration_s=60)
    client.get(LIST, headers=cem.headers)
    (theirs,) = set(kept_keys(redis)) - {mine}
    redis.set(theirs, redis.get(mine))
    assert ids(client.get(LIST, headers=cem.headers)) != ids(client.get(LIST, headers=ana.headers))


def test_another_question_has_another_answer(client, ana):
    run_on(ana, 1)
    sizes = [len(ids(client.get(f"{LIST}?limit={n}", headers=ana.headers))) for n in (1, 2, 1, 2)]
    assert sizes == [1, 2, 1, 2]


def test_a_session_that_ended_gets_no_kept_answer(client, ana, database):
    client.get(LIST, headers=ana.headers)
    database.raw().execute("UPDATE sessions SET ended_at = '2026-01-01T00:00:00.000000Z'")
    assert client.get(LIST, headers=ana.headers).status_code == 401


def test_refusals_are_not_kept(client, ana, redis):
    assert client.get(f"{LIST}?limit=0", headers=ana.headers).status_code == 422
    assert kept_keys(redis) == []


def test_redis_holds_nothing_that_can_be_read(client, ana, redis):
    activity_id = ids(client.get(LIST, headers=ana.headers))[0]
    (key,) = kept_keys(redis)
    assert ana.account_id.encode() not in key
    for word in (activity_id, "running", "items", ana.account_id):
        assert word.encode() not in redis.get(key)


def test_a_member_has_few_places_whatever_is_asked(client, ana, redis):
    for limit in range(1, 60):
        client.get(f"{LIST}?limit={limit}", headers=ana.headers)
    assert len(kept_keys(redis)) <= cache.PLACES


def test_an_answer_lives_as_long_as_the_setting_says(client, ana, redis, settings):
    config.use(dataclasses.replace(settings, cache_activities_s=7))
    client.get(LIST, headers=ana.headers)
    assert 0 < redis.ttl(kept_keys(redis)[0]) <= 7
    redis.flushall()
    config.use(dataclasses.replace(settings, cache_activities_s=0))
    client.get(LIST, headers=ana.headers)
    assert kept_keys(redis) == []


def test_a_kept_answer_that_was_read_before_is_304(client, ana):
    tag = client.get(LIST, headers=ana.headers).headers["ETag"]
    again = client.get(LIST, headers=ana.headers | {"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")


def test_redis_back_from_an_older_file_revives_nothing(client, ana, redis):
    """What an append-only file from before a write holds is sealed for the stamp of before."""
    client.get(LIST, headers=ana.headers)
    older = {key: redis.get(key) for key in kept_keys(redis)}
    run_on(ana, 1)
    redis.flushall()
    redis.mset(older)
    assert len(ids(client.get(LIST, headers=ana.headers))) == 2


def test_rubbish_in_a_place_is_no_answer(client, ana, redis):
    client.get(LIST, headers=ana.headers)
    (key,) = kept_keys(redis)
    for rubbish in (b"", b"x", b"x" * 500):
        redis.set(key, rubbish)
        assert len(ids(client.get(LIST, headers=ana.headers))) == 1


def test_without_redis_the_answer_is_made_anew(client, ana):
    limiter = extensions.limiter
    nowhere, link = RedisLink("redis://127.0.0.1:1/0"), limiter.link
    limiter.bind(nowhere)
    cache.bind(nowhere)
    try:
        client.get(LIST, headers=ana.headers)
        run_on(ana, 1)
        assert len(ids(client.get(LIST, headers=ana.headers))) == 2
    finally:
        limiter.bind(link)
        cache.bind(link)


def test_an_answer_made_before_a_write_and_kept_after_it_is_never_given(client, ana):
    """The reader's session and list were read before the write; its SET comes last."""
    client.get(LIST, headers=ana.headers)
    reached, go_on = threading.Event(), threading.Event()
    answers, link = [], extensions.limiter.link

    class Slow:
        """The way to Redis, on which an answer to be kept is held up."""

        def call(self, *command):
            reached.set()
            assert go_on.wait(10)
            return link.call(*command)

    run_on(ana, 1)
    cache.bind(Slow())
    another = client.application.test_client()
    reader = threading.Thread(target=lambda: answers.append(another.get(LIST, headers=ana.headers)))
    reader.start()
    try:
        assert reached.wait(10)
        cache.bind(link)
        run_on(ana, 2)
        go_on.set()
        reader.join()
        assert len(ids(answers[0])) == 2
        assert len(ids(client.get(LIST, headers=ana.headers))) == 3
    finally:
        go_on.set()
        cache.bind(link)


def test_a_writer_killed_right_after_its_commit_leaves_nothing_old(client, ana):
    client.get(LIST, headers=ana.headers)
    child = os.fork()
    if child == 0:
        try:
            rename(ana.account_id, "new", then=lambda: os.kill(os.getpid(), signal.SIGKILL))
        finally:
            os._exit(1)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    (item,) = client.get(LIST, headers=ana.headers).json["items"]
    assert item["name"] == "new"


def test_a_write_that_rolls_back_changes_no_stamp(ana, database):
    def stamp():
        return database.raw().execute("SELECT stamp FROM cache_stamps").fetchall()

    def fail():
        with db.transaction("fail") as tx:
            cache.touch(tx, ana.account_id)
            raise RuntimeError

    before = stamp()
    with pytest.raises(RuntimeError):
        fail()
    assert stamp() == before


def test_a_forgotten_member_has_no_key_any_more(client, ana, redis):
    client.get(LIST, headers=ana.headers)
    with db.transaction("forget") as tx:
        cache.forget(tx, ana.account_id)
    assert len(ids(client.get(LIST, headers=ana.headers))) == 1
    with db.transaction("touch") as tx:
        cache.touch(tx, ana.account_id)
    assert len(ids(client.get(LIST, headers=ana.headers))) == 1


class Writer:
    """A process that renames Ana's activity whenever it is told to, as a use case would."""

    def __init__(self, account_id):
        self.account_id = account_id
        self.orders, self.answers = multiprocessing.Pipe(), multiprocessing.Pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                while (name := self.orders[0].recv()) is not None:
                    rename(self.account_id, name)
                    self.answers[1].send(name)
            finally:
                os._exit(0)

    def rename(self, name):
        """Return once the other process has committed."""
        self.orders[1].send(name)
        assert self.answers[0].recv() == name

    def end(self):
        self.orders[1].send(None)
        os.waitpid(self.pid, 0)


def rename(account_id, name, *, then=None):
    """Rename a member's activities, and do something as soon as that is committed."""
    with db.transaction("rename") as tx:
        tx.run(RENAME, account_id=account_id, new_name=name)
        cache.touch(tx, account_id)
        if then is not None:
            tx.after_commit(then)


def test_what_one_process_wrote_the_other_gives_though_redis_dies_between(client, ana, tmp_path):
    server, link = RestartableRedis(tmp_path), extensions.limiter.link
    server.start()
    own = RedisLink(server.url)
    extensions.limiter.bind(own)
    cache.bind(own)
    writer = Writer(ana.account_id)
    try:
        for number in range(60):
            if number % 20 == 7:
                server.kill()
            if number % 20 == 13:
                server.start()
            writer.rename(f"name {number}")
            for _ in range(2):
                (item,) = client.get(LIST, headers=ana.headers).json["items"]
                assert item["name"] == f"name {number}"
    finally:
        writer.end()
        server.kill()
        extensions.limiter.bind(link)
        cache.bind(link)


PROFILE = "/api/v1/users/me/profile"


def test_each_edit_of_a_profile_is_seen_at_once(client, ana):
    def seen():
        first, second = (client.get(PROFILE, headers=ana.headers).json for _ in range(2))
        assert first == second
        return first

    for bio in ("one", "two"):
        client.patch(PROFILE, headers=ana.headers, json={"bio": bio, "weight_kg": 70})
        assert seen()["bio"] == bio
    before = seen()
    units = {"units": {"mass": "lb"}}
    client.patch("/api/v1/users/me/preferences", headers=ana.headers, json=units)
    assert seen() != before


def test_a_kept_profile_has_the_tag_that_an_edit_is_held_to(client, ana, redis):
    tags = [client.get(PROFILE, headers=ana.headers).headers["ETag"] for _ in range(2)]
    assert kept_keys(redis)
    assert tags[0] == tags[1]
    assert not tags[0].startswith("W/")
    headers = ana.headers | {"If-Match": tags[1]}
    assert client.patch(PROFILE, headers=headers, json={"bio": "new"}).status_code == 200


def test_numbers_of_members_follow_the_readers_own_move_at_once(client, ana):
    def members(code):
        return client.get(f"/api/v1/tiers/{code}", headers=ana.headers).json["member_count"]

    profile = {"sex": "female", "fitness_level": "beginner"}
    codes = [
        client.patch(PROFILE, headers=ana.headers, json=profile | {"sex": sex}).json["tier"]
        for sex in ("female", "male")
    ]
    assert [members(code) for code in codes] == [0, 1]
    client.patch(PROFILE, headers=ana.headers, json={"sex": "female"})
    assert [members(code) for code in codes] == [1, 0]
