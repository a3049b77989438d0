"""`flask verify-drawing` needs no settings, no database and no server."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests import factories_drawings as make


def run(*arguments, folder):
    """Run the command in an empty folder with an empty environment."""
    flask = Path(sys.executable).with_name("flask")
    return subprocess.run(
        [flask, "verify-drawing", *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )


def test_a_bundle_is_verified_anywhere(database, tmp_path):
    drawing = make.make_scheduled(make.start())
    make.advance(drawing, drawing.draws_at)
    folder = tmp_path / "empty"
    folder.mkdir()
    file = folder / "bundle.json"
    file.write_bytes(make.bundle(drawing))
    done = run(str(file), "--require", "log", folder=folder)
    assert (done.returncode, "operator-only" in done.stdout) == (0, True), done.stderr
    assert run(str(file), "--key", "00" * 32, folder=folder).returncode == 1
    file.write_bytes(b"{")
    assert run(str(file), "--json", folder=folder).returncode == 2
