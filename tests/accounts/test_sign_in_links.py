"""Linking a provider to an account that is there already: only after a proof of both."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fittrack import db
from fittrack.accounts.belongings.repository import export_identities
from fittrack.accounts.oidc import repository
from fittrack.accounts.oidc.models import Identity
from fittrack.accounts.passkeys import repository as passkeys
from fittrack.accounts.passkeys.models import Passkey
from fittrack.clock import utc_now
from fittrack.ids import new_id
from tests.accounts.steps import EVENTS, Event, log_in, mails_to, probe, token_in
from tests.factories_accounts import PASSWORD, login, make_account, make_totp
from tests.factories_oidc import (
    EMAIL,
    bearer,
    begin,
    code_of,
    come_back,
    count_rows,
    join,
    me,
    membership,
    sign_in,
    visit,
)

pytestmark = pytest.mark.usefixtures("world")
OIDC = "/api/v1/auth/oidc"
BEN = "ben@gmail.test"


@pytest.fixture
def ana():
    return make_account(email=EMAIL, display_name="Ana")


def offer(client, **over):
    """Return the link token that a visit ends with."""
    refused = sign_in(client, **over)
    assert code_of(refused) == (409, "link_required"), refused.json
    return refused.json["link_token"]


def link(client, token, password=PASSWORD, **over):
    body = {"link_token": token, "password": password} | over
    return client.post(f"{OIDC}/link", json=body)


def link_in_session(client, headers, provider="google", *, email=EMAIL):
    brought = visit(client, provider, email=email, headers=headers, intent="link")
    return come_back(client, brought, headers)


def kinds_of(account_id):
    with db.reading("list_kinds") as tx:
        return [event.kind for event in tx.all(Event, EVENTS, account_id=account_id)]


def link_directly(account_id, provider, email):
    """Store a link as if it had been made long ago."""
    with db.transaction("link_directly") as tx:
        now = utc_now() - timedelta(days=1)
        identity = Identity(provider, f"subject of {email}", account_id, email, now, now)
        repository.insert_identity(tx, identity)


def test_the_same_address_alone_links_nothing(client, ana):
    refused = sign_in(client)
    assert code_of(refused) == (409, "link_required")
    told = (refused.json["provider"], refused.json["methods"])
    assert told == ("google", ["password", "session"])
    assert refused.headers["Cache-Control"] == "no-store"
    assert (count_rows("external_identities"), count_rows("sessions")) == (0, 0)


def test_the_password_completes_the_link_and_the_owner_is_told(client, ana):
    linked = link(client, offer(client))
    assert linked.status_code == 200
    assert me(client, linked)["account_id"] == ana
    assert me(client, sign_in(client))["account_id"] == ana
    assert "provider_linked" in kinds_of(ana)
    assert "Signing in with Google was added" in mails_to(EMAIL)[0].subject


def test_a_wrong_password_links_nothing_and_counts(client, ana):
    token = offer(client)
    for _ in range(5):
        assert code_of(link(client, token, "wrong " + PASSWORD)) == (401, "invalid_credentials")
    assert code_of(link(client, token)) == (401, "invalid_credentials")
    assert log_in(client, EMAIL).status_code == 401
    assert count_rows("external_identities") == 0
    assert "login_locked" in kinds_of(ana)


def test_an_account_with_a_second_factor_shows_it_too(client, ana):
    totp, token = make_totp(ana), offer(client)
    refused = link(client, token)
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/code")
    assert code_of(link(client, token, code="000000")) == (401, "invalid_code")
    assert count_rows("external_identities") == 0
    assert link(client, token, code=totp.now()).status_code == 200


def test_a_link_token_serves_once_and_only_its_own_account(client, ana):
    make_account(email=BEN, display_name="Ben")
    token = offer(client)
    assert link(client, token).status_code == 200
    assert code_of(link(client, token)) == (401, "invalid_proof_token")
    assert code_of(link(client, "guessed")) == (401, "invalid_proof_token")
    registration = client.post(
        f"{OIDC}/complete",
        json={
            "registration_token": offer(client, email=BEN),
            "display_name": "Other",
            "date_of_birth": "1990-05-17",
            "state": "CA",
            "accepted_terms_version": "1",
            "accepted_rules_version": "1",
        },
    )
    assert code_of(registration) == (401, "invalid_proof_token")


def test_a_link_token_is_void_once_the_account_has_another_address(client, ana):
    token = offer(client)
    move = probe("UPDATE accounts SET email_key = :email_key WHERE account_id = :account_id")
    with db.transaction("move") as tx:
        tx.run(move, account_id=ana, email_key="other@example.com")
    assert code_of(link(client, token)) == (401, "invalid_proof_token")


def test_a_member_who_is_signed_in_links_whatever_address(client, ana):
    headers = login(client, ana)
    linked = link_in_session(client, headers, email=BEN)
    assert (linked.status_code, linked.json["outcome"]) == (200, "linked")
    assert link_in_session(client, headers, "apple").json["outcome"] == "linked"
    items = client.get(OIDC, headers=headers).json["items"]
    assert [(item["provider"], item["email"]) for item in items] == [
        ("apple", EMAIL),
        ("google", BEN),
    ]
    assert me(client, sign_in(client, email=BEN))["account_id"] == ana
    assert me(client, sign_in(client, email=BEN))["email"] == EMAIL


def test_linking_again_is_nothing_new(client, ana):
    headers = login(client, ana)
    for _ in range(2):
        assert link_in_session(client, headers).json["outcome"] == "linked"
    assert kinds_of(ana).count("provider_linked") == 1


def test_linking_asks_for_a_session_that_is_stepped_up(client, ana):
    """A token that lies around must not be enough to open a way in for good."""
    assert code_of(begin(client, intent="link")) == (401, "unauthenticated")
    fresh = login(client, ana, is_stepped_up=False)
    assert code_of(begin(client, headers=fresh, intent="link")) == (403, "step_up_required")


def test_only_the_session_that_began_links(client, ana):
    headers = login(client, ana)
    brought = visit(client, headers=headers, intent="link")
    assert code_of(come_back(client, brought)) == (401, "unauthenticated")
    other = login(client, make_account())
    assert code_of(come_back(client, brought, other)) == (401, "invalid_oidc_attempt")
    same_member = login(client, ana)
    assert code_of(come_back(client, brought, same_member)) == (401, "invalid_oidc_attempt")
    assert come_back(client, brought, headers).json["outcome"] == "linked"


def test_a_person_of_a_provider_belongs_to_one_account(client, ana):
    link_in_session(client, login(client, ana))
    ben = login(client, make_account())
    assert code_of(link_in_session(client, ben)) == (409, "identity_taken")
    second = link_in_session(client, login(client, ana), email=BEN)
    assert code_of(second) == (409, "provider_already_linked")


def test_unlinking_ends_it_and_the_owner_is_told(client, ana):
    headers = login(client, ana)
    link_in_session(client, headers)
    assert client.delete(f"{OIDC}/google", headers=headers).status_code == 204
    assert "Signing in with Google was removed" in mails_to(EMAIL)[0].subject
    assert "provider_unlinked" in kinds_of(ana)
    assert code_of(sign_in(client)) == (409, "link_required")
    again = client.delete(f"{OIDC}/google", headers=headers)
    assert code_of(again) == (404, "provider_not_linked")


def test_unlinking_asks_for_a_step_up(client, ana):
    link_in_session(client, login(client, ana))
    headers = login(client, ana, is_stepped_up=False)
    refused = client.delete(f"{OIDC}/google", headers=headers)
    assert code_of(refused) == (403, "step_up_required")


def test_the_last_way_in_stays(client):
    headers = bearer(join(client))
    step_up(client, headers)
    assert code_of(client.delete(f"{OIDC}/google", headers=headers)) == (409, "last_way_in")
    link_in_session(client, headers, "apple", email=BEN)
    assert client.delete(f"{OIDC}/google", headers=headers).status_code == 204
    assert code_of(client.delete(f"{OIDC}/apple", headers=headers)) == (409, "last_way_in")


def test_a_passkey_is_a_way_in_and_not_the_last_one_to_go(client):
    headers = bearer(join(client))
    step_up(client, headers)
    account_id = client.get("/api/v1/users/me", headers=headers).json["account_id"]
    now = utc_now()
    raw = b"credential"
    passkey = Passkey(new_id(), account_id, "hash", raw, raw, 0, None, "phone", False, now, None)
    with db.transaction("add") as tx:
        passkeys.insert_passkey(tx, passkey)
    assert client.delete(f"{OIDC}/google", headers=headers).status_code == 204
    path = f"/api/v1/auth/passkeys/{passkey.passkey_id}"
    assert code_of(client.delete(path, headers=headers)) == (409, "last_way_in")


def step_up(client, headers, **over):
    return come_back(client, visit(client, headers=headers, intent="step_up", **over), headers)


def test_who_has_only_a_provider_steps_up_with_it_and_may_go(client):
    headers = bearer(join(client))
    refused = client.delete("/api/v1/users/me", json={}, headers=headers)
    assert code_of(refused) == (403, "step_up_required")
    stepped_up = step_up(client, headers)
    assert stepped_up.json["outcome"] == "stepped_up"
    assert stepped_up.json["expires_at"] > stepped_up.json["stepped_up_at"]
    gone = client.delete("/api/v1/users/me", json={}, headers=headers)
    assert gone.status_code == 202
    for table in ("external_identities", "oidc_attempts", "oidc_proofs"):
        assert count_rows(table) == 0
    assert sign_in(client).json["outcome"] == "registration_required"


def test_who_has_only_a_provider_sets_a_password_after_a_step_up(client):
    headers = bearer(join(client))
    body = {"new_password": PASSWORD}
    path = "/api/v1/users/me/password"
    assert code_of(client.put(path, json=body, headers=headers)) == (403, "step_up_required")
    step_up(client, headers)
    assert client.put(path, json=body, headers=headers).status_code == 204
    assert log_in(client, EMAIL).status_code == 200


def test_a_suspended_member_without_a_password_may_still_take_the_data_and_go(client):
    headers = bearer(join(client))
    set_status("suspended")
    assert step_up(client, headers).json["outcome"] == "stepped_up"
    assert code_of(begin(client, headers=headers, intent="link")) == (403, "account_not_active")
    gone = client.delete("/api/v1/users/me", json={}, headers=headers)
    assert gone.status_code == 202


def test_another_person_of_the_provider_steps_nobody_up(client):
    headers = bearer(join(client))
    assert code_of(step_up(client, headers, email=BEN)) == (401, "invalid_provider_answer")
    join(client, email=BEN, display_name="Ben")
    assert code_of(step_up(client, headers, email=BEN)) == (401, "invalid_provider_answer")
    refused = client.delete("/api/v1/users/me", json={}, headers=headers)
    assert code_of(refused) == (403, "step_up_required")


def test_a_factor_that_was_added_meanwhile_is_the_one_to_show(client):
    joined = join(client)
    brought = visit(client, headers=bearer(joined), intent="step_up")
    make_totp(me(client, joined)["account_id"])
    refused = come_back(client, brought, bearer(joined))
    assert code_of(refused) == (409, "other_proof_needed")


def test_a_suspended_member_links_nothing(client, ana):
    token, headers = offer(client), login(client, ana)
    brought = visit(client, headers=headers, intent="link")
    set_status("suspended")
    assert code_of(link(client, token)) == (403, "account_not_active")
    assert code_of(come_back(client, brought, headers)) == (403, "account_not_active")
    assert count_rows("external_identities") == 0


def test_an_account_that_is_over_is_not_entered(client):
    join(client)
    set_status("erased")
    assert code_of(sign_in(client)) == (403, "account_not_active")


def set_status(status):
    with db.transaction("set_status") as tx:
        text = "UPDATE accounts SET status = :status WHERE email_key = :email_key"
        tx.run(probe(text), status=status, email_key=EMAIL)


def test_an_address_that_may_still_be_taken_back_makes_no_member(client, ana):
    headers = login(client, ana)
    body = {"email": "new@example.com", "password": PASSWORD}
    assert client.put("/api/v1/users/me/email", json=body, headers=headers).status_code == 202
    token = token_in(mails_to("new@example.com")[0])
    assert client.post("/api/v1/auth/verify-email", json={"token": token}).status_code == 200
    found = sign_in(client)
    assert found.json["outcome"] == "registration_required"
    form = membership(found.json["registration_token"])
    assert code_of(client.post(f"{OIDC}/complete", json=form)) == (409, "email_taken")


@pytest.mark.parametrize("has", ["password", "second factor"])
def test_who_has_another_proof_shows_that_one(client, ana, has):
    if has == "password":
        headers = login(client, ana)
        link_in_session(client, headers)
    else:
        joined = join(client, email=BEN)
        make_totp(me(client, joined)["account_id"])
        headers = bearer(joined)
    refused = begin(client, headers=headers, intent="step_up")
    assert code_of(refused) == (409, "other_proof_needed")


def test_who_does_not_sign_in_with_a_provider_steps_up_with_none(client):
    headers = bearer(join(client))
    refused = begin(client, "apple", headers=headers, intent="step_up")
    assert code_of(refused) == (404, "provider_not_linked")


def test_a_new_password_by_mail_ends_providers_of_other_addresses(client, ana):
    """Who had the account for a while may have linked an own face to come back with."""
    link_directly(ana, "google", "thief@gmail.test")
    link_directly(ana, "apple", EMAIL.upper())
    client.post("/api/v1/auth/forgot-password", json={"email": EMAIL})
    body = {"token": token_in(mails_to(EMAIL)[0]), "password": f"{PASSWORD} anew"}
    assert client.post("/api/v1/auth/reset-password", json=body).status_code == 200
    with db.reading("list") as tx:
        left = repository.list_identities(tx, ana)
    assert [identity.provider for identity in left] == ["apple"]


def test_an_address_that_is_taken_back_ends_every_provider(client, ana):
    headers = login(client, ana)
    body = {"email": "thief@example.com", "password": PASSWORD}
    assert client.put("/api/v1/users/me/email", json=body, headers=headers).status_code == 202
    link_in_session(client, headers, email="thief@gmail.test")
    undo = token_in(mails_to(EMAIL)[1])
    undone = client.post("/api/v1/auth/undo-email-change", json={"token": undo})
    assert undone.status_code == 200, undone.json
    assert count_rows("external_identities") == 0
    assert sign_in(client, email="thief@gmail.test").json["outcome"] == "registration_required"


def test_an_export_tells_of_providers(client, ana):
    link_directly(ana, "google", EMAIL)
    with db.reading("export") as tx:
        assert [each.email for each in export_identities(tx, ana)] == [EMAIL]
