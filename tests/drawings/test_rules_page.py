"""The official rules as text and as a page, published or still a draft's."""

from __future__ import annotations

import hashlib
import re
from html import unescape

import pytest

from fittrack.drawings import official_rules, rules_page
from fittrack.drawings.official_wording import WORDINGS
from tests import factories_drawings as make
from tests.factories_accounts import login, make_account

BASE = "/api/v1/drawings"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
NASTY = "<script>alert('1')</script> & \"shoes\""


def text_of(version="2026-12", **over):
    operator = official_rules.Operator("FitTrack", "", make.zone(), 86_400)
    drawing = make.bare(rules_version=version, **over)
    prizes = [make.bare_prize(name=NASTY)]
    return official_rules.render(drawing, prizes, sponsor_names={"acme": "Acme"}, operator=operator)


def page_of(text):
    return rules_page.render(text, "ab" * 32, is_signed=True, style_url="/rules.css")


def words(page):
    """Return the words of a page's body, without its tags."""
    body = re.search("<main>(.*)</main>", page, re.DOTALL)[1]
    return unescape(re.sub("<[^>]+>", " ", body)).split()


@pytest.mark.parametrize("version", WORDINGS)
def test_the_page_has_every_word_of_the_text_and_no_other(version):
    text = text_of(version, name=NASTY, excluded_states_json=[])
    page = page_of(text)
    without_dots = re.sub(r"^(\d+\. [A-Z' ]+)\.", r"\1", text, flags=re.MULTILINE)
    assert words(page) == without_dots.split()


@pytest.mark.parametrize("version", WORDINGS)
def test_nothing_in_a_drawing_can_add_to_the_page(version):
    page = page_of(text_of(version, name=NASTY))
    assert "<script" not in page
    assert page.count("<h2>") == len(re.findall(r"^\d+\. [A-Z]", text_of(version), re.MULTILINE))
    assert page.count("&lt;script&gt;") >= 2


def test_the_rules_say_who_gets_what_nobody_claims_and_how_to_enter_free():
    assert "forfeited, and the next alternate takes" in text_of()
    assert "forfeited, and it returns to the sponsor" in text_of(unclaimed_to="sponsor")
    assert "5. HOW TO ENTER FREE." in text_of()
    assert "by mail" not in text_of()


def test_a_program_gets_the_hashed_text_and_a_browser_the_page(client):
    drawing = make.make_scheduled(make.start())
    url = f"{BASE}/{drawing.drawing_id}/rules"
    plain, page = client.get(url), client.get(url, headers={"Accept": BROWSER})
    assert plain.content_type == "text/plain; charset=utf-8"
    assert hashlib.sha256(plain.data).hexdigest() == drawing.rules_sha256
    assert page.content_type == "text/html; charset=utf-8"
    assert drawing.rules_sha256 in page.text
    assert "style-src 'self'" in page.headers["Content-Security-Policy"]
    assert page.headers["ETag"] != plain.headers["ETag"]
    assert "Accept" in plain.headers["Vary"]
    assert "Accept" in page.headers["Vary"]


def test_the_form_that_is_asked_for_by_name_goes_before_what_is_accepted(client):
    url = f"{BASE}/{make.make_scheduled(make.start()).drawing_id}/rules"
    for form, accept, kind in (
        ("text", BROWSER, "text/plain"),
        ("html", "*/*", "text/html"),
        (None, "application/json", "text/plain"),
    ):
        answer = client.get(
            url, headers={"Accept": accept}, query_string={"format": form} if form else {}
        )
        assert answer.mimetype == kind
    assert client.get(url, query_string={"format": "pdf"}).status_code == 422


def test_the_rules_of_a_draft_are_shown_to_admins_and_its_sponsor_alone(client):
    sponsor_id = make.make_sponsor()
    draft = make.make_draft(make.start(), sponsor_id=sponsor_id)
    url = f"{BASE}/{draft.drawing_id}/rules"
    admin = login(client, make_account(role="admin"))
    sponsor = login(client, make.make_sponsor_account(sponsor_id))
    other = login(client, make.make_sponsor_account(make.make_sponsor()))
    assert client.get(url, headers=admin).text.startswith("OFFICIAL RULES (version 2026-12)")
    assert client.get(url, headers=sponsor).status_code == 200
    page = client.get(url, headers=admin, query_string={"format": "html"}).text
    assert "not signed yet" in page
    for headers in (other, login(client, make_account()), {}):
        assert client.get(url, headers=headers).json["code"] == "drawing_not_found"


def test_a_drawing_goes_by_the_wording_that_it_names(client):
    drawing = make.make_scheduled(make.start(), rules_version="2026-11")
    assert drawing.rules_version == "2026-11"
    text = client.get(f"{BASE}/{drawing.drawing_id}/rules").text
    assert text.startswith("OFFICIAL RULES (version 2026-11)")


def test_the_rules_name_every_sponsor_of_a_drawings_prizes(client):
    own, other = make.make_sponsor(name="Acme"), make.make_sponsor(name="Cadence Cycles")
    prizes = [make.prize(sponsor_id=own), make.prize(sponsor_id=other)]
    drawing = make.make_scheduled(make.start(), sponsor_id=own, prizes=prizes)
    text = client.get(f"{BASE}/{drawing.drawing_id}/rules").text
    assert "1. SPONSOR. Acme supplies the prizes" in text
    assert text.count("supplied by") == text.count("supplied by Cadence Cycles\n") == 1
