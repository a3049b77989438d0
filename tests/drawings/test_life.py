"""A drawing's whole life, from draft to a bundle that the stand-alone verifier passes."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from fittrack import db
from fittrack.drawings import verifier
from fittrack.drawings.record import publication
from tests import factories_drawings as make

pytestmark = pytest.mark.usefixtures("database")


def bundle_bytes(drawing) -> bytes:
    parts = publication.get_bundle(drawing_id=drawing.drawing_id)
    return "".join(publication.bundle_text(parts)).encode()


def test_a_drawing_is_opened_sold_closed_drawn_and_verified(tmp_path):
    now = make.start()
    drawing = make.make_scheduled(now, sponsor_id=make.make_sponsor())
    assert make.advance(drawing, drawing.opens_at) == ["open_drawing"]
    ana, ben = make.make_player(), make.make_player()
    for buyer, ticket_count in ((ana, 2), (ben, 2), (ana, 1)):
        make.buy(drawing, buyer, ticket_count)
    assert make.advance(drawing, drawing.closes_at) == ["close_drawing"]
    assert make.advance(drawing, drawing.draws_at) == [
        "reveal_kept_value",
        "reveal_kept_value",
        "fix_draw_time",
        "draw_winners",
    ]
    assert make.get(drawing).status == "completed"
    results = publication.get_results(drawing_id=drawing.drawing_id)
    assert [pick.role for pick in results.picks] == ["winner", "alternate"]
    assert sorted(pick.tickets_held for pick in results.picks) == [2, 3]

    report = verifier.verify(bundle_bytes(drawing))
    assert (report.exit, report.assurance) == (0, "witnessed"), report.reasons

    script, file = tmp_path / "verifier.py", tmp_path / "bundle.json"
    shutil.copy(verifier.__file__, script)
    file.write_bytes(bundle_bytes(drawing))
    done = subprocess.run(
        [sys.executable, "-I", str(script), str(file), "--require", "log"], capture_output=True
    )
    assert done.returncode == 0, done.stdout


def test_a_bundle_that_is_read_slowly_keeps_no_transaction_open():
    drawing = make.make_open(make.start())
    make.buy(drawing, make.make_player())
    make.advance(drawing, drawing.draws_at)
    parts = publication.get_bundle(drawing_id=drawing.drawing_id)
    for _ in publication.bundle_text(parts):
        with db.transaction("meanwhile"):
            pass
