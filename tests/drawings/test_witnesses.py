"""Sponsors as witnesses: values of their own, in advance, shown in time, and never another's."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from datetime import timedelta

import pytest

from fittrack import db
from fittrack.drawings import service, verifier, witness
from fittrack.drawings.witnesses import rules
from fittrack.drawings.witnesses import service as witnesses
from fittrack.drawings.witnesses.models import Awaited
from tests import factories_drawings as make
from tests.factories_accounts import login

MINUTE = timedelta(minutes=1)


@pytest.fixture
def sponsor(database):
    """A sponsor that reveals by itself, and one of its people."""
    sponsor_id = make.make_sponsor(is_revealing_by_itself=False)
    return sponsor_id, make.make_sponsor_account(sponsor_id)


def made_values(folder, sponsor_id, *drawings):
    """Run the witness's script as a witness does and return what it prints."""
    ids = [drawing.drawing_id for drawing in drawings]
    command = [sys.executable, "-I", witness.__file__, sponsor_id, *ids, "--folder", str(folder)]
    return subprocess.run(command, capture_output=True, text=True)


def posted(client, account_id, path, body):
    return client.post(f"/api/v1{path}", json=body, headers=login(client, account_id))


def test_values_made_in_advance_for_many_drawings_are_committed_and_revealed_as_files(
    client, sponsor, tmp_path
):
    sponsor_id, account_id = sponsor
    now = make.start()
    drafts = [make.make_draft(now, sponsor_id=sponsor_id, name=f"Day {day}") for day in range(3)]
    made = made_values(tmp_path / "values", sponsor_id, *drafts)
    committed = posted(client, account_id, "/witness/commitments", json.loads(made.stdout))
    assert committed.status_code == 200, committed.json
    drawing = make.schedule(drafts[1].drawing_id, now=now)
    make.advance(drawing, drawing.opens_at)
    make.buy(drawing, make.make_player())
    make.advance(drawing, drawing.draws_at)
    assert make.get(drawing).status == "closed"
    file = json.loads((tmp_path / "values" / f"{drawing.drawing_id}.json").read_text())
    make.reveal(drawing, account_id, drawing.draws_at, bytes.fromhex(file["value"]))
    make.advance(drawing, drawing.draws_at)
    report = verifier.verify(make.bundle(drawing))
    assert (report.exit, report.assurance) == (0, "witnessed")


def test_a_values_file_is_only_its_users_and_never_written_over(tmp_path, sponsor):
    draft = make.make_draft(make.start(), sponsor_id=sponsor[0])
    folder = tmp_path / "values"
    assert made_values(folder, sponsor[0], draft).returncode == 0
    path = folder / f"{draft.drawing_id}.json"
    before = path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = made_values(folder, sponsor[0], draft)
    assert (again.returncode, again.stdout) == (1, "")
    assert "File exists" in again.stderr
    assert path.read_bytes() == before
    assert json.loads(before)["value"] not in made_values(tmp_path / "b", sponsor[0], draft).stdout


def test_the_script_commits_as_the_protocol_says(database):
    value = bytes(range(32))
    expected = verifier.commitment("d1", "sponsor-1", value).hex()
    assert witness.commitment("d1", "sponsor-1", value) == expected


def test_a_file_of_another_drawing_is_refused_before_anything_is_read(client, sponsor):
    sponsor_id, account_id = sponsor
    past = make.start() - timedelta(hours=3)
    drawing = make.make_open(past, sponsor_id=sponsor_id)
    other = make.make_scheduled(make.start(), sponsor_id=sponsor_id)
    make.advance(drawing, drawing.draws_at)
    body = {
        "v": "FTD1-value",
        "drawing_id": other.drawing_id,
        "source_id": f"sponsor-{sponsor_id}",
        "value": "ab" * 32,
    }
    refused = posted(client, account_id, f"/drawings/{drawing.drawing_id}/reveals", body)
    assert (refused.status_code, refused.json["code"]) == (422, "reveal_of_another_drawing")
    own = posted(
        client,
        account_id,
        f"/drawings/{drawing.drawing_id}/reveals",
        body | {"drawing_id": drawing.drawing_id},
    )
    assert (own.status_code, own.json["code"]) == (422, "commitment_mismatch")
    assert make.count("drawing_reveals") == 1  # the operator's alone


def test_a_value_that_opens_another_drawings_commitment_does_not_open_this_ones(sponsor):
    sponsor_id, account_id = sponsor
    now = make.start()
    value, drafts = bytes(32), [make.make_draft(now, sponsor_id=sponsor_id) for _ in range(2)]
    for draft, secret in zip(drafts, (value, bytes(range(32))), strict=True):
        fixed = verifier.commitment(draft.drawing_id, f"sponsor-{sponsor_id}", secret)
        service.commit_value(
            drawing_id=draft.drawing_id, account_id=account_id, commitment=fixed.hex(), now=now
        )
    second = make.schedule(drafts[1].drawing_id, now=now)
    make.advance(second, second.opens_at)
    make.advance(second, second.draws_at)
    refused = make.reveal_refused(second, account_id, second.draws_at, value)
    assert refused.code == "commitment_mismatch"


def test_a_batch_is_registered_whole_or_not_at_all(client, sponsor):
    sponsor_id, account_id = sponsor
    now = make.start()
    own = make.make_draft(now, sponsor_id=sponsor_id)
    others = make.make_draft(now, sponsor_id=make.make_sponsor())
    signed = make.make_scheduled(now, sponsor_id=sponsor_id)
    for bad, status, code in (
        (others.drawing_id, 404, "drawing_not_found"),
        (signed.drawing_id, 409, "invalid_transition"),
        (own.drawing_id, 422, "invalid"),
    ):
        body = {
            "commitments": [
                {"drawing_id": one, "commitment": "ab" * 32} for one in (own.drawing_id, bad)
            ]
        }
        refused = posted(client, account_id, "/witness/commitments", body)
        assert (refused.status_code, refused.json["code"]) == (status, code)
        assert make.get(own).sponsor_commitment is None


def test_a_sponsor_sees_its_own_duties_alone_the_next_draw_first(client, sponsor):
    sponsor_id, account_id = sponsor
    now = make.start()
    make.make_scheduled(now, sponsor_id=make.make_sponsor())
    late = make.make_draft(now + timedelta(days=1), sponsor_id=sponsor_id)
    soon = make.make_scheduled(now, sponsor_id=sponsor_id)
    headers = login(client, account_id)
    first = client.get("/api/v1/witness/drawings?limit=1", headers=headers).json
    second = client.get(
        f"/api/v1/witness/drawings?limit=1&cursor={first['next_cursor']}", headers=headers
    ).json
    assert [one["drawing_id"] for one in (*first["items"], *second["items"])] == [
        soon.drawing_id,
        late.drawing_id,
    ]
    assert second["next_cursor"] is None
    assert [one["value_kept_by"] for one in first["items"]] == ["operator"]
    assert second["items"][0]["commitment"] is None
    stranger = login(client, make.make_sponsor_account(make.make_sponsor()))
    assert client.get("/api/v1/witness/drawings", headers=stranger).json["items"] == []


def test_a_sponsor_is_reminded_once_before_the_draw_and_once_before_the_deadline(sponsor):
    sponsor_id, account_id = sponsor
    drawing = make.make_open(make.start(), sponsor_id=sponsor_id)
    make.buy(drawing, make.make_player())
    witnesses.remind_witnesses(now=drawing.draws_at - 61 * MINUTE)
    assert make.notices(account_id) == []
    for _ in range(2):
        witnesses.remind_witnesses(now=drawing.draws_at - 59 * MINUTE)
    assert make.notices(account_id) == ["reminded_of_draw"]
    make.advance(drawing, drawing.closes_at)
    make.advance(drawing, drawing.draws_at)
    deadline_at = make.get(drawing).reveal_deadline_at
    witnesses.remind_witnesses(now=deadline_at - timedelta(hours=7))
    for minutes in (359, 300, 1, 0, -1):
        witnesses.remind_witnesses(now=deadline_at - minutes * MINUTE)
    expected = ["reminded_of_draw", "drawing_closed", "reminded_of_deadline"]
    assert make.notices(account_id) == expected
    mailed = db.engine().raw().execute("SELECT COUNT(*) FROM outbox WHERE job_name = 'send_mail'")
    assert mailed.fetchone()[0] >= 3
    told = [event.action for event in make.history(drawing)]
    assert told.count("reminded_of_draw") == told.count("reminded_of_deadline") == 1


def test_who_has_revealed_or_reveals_by_a_standing_order_is_not_reminded(sponsor):
    standing_id = make.make_sponsor()
    standing = make.make_sponsor_account(standing_id)
    ordered = make.make_open(make.start(), sponsor_id=standing_id)
    revealed = make.make_open(make.start(), sponsor_id=sponsor[0])
    make.advance(revealed, revealed.closes_at)
    make.advance(revealed, revealed.draws_at)
    make.reveal(revealed, sponsor[1], revealed.draws_at)
    witnesses.remind_witnesses(now=ordered.draws_at - MINUTE)
    witnesses.remind_witnesses(now=make.get(revealed).reveal_deadline_at - MINUTE)
    assert make.notices(standing) == []
    assert make.notices(sponsor[1]) == ["drawing_closed"]


def test_a_reminder_of_many_schedulers_is_one(sponsor):
    drawing = make.make_open(make.start(), sponsor_id=sponsor[0])
    now = drawing.draws_at - MINUTE
    with db.reading("list_awaited") as tx:
        [awaited] = witnesses.repository.list_awaited(
            tx, due_by=drawing.draws_at, draws_by=drawing.draws_at, row_limit=5
        )
    for _ in range(3):  # each has read before the others wrote
        witnesses._remind(awaited, rules.OF_DRAW, now=now)
    assert make.notices(sponsor[1]) == ["reminded_of_draw"]
    assert [one.action for one in make.history(drawing)].count("reminded_of_draw") == 1


def test_nothing_is_said_after_the_deadline_or_without_one(database):
    now = make.start()
    awaited = Awaited("d", "s", "Shoes", "closed", now, now + MINUTE, None, False, False)
    assert rules.due_reminder(awaited, now=now) == rules.OF_DEADLINE
    assert rules.due_reminder(awaited, now=now + MINUTE) is None
    assert rules.due_reminder(awaited, now=now - MINUTE) == rules.OF_DRAW
