"""Calls to other services over real sockets: whatever they do, a call ends in time."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from fittrack import wire
from fittrack.wire import Request, Unreachable

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@contextmanager
def serving(talk: Callable[[socket.socket, bytes], None]) -> Iterator[str]:
    """Serve one connection at a time by a function, and yield the address."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    peer, _ = server.accept()
                except OSError:
                    return
                with peer:
                    try:
                        talk(peer, peer.recv(65536))
                    except OSError:
                        continue  # it hung up

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/x"
        server.shutdown(socket.SHUT_RDWR)


def saying(body: bytes, *extra: bytes) -> Callable[[socket.socket, bytes], None]:
    """Return a talk that answers with a body and further header lines."""
    lines = b"".join(line + b"\r\n" for line in extra)
    length = f"Content-Length: {len(body)}\r\n\r\n".encode()
    return lambda peer, _: peer.sendall(HEAD + lines + length + body)


def ask(url: str, *, deadline_s: float = 60, **over) -> wire.Answer:
    return wire.call(Request(url, **over), deadline_s=deadline_s, most_bytes=10_000)


def dripping(first: bytes, piece: bytes) -> Callable[[socket.socket, bytes], None]:
    """Return a talk that never comes to an end, a little at a time."""

    def talk(peer: socket.socket, _: bytes) -> None:
        peer.sendall(first)
        while True:
            time.sleep(0.05)
            peer.sendall(piece)

    return talk


def test_an_answer_is_returned_whatever_its_status():
    with serving(lambda peer, _: peer.sendall(b"HTTP/1.1 429 No\r\nRetry-After: 7\r\n\r\n")) as url:
        answer = ask(url)
    assert (answer.status, answer.headers["retry-after"], answer.body) == (429, "7", b"")


@pytest.mark.parametrize(
    ("over", "sent"),
    [
        ({"params": {"a": "b c"}}, b"GET /x?a=b+c HTTP/1.1"),
        ({"method": "POST", "form": "a=b"}, b"application/x-www-form-urlencoded\r\n"),
        ({"method": "POST", "json": {"a": 1}}, b'{"a":1}'),
        ({"headers": {"Authorization": "Bearer t"}}, b"Authorization: Bearer t"),
    ],
)
def test_what_is_asked_arrives(over, sent):
    heard = []

    def talk(peer: socket.socket, request: bytes) -> None:
        if b"Content-Length" in request and request.endswith(b"\r\n\r\n"):
            request += peer.recv(65536)
        heard.append(request)
        saying(b"{}")(peer, request)

    with serving(talk) as url:
        assert ask(url, **over).json() == {}
    assert sent in heard[0]


@pytest.mark.parametrize(
    "talk",
    [
        dripping(b"", b""),
        dripping(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"),
        dripping(HEAD + b"\r\n", b" "),
        dripping(HEAD + b"Content-Length: 5000\r\n\r\n", b" "),
    ],
    ids=["silent", "headers_drip", "body_drips", "body_of_length_drips"],
)
def test_a_call_ends_when_its_time_is_over(talk):
    with serving(talk) as url, pytest.raises(Unreachable):  # each of them would go on for ever
        ask(url, deadline_s=0.6)


def test_a_body_is_read_no_further_than_it_may_be_long():
    with serving(saying(b" " * 10_001)) as url, pytest.raises(Unreachable):
        ask(url)
    bomb = gzip.compress(bytes(1_000_000))
    with serving(saying(bomb, b"Content-Encoding: gzip")) as url, pytest.raises(Unreachable):
        ask(url)


def test_a_body_cut_short_is_no_answer():
    talk = lambda peer, _: peer.sendall(HEAD + b"Content-Length: 99\r\n\r\n{}")  # noqa: E731
    with serving(talk) as url, pytest.raises(Unreachable):
        ask(url)


def test_a_redirect_is_an_answer_and_is_not_followed():
    with serving(lambda peer, _: peer.sendall(b"HTTP/1.1 302 X\r\nLocation: /y\r\n\r\n")) as url:
        assert ask(url).status == 302


def test_nothing_of_an_address_is_told_by_a_failure():
    with pytest.raises(Unreachable) as raised:
        ask("http://127.0.0.1:9/token?code=s3cret")
    assert "s3cret" not in str(raised.value)
