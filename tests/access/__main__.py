"""`make matrix`: ask every operation as every identity, and say how many cells that makes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.access.rows import IDENTITIES
from tests.access.table import ROWS


class Tally:
    """Counts the cells whose tests ran, and which of them were wrong."""

    def __init__(self) -> None:
        self.asked = 0
        self.wrong: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take over what a test has recorded of its cells."""
        if report.when == "call":
            found = dict(report.user_properties)
            self.asked += int(found.get("cells", 0))
            self.wrong += found.get("wrong", [])

    def pytest_terminal_summary(self) -> None:
        """Print the wrong cells and the matrix's size."""
        print("\n" + "\n".join(self.wrong))
        size = f"{len(ROWS)} operations x {len(IDENTITIES)} identities"
        print(f"{size} = {self.asked} cells, {len(self.wrong)} wrong")


if __name__ == "__main__":
    folder = str(Path(__file__).parent)
    sys.exit(pytest.main(["-q", "--tb=line", "-p", "no:cacheprovider", folder], plugins=[Tally()]))
