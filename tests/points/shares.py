"""How many examples a property is tried with: a share in each run, all of them nightly."""

from __future__ import annotations

import os

ALL = 2_000


def examples(share: int) -> int:
    """Return how many examples to try: `share`, or with FITTRACK_ALL_EXAMPLES set all of them."""
    return ALL if os.environ.get("FITTRACK_ALL_EXAMPLES") else share
