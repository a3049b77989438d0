"""What every test may ask for: a real database file, a real Redis, the application, a client."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from redis import Redis

from fittrack import config, create_app, db
from fittrack.config import Config
from fittrack.db import migrate
from tests.conformance import engines
from tests.private_redis import private_redis

SHARED = Path(os.environ.get("FITTRACK_SHARED", Path(__file__).parents[2] / "shared"))
# A property is about what is so, not about how fast a busy machine thinks of examples.
hypothesis_settings.register_profile(
    "patient",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
hypothesis_settings.load_profile("patient")
# The longest, those that work between those that wait: who begins with them ends with the rest.
LONGEST = (
    "faults/test_sample.py",
    "activities/test_files_manifest.py",
    "kernel/test_devserver.py",
    "dev/test_seed.py",
    "kernel/test_patience.py",
    "activities/test_archives.py",
    "accounts/test_served.py",
    "access/test_matrix.py",
    "kernel/test_served_limits.py",
    "activities/analysis/test_api.py",
    "drawings/test_processes.py",
    "activities/test_plausibility_rules.py",
    "kernel/test_log_privacy.py",
    "attack/test_hostile_text.py",
    "kernel/test_metrics.py",
    "activities/test_privacy.py",
    "accounts/test_pictures.py",
    "attack/test_odd_bodies.py",
    "drawings/test_verifier_command.py",
    "activities/test_jobs.py",
    "keys/test_sealed.py",
    "points/test_concurrency.py",
    "accounts/test_served_factors.py",
    "drawings/test_command.py",
)
PLACES = {f"tests/{name}": place for place, name in enumerate(LONGEST)}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `make test-bench` take the tests alone that run what no others do."""
    told = "of a file with tests that are marked `driver`, run those alone"
    parser.addoption("--each-statement", action="store_true", help=told)


def pytest_sessionstart() -> None:
    """Let nothing search for garbage while ten thousand tests are collected: all of them stay."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Search again, and never more among what was collected."""
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the longest files, so that no process is left alone with one at the end."""
    if config.getoption("--each-statement"):
        _leave_marked_alone(config, items)
    items.sort(key=lambda item: PLACES.get(item.nodeid.partition("::")[0], len(PLACES)))


def _leave_marked_alone(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, of files in which some tests are marked `driver`, all others."""
    marked = [item for item in items if item.get_closest_marker("driver")]
    files = {item.path for item in marked}
    config.hook.pytest_deselected(items=[i for i in items if i.path in files and i not in marked])
    items[:] = [item for item in items if item.path not in files or item in marked]


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run one real Redis for the whole session, on a socket of its own."""
    with private_redis(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture(scope="session")
def redis_link(redis_url: str) -> Redis:
    """Return a client that is kept: a connection a test costs more than what it asks for."""
    return Redis.from_url(redis_url)


@pytest.fixture(scope="session")
def settings(redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """Return settings for tests: fast hashes, high limits, random secrets, a mailbox folder."""
    folder = tmp_path_factory.mktemp("fittrack")
    return Config(
        fittrack_env="test",
        database_url=f"sqlite:///{folder}/unused.db",
        sqlite_synchronous="OFF",
        redis_url=redis_url,
        **{name: config.new_secret() for name in config.SECRETS},
        mail_url=f"folder:{folder}/mailbox",
        metrics_folder=f"{folder}/metrics",
        argon2_memory_kib=64,
        argon2_iterations=1,
        argon2_parallelism=1,
        login_waiting=1000,
        **dict.fromkeys(
            ("limit_anonymous", "limit_public", "limit_member", "limit_admin", "limit_credentials"),
            "100000 per minute",
        ),
        log_level="WARNING",
    )


@pytest.fixture(scope="session")
def app(settings: Config) -> Flask:
    """Return the application; each test binds a database of its own to it."""
    return create_app(settings)


@pytest.fixture(scope="session")
def migrated_file(app: Flask, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database file with the newest schema and no rows, to be copied."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    engine = db.bind(f"sqlite:///{path}", synchronous="OFF")
    migrate.upgrade()
    engine.raw().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.close()
    return path


@pytest.fixture
def database(
    app: Flask, settings: Config, redis_link: Redis, migrated_file: Path, tmp_path: Path
) -> Iterator[db.Engine]:
    """Bind a fresh migrated database, an empty Redis and mailbox; commits are real.

    The file is removed before the system writes it to the disk: all tests' are 8 GB.
    """
    path = tmp_path / "fittrack.db"
    shutil.copyfile(migrated_file, path)
    config.use(settings)
    engine = engines.bind(path)
    redis_link.flushall()
    shutil.rmtree(settings.mail_url.removeprefix("folder:"), ignore_errors=True)
    yield engine
    engine.close()
    path.unlink(missing_ok=True)


@pytest.fixture
def client(app: Flask, database: db.Engine) -> FlaskClient:
    """Return a client of the application over a fresh database."""
    return app.test_client()
