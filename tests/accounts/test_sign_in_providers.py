"""Signing in with Google and Apple, over real HTTP with the simulated providers."""

from __future__ import annotations

import pytest

from tests.factories_accounts import PASSWORD, login, make_account
from tests.factories_oidc import (
    EMAIL,
    bearer,
    begin,
    come_back,
    join,
    sign_in,
    visit,
)


def test_a_new_face_becomes_a_member_and_signs_in_again(google_client):
    joined = join(google_client)
    assert joined.status_code == 201, joined.json
    me = google_client.get("/api/v1/users/me", headers=bearer(joined)).json
    assert (me["email"], me["status"], me["display_name"]) == (EMAIL, "active", "AnaGoogle")
    again = sign_in(google_client)
    assert (again.status_code, again.json["outcome"]) == (200, "signed_in")
    told = google_client.get("/api/v1/users/me", headers=bearer(again)).json
    assert told["account_id"] == me["account_id"]


def test_apple_signs_in_over_its_form(google_client):
    brought = visit(google_client, "apple", email="ben@gmail.test", hide_email="1")
    found = come_back(google_client, brought)
    assert found.json["outcome"] == "registration_required"
    assert found.json["email"].endswith("@privaterelay.appleid.test")
