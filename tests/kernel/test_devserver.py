"""What `make run` does, by real processes in a folder of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
import requests

from fittrack import devserver
from tests.conformance import engines
from tests.guards.source import ROOT

pytestmark = [
    pytest.mark.skipif(engines.name() != "sqlite", reason="runs on the embedded database"),
    pytest.mark.xdist_group("demo world"),
]
PATIENCE_S = 180


class Run:
    """A supervisor in a folder, and what it says."""

    def __init__(self, folder, port):
        if not (folder / "deploy").exists():
            (folder / "deploy").symlink_to(ROOT / "deploy")
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.folder, self.log, self.port = folder, folder / "said", port
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "fittrack.devserver"],
                cwd=folder,
                env=kept | {"PORT": str(port), "PYTHONPATH": str(ROOT)},
                stdout=output,
                stderr=output,
                preexec_fn=deaf_to_interrupts,
            )

    def said(self):
        return self.log.read_text()

    def wait_for(self, words):
        wait_until(lambda: words in self.said() or self.process.poll() is not None)
        assert words in self.said()

    def end(self, number):
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)

    def left_over(self):
        """Return the processes that still live in the folder."""
        processes = [path for path in Path("/proc").iterdir() if path.name.isdigit()]
        return [path.name for path in processes if folder_of(path) == self.folder]


def deaf_to_interrupts():
    """Begin as what a script starts with `&` does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def folder_of(process):
    try:
        return (process / "cwd").readlink()
    except OSError:  # it has just ended
        return None


def page_of_google(port):
    """Return the page on which somebody signs in, as the API and the simulator lead to it."""
    url = f"http://127.0.0.1:{port}/api/v1/auth/oidc/google/initiate"
    begun = requests.post(url, json={}, timeout=10)
    return requests.get(begun.json()["authorization_url"], timeout=10).text


def wait_until(holds):
    deadline_s = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline_s
        time.sleep(0.1)


def taken_beside():
    """Return a port and, bound, the one beside it, of those that the kernel gives to nobody."""
    for port in range(20_000, 30_000, 2):
        beside = socket.socket()
        try:
            beside.bind(("127.0.0.1", port + 1))
        except OSError:
            beside.close()
        else:
            return port, beside
    raise AssertionError("thousands of ports are in use")


def test_one_command_makes_a_world_serves_it_and_leaves_nothing_behind(tmp_path):
    port, beside = taken_beside()
    cut_off = Run(tmp_path, port)
    cut_off.wait_for("0006 create_fulfilment")
    assert cut_off.end(signal.SIGKILL) == -signal.SIGKILL

    whole = Run(tmp_path, port)  # waits for what the first one left, and begins the world anew
    whole.wait_for("simulator ended with 1; starting it again")
    beside.close()
    whole.wait_for("Ctrl-C ends it.")
    assert devserver.is_ready(f"http://127.0.0.1:{port}")
    assert "ana@fittrack.test" in whole.said()
    assert "<h1>Google <small>(simulated)" in page_of_google(port)
    assert (tmp_path / ".env").stat().st_mode & 0o077 == 0

    assert whole.end(signal.SIGINT) == 0
    assert not whole.left_over()


def test_a_second_run_in_the_same_folder_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with devserver.claim_folder(), pytest.raises(SystemExit, match="in this folder already"):
        devserver.claim_folder(within_s=0.3).__enter__()
    with devserver.claim_folder(within_s=0.3):
        pass


@pytest.mark.parametrize("port", ["", "abc", "0", "65536", "-1", "8 000", "٣"])
def test_a_port_that_is_none_is_named(port):
    with pytest.raises(SystemExit, match="PORT must be a number from 1 to 65535"):
        devserver.chosen_port({"PORT": port})


def test_a_port_in_use_is_named():
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit, match=f"port {port} is in use"):
            devserver.chosen_port({"PORT": str(port)})
