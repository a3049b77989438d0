"""Names, addresses and ages: no I/O."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack.accounts import rules

TODAY = date(2026, 11, 20)
BIRTHDAYS = st.dates(date(1906, 1, 1), date(2008, 11, 20))


@given(BIRTHDAYS, st.integers(0, 40_000))
def test_age_rises_by_one_on_birthdays_only(born_on, days):
    day_on = born_on + timedelta(days=days)
    step = rules.age_years(born_on, day_on + timedelta(days=1)) - rules.age_years(born_on, day_on)

    assert step in (0, 1)


def test_one_born_on_29_february_comes_of_age_on_1_march():
    assert rules.age_years(date(2008, 2, 29), date(2026, 2, 28)) == 17
    assert rules.age_years(date(2008, 2, 29), date(2026, 3, 1)) == 18


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(text):
    assert rules.folded(rules.folded(text)) == rules.folded(text)


@given(st.text(max_size=40))
def test_a_name_is_accepted_in_one_form_or_refused(text):
    try:
        name, key = rules.read_display_name(text)
    except ValueError:
        return
    assert 3 <= len(name) <= 30
    assert len(key) <= rules.KEY_MAX["display_name"]
    assert rules.read_display_name(name) == (name, key)
    assert rules.read_display_name(name.upper())[1] == key


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_an_address(text):
    assert rules.find_email_key(text) is None or "@" in text


@pytest.mark.parametrize(
    "name", ["Zoë", "Jean-Luc", "ana_07", "Müller.M", "Ольга", "山田太郎", "さくらユキ"]
)
def test_names_of_the_world_are_names(name):
    assert rules.read_display_name(name)[0] == name


def test_an_alphabet_that_imitates_another_is_refused():
    with pytest.raises(ValueError, match="alphabets"):
        rules.read_display_name("Аna")  # its first letter is Cyrillic
