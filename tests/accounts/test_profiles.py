"""The own profile over HTTP: what it holds, how it is edited, and what follows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from fittrack import db
from fittrack.accounts.errors import DisplayNameTaken
from fittrack.accounts.profiles import rules, service
from fittrack.accounts.profiles.errors import FitnessLevelLocked
from fittrack.errors import Invalid
from fittrack.points import service as points
from fittrack.points import tally
from fittrack.points.audit import audit_ledger
from fittrack.points.models import Body, MaxHrValue
from tests.accounts.steps import pointers
from tests.factories_accounts import login, make_account, registration
from tests.factories_points import make_activity, make_member, recompute

PROFILE = "/api/v1/users/me/profile"
NOW = datetime(2026, 6, 15, 16, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def ana(client):
    return login(client, make_account(display_name="Ana"))


def get(client, headers, **query):
    return client.get(PROFILE, headers=headers, query_string=query)


def patch(client, headers, body, **more):
    return client.patch(PROFILE, json=body, headers={**headers, **more})


def test_a_new_profile_is_empty_and_open(client, ana):
    profile = get(client, ana).json

    assert profile["tier"] == "OPEN"
    assert profile["goals"] == []
    empty = ("bio", "sex", "fitness_level", "height_m", "weight_kg", "max_hr_bpm", "image_url")
    assert {profile[name] for name in empty} == {None}
    assert profile["display"] == {"height": None, "weight": None}


def test_every_part_of_a_profile_is_kept_as_it_was_sent(client, ana):
    sent = {
        "display_name": "Ana_Nova",
        "bio": "Runs\nalong the river 🏃🏽‍♀️",
        "sex": "female",
        "fitness_level": "advanced",
        "goals": ["endurance", "weight_loss"],
        "height_m": 1.723,
        "weight_kg": 64.5,
        "max_hr_bpm": 186,
        "resting_hr_bpm": 54,
        "time_zone": "America/Los_Angeles",
    }

    answer = patch(client, ana, sent)

    assert answer.status_code == 200
    assert answer.json == get(client, ana).json
    assert answer.json.items() >= (sent | {"goals": ["weight_loss", "endurance"]}).items()
    assert answer.json["tier"] == "F-30-39-ADV"
    assert answer.json["effective_max_hr_bpm"] == 186
    assert answer.json["effective_max_hr_source"] == "own"
    assert client.get("/api/v1/users/me", headers=ana).json["display_name"] == "Ana_Nova"


def test_what_is_absent_stays_and_null_clears(client, ana):
    patch(client, ana, {"bio": "Hello", "height_m": 1.8, "goals": ["endurance"], "sex": "male"})

    profile = patch(client, ana, {"bio": None, "goals": None, "sex": None}).json

    assert (profile["bio"], profile["goals"], profile["sex"]) == (None, [], None)
    assert profile["height_m"] == 1.8
    assert patch(client, ana, {}).json == profile


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("bio", "x" * 501),
        ("bio", "a\u202eb"),
        ("bio", "a\u0007b"),
        ("bio", 5),
        ("sex", "other"),
        ("sex", ""),
        ("fitness_level", "expert"),
        ("goals", ["endurance", "fame"]),
        ("goals", "endurance"),
        ("goals", ["endurance"] * 6),
        ("height_m", 0.49),
        ("height_m", 2.81),
        ("height_m", "1.8"),
        ("height_m", True),
        ("height_m", 1e308),
        ("weight_kg", 19.9),
        ("weight_kg", 500.1),
        ("max_hr_bpm", 99),
        ("max_hr_bpm", 241),
        ("max_hr_bpm", 180.5),
        ("max_hr_bpm", "180"),
        ("resting_hr_bpm", 24),
        ("resting_hr_bpm", 121),
        ("time_zone", None),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "../../etc/passwd"),
        ("time_zone", "america/new_york"),
        ("display_name", None),
        ("display_name", "An"),
        ("display_name", "x" * 31),
        ("display_name", "admin"),
    ],
)
def test_what_is_out_of_bounds_is_named_and_changes_nothing(client, ana, field, value):
    before = get(client, ana).json

    answer = patch(client, ana, {"resting_hr_bpm": 60, "goals": ["endurance"], field: value})

    assert answer.status_code == 422, answer.json
    assert pointers(answer)[0].startswith(f"/{field}")
    assert get(client, ana).json == before


@pytest.mark.parametrize("field", ["height_m", "weight_kg", "max_hr_bpm"])
@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_what_is_no_number_is_refused(client, ana, field, number):
    body = f'{{"{field}": {number}}}'
    answer = client.patch(PROFILE, data=body, headers=ana, content_type="application/json")
    assert answer.status_code in {400, 422}
    assert get(client, ana).json[field] is None


@pytest.mark.parametrize(
    "field",
    [
        "account_id",
        "role",
        "status",
        "tier",
        "tier_code",
        "tier_review_on",
        "date_of_birth",
        "email",
        "email_verified_at",
        "points",
        "revision",
        "fitness_level_changed_at",
        "effective_max_hr_bpm",
        "image_url",
        "is_in_open",
        "created_at",
        "premium_until_at",
        "password_hash",
        "__proto__",
    ],
)
@pytest.mark.parametrize("path", ["me", "me/profile", "me/preferences"])
def test_nobody_sets_what_is_not_theirs_to_set(client, field, path):
    account_id = make_account()
    ana, before = login(client, account_id), rows_of(account_id)

    answer = client.patch(f"/api/v1/users/{path}", json={field: "admin"}, headers=ana)

    assert (answer.status_code, pointers(answer)) == (422, [f"/{field}"])
    assert rows_of(account_id) == before


def rows_of(account_id):
    """Return everything that is stored of an account and its profile."""
    rows = (
        db.engine()
        .raw()
        .execute(
            "SELECT * FROM accounts JOIN profiles USING (account_id) WHERE account_id = ?",
            (account_id,),
        )
    )
    return [tuple(row) for row in rows]


@pytest.mark.parametrize(
    "name",
    [
        "Аna",  # a Cyrillic A before Latin letters
        "Ana\u202e",
        "A\u200bna",
        "Ana\u00ad",
        "Ana🏃",
        "Ana Nova",
        "Ａｄｍｉｎ",
        "ad-min",
        "Fit.Track",
        "A\u0301\u0301\u0301na",
        "___",
        "\u2066Ana",
    ],
)
def test_a_name_that_deceives_is_refused(client, ana, name):
    answer = patch(client, ana, {"display_name": name})
    assert (answer.status_code, pointers(answer)) == (422, ["/display_name"])


@pytest.mark.parametrize("name", ["cem", "CEM", "Ｃｅｍ", " Cem "])
def test_a_name_that_is_taken_in_any_spelling_is_refused(client, ana, name):
    make_account(display_name="Cem")
    answer = patch(client, ana, {"display_name": name, "bio": "Hello"})
    assert (answer.status_code, answer.json["code"]) == (409, "display_name_taken")
    assert pointers(answer) == ["/display_name"]
    assert get(client, ana).json["bio"] is None


def test_a_name_that_was_asked_for_with_a_taken_address_is_taken_but_for_its_owner(client):
    """Else names that are free would tell which addresses have an account."""
    ben = login(client, make_account(email="ben@example.com"))
    cem = login(client, make_account())
    client.post(
        "/api/v1/auth/register",
        json=registration(email="ben@example.com", display_name="Held"),
    )

    assert patch(client, cem, {"display_name": "held"}).json["code"] == "display_name_taken"
    assert patch(client, ben, {"display_name": "Held"}).status_code == 200


def test_a_name_of_a_registration_that_is_not_finished_is_taken(client, ana):
    form = registration(display_name="Pending")
    client.post("/api/v1/auth/register", json=form)
    assert patch(client, ana, {"display_name": "pending"}).json["code"] == "display_name_taken"


def test_the_own_name_can_be_spelled_anew_and_the_former_one_comes_free(client, ana):
    assert patch(client, ana, {"display_name": "ANA"}).json["display_name"] == "ANA"
    assert patch(client, ana, {"display_name": "Anabel"}).status_code == 200
    assert make_account(display_name="ana")


def test_a_tag_that_is_stale_changes_nothing(client, ana):
    first = get(client, ana).headers["ETag"]
    second = patch(client, ana, {"bio": "One"}, **{"If-Match": first}).headers["ETag"]

    stale = patch(client, ana, {"bio": "Two"}, **{"If-Match": first})

    assert (stale.status_code, stale.json["code"]) == (412, "profile_changed")
    assert get(client, ana).json["bio"] == "One"
    assert get(client, ana).headers["ETag"] == second
    for tags in ('"7-x", {}', "*", ' , {} , W/"1-x"'):
        headers = {"If-Match": tags.format(second)}
        second = patch(client, ana, {"bio": f"With {tags}"}, **headers).headers["ETag"]
    for other in (f"W/{second}", '"drawing"', '""'):
        assert patch(client, ana, {"bio": "x"}, **{"If-Match": other}).status_code == 412
    odd = patch(client, ana, {"bio": "x"}, **{"If-Match": "7"})
    assert (odd.status_code, odd.json["code"]) == (400, "malformed_if_match")


def test_what_only_looks_different_is_no_reason_to_refuse(client, ana):
    patch(client, ana, {"height_m": 1.8})
    imperial = get(client, ana, units="imperial").headers["ETag"]
    assert imperial != get(client, ana).headers["ETag"]
    assert patch(client, ana, {"bio": "Hi"}, **{"If-Match": imperial}).status_code == 200


def test_a_known_tag_answers_304(client, ana):
    tag = get(client, ana).headers["ETag"]
    answer = client.get(PROFILE, headers={**ana, "If-None-Match": tag})
    assert (answer.status_code, answer.data) == (304, b"")


def test_of_parallel_edits_with_one_tag_one_wins(app, client, ana):
    tag = get(client, ana).headers["ETag"]

    def edit(number):
        headers = {**ana, "If-Match": tag}
        with app.test_client() as own:
            return own.patch(PROFILE, json={"bio": f"Bio {number}"}, headers=headers)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(edit, range(8)))

    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 7
    [won] = [answer.json["bio"] for answer in answers if answer.status_code == 200]
    assert get(client, ana).json["bio"] == won


def test_parallel_renames_to_one_name_give_it_to_one(app, client):
    members = [login(client, make_account()) for _ in range(6)]

    def rename(headers):
        with app.test_client() as own:
            return own.patch(PROFILE, json={"display_name": "Wanted"}, headers=headers).status_code

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(rename, members)) == [200] + [409] * 5


def test_the_default_maximum_follows_the_age(client):
    account_id = make_account(date_of_birth_on=date(1990, 6, 16))
    for now, bpm in ((NOW, 208 - 0.7 * 35), (NOW + DAY, 208 - 0.7 * 36)):
        max_hr = service.get_profile(account_id=account_id, now=now).max_hr
        assert (max_hr.bpm, max_hr.source) == (pytest.approx(bpm), "age")


@given(st.dates(date(1906, 1, 1), date(2008, 1, 1)), st.none() | st.integers(100, 240))
def test_the_maximum_that_is_shown_is_the_one_that_points_are_rated_by(born_on, own_bpm):
    today = date(2026, 11, 20)
    body = Body(born_on, (MaxHrValue(date.min, own_bpm),))
    shown = rules.max_hr_of(own_bpm, born_on, today)
    assert round(shown.bpm * 10) == tally.max_hr_tenths_of(body, today)


def test_a_heart_at_rest_beats_slower_than_it_can(client, ana):
    refused = patch(client, ana, {"max_hr_bpm": 110, "resting_hr_bpm": 110})
    assert (refused.status_code, pointers(refused)) == (422, ["/resting_hr_bpm"])
    assert patch(client, ana, {"resting_hr_bpm": 110}).status_code == 200
    assert patch(client, ana, {"max_hr_bpm": 105}).status_code == 422


def test_a_new_maximum_rates_today_anew_and_leaves_the_days_before(database):
    ana, days = make_member(max_hr_bpm=200), [NOW.date() + n * DAY for n in range(-1, 1)]
    for n in (-1, 0):
        make_activity(ana, started_at=NOW + n * DAY, count=10, hr_bpm=139)
    recompute(ana, days)
    assert [awarded(ana, day) for day in days] == [20, 20]

    edit(ana, NOW, max_hr_bpm=180, bio="139 is more than 70 % of 180")
    assert [awarded(ana, day) for day in days] == [20, 30]
    recompute(ana, days)
    assert [awarded(ana, day) for day in days] == [20, 30]

    edit(ana, NOW, max_hr_bpm=None)  # 208 - 0.7 x 40 = 180 as well
    edit(ana, NOW, weight_kg=60)
    assert [awarded(ana, day) for day in days] == [20, 30]
    edit(ana, NOW, max_hr_bpm=220)
    assert [awarded(ana, day) for day in days] == [20, 20]
    assert audit_ledger(now=NOW, is_deep=True).is_clean


def test_what_is_refused_rates_nothing_anew(database):
    ana = make_member(max_hr_bpm=200)
    make_activity(ana, started_at=NOW, count=10, hr_bpm=139)
    recompute(ana, [NOW.date()])
    make_account(display_name="Cem")
    with pytest.raises(DisplayNameTaken):
        edit(ana, NOW, max_hr_bpm=180, display_name="Cem")
    assert awarded(ana, NOW.date()) == 20


def awarded(account_id, day_on):
    return points.get_day(account_id=account_id, day_on=day_on).awarded_points


# A level, set and changed


def edit(account_id, now, **changes):
    return service.edit_profile(account_id=account_id, changes=changes, now=now)


def test_a_level_is_changed_once_in_30_days(database):
    ana = make_account(created_at=NOW - 90 * DAY)
    edit(ana, NOW, fitness_level="beginner")  # the first setting is no change
    changed = edit(ana, NOW + DAY, fitness_level="advanced")
    assert changed.fitness_level_changeable_at == NOW + 31 * DAY

    for level in ("beginner", "intermediate", None):
        with pytest.raises(FitnessLevelLocked) as locked:
            edit(ana, NOW + 31 * DAY - timedelta(microseconds=1), fitness_level=level)
        assert locked.value.context["changeable_at"] == "2026-07-16T16:00:00Z"
    edit(ana, NOW + 2 * DAY, fitness_level="advanced")  # the same is no change
    assert edit(ana, NOW + 31 * DAY, fitness_level="intermediate").stored.fitness_level


def test_clearing_the_level_is_no_way_around_the_rule(database):
    ana = make_account(created_at=NOW - 90 * DAY)
    edit(ana, NOW, fitness_level="beginner")
    edit(ana, NOW, fitness_level=None)

    with pytest.raises(FitnessLevelLocked):
        edit(ana, NOW + 29 * DAY, fitness_level="advanced")
    assert edit(ana, NOW + 30 * DAY, fitness_level="advanced").stored.fitness_level == "advanced"
    with pytest.raises(FitnessLevelLocked):
        edit(ana, NOW + 31 * DAY, fitness_level="beginner")


def test_a_locked_level_says_until_when_and_changes_nothing(client, ana):
    for level in ("beginner", "advanced"):
        patch(client, ana, {"fitness_level": level})
    answer = patch(client, ana, {"fitness_level": "beginner", "bio": "Hello"})
    assert (answer.status_code, answer.json["code"]) == (409, "fitness_level_locked")
    assert pointers(answer) == ["/fitness_level"]
    profile = get(client, ana).json
    assert answer.json["changeable_at"] == profile["fitness_level_changeable_at"]
    assert (profile["fitness_level"], profile["bio"]) == ("advanced", None)


@hypothesis_settings(max_examples=20)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["beginner", "intermediate", "advanced", None]), st.integers(0, 40)
        ),
        max_size=12,
    )
)
def test_no_order_of_edits_changes_a_level_twice_in_30_days(database, steps):
    ana, now, level, changes = make_account(created_at=NOW - 90 * DAY), NOW, None, []
    for wanted, days in steps:
        now += days * DAY
        try:
            after = edit(ana, now, fitness_level=wanted).stored.fitness_level
        except FitnessLevelLocked:
            continue
        if after != level:
            changes.append(now)
        level = after
    real = changes[1:]  # without the first setting
    assert all(later - earlier >= 30 * DAY for earlier, later in pairwise(real))


def test_an_admins_correction_waits_for_nothing(database):
    ana = make_account(created_at=NOW - 90 * DAY)
    for level in ("beginner", "advanced"):
        edit(ana, NOW, fitness_level=level)
    correction = {"fitness_level": "intermediate", "display_name": "Support"}
    with db.transaction("correct") as tx:
        corrected = service.change_profile(
            tx, ana, correction, revisions=None, now=NOW + DAY, is_by_admin=True
        )
    assert corrected.stored.fitness_level == "intermediate"
    assert corrected.stored.display_name == "Support"
    assert corrected.fitness_level_changeable_at == NOW + 30 * DAY


def test_the_tier_follows_sex_and_level_at_once(client, ana):
    assert patch(client, ana, {"sex": "male"}).json["tier"] == "OPEN"
    assert patch(client, ana, {"fitness_level": "beginner"}).json["tier"] == "M-30-39-BEG"
    assert patch(client, ana, {"sex": "female"}).json["tier"] == "F-30-39-BEG"
    assert patch(client, ana, {"sex": None}).json["tier"] == "OPEN"


# Others


def test_an_erased_profile_can_not_be_edited(database):
    ana = make_account()
    database.raw().execute("UPDATE accounts SET status = 'erased'")
    for use in (
        lambda: edit(ana, NOW, bio="Back"),
        lambda: service.edit_preferences(account_id=ana, changes={"is_in_open": True}, now=NOW),
        lambda: service.delete_image(account_id=ana),
    ):
        with pytest.raises(Exception, match="no such account"):
            use()


def test_what_changes_nothing_leaves_the_revision(client, ana):
    first = patch(client, ana, {"bio": "Hello", "goals": []}).headers["ETag"]
    same = {"bio": " Hello ", "goals": [], "sex": None, "display_name": "Ana"}
    assert patch(client, ana, same).headers["ETag"] == first


def test_completeness_names_what_is_missing_and_what_it_unlocks(client, ana):
    def ask():
        return client.get("/api/v1/users/me/completeness", headers=ana).json

    first = ask()
    missing = {part["field"]: part["unlocks"] for part in first["missing"]}
    assert missing.keys() == {name for name, _ in rules.UNLOCKS} - {"date_of_birth"}
    assert missing["sex"] == missing["fitness_level"] == ["tier_competition"]
    assert first["percent"] == 10

    everything = {
        "bio": "Hello",
        "sex": "female",
        "fitness_level": "beginner",
        "goals": ["endurance"],
        "height_m": 1.7,
        "weight_kg": 60,
        "max_hr_bpm": 186,
        "resting_hr_bpm": 54,
    }
    patch(client, ana, everything)

    assert ask()["percent"] == 90
    assert [part["field"] for part in ask()["missing"]] == ["image"]


@given(st.text(max_size=600))
def test_a_bio_is_read_in_one_form_or_refused(text):
    try:
        bio = rules.read_bio(text)
    except ValueError:
        return
    assert bio is None or (bio == rules.read_bio(bio) and 1 <= len(bio) <= 500)


def test_several_bad_fields_are_named_at_once(database):
    with pytest.raises(Invalid) as invalid:
        edit(make_account(), NOW, bio="\u202e", time_zone="Mars")
    assert [each["pointer"] for each in invalid.value.context["errors"]] == ["/bio", "/time_zone"]
