"""Make values for a witness of draws: `witness.py SPONSOR_ID DRAWING_ID... [--folder FOLDER]`.

One file that runs alone on the witness's own machine, with nothing but Python 3.11. For each
drawing it makes 32 secret bytes, keeps them in a file of their own that only this user can read,
and prints the commitments (FTD1, section 2), which are what `POST /api/v1/witness/commitments`
takes. After sales have ended the drawing's file is what `POST /api/v1/drawings/<id>/reveals` takes.
A file is never written over: who loses a value that was committed to voids the draw.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
VALUE_BYTES = 32


def main(argv: Sequence[str] | None = None) -> int:
    """Make the values, print the commitments, return the exit status."""
    parser = argparse.ArgumentParser("witness.py", description="Make values for a witness.")
    parser.add_argument("sponsor_id", type=_uuid)
    parser.add_argument("drawing_id", type=_uuid, nargs="+")
    parser.add_argument("--folder", type=Path, default=Path("values"), help="default: values")
    options = parser.parse_args(argv)
    options.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = []
    for drawing_id in dict.fromkeys(options.drawing_id):
        try:
            made.append(make(options.folder, f"sponsor-{options.sponsor_id}", drawing_id))
        except OSError as error:
            sys.stderr.write(f"{drawing_id}: {error.strerror}: {error.filename}\n")
            return 1
    sys.stdout.write(json.dumps({"commitments": made}, indent=1) + "\n")
    return 0


def make(folder: Path, source_id: str, drawing_id: str) -> dict[str, str]:
    """Keep a new secret value in a file and return the commitment to it. Raises: OSError."""
    value = secrets.token_bytes(VALUE_BYTES)
    kept = {"v": "FTD1-value", "drawing_id": drawing_id, "source_id": source_id}
    path = folder / f"{drawing_id}.json"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(json.dumps(kept | {"value": value.hex()}) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return {"drawing_id": drawing_id, "commitment": commitment(drawing_id, source_id, value)}


def commitment(drawing_id: str, source_id: str, value: bytes) -> str:
    """Return what fixes a value without telling it, in hex."""
    return hashlib.sha256(
        b"FTD1:commit\0" + f"{drawing_id}\0{source_id}\0".encode() + value
    ).hexdigest()


def _uuid(text: str) -> str:
    if not UUID.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!a} is no id")
    return text


if __name__ == "__main__":
    raise SystemExit(main())
