"""Accounts that admins make for others."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fittrack.accounts.registration.unfinished import delete_unfinished_registrations
from fittrack.clock import utc_now
from tests.accounts.steps import (
    bearer,
    log_in,
    mails_to,
    pointers,
    register,
    token_in,
)
from tests.factories_accounts import PASSWORD, login, make_account, registration
from tests.factories_drawings import make_sponsor

USERS = "/api/v1/users"
RESET = "/api/v1/auth/reset-password"
SOON = "2199-01-01T00:00:00Z"


@pytest.fixture
def boss(client):
    return make_account(role="admin")


@pytest.fixture
def admin(client, boss):
    return login(client, boss)


def invite(client, headers, **over):
    form = {"email": "eve@example.com", "display_name": "Eve", "role": "auditor"}
    return client.post(USERS, json=form | over, headers=headers)


def accept(client, address="eve@example.com", password=PASSWORD):
    token = token_in(next(mail for mail in mails_to(address) if "invited" in mail.subject))
    return client.post(RESET, json={"token": token, "password": password})


def test_who_is_invited_sets_a_password_and_is_in(client, admin, boss):
    made = invite(client, admin)
    assert made.status_code == 201
    assert (made.json["role"], made.json["status"]) == ("auditor", "pending")
    assert not {"email", "display_name", "date_of_birth"} & made.json.keys()
    assert log_in(client, "eve@example.com").status_code == 401
    assert accept(client).status_code in {200, 204}
    headers = bearer(log_in(client, "eve@example.com").json)
    me = client.get(f"{USERS}/me", headers=headers).json
    assert (me["role"], me["status"]) == ("auditor", "active")
    history = client.get(f"{USERS}/{me['account_id']}/history", headers=admin).json["items"]
    assert [(one["kind"], one["actor_id"]) for one in history] == [("invited", boss)]
    assert "eve" not in str(history)


def test_an_invited_admin_enrols_a_second_factor_before_anything_else(client, admin):
    invite(client, admin, role="admin")
    accept(client)
    headers = bearer(log_in(client, "eve@example.com").json)
    refused = client.get(USERS, headers=headers)
    assert (refused.status_code, refused.json["code"]) == (403, "second_factor_required")
    assert client.post("/api/v1/auth/mfa/totp/enrol", headers=headers).status_code == 200


def test_an_invitation_is_accepted_once(client, admin):
    invite(client, admin)
    token = token_in(mails_to("eve@example.com")[0])
    body = {"token": token, "password": PASSWORD}
    assert client.post(RESET, json=body).status_code in {200, 204}
    assert client.post(RESET, json=body).status_code == 422


def test_nobody_takes_an_invited_account_over_by_registering_its_address(client, admin):
    address = "eve-twice@example.com"
    invited = invite(client, admin, role="admin", email=address).json
    form = registration(email=address, password="a stranger chose these words")
    assert client.post("/api/v1/auth/register", json=form).status_code == 201

    subjects = sorted(mail.subject for mail in mails_to(address))
    assert subjects == ["You are invited to FitTrack", "You have a FitTrack account already"]
    found = client.get(f"{USERS}/{invited['account_id']}", headers=admin).json
    assert (found["display_name"], found["role"], found["status"]) == ("Eve", "admin", "pending")
    assert found["factors"]["is_password_set"] is False
    accept(client, address)
    assert log_in(client, address, form["password"]).status_code == 401
    assert log_in(client, address).status_code == 200


def test_a_renewed_invitation_ends_the_former_one(client, admin):
    account_id = invite(client, admin).json["account_id"]
    former = token_in(mails_to("eve@example.com")[0])
    renewed = client.post(f"{USERS}/{account_id}/invitation", headers=admin)
    assert (renewed.status_code, renewed.json["status"]) == (200, "pending")
    assert client.post(RESET, json={"token": former, "password": PASSWORD}).status_code == 422
    assert accept(client).status_code in {200, 204}
    late = client.post(f"{USERS}/{account_id}/invitation", headers=admin)
    assert (late.status_code, late.json["code"]) == (409, "not_invited")


def test_who_never_comes_is_forgotten_also_after_a_change_of_the_role(client, admin):
    address = "eve-never@example.com"
    account_id = invite(client, admin, email=address).json["account_id"]
    changed = client.patch(f"{USERS}/{account_id}", json={"role": "admin"}, headers=admin)
    assert (changed.status_code, changed.json["status"]) == (200, "pending")
    delete_unfinished_registrations(now=utc_now() + timedelta(days=6))
    assert client.get(f"{USERS}/{account_id}", headers=admin).status_code == 200
    delete_unfinished_registrations(now=utc_now() + timedelta(days=8))
    assert client.get(f"{USERS}/{account_id}", headers=admin).status_code == 404
    assert invite(client, admin, email=address).status_code == 201


def test_a_registration_is_no_invitation(client, admin, database):
    form = register(client)
    found = client.get(f"{USERS}?q={form['email']}", headers=admin).json["items"][0]
    answer = client.post(f"{USERS}/{found['account_id']}/invitation", headers=admin)
    assert (answer.status_code, answer.json["code"]) == (409, "not_invited")


def test_a_sponsors_person_belongs_to_it_from_the_start(client, admin):
    acme, other = make_sponsor(), make_sponsor()
    made = invite(client, admin, role="sponsor", sponsor_id=acme)
    assert (made.json["role"], made.json["sponsor_id"]) == ("sponsor", acme)
    accept(client)
    headers = bearer(log_in(client, "eve@example.com").json)
    assert client.get(f"/api/v1/sponsors/{acme}", headers=headers).status_code == 200
    assert client.get(f"/api/v1/sponsors/{other}", headers=headers).status_code == 404


def test_a_premium_member_is_invited_with_an_end_a_birth_date_and_a_state(client, admin):
    made = invite(
        client,
        admin,
        role="premium",
        premium_until_at=SOON,
        date_of_birth="1990-05-17",
        state="CA",
    )
    assert (made.status_code, made.json["role"]) == (201, "premium")
    assert made.json["premium_until_at"] == "2199-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("over", "pointer"),
    [
        ({"role": "premium", "date_of_birth": "1990-05-17", "state": "CA"}, "/premium_until_at"),
        ({"role": "sponsor"}, "/sponsor_id"),
        ({"role": "sponsor", "sponsor_id": "01935d2a-7c00-7000-8000-5f3c1f0b2a10"}, "/sponsor_id"),
        ({"role": "auditor", "sponsor_id": "01935d2a-7c00-7000-8000-5f3c1f0b2a10"}, "/sponsor_id"),
        ({"role": "user", "state": "CA"}, "/date_of_birth"),
        ({"role": "user", "date_of_birth": "1990-05-17"}, "/state"),
        ({"role": "user", "date_of_birth": "2190-05-17", "state": "CA"}, "/date_of_birth"),
        (
            {
                "role": "user",
                "date_of_birth": "1990-05-17",
                "state": "CA",
                "display_name": "Support",
            },
            "/display_name",
        ),
        ({"email": "eve"}, "/email"),
        ({"display_name": "x"}, "/display_name"),
        ({"status": "active"}, "/status"),
        ({"password": PASSWORD}, "/password"),
        ({"email_verified_at": SOON}, "/email_verified_at"),
    ],
)
def test_a_bad_invitation_names_its_field_and_leaves_nothing(client, admin, over, pointer):
    answer = invite(client, admin, **over)
    assert (answer.status_code, pointers(answer)) == (422, [pointer])
    assert client.get(f"{USERS}?status=pending", headers=admin).json["items"] == []


def test_nobody_under_18_is_invited(client, admin):
    born = f"{utc_now().year - 17}-01-01"
    answer = invite(client, admin, role="user", date_of_birth=born, state="CA")
    assert (answer.status_code, answer.json["code"]) == (422, "underage")


def test_a_taken_address_or_name_is_told(client, admin):
    make_account(email="ana@example.com", display_name="Ana")
    address = invite(client, admin, email="ANA@example.com")
    assert (address.status_code, address.json["code"]) == (409, "email_taken")
    name = invite(client, admin, display_name="ANA")
    assert (name.status_code, name.json["code"]) == (409, "display_name_taken")


def test_a_name_that_is_only_held_is_taken_too(client, admin):
    make_account(email="ana@example.com", display_name="Ana")
    register(client, email="ana@example.com", display_name="Zoe")
    held = invite(client, admin, display_name="Zoe")
    assert (held.status_code, held.json["code"]) == (409, "display_name_taken")


def test_nobody_is_given_an_address_that_its_owner_may_take_back(client, admin):
    ana = make_account(email="ana@example.com")
    body = {"email": "anna@example.com", "password": PASSWORD}
    assert client.put(f"{USERS}/me/email", json=body, headers=login(client, ana)).status_code == 202
    token = token_in(mails_to("anna@example.com")[0])
    assert client.post("/api/v1/auth/verify-email", json={"token": token}).status_code == 200

    answer = invite(client, admin, email="ana@example.com")

    assert (answer.status_code, answer.json["code"]) == (409, "email_taken")


def test_an_invitation_repeated_with_its_key_makes_one_account(client, admin):
    headers = admin | {"Idempotency-Key": "invite-1"}
    address = "eve-once@example.com"
    first, again = (invite(client, headers, email=address) for _ in range(2))
    assert again.json == first.json
    assert len(mails_to(address)) == 1


def test_inviting_asks_for_a_step_up_and_for_an_admin(client, boss):
    unproved = login(client, boss, is_stepped_up=False)
    invited = invite(client, login(client, boss)).json["account_id"]
    for answer in (
        invite(client, unproved, email="cem@example.com", display_name="Cem"),
        client.post(f"{USERS}/{invited}/invitation", headers=unproved),
    ):
        assert (answer.status_code, answer.json["code"]) == (403, "step_up_required")
    for role in ("user", "premium", "sponsor", "auditor"):
        assert invite(client, login(client, make_account(role=role))).status_code == 403
