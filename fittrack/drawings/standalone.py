"""Write the verifier as one file that needs no FitTrack: `python -m fittrack.drawings.standalone`.

The file is the verifier's modules in reading order, without the imports that join them: it runs
wherever Python 3.11 and `cryptography` are, and a reader sees all of what is trusted.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

PARTS = ("forms", "primitives", "beacon", "checks", "verifier")
JOINED = ("__future__", "fittrack.drawings")
HEAD = '''"""Check a FitTrack drawing offline: `python verify_drawing.py BUNDLE`; --help tells more.

Needs Python 3.11 and `cryptography`, and `py_ecc` only to check a drand signature.
"""

from __future__ import annotations
'''


def standalone_source() -> str:
    """Return the text of the one-file verifier."""
    folder = Path(__file__).parent
    return "\n\n".join([HEAD, *(part_source(folder / f"{part}.py") for part in PARTS)])


def part_source(file: Path) -> str:
    """Return a module's text under a title, without what is said or imported once for all."""
    text = file.read_text(encoding="utf-8")
    lines: dict[int, str] = dict(enumerate(text.splitlines(), start=1))
    for node in ast.parse(text).body:
        is_joined = isinstance(node, ast.ImportFrom) and (node.module or "").startswith(JOINED)
        if is_joined or node.lineno == 1:  # where the module's docstring begins
            for number in range(node.lineno, (node.end_lineno or node.lineno) + 1):
                del lines[number]
    body = "\n".join(lines.values()).strip()
    return f"# {'-' * 20} {file.name}\n\n{body}\n"


if __name__ == "__main__":
    sys.stdout.write(standalone_source())
