"""Clients that say nothing, or little, hold nobody else up."""

from __future__ import annotations

import json
import socket
import time
from contextlib import ExitStack, closing

import pytest

from fittrack.errors import RequestTooSlow
from fittrack.httpd import problem_of
from fittrack.patience import FAREWELL_S, LEAST_BYTES_PER_S, WITHIN_S, PatientUnreader
from tests.serving import ask_once, served, settings_of

HEAD = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
HALF_HEAD = HEAD + b"X-Half: "
HALF_BODY = HEAD + b"Content-Length: 100\r\n\r\n{"
THREADS = 4


@pytest.fixture
def pair():
    """Return what reads, with a quarter of a second of patience, and the client's end."""
    here, there = socket.socketpair()
    with closing(here), closing(there):
        yield PatientUnreader(here, within_s=0.25), there


@pytest.fixture(scope="module")
def server(redis_url, tmp_path_factory):
    database = tmp_path_factory.mktemp("patience") / "fittrack.db"
    with served(settings_of(database, redis_url)) as running:
        yield running


def opened(stack, server, raw=b""):
    link = stack.enter_context(closing(socket.create_connection(("127.0.0.1", server.port))))
    link.settimeout(WITHIN_S + 10)
    link.sendall(raw)
    return link


def test_what_comes_is_read(pair):
    reader, client = pair
    client.sendall(b"GET /")
    reader.begin()
    assert reader.read() == b"GET /"
    client.close()
    assert reader.read() == b""


def test_a_request_that_stops_is_too_slow(pair):
    reader, client = pair
    client.sendall(b"G")
    reader.begin()
    assert reader.read() == b"G"
    with pytest.raises(RequestTooSlow):
        reader.read()
    assert reader.sock.gettimeout() is None
    assert (problem_of(RequestTooSlow()).status, problem_of(RequestTooSlow()).code) == (
        408,
        "request_timeout",
    )


def test_a_request_that_drips_is_too_slow_too(pair):
    reader, client = pair
    with pytest.raises(RequestTooSlow):
        drip(reader, client, until_s=time.monotonic() + 10)


def drip(reader, client, *, until_s):
    while time.monotonic() < until_s:
        client.sendall(b"x")
        reader.read()
        time.sleep(0.02)


def test_a_long_body_has_as_much_more_time_as_it_brings_bytes(pair):
    reader, client = pair
    client.sendall(b"x" * 10 * LEAST_BYTES_PER_S)
    reader.begin()
    assert len(reader.read(10 * LEAST_BYTES_PER_S)) == 10 * LEAST_BYTES_PER_S
    time.sleep(0.4)
    client.sendall(b"more")
    assert reader.read() == b"more"


def test_each_request_of_a_connection_has_its_own_time(pair):
    reader, client = pair
    time.sleep(0.3)
    client.sendall(b"next")
    reader.begin()
    assert reader.read() == b"next"


def test_who_bounds_a_read_is_told_of_its_end_and_not_of_slowness(pair):
    reader, _ = pair
    reader.sock.settimeout(0.02)
    with pytest.raises(TimeoutError):
        reader.read()
    assert reader.sock.gettimeout() == 0.02


def test_connections_that_say_nothing_take_no_thread(server):
    with ExitStack() as stack:
        for _ in range(8 * THREADS):
            opened(stack, server)
        began_s = time.monotonic()
        assert ask_once(server, "GET", "/health/live").status == 200
        assert time.monotonic() - began_s < WITHIN_S / 2


def test_clients_that_do_not_hang_up_hold_nobody_up(server):
    with ExitStack() as stack:
        for _ in range(8):
            link = opened(stack, server, b"GET /health/live HTTP/1.0\r\n\r\n")
            assert b'{"status":"ok"}' in link.makefile("rb").read()
        began_s = time.monotonic()
        assert ask_once(server, "GET", "/health/live").status == 200
        assert time.monotonic() - began_s < FAREWELL_S
        with pytest.raises(OSError, match=r"reset|[Bb]roken"):
            go_on_asking(link, until_s=time.monotonic() + 30)


def go_on_asking(link, *, until_s):
    while time.monotonic() < until_s:
        link.sendall(b"is anybody there")
        time.sleep(0.1)


def test_an_answer_is_whole_though_its_client_goes_on_sending(server):
    with ExitStack() as stack:
        link = opened(stack, server, HEAD + b"Content-Length: 2000000\r\n\r\n" + b" " * 100_000)
        answer = link.makefile("rb").read()
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["code"] == "too_large"


def test_halves_of_requests_are_answered_408_and_give_their_threads_back(server):
    with ExitStack() as stack:
        links = [opened(stack, server, raw) for raw in (HALF_HEAD, HALF_BODY) * (THREADS // 2)]
        answers = [link.makefile("rb").read() for link in links]
        assert ask_once(server, "GET", "/health/live").status == 200
    for answer in answers:
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.split()[1] == b"408"
        assert b"application/problem+json" in head
        assert json.loads(body)["code"] == "request_timeout"


def test_a_silent_connection_delays_no_end_of_the_server(redis_url, tmp_path):
    with ExitStack() as stack:
        with served(settings_of(tmp_path / "fittrack.db", redis_url)) as running:
            opened(stack, running)
            assert ask_once(running, "GET", "/health/live").status == 200
            began_s = time.monotonic()
        assert time.monotonic() - began_s < 17  # of the 20 s that requests under way have
