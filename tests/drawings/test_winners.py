"""Winners are named as their privacy allows, else by their initials."""

from __future__ import annotations

import pytest

from fittrack import db
from fittrack.drawings.record import rules
from tests import factories_drawings as make
from tests.kernel.statements import statement


def set_privacy(account_id, privacy):
    with db.transaction("set_privacy") as tx:
        tx.run(
            statement("UPDATE profiles SET profile_privacy = :privacy WHERE account_id = :id"),
            privacy=privacy,
            id=account_id,
        )


@pytest.mark.parametrize(
    ("privacy", "shown"), [("public", "Ana.Lopez"), ("friends", "A. L."), ("private", "A. L.")]
)
def test_results_name_winners_as_their_privacy_allows(client, privacy, shown):
    ana = make.make_player(display_name="Ana.Lopez")
    drawing = make.make_open(make.start())
    make.buy(drawing, ana)
    make.advance(drawing, drawing.draws_at)
    set_privacy(ana, privacy)
    results = client.get(f"/api/v1/drawings/{drawing.drawing_id}/results").json
    assert [winner["display_name"] for winner in results["winners"]] == [shown]


@pytest.mark.parametrize(
    ("name", "initials"),
    [("Ana", "A."), ("ana.lopez", "A. L."), ("ana_maria-lopez", "A. M. L."), ("Łukasz", "Ł.")],
)
def test_initials_are_those_of_each_word(name, initials):
    assert rules.shown_name(name, status="active", privacy="private") == initials


def test_the_pseudonym_of_a_former_member_is_shown():
    name = "member-7F3KQ2ZPXA5W6M4B"
    assert rules.shown_name(name, status="erased", privacy="private") == name


def test_a_name_without_letters_has_no_initials():
    assert rules.shown_name("---", status="active", privacy="private") == "?"
