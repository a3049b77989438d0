"""The list of winners as a file for spreadsheets."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fittrack.fulfilment import winners
from fittrack.fulfilment.winners import inert
from tests import factories_drawings as make
from tests.factories_accounts import login, make_account
from tests.fulfilment.world import LIST, Staff, deliveries, draw

PATH = f"{LIST}/winners.csv"


@pytest.fixture
def staff(client):
    return Staff(client)


def table(staff, **query):
    answer = staff.client.get(PATH, headers=staff.headers, query_string=query)
    assert answer.status_code == 200
    assert answer.content_type == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_the_list_names_winners_prizes_and_tickets(staff):
    drawing = draw(players=2, prizes=[make.prize(quantity=2, value_cents=1_050)])
    rows = table(staff, drawing_id=drawing.drawing_id)
    assert [row["position"] for row in rows] == ["0", "1"]
    assert {row["prize"] for row in rows} == {"Running shoes"}
    assert {row["value_usd"] for row in rows} == {"10.50"}
    assert {row["ticket_no"] for row in rows} == {"1", "2"}
    assert all(row["winner"].startswith("Member") for row in rows)


def test_a_prize_that_passed_on_is_listed_once_with_who_has_it(staff):
    drawing = draw(players=2, alternates=1)
    staff.post(deliveries(drawing)[0], "forfeit")
    assert [row["position"] for row in table(staff)] == ["1"]


def test_the_list_is_read_page_by_page(staff, monkeypatch):
    drawing = draw(players=5, prizes=[make.prize(quantity=5, value_cents=100)])
    monkeypatch.setattr(winners, "PAGE_ROWS", 2)
    assert len(table(staff, drawing_id=drawing.drawing_id)) == 5


def test_a_name_is_no_formula(staff):
    drawing = make.make_open(
        make.start(), prizes=[make.prize(name='=HYPERLINK("http://evil.example")')]
    )
    make.buy(drawing, make.make_player())
    make.advance(drawing, drawing.draws_at)
    assert table(staff)[0]["prize"] == '\'=HYPERLINK("http://evil.example")'


@example(" =1+1")
@example("\u2003\t@SUM(A1)")
@given(st.text(max_size=8))
def test_no_cell_begins_like_a_formula(text):
    cell = inert(text)
    assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert cell.endswith(text)


@pytest.mark.parametrize("role", ["user", "sponsor", "auditor"])
def test_only_admins_have_the_list(client, role):
    headers = login(client, make_account(role=role))
    assert client.get(PATH, headers=headers).status_code == 403
