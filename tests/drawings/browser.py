"""A real browser without a window, told what to do over its debugging pipe."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from fittrack.drawings.fair import routes as fair

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome-headless-shell")
# Nothing of the browser's own: no sandbox (tests may run as root), no services, no profile kept.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
START_S = 60
# The pipe's ends are 3 and 4 in the browser; both are copied high up first, out of the way.
PLACED = """import fcntl, os, sys
ends = [fcntl.fcntl(int(end), fcntl.F_DUPFD, 20) for end in sys.argv[1:3]]
for place, end in enumerate(ends, start=3):
    os.dup2(end, place)
os.execvp(sys.argv[3], sys.argv[3:])
"""


WAIT = """new Promise((done) => {
  const look = () => ['done', 'failed'].includes(document.body.dataset.state)
    ? done(document.body.dataset.report || document.getElementById('problem').textContent)
    : setTimeout(look, 5);
  look();
})"""


def find_program() -> str | None:
    """Return the browser's program, or None where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def kept_page(folder: Path) -> Path:
    """Return the verifier's page as it is handed out to be kept, in a folder."""
    app = Flask("fittrack", static_folder=str(Path(fair.__file__).parents[2] / "static"))
    app.template_folder = str(Path(fair.__file__).parents[2] / "templates")
    with app.test_request_context():
        text = fair.kept_page()
    kept = folder / "verifier.html"
    kept.write_text(text, encoding="utf-8")
    return kept


def shown(page: Browser, folder: Path, data: bytes, name: str = "bundle.json") -> dict[str, Any]:
    """Choose a file on the verifier's page and return its verdicts."""
    file = folder / name
    file.write_bytes(data)
    page.run("delete document.body.dataset.report; document.body.dataset.state = 'busy'")
    page.choose("#file", file)
    report = json.loads(page.run(WAIT))
    return {key: report[key] for key in ("checks", "assurance", "exit")}


class Browser:
    """One page of a browser; messages are JSON objects that end in a zero byte."""

    def __init__(self, to_browser: int, from_browser: int) -> None:
        self._to, self._from = to_browser, from_browser
        self._left, self._last_id, self._session = b"", 0, None
        self.problems: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        self.call("Runtime.enable")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Ask for something and return the answer."""
        self._last_id += 1
        message = {"id": self._last_id, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._last_id:
                assert "error" not in answer, answer["error"]
                return answer["result"]
            if answer.get("method") in ("Runtime.exceptionThrown", "Log.entryAdded"):
                self.problems.append(json.dumps(answer["params"]))

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._left:
            chunk = os.read(self._from, 1 << 16)
            assert chunk, "the browser has gone"
            self._left += chunk
        message, _, self._left = self._left.partition(b"\0")
        return json.loads(message)

    def run(self, script: str) -> Any:
        """Return what an expression gives on the page, once it is there."""
        answer = self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def open(self, url: str) -> None:
        """Go to a page and wait until its scripts have run."""
        self.call("Log.enable")
        self.call("Page.navigate", url=url)
        ends_s = time.monotonic() + START_S
        here = f"document.readyState === 'complete' && location.href === {json.dumps(url)}"
        while not self.run(here):
            assert time.monotonic() < ends_s, f"{url} does not load"
            time.sleep(0.02)

    def choose(self, selector: str, path: Path) -> None:
        """Choose a file as a person does."""
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        found = self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.call("DOM.setFileInputFiles", nodeId=found, files=[str(path)])

    def picture(self, path: Path, *, width: int, height: int, scale: float = 1) -> None:
        """Store what the page looks like."""
        size = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
        self.call("Emulation.setDeviceMetricsOverride", **size)
        path.write_bytes(b64decode(self.call("Page.captureScreenshot")["data"]))


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """Start a browser whose profile is in a folder, and end it with all of its processes."""
    program = find_program()
    if program is None:
        pytest.skip(f"no browser is on the path (looked for {', '.join(NAMES)})")
    command = [program, *FLAGS, f"--user-data-dir={folder}"]
    ours_in, theirs_out = os.pipe()
    theirs_in, ours_out = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-c", PLACED, str(theirs_in), str(theirs_out), *command],
        pass_fds=(theirs_in, theirs_out),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "HOME": str(folder)},
        start_new_session=True,
    )
    os.close(theirs_in)
    os.close(theirs_out)
    try:
        yield Browser(ours_out, ours_in)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
        os.close(ours_in)
        os.close(ours_out)
