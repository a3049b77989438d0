"""A share of the real files through HTTP; `make manifest` brings all of them in."""

from __future__ import annotations

from itertools import groupby

import pytest

from tests.activities import manifest
from tests.factories_activities import Member

HEAVY_BYTES = 200_000


def one_of_each_kind():
    """Return the smallest upload of each kind, format and expectation, but for the heavy ones."""

    def kind(group):
        return group[0]["kind"], group[0]["format"], group[0]["expect"]

    found = manifest.uploads(manifest.rows())
    by_size = sorted(found, key=lambda group: (kind(group), int(group[0]["bytes_stored"])))
    light = (group for group in by_size if int(group[0]["bytes_stored"]) < HEAVY_BYTES)
    return [next(groups) for _, groups in groupby(light, key=kind)]


SHARE = one_of_each_kind()


@pytest.mark.skipif(not SHARE, reason="the shared activity-files folder is not here")
@pytest.mark.parametrize("group", SHARE, ids=lambda group: group[0]["file"])
def test_a_real_file_comes_in_through_http_as_its_manifest_row_expects(client, group):
    outcomes = manifest.bring_in(Member(client), group)

    assert [(each.row["file"], each.faults) for each in outcomes if each.faults] == []
