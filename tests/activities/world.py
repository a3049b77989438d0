"""An application for scripts: a fresh database, as durable as in production, and a Redis."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from flask.testing import FlaskClient
from redis import Redis
from redis.exceptions import RedisError

from fittrack import config, create_app, db, devserver
from fittrack.config import Config
from fittrack.db import migrate

FREE = dict.fromkeys(("limit_member", "limit_anonymous"), "1000000 per minute")


@contextmanager
def world() -> Iterator[FlaskClient]:
    """Yield a client of a fresh application; nothing is left of it afterwards."""
    with TemporaryDirectory() as folder, _redis(Path(folder)) as redis_url:
        settings = Config(
            fittrack_env="test",
            database_url=f"sqlite:///{folder}/fittrack.db",
            redis_url=redis_url,
            mail_url=f"folder:{folder}/mailbox",
            log_level="ERROR",
            **{name: config.new_secret() for name in config.SECRETS},
            **FREE,
        )
        app = create_app(settings)
        migrate.upgrade()
        yield app.test_client()
        db.engine().close()


@contextmanager
def _redis(folder: Path) -> Iterator[str]:
    socket = folder / "redis.sock"
    options = ["--port", "0", "--unixsocket", str(socket), "--dir", str(folder), "--save", ""]
    server = subprocess.Popen([devserver.redis_binary(), *options], stdout=subprocess.DEVNULL)
    try:
        _wait_for(f"unix://{socket}")
        yield f"unix://{socket}"
    finally:
        server.kill()
        server.wait()


def _wait_for(url: str) -> None:
    redis = Redis.from_url(url)
    for _ in range(200):
        try:
            redis.ping()
            return
        except RedisError:
            time.sleep(0.02)
    raise TimeoutError("Redis did not start")
