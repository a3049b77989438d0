"""Spellings that look alike or fold together: in addresses, in names and in passwords."""

from __future__ import annotations

import unicodedata

import pytest

from fittrack.mail import service as mail
from tests.accounts.steps import log_in, mails_to, pointers, register_verified, run_jobs
from tests.factories_accounts import PASSWORD, registration

REGISTER = "/api/v1/auth/register"
FORGOT = "/api/v1/auth/forgot-password"
# Each folds to an address that somebody else has.
SPELLINGS = {
    "mike.strasse@example.com": (
        "MIKE.STRASSE@EXAMPLE.COM",
        "mi\u212ae.strasse@example.com",  # the Kelvin sign
        "mike.straße@example.com",
        "ｍｉｋｅ.strasse@example.com",
        "mike.\ufb06rasse@example.com",  # the ligature st
        "mike.\u017ftrasse@example.com",  # the long s
        "mike.strasse@ｅｘａｍｐｌｅ.com",
        "mike.strasse@example\u3002com",  # the ideographic full stop
        " mike.strasse@example.com ",
    )
}
PAIRS = [(owner, other) for owner, others in SPELLINGS.items() for other in others]


def boxes():
    """Return the addresses that mail was sent to."""
    return {delivered.to for delivered in mail.list_mailbox(to=None)}


@pytest.mark.parametrize(("owner", "spelling"), PAIRS)
def test_another_spelling_of_an_address_is_no_second_account(client, database, owner, spelling):
    register_verified(client, email=owner)

    answer = client.post(REGISTER, json=registration(email=spelling))

    assert answer.status_code in {201, 422}
    run_jobs()
    (count,) = database.raw().execute("SELECT COUNT(*) FROM accounts").fetchone()
    assert count == 1


@pytest.mark.parametrize(("owner", "spelling"), PAIRS)
def test_mail_for_an_account_goes_to_its_own_address_only(client, owner, spelling):
    """Whoever owns the domain or box of a spelling must not get somebody else's token."""
    register_verified(client, email=owner)
    before = boxes()

    answer = client.post(FORGOT, json={"email": spelling})

    assert answer.status_code in {202, 422}
    run_jobs()
    assert boxes() <= before | {owner}


@pytest.mark.parametrize(
    "lookalike",
    [
        "mıke@example.com",  # without its dot
        "mİke@example.com",
        "mikе@example.com",  # a Cyrillic letter
        "mike@exаmple.com",
        "mike@example.com\u200b",
        "m\u00adike@example.com",
    ],
)
def test_a_lookalike_of_an_address_logs_nobody_in_and_gets_no_mail_of_theirs(client, lookalike):
    register_verified(client, email="mike@example.com")
    before = len(mails_to("mike@example.com"))

    assert log_in(client, lookalike).status_code in {401, 422}
    assert client.post(FORGOT, json={"email": lookalike}).status_code in {202, 422}

    assert len(mails_to("mike@example.com")) == before


@pytest.mark.parametrize(
    "name",
    [
        "Ana\u200bBen",
        "Ana\u202eneB",
        "Ana\u0000Ben",
        "Ana\nBen",
        "Ana\u0301\u0301\u0301",
        "Аnа",  # Cyrillic letters among Latin ones
        "Ana\ufe0f",
        "Ana\U000e0041",
        "ᴀᴅᴍɪɴ\u2060",
        "Ana Ben",
        "Ana/Ben",
        "<b>Ana</b>",
    ],
)
def test_a_name_that_deceives_is_refused(client, name):
    refused = client.post(REGISTER, json=registration(display_name=name))

    assert (refused.status_code, pointers(refused)) == (422, ["/display_name"])


@pytest.mark.parametrize("name", ["admın", "Ádmin", "A.d.m.i.ń", "FıtTrack", "fíttrack-help"])
def test_a_name_of_ours_is_reserved_with_accents_too(client, name):
    refused = client.post(REGISTER, json=registration(display_name=name))

    assert (refused.status_code, pointers(refused)) == (422, ["/display_name"])


@pytest.mark.parametrize("name", ["José.G", "Zoë_R", "Ünal-K", "Søren.B", "李小龍8", "Ольга1"])
def test_a_name_in_one_script_is_a_name_however_it_is_composed(client, name):
    decomposed = unicodedata.normalize("NFD", name)
    assert client.post(REGISTER, json=registration(display_name=decomposed)).status_code == 201

    again = client.post(REGISTER, json=registration(display_name=name.upper()))

    assert (again.status_code, again.json["code"]) == (409, "display_name_taken")


def test_a_password_is_neither_cut_nor_folded(client):
    form = register_verified(client)

    for other in (PASSWORD.upper(), PASSWORD + " ", " " + PASSWORD, PASSWORD[:-1]):
        assert log_in(client, form["email"], other).status_code == 401
    assert log_in(client, form["email"]).status_code == 200
