"""An application for scripts: a fresh database, as durable as in production, and a Redis."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from flask.testing import FlaskClient

from fittrack import config, create_app, db
from fittrack.config import Config
from fittrack.db import migrate
from tests.private_redis import private_redis

FREE = dict.fromkeys(("limit_member", "limit_anonymous"), "1000000 per minute")


@contextmanager
def world() -> Iterator[FlaskClient]:
    """Yield a client of a fresh application; nothing is left of it afterwards."""
    with TemporaryDirectory() as folder, private_redis(Path(folder)) as redis_url:
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
