"""A sample of the faults that `make faults` plants, on all processes, for every run."""

from __future__ import annotations

import subprocess
import sys

import pytest

# In a process of its own: the stack binds another database, Redis and settings.
SAMPLE = [sys.executable, "-m", "tests.faults", "--sample"]


@pytest.mark.xdist_group("faults")
def test_what_was_acknowledged_is_there_once_after_a_kill_anywhere():
    done = subprocess.run(SAMPLE, capture_output=True, text=True, timeout=240, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 faults, 0 broke something" in done.stdout
