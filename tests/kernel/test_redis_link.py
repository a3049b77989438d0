"""The way to Redis: what a restart, a kill and a hang do to it."""

from __future__ import annotations

import os
import signal
import time

import pytest
from redis import Redis

from fittrack.redis_link import FIRST_PAUSE_S, RedisAway, RedisLink, Script
from tests.private_redis import RestartableRedis

ECHO = Script("return ARGV[1]")


@pytest.fixture
def server(tmp_path):
    server = RestartableRedis(tmp_path)
    server.start()
    yield server
    server.kill()


def test_a_script_is_sent_once_and_called_by_its_digest(server):
    link = RedisLink(server.url)
    assert [link.run(ECHO, [], ["a"]), link.run(ECHO, [], ["b"])] == [b"a", b"b"]
    stats = Redis.from_url(server.url).info("commandstats")
    assert stats["cmdstat_eval"]["calls"] == 1
    assert stats["cmdstat_evalsha"]["calls"] == 2


def test_a_restart_between_two_calls_is_no_fault(server):
    link = RedisLink(server.url)
    link.run(ECHO, [], ["a"])
    server.kill()
    server.start()
    assert link.run(ECHO, [], ["b"]) == b"b"
    assert link.faults == 0


def test_while_redis_is_away_most_calls_do_not_even_ask(server):
    link = RedisLink(server.url)
    server.kill()
    for _ in range(100):  # they take a thousandth of the pause
        with pytest.raises(RedisAway):
            link.call("PING")
    assert link.faults == 1


def test_redis_is_found_again_after_the_pause(server):
    link = RedisLink(server.url)
    server.kill()
    with pytest.raises(RedisAway):
        link.call("PING")
    server.start()
    time.sleep(FIRST_PAUSE_S)
    assert link.call("PING") in {b"PONG", "PONG"}


def test_one_hang_costs_half_a_second_and_the_next_calls_nothing(server):
    link = RedisLink(server.url)
    link.call("PING")
    os.kill(server.process.pid, signal.SIGSTOP)
    started_s = time.monotonic()
    for _ in range(50):
        with pytest.raises(RedisAway):
            link.call("PING")
    took_s = time.monotonic() - started_s
    os.kill(server.process.pid, signal.SIGCONT)
    assert took_s < 4  # half a second each would be 25 s


def test_an_answer_that_came_too_late_is_not_taken_for_the_next_one(server):
    link = RedisLink(server.url)
    link.call("PING")
    os.kill(server.process.pid, signal.SIGSTOP)
    with pytest.raises(RedisAway):
        link.run(ECHO, [], ["late"])
    os.kill(server.process.pid, signal.SIGCONT)
    time.sleep(FIRST_PAUSE_S)
    assert link.run(ECHO, [], ["fresh"]) == b"fresh"


def test_an_answer_that_nobody_waited_for_is_not_taken_for_the_next_one(server):
    """Whatever ended the wait: a time limit that interrupts the thread is no error of Redis."""
    link = RedisLink(server.url)
    link.call("PING")

    class Interrupted(BaseException):
        pass

    def interrupt(*_):
        raise Interrupted

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    with pytest.raises(Interrupted):
        link.call("BLPOP", "nothing", "0.3")
    signal.signal(signal.SIGALRM, before)
    time.sleep(0.3)
    assert link.run(ECHO, [], ["fresh"]) == b"fresh"


def test_a_forked_process_has_a_connection_of_its_own(server):
    link = RedisLink(server.url)
    link.call("CLIENT", "SETNAME", "parent")
    child = os.fork()
    if child == 0:
        os._exit(0 if link.call("CLIENT", "GETNAME") in {None, b""} else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert link.call("CLIENT", "GETNAME") == b"parent"
