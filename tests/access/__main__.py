"""`make matrix`: ask every operation as every identity, and say how many cells that makes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.access.rows import IDENTITIES
from tests.access.table import ROWS


class Tally:
    """Counts the cells whose tests ran, and how many of them were wrong."""

    def __init__(self) -> None:
        self.asked = 0
        self.wrong = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take over what a test has recorded of its cells."""
        if report.when == "call":
            found = dict(report.user_properties)
            self.asked += int(found.get("cells", 0))
            self.wrong += int(found.get("wrong", 0))

    def pytest_terminal_summary(self) -> None:
        """Print the matrix's size."""
        size = f"{len(ROWS)} operations x {len(IDENTITIES)} identities"
        print(f"\n{size} = {self.asked} cells, {self.wrong} wrong")


if __name__ == "__main__":
    folder = str(Path(__file__).parent)
    sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", folder], plugins=[Tally()]))
