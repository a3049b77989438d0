"""What gunicorn refuses by itself, over real sockets."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from contextlib import closing

import pytest

from fittrack import config, devserver
from fittrack.errors import BadRequest, HeadersTooLarge, Problem, UriTooLong
from fittrack.httpd import problem_of
from tests.guards.source import ROOT
from tests.ports import held_port

LOGIN = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
CHUNKED = LOGIN + b"Transfer-Encoding: chunked\r\n\r\n"
ME = b"GET /api/v1/users/me HTTP/1.1\r\nHost: x\r\n"
MEMBERS = {"type", "title", "status", "detail", "instance", "code", "request_id"}


@pytest.fixture(scope="module")
def server(redis_url, tmp_path_factory):
    """Serve the application by gunicorn and return its port and its log."""
    folder, port = tmp_path_factory.mktemp("httpd"), held_port()
    settings = {name.upper(): config.new_secret() for name in config.SECRETS}
    settings |= {"DATABASE_URL": f"sqlite:///{folder}/fittrack.db", "REDIS_URL": redis_url}
    settings |= {"MAIL_URL": f"folder:{folder}", "PORT": str(port), "WEB_WORKERS": "1"}
    settings |= {f"LIMIT_{kind.upper()}": devserver.HIGH_LIMIT for kind in devserver.LIMITS}
    log = folder / "log"
    command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "wsgi:app"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **settings}, stdout=output, stderr=output
        )
        try:
            wait_for(port)
            yield port, log
        finally:
            process.terminate()
            process.wait()


def wait_for(port):
    deadline_s = time.monotonic() + 120
    while not devserver.is_taken(port):
        assert time.monotonic() < deadline_s
        time.sleep(0.1)


def send(port, raw):
    """Return the status, the headers and the body of the answer to raw bytes."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as link:
        link.sendall(raw)
        answer = link.makefile("rb")
        status = int(answer.readline().split()[1])
        headers = {}
        while line := answer.readline().strip().decode():
            name, _, value = line.partition(": ")
            headers[name] = value
        return status, headers, answer.read(int(headers.get("Content-Length", 0)))


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414, "uri_too_long"),
        (ME + b"X-Long: " + b"a" * 9000 + b"\r\n\r\n", 431, "headers_too_large"),
        (ME + b"Bad Name: 1\r\n\r\n", 400, "bad_request"),
        (ME + b"Idempotency-Key: \x7f\r\n\r\n", 400, "bad_request"),
        (LOGIN + b"Content-Length: abc\r\n\r\n", 400, "bad_request"),
        (LOGIN + b"Content-Length: 2\r\nExpect: tea\r\n\r\n{}", 400, "bad_request"),
        (b"nonsense\r\n\r\n", 400, "bad_request"),
        (CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n", 400, "bad_request"),
        (CHUNKED + b"10000\r\n" + b" " * 65536 + b"\r\n" + b"zz\r\n", 400, "bad_request"),
    ],
)
def test_what_is_no_http_is_refused_in_the_one_shape(server, raw, status, code):
    answered, headers, body = send(server[0], raw)
    problem = json.loads(body)
    assert (answered, problem["status"], problem["code"]) == (status, status, code)
    assert headers["Content-Type"] == "application/problem+json"
    assert problem.keys() >= MEMBERS
    assert problem["request_id"] == headers["X-Request-ID"]


def test_a_body_in_chunks_is_measured_too(server):
    chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
    status, _, body = send(server[0], CHUNKED + chunk * 17 + b"0\r\n\r\n")
    assert (status, json.loads(body)["code"]) == (413, "too_large")


def test_a_body_in_chunks_is_read(server):
    form = b'{"email": "ana@example.com"}'
    status, _, body = send(server[0], CHUNKED + b"%x\r\n%s\r\n0\r\n\r\n" % (len(form), form))
    assert status == 422
    assert [error["pointer"] for error in json.loads(body)["errors"]] == ["/password"]


SMUGGLED = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
BOTH = LOGIN + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        BOTH + b"0\r\n\r\n",
        LOGIN + b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(SMUGGLED),
        LOGIN + b"Content-Length: 0, %d\r\n\r\n" % len(SMUGGLED),
        LOGIN + b"Content-Length: +0\r\n\r\n",
        LOGIN + b"Content-Length: 0x0\r\n\r\n",
        LOGIN + b"Content-Length : 0\r\n\r\n",
        LOGIN + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        LOGIN + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        LOGIN + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n",
        LOGIN + b"Transfer_Encoding: chunked\r\nContent-Length: 0x\r\n\r\n0\r\n\r\n",
        LOGIN + b"X-Folded: a\r\n Transfer-Encoding: chunked\r\n\r\n",
        LOGIN + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
        CHUNKED + b"-1\r\n\r\n0\r\n\r\n",
        CHUNKED + b"0x1\r\n{\r\n0\r\n\r\n",
        CHUNKED + b"1;a=b\n{\r\n0\r\n\r\n",
    ],
)
def test_where_a_request_ends_is_never_in_doubt(server, raw):
    """What follows on the same connection is not read as a request of its own."""
    with closing(socket.create_connection(("127.0.0.1", server[0]), timeout=10)) as link:
        link.sendall(raw + SMUGGLED)
        answer = link.makefile("rb").read()
    assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 501 "))
    assert answer.count(b"HTTP/1.1 ") == 1


def test_no_header_moves_the_application(server):
    assert send(server[0], ME + b"SCRIPT_NAME: /elsewhere\r\n\r\n")[0] == 401


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"GET http://evil.example/api/v1/users/me HTTP/1.1\r\nHost: x\r\n\r\n", 401),
        (b"GET /api/v1/users/me HTTP/1.1\r\nHost: evil.example\r\n\r\n", 401),
        (b"GET /api/v1/users/me HTTP/1.1\r\nHost: a/b?c#d\r\n\r\n", 401),
        (ME + b"Host: y\r\n\r\n", 400),
        (ME + b"Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n", 401),
        (ME + b"X-Request-ID: a\r\nX-Request-ID: b\r\n\r\n", 401),
        (ME + b"Content-Length: 0\r\nContent-Length: 5\r\n\r\n", 400),
        (ME + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (ME + b"X-Request-ID: a\nSet-Cookie: b=c\r\n\r\n", 400),
        (b"GET /%0d%0aSet-Cookie:b=c HTTP/1.1\r\nHost: x\r\n\r\n", 404),
        (b"GET /api/v1//users/me HTTP/1.1\r\nHost: evil.example\r\n\r\n", 404),
    ],
)
def test_what_poisons_others_is_refused_or_without_effect(server, raw, status):
    answered, headers, body = send(server[0], raw)
    assert answered == status
    told = repr(headers).encode() + body
    assert b"evil.example" not in told
    assert "Set-Cookie" not in headers
    assert json.loads(body).keys() >= MEMBERS


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        (b"POST", b"/health/live", 405, {"GET", "HEAD", "OPTIONS"}),
        (b"PATCH", b"/api/v1/auth/login", 405, {"POST", "OPTIONS"}),
        (b"OPTIONS", b"/api/v1/auth/login", 200, {"POST", "OPTIONS"}),
        (b"HEAD", b"/health/live", 200, None),
        (b"HEAD", b"/nothing", 404, None),
    ],
)
def test_methods_are_told_apart(server, method, path, status, allow):
    with closing(socket.create_connection(("127.0.0.1", server[0]), timeout=10)) as link:
        head = b"%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" % (method, path)
        link.sendall(head + b"Content-Length: 0\r\n\r\n")
        raw = link.makefile("rb").read()
    top, _, body = raw.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in top.decode().split("\r\n")[1:])
    assert int(top.split()[1]) == status
    assert allow is None or set(headers["Allow"].split(", ")) == allow
    assert (body == b"") == (method in {b"HEAD", b"OPTIONS"})


def test_the_log_names_no_address_of_who_sends_nonsense(server):
    port, log = server
    send(port, b"more nonsense\r\n\r\n")
    lines = log.read_text()
    assert "unreadable request" in lines
    assert "ip=" not in lines


def test_what_is_no_http_is_logged_under_its_own_id_and_in_no_trace(server):
    port, log = server
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as link:
        link.sendall(b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\nnonsense\r\n\r\n")
        answers = link.makefile("rb").read()
    told = re.findall(rb"X-Request-ID: (\S+)", answers)[1].decode()
    (line,) = (each for each in log.read_text().splitlines() if told in each)
    assert json.loads(line)["message"] == "an unreadable request"
    assert (json.loads(line)["request_id"], json.loads(line)["trace_id"]) == (told, None)


def test_the_servers_own_failures_are_ours():
    from gunicorn.http import errors as found

    assert type(problem_of(found.InvalidResponseHeader("X"))) is Problem
    assert type(problem_of(RuntimeError("bug"))) is Problem
    assert type(problem_of(found.LimitRequestHeaders("many"))) is HeadersTooLarge
    assert type(problem_of(found.LimitRequestLine(9, 8))) is UriTooLong
    assert type(problem_of(found.InvalidHeader("X"))) is BadRequest
