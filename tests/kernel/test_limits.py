from __future__ import annotations

import dataclasses
import re
from functools import partial

import pytest
from redis import Redis

from fittrack import config
from tests.factories_accounts import login, make_account

PATH = "/api/v1/notifications"


@pytest.fixture
def tight(client, settings):
    """Return a client under limits that are soon reached."""
    tight = {
        "limit_anonymous": "3 per minute",
        "limit_member": "5 per minute",
        "limit_public": "4 per minute",
    }
    config.use(dataclasses.replace(settings, **tight))
    yield client
    config.use(settings)


def test_an_address_without_an_account_has_its_limit(tight):
    answers = [tight.get(PATH) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert answers[3].json["code"] == "rate_limited"
    assert 0 < int(answers[3].headers["Retry-After"]) <= 61
    assert answers[0].headers["RateLimit-Policy"] == '"default";q=3;w=60'
    left = [re.match(r'"default";r=(\d+);t=\d+$', a.headers["RateLimit"])[1] for a in answers]
    assert left == ["2", "1", "0", "0"]


def test_each_address_and_each_account_has_a_counter_of_its_own(tight):
    ana, ben = login(tight, make_account()), login(tight, make_account())
    for _ in range(3):
        assert tight.get(PATH).status_code == 401
    assert tight.get(PATH, environ_base={"REMOTE_ADDR": "192.0.2.9"}).status_code == 401
    assert [tight.get(PATH, headers=ana).status_code for _ in range(6)] == [200] * 5 + [429]
    assert tight.get(PATH, headers=ben).status_code == 200


def test_health_and_documents_are_not_limited(tight):
    for path in ("/health/live", "/docs/errors", "/api/v1/openapi.json"):
        answers = [tight.get(path) for _ in range(6)]
        assert {answer.status_code for answer in answers} == {200}
        assert "RateLimit" not in answers[0].headers


def test_only_a_429_says_when_to_come_back(tight):
    assert "Retry-After" not in tight.get(PATH).headers


def test_what_a_caller_does_anywhere_counts_together(tight):
    ana = login(tight, make_account())
    paths = (PATH, "/api/v1/users/me", "/api/v1/drawings") * 2
    answers = [tight.get(path, headers=ana).status_code for path in paths]
    assert answers == [200] * 5 + [429]


def test_public_reads_have_a_larger_counter_beside_an_address_own(tight):
    public = ("/api/v1/drawings", "/api/v1/drawings/log") * 2
    assert [tight.get(path).status_code for path in public] == [200] * 4
    assert [tight.get(PATH).status_code for _ in range(4)] == [401] * 3 + [429]
    assert tight.get("/api/v1/drawings").status_code == 429


def test_what_is_counted_lies_in_redis_and_names_nobody(tight, settings):
    form = {"email": "ana@example.com", "password": "none of these"}
    tight.post("/api/v1/auth/login", json=form)
    keys = b" ".join(Redis.from_url(settings.redis_url).keys())
    assert b"address:" in keys
    assert b"credentials:" in keys
    assert b"127.0.0.1" not in keys
    assert b"ana" not in keys


def test_a_refusal_is_logged_without_the_address_or_the_email(tight, settings, caplog):
    caplog.set_level("INFO")
    config.use(dataclasses.replace(settings, limit_credentials="1 per minute"))
    form = {"email": "ana@example.com", "password": "none of these"}
    answers = [tight.post("/api/v1/auth/login", json=form).status_code for _ in range(2)]
    assert answers == [401, 429]
    assert "exceeded" in caplog.text
    assert "127.0.0.1" not in caplog.text
    assert "ana@" not in caplog.text


@pytest.mark.parametrize(
    "spelling", ["ANA@example.com", "  ana@example.com ", "\uff41na@example.com"]
)
def test_another_spelling_of_an_address_gives_no_more_guesses(tight, settings, spelling):
    config.use(dataclasses.replace(settings, limit_credentials="1 per minute"))
    for email, status in (("ana@example.com", 401), (spelling, 429), ("ben@example.com", 401)):
        form = {"email": email, "password": "none of these"}
        assert tight.post("/api/v1/auth/login", json=form).status_code == status


def test_a_body_too_large_to_look_at_is_refused_and_counted(tight, settings, caplog):
    config.use(dataclasses.replace(settings, limit_credentials="1 per minute"))
    body = b'{"email": "' + b"a" * (2 << 20) + b'"}'
    post = partial(tight.post, "/api/v1/auth/login", content_type="application/json")
    assert [post(data=body).status_code for _ in range(2)] == [413, 429]
    assert "storage" not in caplog.text
