"""`make bench`: print every measured figure, each by the script that measures it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPTS = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))


def main() -> int:
    """Run each script and return 1 where one failed."""
    failed = []
    for name in SCRIPTS:
        print(f"== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"tests.bench.{name}"], check=False).returncode:
            failed.append(name)
    print(f"failed: {', '.join(failed)}" if failed else "all measured")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
