"""A share of the real files through HTTP; `make manifest` brings all of them in."""

from __future__ import annotations

from itertools import groupby

import pytest

from tests.activities import manifest
from tests.factories_activities import Member

HEAVY_BYTES = 200_000


def one_of_each_kind():
    """Return the smallest file of each kind, format and expectation, but for the heavy ones."""

    def kind(row):
        return row["kind"], row["format"], row["expect"]

    by_size = sorted(manifest.rows(), key=lambda row: (kind(row), int(row["bytes_stored"])))
    groups = groupby((row for row in by_size if int(row["bytes_stored"]) < HEAVY_BYTES), key=kind)
    return [next(rows) for _, rows in groups]


SHARE = one_of_each_kind()


@pytest.mark.skipif(not SHARE, reason="the shared activity-files folder is not here")
@pytest.mark.parametrize("row", SHARE, ids=lambda row: row["file"])
def test_a_real_file_comes_in_through_http_as_its_manifest_row_expects(client, row):
    outcome = manifest.bring_in(Member(client), row)

    assert outcome.faults == []
