"""The settings for readers: docs/ENVIRONMENT_VARIABLES.md and .env.example, from one source."""

from __future__ import annotations

from dataclasses import Field, fields
from typing import Any

from fittrack.config import SECRETS, Config

HEAD = """\
# Environment variables

Printed by `flask config --markdown` from `fittrack/config.py`; a test holds the two together.

Each process reads a setting from its environment, else from the file `.env` where it starts (or
the file that `FITTRACK_ENV_FILE` names), else takes the default. Numbers are whole; what a name
ends with is the unit: `_S` seconds, `_KIB` kibibytes, `_CENTS` US cents. A process with a bad
setting does not start, names everything that is wrong at once, and exits with 1; production
refuses more ([operating.md](operating.md#what-production-refuses)).
"""
FOOT = """
The four secrets have no default. `make run` writes random ones to `.env`; how to make them for
production, and how to change them: [operating.md](operating.md#the-first-start).

Read by the servers, not by the application:

| variable | default | meaning |
| --- | --- | --- |
| `FITTRACK_ENV_FILE` | `.env` | the file that settings are read from |
| `FLASK_SKIP_DOTENV` | | `1` where that is another file: `flask` itself reads `.env` too, else |
| `HOST` | `127.0.0.1` | address that gunicorn listens on |
| `PORT` | `8000` | port that gunicorn or `make run` listens on |
| `WEB_WORKERS` | `2` | gunicorn's processes, each with 4 threads |
| `FLASK_APP` | | `wsgi` for the `flask` commands |
| `FLASK_DEBUG` | | must be off in production |
"""
EXAMPLE_HEAD = """\
# Every setting with its default; copy what you change to `.env`. The four secrets have no default:
# `make run` writes random ones to `.env` on its first start.
"""


def markdown() -> str:
    """Return docs/ENVIRONMENT_VARIABLES.md."""
    return f"{HEAD}\n{table()}\n{FOOT}"


def table() -> str:
    """Return the settings as a Markdown table."""
    rows = ["| setting | type | default | meaning |", "| --- | --- | --- | --- |"]
    rows += [f"| {' | '.join(_cells(item))} |" for item in fields(Config)]
    return "\n".join(rows)


def example() -> str:
    """Return .env.example."""
    return "\n".join((EXAMPLE_HEAD, *map(_example, fields(Config)), ""))


def _example(item: Field[Any]) -> str:
    meaning = item.metadata["meaning"].replace("`", "")
    return f"# {meaning}\n{item.name.upper()}={_quoted(item.default)}"


def _cells(item: Field[Any]) -> tuple[str, str, str, str]:
    kind = "number" if isinstance(item.default, int) else "text"
    if item.name in SECRETS:
        kind = "secret, needed"
    default = f"`{item.default}`" if item.default != "" else ""
    return f"`{item.name.upper()}`", kind, default, item.metadata["meaning"]


def _quoted(default: object) -> str:
    return f'"{default}"' if " " in str(default) else str(default)
