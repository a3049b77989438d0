"""Looking after accounts: detail, change, history and deletion."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from fittrack import db
from fittrack.accounts.administration import service
from fittrack.clock import utc_now
from fittrack.db.errors import Immutable
from fittrack.db.values import instant_to_text
from fittrack.errors import Forbidden, PreconditionFailed
from fittrack.points import service as points
from fittrack.sponsors import service as sponsors
from tests.accounts.steps import mails_to, pointers, probe
from tests.factories_accounts import login, make_account
from tests.factories_drawings import make_sponsor
from tests.factories_points import NOON, make_activity, make_member, recompute

USERS = "/api/v1/users"
MINE = "/api/v1/notifications"
COUNT_ADMINS = probe("SELECT COUNT(*) AS n FROM accounts WHERE role = 'admin'")
SOON = "2199-01-01T00:00:00Z"


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


def names(client, headers, query=""):
    return [
        item["display_name"]
        for item in client.get(f"{USERS}?{query}", headers=headers).json["items"]
    ]


# -- who may


@pytest.mark.parametrize("role", ["user", "premium", "sponsor"])
def test_members_and_sponsors_see_nothing_of_others(client, ana, role):
    headers = login(client, make_account(role=role))
    for path in (USERS, f"{USERS}/{ana}", f"{USERS}/{ana}/history"):
        answer = client.get(path, headers=headers)
        assert (answer.status_code, answer.json["code"]) == (403, "forbidden")
    assert edit(client, headers, ana, state="NY").status_code == 403


def test_an_auditor_reads_and_changes_nothing(client, ana):
    headers = login(client, make_account(role="auditor"))
    assert user(client, headers, ana).json["email"] == "ana@example.com"
    assert client.get(f"{USERS}/{ana}/history", headers=headers).json["items"] == []
    assert edit(client, headers, ana, state="NY").status_code == 403


def test_an_admin_without_a_second_factor_changes_nothing(client, database, boss, admin, ana):
    database.raw().execute("DELETE FROM totp_factors")
    answer = edit(client, admin, ana, state="NY")
    assert (answer.status_code, answer.json["code"]) == (403, "second_factor_required")


@pytest.mark.parametrize(
    "body", [{"role": "auditor"}, {"premium_until_at": SOON}, {"sponsor_id": None}]
)
def test_roles_ask_for_a_step_up(client, boss, ana, body):
    headers = login(client, boss, is_stepped_up=False)
    answer = edit(client, headers, ana, **body)
    assert (answer.status_code, answer.json["code"]) == (403, "step_up_required")
    assert user(client, headers, ana).json["role"] == "user"


@pytest.mark.parametrize(
    "body", [{"role": "user"}, {"status": "suspended", "suspension_reason": "Tired."}]
)
def test_nobody_changes_the_own_role_or_status(client, boss, admin, body):
    make_account(role="admin")
    answer = edit(client, admin, boss, **body)
    assert (answer.status_code, answer.json["code"]) == (409, "own_account")


# -- detail


def test_the_detail_shows_factors_sessions_and_last_login(client, admin, ana):
    at = utc_now() - timedelta(hours=1)
    login(client, ana, now=at)
    login(client, ana, now=at - timedelta(hours=1))
    shown = user(client, admin, ana).json
    assert (shown["live_sessions"], shown["last_login_at"]) == (2, instant_to_text(at))
    assert shown["factors"] == {
        "is_password_set": True,
        "totp_confirmed_at": None,
        "passkeys": 0,
        "recovery_codes_left": 0,
    }
    assert (shown["role"], shown["status"], shown["suspension"]) == ("user", "active", None)
    assert (shown["date_of_birth"], shown["state"], shown["tier"]) == ("1990-05-17", "CA", "OPEN")


# -- roles


def test_a_new_role_counts_from_the_next_request_and_is_told(client, admin, ana):
    headers = login(client, ana)
    assert client.get(USERS, headers=headers).status_code == 403
    changed = edit(client, admin, ana, role="auditor")
    assert (changed.status_code, changed.json["role"]) == (200, "auditor")
    assert client.get(USERS, headers=headers).json["code"] == "second_factor_required"
    assert client.get(f"{USERS}/me", headers=headers).json["role"] == "auditor"
    assert "role" in mails_to("ana@example.com")[0].subject

    edit(client, admin, ana, role="user")
    assert client.get(USERS, headers=headers).json["code"] == "forbidden"


def test_a_demoted_admin_loses_everything_at_once(client, admin):
    other = make_account(role="admin")
    headers = login(client, other)
    assert client.get(USERS, headers=headers).status_code == 200
    edit(client, admin, other, role="user")
    assert client.get(USERS, headers=headers).json["code"] == "forbidden"


def test_a_sponsors_person_needs_a_sponsor_and_leaves_it_with_the_role(client, admin, ana):
    acme = make_sponsor()
    answer = edit(client, admin, ana, role="sponsor")
    assert (answer.status_code, pointers(answer)) == (422, ["/sponsor_id"])
    unknown = edit(client, admin, ana, role="sponsor", sponsor_id=ana)
    assert (unknown.status_code, pointers(unknown)) == (422, ["/sponsor_id"])

    placed = edit(client, admin, ana, role="sponsor", sponsor_id=acme)
    assert (placed.json["role"], placed.json["sponsor_id"]) == ("sponsor", acme)
    assert client.get(f"/api/v1/sponsors/{acme}", headers=login(client, ana)).status_code == 200

    last = edit(client, admin, ana, role="user")
    assert (last.status_code, last.json["code"]) == (409, "last_sponsor_account")
    sponsors.add_account(sponsor_id=acme, account_id=make_account(), now=utc_now())
    left = edit(client, admin, ana, role="user")
    assert (left.json["role"], left.json["sponsor_id"]) == ("user", None)


def test_the_history_tells_who_changed_what_and_nothing_of_the_person(client, boss, admin, ana):
    edit(client, admin, ana, role="auditor")
    edit(client, admin, ana, state="NY", date_of_birth="1991-01-01")
    edit(client, admin, ana, status="suspended", suspension_reason="Rode a car.")
    suspended, corrected, promoted = history(client, admin, ana)
    assert (promoted["kind"], promoted["before"], promoted["after"]) == (
        "role_changed",
        {"role": "user"},
        {"role": "auditor"},
    )
    assert {one["actor_id"] for one in (suspended, corrected, promoted)} == {boss}
    assert sorted(corrected["after"]["fields"]) == ["date_of_birth", "state"]
    assert suspended["after"].keys() == {"suspension_id"}
    for secret in ("NY", "1991", "car"):
        assert secret not in str([suspended, corrected, promoted])


def test_the_history_can_not_be_rewritten(client, admin, ana):
    edit(client, admin, ana, state="NY")
    for statement in ("UPDATE admin_actions SET actor_id = 'x'", "DELETE FROM admin_actions"):
        with pytest.raises(Immutable), db.transaction("rewrite") as tx:
            tx.run(probe(statement))


def test_the_history_of_nobody_is_404(client, admin, boss):
    answer = client.get(f"{USERS}/01935d2a-7c00-7000-8000-5f3c1f0b2a10/history", headers=admin)
    assert (answer.status_code, answer.json["code"]) == (404, "account_not_found")


# -- the last admin


def test_two_admins_who_demote_each_other_leave_one(client, boss):
    other = make_account(role="admin")

    def demote(actor_id, account_id):
        try:
            service.edit_user(
                account_id=account_id,
                changes={"role": "user"},
                revisions=None,
                actor_id=actor_id,
                now=utc_now(),
            )
        except Forbidden:
            return "refused"
        return "done"

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(demote, (boss, other), (other, boss)))

    assert sorted(outcomes) == ["done", "refused"]
    with db.reading("look") as tx:
        assert tx.value(COUNT_ADMINS) == 1


# -- deleting


def test_an_admin_deletes_somebody_for_good(client, admin, boss, ana):
    headers = login(client, ana)
    gone = client.delete(f"{USERS}/{ana}", headers=admin)
    assert (gone.status_code, gone.json["status"]) == (202, "erased")
    assert client.get(MINE, headers=headers).status_code == 401
    assert names(client, admin, "q=ana@example.com") == []
    assert names(client, admin, "q=ana") == []
    shown = user(client, admin, ana).json
    assert (shown["email"], shown["date_of_birth"], shown["state"]) == (None, None, None)
    latest = history(client, admin, ana)[0]
    assert (latest["kind"], latest["actor_id"]) == ("erased", boss)
    again = client.delete(f"{USERS}/{ana}", headers=admin)
    assert (again.status_code, again.json["code"]) == (404, "account_not_found")


def test_of_two_admins_who_delete_each_other_the_second_is_none_any_more(client, boss, ana):
    eve, dan = make_account(role="admin"), make_account(role="admin")
    service.delete_user(account_id=eve, actor_id=boss, now=utc_now())

    for account_id in (boss, dan, ana):
        with pytest.raises(Forbidden):
            service.delete_user(account_id=account_id, actor_id=eve, now=utc_now())

    assert user(client, login(client, dan), boss).json["status"] == "active"


def test_deleting_asks_for_a_step_up_and_for_another_account(client, boss, admin, ana):
    unproved = login(client, boss, is_stepped_up=False)
    answer = client.delete(f"{USERS}/{ana}", headers=unproved)
    assert (answer.status_code, answer.json["code"]) == (403, "step_up_required")
    make_account(role="admin")
    own = client.delete(f"{USERS}/{boss}", headers=admin)
    assert (own.status_code, own.json["code"]) == (409, "own_account")
    assert user(client, admin, ana).json["status"] == "active"


# -- what the owner can't change


def test_a_correction_of_the_birth_date_moves_the_tier(client, admin):
    ana = make_account(sex="female", fitness_level="beginner")
    assert user(client, admin, ana).json["tier"] == "F-30-39-BEG"
    changed = edit(client, admin, ana, date_of_birth="1970-05-17", state="NY")
    assert (changed.json["tier"], changed.json["state"]) == ("F-50-59-BEG", "NY")
    assert changed.json["date_of_birth"] == "1970-05-17"


@pytest.mark.parametrize("days_ago", [0, 400])
def test_a_correction_of_the_birth_date_rates_every_day_anew(boss, days_ago):
    ana = make_member(max_hr_bpm=None, born_on=date(1986, 1, 1))
    started_at = NOON - timedelta(days=days_ago)
    make_activity(ana, started_at=started_at, count=10, hr_bpm=130)  # 72 % of 208 - 0.7 x 40
    recompute(ana, [started_at.date()])
    assert points.get_day(account_id=ana, day_on=started_at.date()).awarded_points == 30
    service.edit_user(
        account_id=ana,
        changes={"date_of_birth": date(2006, 1, 1)},  # 67 % of 208 - 0.7 x 20
        revisions=None,
        actor_id=boss,
        now=NOON,
    )
    assert points.get_day(account_id=ana, day_on=started_at.date()).awarded_points == 20


def test_what_an_admin_corrects_is_in_the_members_next_answer(client, admin):
    ana = make_account(sex="female", fitness_level="beginner")
    headers = login(client, ana)
    profile = f"{USERS}/me/profile"
    assert client.get(profile, headers=headers).json["tier"] == "F-30-39-BEG"
    edit(client, admin, ana, date_of_birth="1970-05-17")
    assert client.get(profile, headers=headers).json["tier"] == "F-50-59-BEG"


def test_nobody_is_made_younger_than_18_or_older_than_120(client, admin, ana):
    child = edit(client, admin, ana, date_of_birth=f"{utc_now().year - 10}-01-01")
    assert (child.status_code, child.json["code"]) == (422, "underage")
    for day in ("1890-01-01", "2190-01-01"):
        answer = edit(client, admin, ana, date_of_birth=day)
        assert (answer.status_code, pointers(answer)) == (422, ["/date_of_birth"])


def test_a_verified_address_lets_a_pending_member_in(client, admin, ana, database):
    raw = "UPDATE accounts SET status = 'pending', email_verified_at = NULL WHERE account_id = ?"
    database.raw().execute(raw, (ana,))
    changed = edit(client, admin, ana, email_verified=True)
    assert changed.json["status"] == "active"
    assert changed.json["email_verified_at"] is not None
    assert edit(client, admin, ana, email_verified=False).status_code == 422


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"role": "king"}, "/role"),
        ({"role": "premium"}, "/premium_until_at"),
        ({"role": "premium", "premium_until_at": "2020-01-01T00:00:00Z"}, "/premium_until_at"),
        ({"premium_until_at": SOON}, "/premium_until_at"),
        ({"role": "premium", "premium_until_at": "2199-01-01T00:00:00"}, "/premium_until_at"),
        ({"status": "suspended"}, "/suspension_reason"),
        ({"suspension_reason": "A car."}, "/suspension_reason"),
        ({"status": "active", "suspension_reason": "A car."}, "/suspension_reason"),
        ({"status": "suspended", "suspension_reason": " \t "}, "/suspension_reason"),
        ({"status": "suspended", "suspension_reason": "a\u0007b car"}, "/suspension_reason"),
        ({"status": "erased"}, "/status"),
        ({"state": "ZZ"}, "/state"),
        ({"account_id": "x"}, "/account_id"),
        ({"password_hash": "x"}, "/password_hash"),
        ({"created_at": SOON}, "/created_at"),
        ({"email": "x@example.com"}, "/email"),
        ({"points": 5}, "/points"),
    ],
)
def test_a_bad_change_names_its_field_and_changes_nothing(client, admin, ana, body, pointer):
    before = user(client, admin, ana).json
    answer = edit(client, admin, ana, **body)
    assert (answer.status_code, pointers(answer)) == (422, [pointer])
    assert user(client, admin, ana).json == before
    assert history(client, admin, ana) == []


def test_a_change_of_nothing_is_refused(client, admin, ana):
    assert edit(client, admin, ana).status_code == 422


def test_an_erased_account_stays_as_it_is(client, admin, ana, database):
    database.raw().execute("UPDATE accounts SET status = 'erased' WHERE display_name = 'Ana'")
    answer = edit(client, admin, ana, state="NY")
    assert (answer.status_code, answer.json["code"]) == (409, "account_erased")


def test_a_change_of_what_was_read_before_another_is_refused(client, admin, ana):
    tag = user(client, admin, ana).headers["ETag"]
    headers = admin | {"If-Match": tag}
    assert edit(client, headers, ana, state="NY").status_code == 200
    answer = edit(client, headers, ana, state="TX")
    assert (answer.status_code, answer.json["code"]) == (412, "precondition_failed")
    fresh = admin | {"If-Match": user(client, admin, ana).headers["ETag"]}
    assert edit(client, fresh, ana, state="TX").json["state"] == "TX"


def test_of_parallel_changes_with_one_tag_one_wins(client, boss, admin, ana):
    revision = service.get_user(account_id=ana, now=utc_now()).revision
    states = ["NY", "TX", "WA", "OR"]

    def change(state):
        try:
            service.edit_user(
                account_id=ana,
                changes={"state": state},
                revisions=frozenset({revision}),
                actor_id=boss,
                now=utc_now(),
            )
        except PreconditionFailed:
            return 0
        return 1

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(change, states)) == 1
