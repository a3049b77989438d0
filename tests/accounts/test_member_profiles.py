"""Members' profiles, as admins and auditors see and replace them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from fittrack import db
from fittrack.accounts.member_profiles import repository, service
from fittrack.accounts.profiles.errors import ProfileChanged
from fittrack.clock import utc_now
from tests.accounts.steps import pointers
from tests.factories_accounts import login, make_account

PROFILES = "/api/v1/profiles"
USERS = "/api/v1/users"
WHOLE = {
    "display_name": "Ana",
    "time_zone": "America/New_York",
    "sex": "female",
    "fitness_level": "advanced",
    "bio": "Runs.",
    "goals": ["endurance"],
    "height_m": 1.7,
    "weight_kg": 60,
    "max_hr_bpm": 190,
    "resting_hr_bpm": 50,
}


@pytest.fixture
def boss(client):
    return make_account(role="admin", display_name="Boss")


@pytest.fixture
def admin(client, boss):
    return login(client, boss)


@pytest.fixture
def ana(client):
    return make_account(display_name="Ana", sex="female", fitness_level="beginner")


def replace(client, headers, user_id, **body):
    return client.put(f"{PROFILES}/{user_id}", json=body, headers=headers)


def profile(client, headers, account_id):
    return client.get(f"{PROFILES}/{account_id}", headers=headers)


def names(client, headers, query=""):
    items = client.get(f"{PROFILES}?{query}", headers=headers).json["items"]
    return [item["display_name"] for item in items]


def test_profiles_are_listed_newest_member_first_and_by_tier(client, admin, boss, ana):
    ben = make_account(display_name="Ben", sex="female", fitness_level="beginner")
    cem = make_account(display_name="Cem")
    by_id = {ana: "Ana", ben: "Ben", cem: "Cem", boss: "Boss"}
    newest_first = [by_id[account_id] for account_id in sorted(by_id, reverse=True)]
    beginners = [name for name in newest_first if name in {"Ana", "Ben"}]
    assert names(client, admin) == newest_first
    assert names(client, admin, "tier=F-30-39-BEG") == beginners
    first = client.get(f"{PROFILES}?tier=F-30-39-BEG&limit=1", headers=admin).json
    query = f"tier=F-30-39-BEG&limit=1&cursor={first['next_cursor']}"
    assert names(client, admin, query) == beginners[1:]
    assert client.get(f"{PROFILES}?tier=X", headers=admin).status_code == 422


@pytest.mark.parametrize("name", ["list_profiles", "list_profiles_of_tier"])
def test_no_list_of_profiles_reads_a_whole_table(database, name):
    statement = repository.SQL[name]
    binds = dict.fromkeys(statement.binds, "") | {"row_limit": 10}
    plan = database.raw().execute(f"EXPLAIN QUERY PLAN {statement.sqlite}", binds).fetchall()
    steps = [row[3] for row in plan]
    assert all(step.startswith("SEARCH") for step in steps), steps


def test_a_profile_is_replaced_whole_and_the_tier_follows(client, admin, boss, ana):
    replaced = replace(client, admin, ana, **WHOLE)
    assert replaced.status_code == 200
    assert {name: replaced.json[name] for name in WHOLE} == WHOLE
    assert replaced.json["tier"] == "F-30-39-ADV"
    assert profile(client, admin, ana).json == replaced.json

    cleared = replace(client, admin, ana, display_name="Ana", time_zone="UTC")
    assert {cleared.json[name] for name in ("sex", "bio", "height_m", "max_hr_bpm")} == {None}
    assert (cleared.json["goals"], cleared.json["tier"]) == ([], "OPEN")
    history = client.get(f"{USERS}/{ana}/history", headers=admin).json["items"]
    assert [(one["kind"], one["actor_id"]) for one in history] == [("profile_replaced", boss)] * 2


def test_the_units_are_the_readers_choice(client, admin, ana):
    replace(client, admin, ana, **WHOLE)
    shown = client.get(f"{PROFILES}/{ana}?units=imperial", headers=admin).json
    assert (shown["display"]["weight"]["unit"], shown["weight_kg"]) == ("lb", 60)


def test_a_replacement_of_what_was_read_before_another_is_refused(client, admin, ana):
    headers = admin | {"If-Match": profile(client, admin, ana).headers["ETag"]}
    assert replace(client, headers, ana, **WHOLE).status_code == 200
    stale = replace(client, headers, ana, **WHOLE | {"bio": "Sits."})
    assert (stale.status_code, stale.json["code"]) == (412, "profile_changed")
    assert profile(client, admin, ana).json["bio"] == "Runs."


def test_of_parallel_replacements_of_one_revision_one_wins(client, boss, ana):
    def try_once(number):
        try:
            service.replace_profile(
                account_id=ana,
                profile={**WHOLE, "bio": f"Runs {number} km."},
                revisions=frozenset({1}),
                actor_id=boss,
                now=utc_now(),
            )
        except ProfileChanged:
            return 0
        return 1

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(try_once, range(4))) == 1


@pytest.mark.parametrize(
    ("over", "pointer"),
    [
        ({"tier": "OPEN"}, "/tier"),
        ({"account_id": "x"}, "/account_id"),
        ({"role": "admin"}, "/role"),
        ({"sex": "other"}, "/sex"),
        ({"height_m": 17}, "/height_m"),
        ({"time_zone": "Mars/Base"}, "/time_zone"),
        ({"time_zone": None}, "/time_zone"),
        ({"display_name": "x"}, "/display_name"),
    ],
)
def test_a_bad_profile_names_its_field_and_changes_nothing(client, admin, ana, over, pointer):
    before = profile(client, admin, ana).json
    answer = replace(client, admin, ana, **WHOLE | over)
    assert (answer.status_code, pointers(answer)) == (422, [pointer])
    assert profile(client, admin, ana).json == before


def test_a_profile_without_a_name_is_none(client, admin, ana):
    answer = replace(client, admin, ana, time_zone="UTC")
    assert (answer.status_code, pointers(answer)) == (422, ["/display_name"])


def test_a_taken_name_is_refused(client, admin, ana):
    make_account(display_name="Ben")
    answer = replace(client, admin, ana, **WHOLE | {"display_name": "BEN"})
    assert (answer.status_code, answer.json["code"]) == (409, "display_name_taken")


def test_an_account_that_lost_its_profile_gets_one_and_no_other_a_second(client, admin, ana):
    body = WHOLE | {"account_id": ana}
    taken = client.post(PROFILES, json=body, headers=admin)
    assert (taken.status_code, taken.json["code"]) == (409, "profile_exists")
    db.engine().raw().execute("DELETE FROM profiles WHERE account_id = ?", (ana,))
    keyed = admin | {"Idempotency-Key": "profile-1"}
    made = client.post(PROFILES, json=body, headers=keyed)
    assert (made.status_code, made.json.keys()) == (201, {"account_id", "updated_at"})
    assert client.post(PROFILES, json=body, headers=keyed).json == made.json
    assert profile(client, admin, ana).json["tier"] == "F-30-39-ADV"


def test_nobody_gets_a_profile_who_has_no_account(client, admin, ana):
    body = WHOLE | {"account_id": "01935d2a-7c00-7000-8000-5f3c1f0b2a10"}
    answer = client.post(PROFILES, json=body, headers=admin)
    assert (answer.status_code, pointers(answer)) == (422, ["/account_id"])
    client.delete(f"{USERS}/{ana}", headers=admin)
    erased = client.post(PROFILES, json=WHOLE | {"account_id": ana}, headers=admin)
    assert (erased.status_code, erased.json["code"]) == (409, "account_erased")
    assert profile(client, admin, ana).status_code == 404
    assert "Ana" not in names(client, admin)


def test_auditors_read_and_others_do_not(client, ana):
    auditor = login(client, make_account(role="auditor"))
    assert profile(client, auditor, ana).json["display_name"] == "Ana"
    assert replace(client, auditor, ana, **WHOLE).status_code == 403
    for role in ("user", "premium", "sponsor"):
        headers = login(client, make_account(role=role))
        assert profile(client, headers, ana).json["code"] == "forbidden"
        assert client.get(PROFILES, headers=headers).status_code == 403
