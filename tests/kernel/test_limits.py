from __future__ import annotations

import dataclasses
import re
from functools import partial

import pytest
from flask_limiter.util import get_qualified_name
from redis import Redis

from fittrack import config, create_app, extensions, limits
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
    caplog.set_level("INFO", logger="fittrack")
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


@pytest.mark.parametrize(
    ("first", "second", "is_one_caller"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("fe80::1%eth0", "fe80::1%eth1", True),
    ],
)
def test_an_ipv6_subscriber_is_one_caller(tight, first, second, is_one_caller):
    for _ in range(3):
        tight.get(PATH, environ_base={"REMOTE_ADDR": first})
    answer = tight.get(PATH, environ_base={"REMOTE_ADDR": second})
    assert answer.status_code == (429 if is_one_caller else 401)


def test_an_address_that_the_client_claims_is_not_believed(tight):
    answers = [
        tight.get(
            PATH, headers={"X-Forwarded-For": f"192.0.2.{n}", "Forwarded": f"for=192.0.2.{n}"}
        )
        for n in range(4)
    ]
    assert answers[3].status_code == 429


def test_behind_a_proxy_only_what_the_proxy_added_is_believed(settings, database):
    behind = dataclasses.replace(settings, trusted_proxies=1, limit_anonymous="2 per minute")
    client = create_app(behind).test_client()
    forged = [{"X-Forwarded-For": f"198.51.100.{n}, 192.0.2.7"} for n in range(3)]
    assert [client.get(PATH, headers=of).status_code for of in forged] == [401, 401, 429]
    assert client.get(PATH, headers={"X-Forwarded-For": "192.0.2.8"}).status_code == 401


def test_a_preflight_is_not_counted(tight):
    for _ in range(9):
        assert tight.options(PATH).status_code == 200
    assert tight.get(PATH).status_code == 401


def test_a_429_is_a_problem_that_nobody_keeps(tight):
    for _ in range(3):
        tight.get(PATH)
    answer = tight.get(PATH, headers={"Origin": "https://a.example"})
    assert answer.content_type == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json["request_id"] == answer.headers["X-Request-ID"]
    assert answer.headers["RateLimit"].startswith('"default";r=0;t=')


def test_two_members_behind_one_address_do_not_share(tight):
    ana, ben = login(tight, make_account()), login(tight, make_account())
    for headers in (ana, ben):
        assert [tight.get(PATH, headers=headers).status_code for _ in range(5)] == [200] * 5


def test_an_authenticated_request_asks_redis_once(client, settings):
    ana = login(client, make_account())
    client.get(PATH, headers=ana)
    with Redis.from_url(settings.redis_url).monitor() as monitor:
        assert client.get(PATH, headers=ana).status_code == 200
        Redis.from_url(settings.redis_url).echo("end")
        asked = []
        for command in monitor.listen():
            if command["command"] == "ECHO end":
                break
            asked.append(command)
    ours = [each["command"].split()[0] for each in asked if each["client_type"] != "lua"]
    assert [name for name in ours if name not in {"HELLO", "CLIENT"}] == ["EVALSHA"]


UNLIMITED = {"health", "reference", "static", "dev", "metrics"}


def test_every_limit_bites(tight, app, settings):
    """A limit whose decorator stands in the wrong place would count nothing and say nothing."""
    kinds = ("anonymous", "public", "member", "credentials", "webhooks")
    config.use(dataclasses.replace(settings, **{f"limit_{kind}": "1 per minute" for kind in kinds}))
    limiter, bitten = extensions.limiter, set()
    for number, rule in enumerate(app.url_map.iter_rules()):
        first_choices = re.sub(r"<any\((\w+)[^)]*\):\w+>", r"\1", rule.rule)
        path = re.sub(r"<[^>]+>", "01935d2a-7c00-7000-8000-5f3c1f0b2a10", first_choices)
        method = min(rule.methods - {"HEAD", "OPTIONS"})
        caller = {"REMOTE_ADDR": f"10.0.{number // 250}.{number % 250}"}
        answers = [tight.open(path, method=method, environ_base=caller) for _ in range(2)]
        is_limited = rule.endpoint.partition(".")[0] not in UNLIMITED
        assert (answers[1].status_code == 429) == is_limited, rule.endpoint
        view = app.view_functions[rule.endpoint]
        bitten |= {get_qualified_name(view)} if limiter.limits_of(app, rule.endpoint) else set()
    assert set(limiter.limit_manager._decorated_limits) <= bitten


def test_what_guesses_at_secrets_is_counted_besides(app):
    limiter = extensions.limiter
    of_login = limiter.limits_of(app, "sessions.log_in")
    assert [limit.limit_provider for limit in of_login] == [limits.of_credentials, limits.of_caller]
    of_results = limiter.limits_of(app, "drawings.list_drawings")
    assert [limit.limit_provider for limit in of_results] == [limits.of_public_reads]


def test_nothing_is_asked_of_flask_limiter_that_we_do_not_count(app):
    """What our counting does not know of must not stand on a view, for it would be passed over."""
    manager = extensions.limiter.limit_manager
    assert manager._blueprint_limits == {}
    for limit in (each for group in manager._decorated_limits.values() for each in group):
        odd = (limit.cost, limit.methods, limit.exempt_when, limit.deduct_when, limit.on_breach)
        assert set(odd) <= {None, 1}, limit
        assert not limit.per_method
        assert not limit.meta_limits
