from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask

from fittrack import config, db
from fittrack.config import Config
from fittrack.dev import seed

# A day whose clocks change, which is the harder one: some members are an hour too young.
ANCHOR_ON = date(2026, 11, 1)
ANCHOR_AT = datetime(2026, 11, 1, 4, tzinfo=UTC)  # where that day begins in New York


@pytest.fixture(scope="session")
def demo_settings(settings: Config, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """Return settings with a mailbox of the demo world's own."""
    return replace(settings, mail_url=f"folder:{tmp_path_factory.mktemp('demo')}/mailbox")


@pytest.fixture(scope="session")
def make_file(app: Flask, demo_settings: Config, migrated_file: Path) -> Callable[..., Path]:
    """Return a function that makes a world in a fresh database file beside the template."""

    def make(name: str, **world: object) -> Path:
        path = migrated_file.with_name(f"{name}.db")
        shutil.copyfile(migrated_file, path)
        config.use(demo_settings)
        engine = db.bind(f"sqlite:///{path}", synchronous="OFF")
        seed.make_world(**{"seed": 1, "anchor_at": ANCHOR_AT} | world)
        engine.close()
        return path

    return make


@pytest.fixture(scope="session")
def full_file(make_file: Callable[..., Path]) -> Path:
    """Return the database file of one full demo world, made once."""
    return make_file("full")


@pytest.fixture
def world(full_file: Path, demo_settings: Config, tmp_path: Path) -> Iterator[db.Engine]:
    """Bind a copy of the full demo world."""
    config.use(demo_settings)
    path = tmp_path / "world.db"
    shutil.copyfile(full_file, path)
    engine = db.bind(f"sqlite:///{path}", synchronous="OFF")
    yield engine
    engine.close()
