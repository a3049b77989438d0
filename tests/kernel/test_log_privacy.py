"""Nothing personal is ever logged: a member full of marks walks about, and all logs are searched.

Real gunicorn and a real worker at DEBUG, what works and what fails, bugs with their tracebacks.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from fittrack import config, queues
from fittrack.clock import utc_now
from fittrack.dev.files import make_gpx
from tests.accounts.steps import mails_to, token_in
from tests.conformance import engines
from tests.guards.source import ROOT, python_files
from tests.real_processes import environment, flask, gunicorn

pytestmark = pytest.mark.skipif(engines.name() != "sqlite", reason="real processes on one file")

EMAIL = "markedone@marked-domain.example"
NAME = "MarkedDisplay"
PASSWORD = "marked lighthouse under quiet stars"
ADDRESS = "203.0.113.77"
BORN = "1987-06-05"
LATITUDE = "47.12398"
MARKS = {
    "e-mail": "markedone",
    "domain": "marked-domain",
    "name": NAME,
    "password": "marked lighthouse",
    "address": ADDRESS,
    "birthday": BORN,
    "query": "MarkedQuery",
    "agent": "MarkedAgent",
    "device": "MarkedDevice",
    "file": "MarkedFile",
    "position": LATITUDE,
    "path": "MarkedPath",
    "header": "MarkedHeader",
    "body": "MarkedBody",
}


class Walker:
    """A member whose every request is full of marks."""

    def __init__(self, url):
        self.url = url
        self.secrets = {}
        self.token = None

    def ask(self, method, path, body=None, **headers):
        marked = {
            "X-Forwarded-For": ADDRESS,
            "User-Agent": "MarkedAgent/1.0",
            "Cookie": "session=MarkedHeader",
            **headers,
        }
        if self.token:
            marked.setdefault("Authorization", f"Bearer {self.token}")
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        if not isinstance(body, bytes):
            marked.setdefault("Content-Type", "application/json")
        sent = data if body is not None else None
        request = Request(self.url + path, data=sent, method=method, headers=marked)
        try:
            with urlopen(request, timeout=10) as answer:
                return answer.status, parsed(answer.read())
        except HTTPError as error:
            return error.code, parsed(error.read())

    def keep(self, kind, secret):
        self.secrets[f"{kind} {len(self.secrets)}"] = secret


def parsed(raw):
    try:
        return json.loads(raw)
    except ValueError:
        return None


def upload(walker, content):
    head = (
        b'--edge\r\nContent-Disposition: form-data; name="file"; filename="MarkedFile.gpx"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n"
    )
    kind = "multipart/form-data; boundary=edge"
    body = head + content + b"\r\n--edge--\r\n"
    return walker.ask("POST", "/api/v1/activities/files", body, **{"Content-Type": kind})


def register_and_log_in(walker):
    form = {
        "email": EMAIL,
        "password": PASSWORD,
        "display_name": NAME,
        "date_of_birth": BORN,
        "state": "CA",
        "accepted_terms_version": "1",
        "accepted_rules_version": "1",
    }
    assert walker.ask("POST", "/api/v1/auth/register", form)[0] == 201
    assert walker.ask("POST", "/api/v1/auth/register", form | {"state": "MarkedBody"})[0] == 422
    assert walker.ask("POST", "/api/v1/auth/register", form)[0] == 201


def log_in(walker):
    login = {"email": EMAIL, "password": PASSWORD, "device_name": "MarkedDevice"}
    assert walker.ask("POST", "/api/v1/auth/login", login | {"password": f"{PASSWORD}!"})[0] == 401
    status, tokens = walker.ask("POST", "/api/v1/auth/login", login)
    assert status == 200
    for kind in ("access_token", "refresh_token"):
        walker.keep(kind, tokens[kind])
    walker.token = tokens["access_token"]
    status, tokens = walker.ask(
        "POST", "/api/v1/auth/refresh", {"refresh_token": tokens["refresh_token"]}
    )
    assert status == 200
    walker.keep("refresh_token", tokens["refresh_token"])


def do_what_fails(walker):
    for path in (
        "/api/v1/MarkedPath?q=MarkedQuery",
        "/api/v1/drawings?cursor=MarkedQuery",
        f"/api/v1/drawings?status={EMAIL}",
        f"/docs/MarkedPath?token={walker.token}",
        f"/metrics?q={EMAIL}",
    ):
        walker.ask("GET", path)
    walker.ask("GET", "/api/v1/users/me", Authorization=f"Bearer {walker.token}x")
    walker.ask("GET", "/api/v1/users/me", traceparent="MarkedHeader")
    walker.ask("POST", "/api/v1/auth/login", b'{"email": "MarkedBody', **JSON)
    walker.ask("POST", "/api/v1/auth/login", {"email": [EMAIL], "password": {"a": PASSWORD}})
    walker.ask("POST", "/api/v1/auth/verify-email", {"token": "MarkedBody"})
    walker.ask("PATCH", "/api/v1/users/me", {"MarkedBody": EMAIL})
    walker.ask("POST", "/api/v1/auth/step-up", {"password": f"{PASSWORD}!"})
    upload(walker, b"MarkedBody is no file")
    upload(walker, f'<gpx><trk><trkpt lat="{LATITUDE}" lon="x"/>'.encode())


JSON = {"Content-Type": "application/json"}


def marked_gpx():
    text = make_gpx(utc_now() - timedelta(hours=2), 600, seed=7, name="MarkedFile").decode()
    return re.sub(r'lat="\d+\.\d{5}', f'lat="{LATITUDE}', text).encode()


@pytest.fixture
def walk(database, settings, tmp_path):
    """Let a member walk about and return all that was logged, and the secrets that were met."""
    over = {
        "LOG_LEVEL": "DEBUG",
        "TRUSTED_PROXIES": "1",
        "METRICS_FOLDER": str(tmp_path / "metrics"),
        "MAIL_URL": f"folder:{tmp_path}/mailbox",
    }
    config.use(replace(settings, mail_url=over["MAIL_URL"]))
    environ = environment(settings, database.path, **over)
    said = []

    def work(**more):
        done = flask({**environ, **more}, "worker", "--burst")
        assert done.returncode == 0
        said.append(done.stdout + done.stderr)

    with (tmp_path / "api.log").open("wb") as log, gunicorn(environ, log=log) as url:
        walker = Walker(url)
        register_and_log_in(walker)
        work(MAIL_URL="smtp://127.0.0.1:1")
        try_again(database)
        work()
        token = token_in(next(each for each in mails_to(EMAIL) if "verif" in each.text))
        walker.keep("mailed token", token)
        assert walker.ask("POST", "/api/v1/auth/verify-email", {"token": token})[0] < 300
        log_in(walker)
        assert upload(walker, marked_gpx())[0] == 202
        do_what_fails(walker)
        work()
        break_the_database(database, walker)
        work()
    said.append((tmp_path / "api.log").read_text(encoding="utf-8"))
    return "\n".join(said), walker.secrets


def try_again(database):
    """Let what has failed be due at once."""
    database.raw().execute("UPDATE outbox SET due_at = '2026-01-01T00:00:00.000000Z'")
    queues.sweep(now=utc_now())


def break_the_database(database, walker):
    """Provoke bugs: tables are gone while requests and jobs write into them."""
    raw = database.raw()
    raw.execute("PRAGMA foreign_keys = OFF")
    walker.ask("PATCH", "/api/v1/users/me", {"display_name": f"{NAME}2"})
    upload(walker, marked_gpx())
    for table in ("activities", "notifications", "security_events"):
        raw.execute(f"ALTER TABLE {table} RENAME TO {table}_gone")
    for path in ("/api/v1/activities", "/api/v1/notifications"):
        assert walker.ask("GET", f"{path}?cursor=")[0] in {400, 500}
        assert walker.ask("GET", path)[0] == 500
    login = {"email": EMAIL, "password": PASSWORD, "device_name": "MarkedDevice"}
    assert walker.ask("POST", "/api/v1/auth/login", login)[0] == 500


def test_no_log_holds_anything_personal(walk):
    said, secrets = walk
    assert said.count('"request"') > 20
    assert said.count("Traceback (most recent call last)") >= 3
    assert "a job failed" in said
    found = {kind for kind, mark in {**MARKS, **secrets}.items() if mark.lower() in said.lower()}
    assert found == set()
    check_form(said)


def check_form(said):
    """Each line is a JSON object, gunicorn's and RQ's too."""
    lines = [json.loads(line) for line in said.splitlines() if line.strip()]
    assert all({"at", "level", "logger", "message"} <= line.keys() for line in lines)
    assert {"gunicorn.error", "fittrack.access"} <= {line["logger"] for line in lines}


def test_no_line_of_code_logs_by_putting_values_into_words():
    """Values go in by name, as `extra`, where a reader can see which ones they are."""
    put_in = re.compile(
        r"logger\.\w+\(\s*f[\"']|logger\.\w+\([^)]*%[sd]|logger\.\w+\([^)]*\.format"
    )
    wrong = [
        str(path.relative_to(ROOT))
        for path in python_files()
        if put_in.search(path.read_text(encoding="utf-8"))
    ]
    assert wrong == []
