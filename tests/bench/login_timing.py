"""Does the time of an answer tell which addresses have an account? Print medians and their ratio.

`python -m tests.bench.login_timing [tries]`: over a real server with the default hash, each pair in
turns, so that whatever else the machine does slows both. A ratio within 10 % of 1 is the goal.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from statistics import median

from fittrack import config, db
from fittrack.accounts import passwords, service
from fittrack.clock import utc_now
from fittrack.db import migrate
from tests.factories_accounts import PASSWORD
from tests.private_redis import private_redis
from tests.serving import ask, served, settings_of

TRIES = 200
MORE = 5  # times as many where no hash drowns the noise
TOLERANCE = 0.1
MEMBERS = 60  # so that nobody gets 5 wrong passwords
WRONG = "a wrong password of hers"
AUTH = "/api/v1/auth"
_number, _turn = count(1), count(1)

Body = Callable[[], dict[str, str]]


def main() -> int:
    """Measure each pair and return 1 where one tells addresses apart."""
    tries = int(sys.argv[1]) if len(sys.argv) > 1 else TRIES
    with tempfile.TemporaryDirectory() as name, private_redis(Path(name)) as redis_url:
        settings = settings_of(Path(name) / "bench.db", redis_url)
        _fill(settings)
        with served(settings) as server, closing(server.connection()) as link:
            ratios = [_ratio(link, tries, *pair) for pair in _pairs()]
    return 0 if all(abs(ratio - 1) <= TOLERANCE for ratio in ratios) else 1


def _pairs() -> list[tuple[str, str, Body, Body]]:
    """Return what is asked for a known and for an unknown address."""
    return [
        ("log in, wrong password", "login", _wrong(_member), _wrong(_nobody)),
        ("log in, locked", "login", _wrong(lambda: "locked@example.com"), _wrong(_nobody)),
        ("forgot password", "forgot-password", _named(_member), _named(_nobody)),
        ("resend verification", "resend-verification", _named(_waiting), _named(_nobody)),
        ("register", "register", _form(_member), _form(_nobody)),
    ]


def _ratio(link: HTTPConnection, tries: int, what: str, path: str, known: Body, new: Body) -> float:
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(6 if "log in" in what else 2):
        ask(link, "POST", f"{AUTH}/{path}", known())
        ask(link, "POST", f"{AUTH}/{path}", new())
    for turn in range(tries if "password" in new() else tries * MORE):
        for side in (0, 1) if turn % 2 else (1, 0):
            times[side].append(ask(link, "POST", f"{AUTH}/{path}", (known, new)[side]()).took_s)
    known_ms, new_ms = (median(side) * 1000 for side in times)
    ratio = known_ms / new_ms
    print(f"{what:24} known {known_ms:8.2f} ms, unknown {new_ms:8.2f} ms, ratio {ratio:.3f}")
    return ratio


def _member() -> str:
    return f"member{next(_turn) % MEMBERS}@example.com"


def _waiting() -> str:
    return f"waiting{next(_turn) % MEMBERS}@example.com"


def _nobody() -> str:
    return f"nobody{next(_number)}@example.com"


def _wrong(address: Callable[[], str]) -> Body:
    return lambda: {"email": address(), "password": WRONG}


def _named(address: Callable[[], str]) -> Body:
    return lambda: {"email": address()}


def _form(address: Callable[[], str]) -> Body:
    return lambda: {
        "email": address(),
        "password": PASSWORD,
        "display_name": f"Ana{next(_number)}",
        "date_of_birth": "1990-05-17",
        "state": "CA",
        "accepted_terms_version": "1",
        "accepted_rules_version": "1",
    }


def _fill(settings: dict[str, str]) -> None:
    """Store members, and registrations that wait for their mail, with one password."""
    config.use(config.load(settings))
    db.bind(settings["DATABASE_URL"])
    migrate.upgrade()
    password_hash = passwords.hash_password(PASSWORD)
    names = [f"{kind}{n}" for n in range(MEMBERS) for kind in ("member", "waiting")]
    for name in (*names, "locked"):
        account = service.new_account(
            f"{name}@example.com", name.title(), password_hash=password_hash, now=utc_now()
        )
        service.create_member(account=account)
    db.engine().raw().execute("UPDATE accounts SET status = 'pending' WHERE email LIKE 'waiting%'")
    db.engine().close()


if __name__ == "__main__":
    sys.exit(main())
