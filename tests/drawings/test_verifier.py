"""What the verifier says of good, forged and unreadable bundles."""

from __future__ import annotations

import pytest

from fittrack.drawings.verifier import verify
from tests.drawings.vectors import as_bytes, groups, patched

VECTORS = groups()


@pytest.mark.parametrize("case", VECTORS["bundles_valid"], ids=lambda case: case["name"])
def test_a_true_bundle_passes_every_check(case):
    report = verify(as_bytes(case["bundle"]))
    assert (report.checks, report.assurance) == (case["checks"], case["assurance"])
    assert (report.exit, report.unmet) == (0, ())


@pytest.mark.parametrize("case", VECTORS["bundles_invalid"], ids=lambda case: case["name"])
def test_a_forged_bundle_fails_where_it_was_forged(case):
    report = verify(as_bytes(patched(case)))
    failed = {name for name, outcome in report.checks.items() if outcome == "fail"}
    assert set(case["must_fail"]) <= failed
    assert set(report.reasons) >= failed
    assert (report.exit, report.assurance) == (case["exit_code"], None)
