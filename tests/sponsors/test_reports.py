"""A sponsor is told numbers from which nobody can be made out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack.sponsors.reports import rules
from fittrack.sponsors.reports.models import InventorySums, SponsoredSums, StateWinners
from tests import factories_drawings as make
from tests.factories_accounts import login, make_account

BASE = "/api/v1/sponsors"
CODES = ["CA", "OR", "TX", "WA", "ME", "OH", "??"]


def table(**winners):
    return rules.suppressed([StateWinners(code, count) for code, count in winners.items()])


def shown(found):
    return {cell.state_code: cell.winners for cell in found.states}


def test_small_states_are_told_together_and_unnamed():
    found = table(CA=40, OR=7, TX=6)
    assert (shown(found), found.others, found.total) == ({"CA": 40}, 13, 53)


def test_one_small_state_hides_behind_the_next_smallest():
    found = table(CA=40, OR=12, TX=3)
    assert (shown(found), found.others, found.total) == ({"CA": 40}, 15, 55)


def test_few_winners_in_all_are_not_told():
    found = table(CA=4, TX=3)
    assert (shown(found), found.others, found.total) == ({}, None, None)


def test_large_states_are_told_as_they_are():
    found = table(CA=40, TX=10)
    assert (shown(found), found.others, found.total) == ({"CA": 40, "TX": 10}, 0, 50)


def test_nobody_is_nobody():
    found = table()
    assert (shown(found), found.others, found.total) == ({}, 0, 0)


def test_the_many_entries_of_few_members_are_not_told():
    inventory = InventorySums(offered=5, reserved=0, awarded=2)
    few, enough = (
        rules.report("s", SponsoredSums(1, 1, entries=40, tickets=900, reach=reach), inventory, [])
        for reach in (9, 10)
    )
    assert (few.entries, few.tickets, few.reach) == (None, None, None)
    assert (enough.entries, enough.tickets, enough.reach) == (40, 900, 10)


@given(st.dictionaries(st.sampled_from(CODES), st.integers(1, 40)))
def test_no_cell_below_ten_can_be_read_or_reckoned(winners):
    found = table(**winners)
    total = sum(winners.values())
    assert all(count >= 10 and winners[code] == count for code, count in shown(found).items())
    assert "??" not in shown(found)
    if found.total is None:
        assert 0 < total < 10
        assert found.states == []
        return
    assert found.total == total
    rest = found.total - sum(shown(found).values())
    assert rest == found.others == 0 or rest >= 10
    hidden = winners.keys() - shown(found).keys()
    # What is left over is never one small state alone.
    assert not (len(hidden) == 1 and winners[next(iter(hidden))] < 10)


@pytest.fixture
def sponsor(client):
    sponsor_id = make.make_sponsor()
    return sponsor_id, login(client, make.make_sponsor_account(sponsor_id))


def drawn(sponsor_id, states, **over):
    """Draw a drawing of a sponsor's with a winner from each state."""
    drawing = make.make_open(
        make.start(),
        sponsor_id=sponsor_id,
        prizes=[make.prize(quantity=len(states), value_cents=100)],
        **over,
    )
    for state_code in states:
        make.buy(drawing, make.make_player(state_code=state_code), 2)
    make.advance(drawing, drawing.draws_at)
    assert make.get(drawing).status == "completed"


def test_a_sponsor_sees_its_own_numbers(client, sponsor):
    sponsor_id, headers = sponsor
    drawn(sponsor_id, ["CA"] * 10 + ["OR"])
    report = client.get(f"{BASE}/{sponsor_id}/report", headers=headers).json
    assert (report["drawings"], report["completed"]) == (1, 1)
    assert (report["entries"], report["tickets"], report["reach"]) == (11, 22, 11)
    assert report["winners"] == {"total": 11, "states": [], "others": 11}


def test_few_entrants_are_not_told(client, sponsor):
    sponsor_id, headers = sponsor
    drawn(sponsor_id, ["CA"] * 3)
    report = client.get(f"{BASE}/{sponsor_id}/report", headers=headers).json
    assert (report["entries"], report["tickets"], report["reach"]) == (None, None, None)
    assert report["winners"] == {"total": None, "states": [], "others": None}


def test_a_report_holds_nobodys_data(client, sponsor):
    sponsor_id, headers = sponsor
    drawn(sponsor_id, ["CA"] * 11)
    text = client.get(f"{BASE}/{sponsor_id}/report", headers=headers).text
    assert "Member" not in text
    assert "account_id" not in text


def test_another_sponsors_report_is_not_there(client, sponsor):
    other = make.make_sponsor()
    hidden = client.get(f"{BASE}/{other}/report", headers=sponsor[1])
    assert (hidden.status_code, hidden.json["code"]) == (404, "sponsor_not_found")
    for role, status in (("user", 403), ("auditor", 200), ("admin", 200)):
        headers = login(client, make_account(role=role))
        assert client.get(f"{BASE}/{other}/report", headers=headers).status_code == status
