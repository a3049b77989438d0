"""Which tier a profile belongs to, and until when: no I/O."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack.accounts.tiers import rules

TODAY = date(2026, 11, 20)
SEXES = st.sampled_from([None, "male", "female"])
LEVELS = st.sampled_from([None, "beginner", "intermediate", "advanced"])
BIRTHDAYS = st.dates(date(1906, 1, 1), date(2008, 11, 20))


def test_there_are_31_tiers():
    assert len(rules.TIERS) == len(rules.TIERS_BY_CODE) == 31
    assert "F-40-49-ADV" in rules.TIERS_BY_CODE
    assert rules.TIERS[-1].code == "OPEN"


@pytest.mark.parametrize(
    ("sex", "born_on", "level", "tier"),
    [
        ("female", date(1986, 11, 20), "advanced", "F-40-49-ADV"),
        ("female", date(1986, 11, 21), "advanced", "F-30-39-ADV"),
        ("male", date(2008, 11, 20), "beginner", "M-18-29-BEG"),
        ("male", date(1966, 11, 20), "intermediate", "M-60+-INT"),
        ("male", date(1966, 11, 21), "intermediate", "M-50-59-INT"),
        (None, date(1986, 11, 20), "advanced", "OPEN"),
        ("female", None, "advanced", "OPEN"),
        ("female", date(1986, 11, 20), None, "OPEN"),
    ],
)
def test_a_tier_follows_from_the_profile(sex, born_on, level, tier):
    assert rules.tier_of(sex, born_on, level, TODAY) == tier


@given(SEXES, BIRTHDAYS, LEVELS)
def test_every_profile_has_one_of_the_tiers(sex, born_on, level):
    assert rules.tier_of(sex, born_on, level, TODAY) in rules.TIERS_BY_CODE


@given(SEXES, BIRTHDAYS, LEVELS, st.integers(0, 40_000))
def test_a_tier_holds_until_the_day_on_which_it_is_reviewed(sex, born_on, level, days):
    on = born_on + timedelta(days=days)
    place = rules.place_of(sex, born_on, level, on)

    if place.tier_review_on is None:
        assert rules.tier_of(sex, born_on, level, on + timedelta(days=20_000)) == place.tier_code
    else:
        eve = place.tier_review_on - timedelta(days=1)
        assert on < place.tier_review_on
        assert rules.tier_of(sex, born_on, level, eve) == place.tier_code
        assert rules.tier_of(sex, born_on, level, place.tier_review_on) != place.tier_code


def test_one_born_on_29_february_moves_on_1_march_of_a_common_year():
    born_on = date(1996, 2, 29)
    assert rules.place_of("male", born_on, "beginner", TODAY).tier_review_on == date(2036, 2, 29)
    assert rules.birthday_on(born_on, 30) == date(2026, 3, 1)
    assert rules.tier_of("male", born_on, "beginner", date(2026, 2, 28)) == "M-18-29-BEG"
    assert rules.tier_of("male", born_on, "beginner", date(2026, 3, 1)) == "M-30-39-BEG"
