from __future__ import annotations

from collections import Counter

import pytest

from fittrack.reference.document import operations
from tests.access.matrix import Matrix
from tests.access.rows import IDENTITIES
from tests.access.table import ROWS


@pytest.fixture(scope="module")
def matrix(app, settings, migrated_file, tmp_path_factory):
    world = Matrix(app, settings, migrated_file, tmp_path_factory.mktemp("matrix"))
    yield world
    world.close()


def test_every_operation_of_the_document_has_one_row_and_every_row_an_operation(app):
    document = app.test_client().get("/api/v1/openapi.json").json
    documented = Counter(f"{method.upper()} {path}" for path, method, _ in operations(document))
    assert Counter(row.operation for row in ROWS) == documented


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.operation)
def test_each_identity_gets_what_the_table_says(matrix, row, record_property):
    cells = list(matrix.cells(row))
    wrong = [cell for cell in cells if not cell.is_right]
    record_property("cells", len(IDENTITIES))
    record_property("wrong", [str(cell) for cell in wrong])
    assert {cell.identity for cell in cells} >= set(IDENTITIES)
    assert wrong == []
