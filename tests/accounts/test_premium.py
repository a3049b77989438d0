"""Premium until an instant, and what else a role needs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack.accounts.administration import rules, service
from fittrack.accounts.administration.models import ManagedUser
from fittrack.clock import utc_now
from fittrack.db.values import instant_to_text
from fittrack.errors import Invalid
from tests.factories_accounts import login, make_account

USERS = "/api/v1/users"
MINE = "/api/v1/notifications"
SOON = "2199-01-01T00:00:00Z"
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)

moments = st.integers(-200, 200).map(lambda days: NOON + timedelta(days=days))
instants = st.none() | moments
sponsors = st.none() | st.sampled_from(["acme", "other"])
users = st.builds(
    ManagedUser,
    account_id=st.just("ana"),
    role=st.sampled_from(rules.ROLES),
    status=st.sampled_from(rules.STATUSES),
    date_of_birth_on=st.none() | st.dates(),
    state_code=st.none() | st.sampled_from(["CA", "NY"]),
    email_verified_at=instants,
    premium_until_at=instants,
    sponsor_id=sponsors,
)
changes = st.fixed_dictionaries(
    {},
    optional={
        "role": st.sampled_from(rules.ROLES),
        "premium_until_at": instants,
        "sponsor_id": sponsors,
    },
)


@pytest.fixture
def boss(client):
    return make_account(role="admin", display_name="Boss")


@pytest.fixture
def admin(client, boss):
    return login(client, boss)


@pytest.fixture
def ana(client):
    return make_account(email="ana@example.com", display_name="Ana")


def edit(client, headers, user_id, **body):
    return client.patch(f"{USERS}/{user_id}", json=body, headers=headers)


def user(client, headers, account_id):
    return client.get(f"{USERS}/{account_id}", headers=headers)


def history(client, headers, account_id):
    return client.get(f"{USERS}/{account_id}/history", headers=headers).json["items"]


def test_premium_counts_until_its_end_and_no_second_longer(client, admin, ana, database):
    edit(client, admin, ana, role="premium", premium_until_at=SOON)
    headers = login(client, ana)
    assert client.get(f"{USERS}/me", headers=headers).json["role"] == "premium"
    for ends_in_s, role in ((60, "premium"), (-1, "user")):
        until = instant_to_text(utc_now() + timedelta(seconds=ends_in_s))
        database.raw().execute(
            "UPDATE accounts SET premium_until_at = ? WHERE account_id = ?", (until, ana)
        )
        assert client.get(f"{USERS}/me", headers=headers).json["role"] == role
        assert user(client, admin, ana).json["role"] == role
        assert client.get(f"{USERS}?q=ana", headers=admin).json["items"][0]["role"] == role


@pytest.mark.parametrize(("after_s", "role"), [(-1, "premium"), (0, "user"), (1, "user")])
def test_the_second_before_and_after_the_end_of_premium(after_s, role):
    ends_at = datetime(2026, 6, 1, tzinfo=UTC)
    now = ends_at + timedelta(seconds=after_s)
    assert rules.effective_role("premium", ends_at, now=now) == role
    assert rules.effective_role("admin", ends_at, now=now) == "admin"
    assert rules.effective_role("premium", None, now=now) == "premium"


def test_the_tidying_ends_premium_once_notes_it_and_tells(client, admin, ana):
    edit(client, admin, ana, role="premium", premium_until_at=SOON)
    ends_at = datetime(2199, 1, 1, tzinfo=UTC)
    assert service.end_premiums(now=ends_at - timedelta(seconds=1)) == 0
    assert service.end_premiums(now=ends_at) == 1
    assert service.end_premiums(now=ends_at) == 0
    ended = history(client, admin, ana)[0]
    assert (ended["kind"], ended["actor_id"]) == ("premium_ended", None)
    shown = user(client, admin, ana).json
    assert (shown["role"], shown["premium_until_at"]) == ("user", None)
    told = client.get(MINE, headers=login(client, ana)).json["items"]
    assert [notice["kind"] for notice in told] == ["premium_ended", "role_changed"]


def test_many_premiums_end_in_batches(database, client):
    for _ in range(service.BATCH_ROWS + 1):
        make_account(role="premium")
    past = instant_to_text(utc_now() - timedelta(days=1))
    database.raw().execute(
        "UPDATE accounts SET premium_until_at = ? WHERE role = 'premium'", (past,)
    )
    assert service.end_premiums(now=utc_now()) == service.BATCH_ROWS + 1


def test_an_erased_account_is_told_nothing_of_its_premium(client, admin, ana):
    edit(client, admin, ana, role="premium", premium_until_at=SOON)
    assert client.delete(f"{USERS}/{ana}", headers=admin).status_code == 202
    assert service.end_premiums(now=datetime(2199, 1, 1, tzinfo=UTC)) == 0


def test_tidying_at_the_same_time_ends_each_premium_once(database, client, admin):
    members = [make_account(role="premium") for _ in range(20)]
    past = instant_to_text(utc_now() - timedelta(days=1))
    database.raw().execute(
        "UPDATE accounts SET premium_until_at = ? WHERE role = 'premium'", (past,)
    )
    with ThreadPoolExecutor(4) as pool:
        ended = pool.map(lambda _: service.end_premiums(now=utc_now()), range(4))
    assert sum(ended) == len(members)
    for account_id in members:
        path = f"{USERS}/{account_id}/history"
        assert len(client.get(path, headers=admin).json["items"]) == 1


@given(user=users, wanted=changes)
def test_whatever_is_changed_each_role_has_what_it_needs_and_nothing_else(user, wanted):
    try:
        after = rules.new_standing(user, wanted, now=NOON)
    except Invalid:
        return
    assert after.role == wanted.get("role", user.role)
    assert (after.premium_until_at is not None) == (after.role == "premium")
    assert after.premium_until_at is None or after.premium_until_at > NOON
    assert (after.sponsor_id is not None) == (after.role == "sponsor")


@given(before=users, after=users)
def test_a_revision_is_that_of_what_admins_can_change(before, after):
    is_same = before == after
    assert (rules.revision_of(before) == rules.revision_of(after)) == is_same


@given(user=users, now=moments)
def test_a_role_is_the_given_one_or_that_of_who_was_premium(user, now):
    role = rules.effective_role(user.role, user.premium_until_at, now=now)
    assert role == user.role or (user.role, role) == ("premium", "user")
