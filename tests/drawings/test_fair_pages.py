"""The public pages for trust: what everybody may read of a drawing, without account or script."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from fittrack.drawings import verifier, witness
from fittrack.drawings.fair.routes import SCRIPTS
from tests import factories_drawings as make

STATIC = Path(verifier.__file__).parents[1] / "static" / "fair"
PLAIN = ("script-src", "unsafe-inline", "unsafe-eval", "connect-src")


@pytest.fixture
def drawn(client):
    """A drawing with Ana as the only winner, and its page."""
    now = make.start()
    drawing = make.make_open(now, sponsor_id=make.make_sponsor(), name='Shoes & <b>"more"</b>')
    make.buy(drawing, make.make_player(), 3)
    make.advance(drawing, drawing.closes_at)
    make.advance(drawing, drawing.draws_at)
    return drawing, client.get(f"/fair/drawings/{drawing.drawing_id}")


def own_file(client, name):
    with client.get(f"/static/fair/{name}") as answer:
        assert answer.status_code == 200
        return answer.data


def test_a_drawings_page_tells_all_that_it_rests_on(client, drawn):
    drawing, page = drawn
    text = html.unescape(page.text)
    told = client.get(f"/api/v1/drawings/{drawing.drawing_id}/verification").json
    said = [told[kind][f"{kind}_hash"] for kind in ("terms", "close", "result")]
    said += [one["value"] for one in told["reveals"]]
    said += [one["commitment"] for one in told["sources"]]
    said += [told["close"]["close"]["entries_root"], told["result"]["result"]["seed"]]
    said += [told["terms"]["terms_sig"], told["close"]["close_sig"]]
    said += [f'"sequence": {told["terms"]["terms"]["sequence"]}']
    said += [told["terms"]["terms"]["operator_key"], told["left_to_trust"]]
    assert [one for one in said if one not in text] == []
    assert "witnessed" in text
    assert f"python verifier.py drawing-{drawing.drawing_id}.json" in text
    assert text.count("<td>reveal</td>") == 2


def test_names_on_a_page_are_text_and_never_markup(drawn):
    text = drawn[1].text
    assert "<b>" not in text
    assert "Shoes &amp; &lt;b&gt;" in text


def test_winners_are_named_as_the_results_name_them(client, drawn):
    drawing, page = drawn
    [winner] = client.get(f"/api/v1/drawings/{drawing.drawing_id}/results").json["winners"]
    assert winner["display_name"].replace("<", "&lt;").replace(">", "&gt;") in page.text
    assert f"<td>{winner['ticket_no']}</td>" in page.text


def test_pages_allow_no_script_and_nothing_from_elsewhere(client, drawn):
    for path in ("/fair", f"/fair/drawings/{drawn[0].drawing_id}", "/fair/how"):
        page = client.get(path)
        assert page.status_code == 200, path
        assert page.mimetype == "text/html"
        policy = page.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert [word for word in PLAIN if word in policy] == []
        assert "<script" not in page.text
        assert " style=" not in page.text
        assert not re.search(r'(src|href)="(https?:)?//', page.text), path


def test_the_verifiers_page_has_no_inline_script_or_style(client):
    page = client.get("/fair/verify")
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert re.findall(r"<script(?! src=)|<style|\bon\w+=", page.text) == []
    for name in SCRIPTS:
        assert own_file(client, name) == (STATIC / name).read_bytes()


def test_the_kept_page_holds_every_script_and_asks_for_nothing(client):
    page = client.get("/fair/verifier.html")
    assert page.headers["Content-Disposition"] == 'attachment; filename="verifier.html"'
    assert "src=" not in page.text.split("<script>", 1)[0]
    assert page.text.count("</script>") == len(SCRIPTS)
    for name in SCRIPTS:
        assert (STATIC / name).read_text(encoding="utf-8") in page.text
    assert "connect-src" not in page.text.split("<body")[0]
    assert "default-src 'none'" in page.text


def test_the_script_that_is_handed_out_is_the_verifier_itself(client):
    answer = client.get("/fair/verifier.py")
    assert answer.data == Path(verifier.__file__).read_bytes()


def test_the_script_for_witnesses_is_handed_out_as_it_is(client):
    answer = client.get("/fair/witness.py")
    assert answer.data == Path(witness.__file__).read_bytes()


def test_the_protocol_that_is_handed_out_is_the_one_in_the_docs(client):
    docs = Path(verifier.__file__).parents[2] / "docs" / "drawing-protocol.md"
    assert own_file(client, "drawing-protocol.txt") == docs.read_bytes()


def test_before_the_close_a_page_promises_and_afterwards_it_shows(client):
    now = make.start()
    drawing = make.make_scheduled(now, sponsor_id=make.make_sponsor())
    path = f"/fair/drawings/{drawing.drawing_id}"
    before = client.get(path).text
    assert "not yet" in before
    assert "Close hash" not in before
    make.advance(drawing, drawing.opens_at)
    make.buy(drawing, make.make_player())
    make.advance(drawing, drawing.closes_at)
    closed = client.get(path).text
    assert "Close hash" in closed
    assert "bundle.json" not in closed


def test_a_draft_has_no_page(client):
    draft = make.make_draft(make.start())
    missing = client.get(f"/fair/drawings/{draft.drawing_id}")
    assert (missing.status_code, missing.json["code"]) == (404, "drawing_not_found")
    assert draft.name not in client.get("/fair").text


def test_the_list_of_drawings_pages_back_through_all_of_them(client, monkeypatch):
    monkeypatch.setattr("fittrack.drawings.fair.routes.SHOWN_DRAWINGS", 2)
    now = make.start()
    made = [
        make.make_scheduled(now + timedelta(days=day), name=f"Day {day}").name for day in range(5)
    ]
    path, seen = "/fair", []
    while path:
        text = client.get(path).text
        seen += re.findall(r">(Day \d)<", text)
        found = re.search(r'href="(/fair\?cursor=[^"]+)"', text)
        path = found and found[1]
    assert seen == made[::-1]
    assert client.get("/fair?cursor=nonsense").json["code"] == "invalid_cursor"


def test_an_aborted_drawing_shows_what_was_withheld_and_where_its_entries_are(client):
    now = make.start()
    drawing = make.make_open(now, sponsor_id=make.make_sponsor(is_revealing_by_itself=False))
    make.buy(drawing, make.make_player())
    make.advance(drawing, drawing.closes_at)
    make.advance(drawing, make.get(drawing).reveal_deadline_at)
    text = client.get(f"/fair/drawings/{drawing.drawing_id}").text
    assert "<td>abort</td>" in text
    [successor] = make.successors(drawing)
    carried = client.get(f"/fair/drawings/{successor.drawing_id}").text
    assert f'href="/fair/drawings/{drawing.drawing_id}"' in carried


def test_the_pages_verdict_has_the_checks_of_the_command():
    text = (STATIC / "verifier.js").read_text(encoding="utf-8")
    [listed] = re.findall(r"const CHECKS = (\[.*?\]);", text, re.DOTALL)
    assert json.loads(listed) == verifier.CHECKS
