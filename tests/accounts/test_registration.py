"""Registering and verifying, over HTTP, with the mails that a member gets."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pytest

from fittrack import config, db
from fittrack.accounts import passwords, repository, rules
from fittrack.accounts.errors import DisplayNameTaken, InvalidMailedToken
from fittrack.accounts.registration import service
from fittrack.clock import day_of, utc_now
from fittrack.errors import Problem
from tests.accounts.steps import (
    bearer,
    log_in,
    mails_to,
    pointers,
    probe,
    register,
    register_verified,
    run_jobs,
    token_in,
)
from tests.factories_accounts import login, make_account, registration

REGISTER = "/api/v1/auth/register"
VERIFY = "/api/v1/auth/verify-email"
RESEND = "/api/v1/auth/resend-verification"


ACCEPTED = probe(
    "SELECT document, version, accepted_at FROM acceptances WHERE account_id = :account_id"
)
OUTBOX = probe("SELECT payload_json FROM outbox")


@dataclass(frozen=True, slots=True)
class Accepted:
    """A document that was accepted."""

    document: str
    version: str
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class Outbox:
    """What a job was told."""

    payload_json: dict[str, object]


def parsed(**over):
    form = registration(**over)
    return form | {"date_of_birth": date.fromisoformat(form["date_of_birth"])}


def account_of(email):
    with db.transaction("look") as tx:
        return repository.lock_account_by_email(tx, rules.read_email(email)[1])


def test_a_member_registers_verifies_logs_in_and_sees_the_own_account(client):
    form = register_verified(client, state="NY")

    tokens = log_in(client, form["email"]).json
    me = client.get("/api/v1/users/me", headers=bearer(tokens))

    assert me.status_code == 200
    assert me.json["email"] == form["email"]
    assert me.json["display_name"] == form["display_name"]
    assert (me.json["status"], me.json["role"], me.json["tier"]) == ("active", "user", "OPEN")
    assert me.json["date_of_birth"] == "1990-05-17"
    assert me.json["created_at"].endswith("Z")
    assert me.json["is_state_excluded"] is True


def test_a_state_that_drawings_exclude_is_told_at_once(client):
    excluded = client.post(REGISTER, json=registration(state="FL")).json
    other = client.post(REGISTER, json=registration(state="dc")).json

    assert excluded["is_state_excluded"] is True
    assert "FL" in excluded["notices"][0]
    assert other == {
        "status": "pending",
        "state": "DC",
        "is_state_excluded": False,
        "notices": [],
    }


def test_registration_keeps_account_profile_acceptances_and_mail_together(client):
    form = register(client, accepted_terms_version="2026-01", accepted_rules_version="7")

    account = account_of(form["email"])

    with db.reading("look") as tx:
        accepted = tx.all(Accepted, ACCEPTED, account_id=account.account_id)
    assert account.status == "pending"
    assert {(row.document, row.version) for row in accepted} == {
        ("terms", "2026-01"),
        ("rules", "7"),
    }
    assert all(row.accepted_at == account.created_at for row in accepted)
    assert len(mails_to(form["email"])) == 1


def test_a_registration_that_fails_at_its_end_leaves_nothing(client):
    class Failing:
        def record(self, tx, result):
            raise RuntimeError("the last step failed")

    form = parsed()
    with pytest.raises(RuntimeError):
        service.register(form=form, now=utc_now(), reply=Failing())

    assert account_of(form["email"]) is None
    assert mails_to(form["email"]) == []


def test_a_taken_address_gets_the_same_answer_and_its_owner_a_mail(client):
    owner = register_verified(client)
    fresh = client.post(REGISTER, json=registration())
    before = account_of(owner["email"])

    taken = client.post(REGISTER, json=registration(email=owner["email"].upper()))

    assert (taken.status_code, taken.json) == (fresh.status_code, fresh.json)
    assert account_of(owner["email"]) == before
    assert mails_to(owner["email"])[0].subject == "You have a FitTrack account already"


def test_the_owner_of_a_taken_address_gets_one_mail_a_day(client):
    owner = register_verified(client)
    for _ in range(3):
        client.post(REGISTER, json=registration(email=owner["email"]))

    assert len(mails_to(owner["email"])) == 2


def test_a_name_asked_for_with_a_taken_address_looks_as_taken_as_any(client):
    owner = register_verified(client)

    for email in (owner["email"], "fresh-address@example.com"):
        name = f"Probe.{email.partition('@')[0]}"[:30]
        form = registration(email=email, display_name=name)
        assert client.post(REGISTER, json=form).status_code == 201
        assert client.post(REGISTER, json=form).status_code == 201
        probe = client.post(REGISTER, json=registration(display_name=name))
        assert (probe.status_code, probe.json["code"]) == (409, "display_name_taken")


def test_a_name_that_an_address_gave_up_tells_nothing_about_the_address(client):
    owner = register_verified(client)

    for email in (owner["email"], "still-pending@example.com"):
        names = [f"{email.partition('@')[0]}.{number}" for number in range(13)]
        for name in names:
            form = registration(email=email, display_name=name)
            assert client.post(REGISTER, json=form).status_code == 201
        probes = [client.post(REGISTER, json=registration(display_name=name)) for name in names]
        assert [answer.status_code for answer in probes] == [409] * 13
        again = registration(email=email, display_name=names[0])
        assert client.post(REGISTER, json=again).status_code == 201


def test_even_the_owner_of_an_address_finds_the_own_name_taken(client):
    owner = register_verified(client)

    again = client.post(REGISTER, json=owner)

    assert (again.status_code, again.json["code"]) == (409, "display_name_taken")


def test_a_taken_address_takes_as_long_as_a_free_one(client, settings):
    config.use(replace(settings, argon2_memory_kib=16_384, argon2_iterations=3))
    owner = make_account(email="slow@example.com")
    assert owner
    times_s = {"slow@example.com": [], "free": []}
    for number in range(7):
        for kind, seen in times_s.items():
            email = kind if "@" in kind else f"free{number}@example.com"
            # Of the processor, which what else the machine does hardly moves.
            started_s = time.process_time()
            service.register(form=parsed(email=email), now=utc_now())
            seen.append(time.process_time() - started_s)
    taken_s, free_s = map(min, times_s.values())

    assert 0.5 < taken_s / free_s < 2


@pytest.mark.parametrize(
    "spelling", ["ANA.TWIN@example.com", "ana.twin@EXAMPLE.COM", "ａｎａ.ｔｗｉｎ@example.com"]
)
def test_spellings_of_one_address_are_one_account(client, spelling):
    register_verified(client, email="ana.twin@example.com")

    client.post(REGISTER, json=registration(email=spelling))

    subjects = [mail.subject for mail in mails_to("ana.twin@example.com")]
    assert "You have a FitTrack account already" in subjects


@pytest.mark.parametrize("spelling", ["STRASSE", "strasse", "Straße", "ＳＴＲＡＳＳＥ"])
def test_spellings_of_one_display_name_are_one_name(client, spelling):
    register(client, display_name="Strasse")

    taken = client.post(REGISTER, json=registration(display_name=spelling))

    assert (taken.status_code, taken.json["code"]) == (409, "display_name_taken")
    assert pointers(taken) == ["/display_name"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "no-address"),
        ("email", "a@b"),
        ("email", "ana@example.com\r\nBcc: cem@example.com"),
        ("email", f"{'a' * 250}@example.com"),
        ("email", 7),
        ("password", "short"),
        ("password", "x" * 11),
        ("password", "correct horse battery staple extra" * 5),
        ("password", "password1234"),
        ("password", "aaaaaaaaaaaaaaaaaaaa"),
        ("display_name", "An"),
        ("display_name", "A" * 31),
        ("display_name", "Ana Banana"),
        ("display_name", "Ana\u202eBanana"),
        ("display_name", "Ana🏃"),
        ("display_name", "..."),
        ("display_name", "admin"),
        ("display_name", "A_d.M-i.n"),
        ("display_name", "ＡＤＭＩＮ"),
        ("display_name", "FitTrack-Team"),
        ("display_name", "аdmin"),
        ("date_of_birth", "1990-02-30"),
        ("date_of_birth", "2190-01-01"),
        ("date_of_birth", "1890-01-01"),
        ("state", "XX"),
        ("state", "PR"),
        ("accepted_terms_version", ""),
        ("accepted_rules_version", "x" * 21),
        ("surprise", "unknown"),
    ],
)
def test_a_bad_field_is_named_and_nothing_is_stored(client, field, value):
    form = registration(**{field: value})

    refused = client.post(REGISTER, json=form)

    assert (refused.status_code, pointers(refused)) == (422, [f"/{field}"])
    run_jobs()
    if field != "email":
        assert account_of(form["email"]) is None


@pytest.mark.parametrize("field", sorted(registration()))
def test_every_field_is_required(client, field):
    form = registration()
    del form[field]

    refused = client.post(REGISTER, json=form)

    assert (refused.status_code, pointers(refused)) == (422, [f"/{field}"])


def test_all_bad_fields_are_named_at_once(client):
    refused = client.post(REGISTER, json=registration(email="x", display_name="y", state="ZZ"))

    assert set(pointers(refused)) >= {"/email", "/display_name", "/state"}


@pytest.mark.parametrize("hint", ["ana.quittenbaum", "quittenbaum1987"])
def test_a_password_made_of_the_own_name_is_refused(client, hint):
    form = registration(
        email="ana.quittenbaum@example.com", display_name="Quittenbaum1987", password=f"{hint}!"
    )

    assert pointers(client.post(REGISTER, json=form)) == ["/password"]


def test_a_password_made_of_our_own_words_is_refused(client):
    answer = client.post(REGISTER, json=registration(password="fittrackfitness"))

    assert pointers(answer) == ["/password"]


def test_an_address_of_many_digits_is_no_password_of_its_owner(client):
    """Only the beginning of such a password is scored, and so is known by the hint's beginning."""
    email = "qx7-4035726819@zv3k.example"

    answer = client.post(REGISTER, json=registration(email=email, password=email))

    assert pointers(answer) == ["/password"]


def test_a_password_is_the_same_however_it_was_typed(client):
    form = register_verified(client, password="ﬁne Ångström über alles")

    assert log_in(client, form["email"], "fine Ångström über alles").status_code == 200


def years_before(day_on, years):
    """Return the day so many years ago, of a 29 February the day before where there was none."""
    try:
        return day_on.replace(year=day_on.year - years)
    except ValueError:
        return day_on.replace(year=day_on.year - years, day=28)


def test_nobody_under_18_is_stored(client):
    today = day_of(utc_now(), config.current().zone)
    birthday_tomorrow = years_before(today + timedelta(days=1), 18)
    form = registration(date_of_birth=birthday_tomorrow.isoformat())

    refused = client.post(REGISTER, json=form)

    assert (refused.status_code, refused.json["code"]) == (422, "underage")
    assert account_of(form["email"]) is None


def test_one_may_register_on_the_18th_birthday(client):
    today = day_of(utc_now(), config.current().zone)

    # Who is born on 29 February has the birthday on 1 March in most years.
    born_on = years_before(today, 18)
    answer = client.post(REGISTER, json=registration(date_of_birth=born_on.isoformat()))

    assert answer.status_code == 201


def test_a_token_works_once(client):
    form = register(client)
    token = token_in(mails_to(form["email"])[0])

    answers = [client.post(VERIFY, json={"token": token}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 422]
    assert answers[1].json["code"] == "invalid_mailed_token"


@pytest.mark.parametrize("token", ["x", "A" * 43, "\u00e4" * 20])
def test_a_made_up_token_verifies_nothing(client, token):
    answer = client.post(VERIFY, json={"token": token})

    assert (answer.status_code, answer.json["code"]) == (422, "invalid_mailed_token")


def test_a_token_expires_after_24_hours(client):
    form = register(client)
    token = token_in(mails_to(form["email"])[0])

    with pytest.raises(InvalidMailedToken):
        service.verify_email(token=token, now=utc_now() + timedelta(hours=24, seconds=1))
    service.verify_email(token=token, now=utc_now() + timedelta(hours=23))


def test_tokens_are_stored_as_hashes_only(client, database):
    form = register(client)
    token = token_in(mails_to(form["email"])[0])

    with db.reading("look") as tx:
        rows = tx.all(Outbox, OUTBOX)
    assert token not in str(rows)
    assert form["email"] not in str(rows)


def test_the_newest_registration_of_an_unverified_address_counts(client):
    first = register(client)
    first_token = token_in(mails_to(first["email"])[0])
    second = register(client, email=first["email"], password="another tram over other lakes")

    stale = client.post(VERIFY, json={"token": first_token})
    token = token_in(mails_to(first["email"])[0])

    assert stale.status_code == 422
    assert client.post(VERIFY, json={"token": token}).status_code == 200
    assert log_in(client, first["email"], first["password"]).status_code == 401
    assert log_in(client, first["email"], second["password"]).status_code == 200


def test_the_verification_is_mailed_again_on_request(client):
    form = register(client)

    answers = [
        client.post(RESEND, json={"email": email})
        for email in (form["email"].upper(), "nobody@example.com", "no address")
    ]

    assert {(answer.status_code, str(answer.json)) for answer in answers} == {
        (202, "{'status': 'accepted'}")
    }
    mails = mails_to(form["email"])
    assert len(mails) == 2
    assert client.post(VERIFY, json={"token": token_in(mails[0])}).status_code == 200


def test_an_unverified_address_gets_10_mails_a_day(client):
    form = register(client)
    for number in range(12):
        client.post(RESEND, json={"email": form["email"]})
        register(client, email=form["email"], display_name=f"Flood{number}")

    mails = mails_to(form["email"])
    assert len(mails) == 10
    assert client.post(VERIFY, json={"token": token_in(mails[0])}).status_code == 200


def test_a_verified_member_gets_no_further_verification(client):
    form = register_verified(client)

    client.post(RESEND, json={"email": form["email"]})

    assert len(mails_to(form["email"])) == 1


def test_a_repeated_registration_with_a_key_is_one_registration(client):
    form, key = registration(), {"Idempotency-Key": "a-key-of-ana"}

    first = client.post(REGISTER, json=form, headers=key)
    again = client.post(REGISTER, json=form, headers=key)
    other = client.post(REGISTER, json=registration(), headers=key)

    assert (again.status_code, again.json) == (201, first.json)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (other.status_code, other.json["code"]) == (422, "idempotency_key_reused")
    assert len(mails_to(form["email"])) == 1


def test_a_repeated_verification_with_a_key_is_answered_again(client):
    form, key = register(client), {"Idempotency-Key": "a-lost-answer"}
    body = {"token": token_in(mails_to(form["email"])[0])}

    answers = [client.post(VERIFY, json=body, headers=key) for _ in range(2)]

    assert [(answer.status_code, answer.json) for answer in answers] == [
        (200, {"status": "active"})
    ] * 2
    assert answers[1].headers["Idempotent-Replayed"] == "true"


def test_a_repeated_request_for_a_mail_with_a_key_sends_one(client):
    form, key = register(client), {"Idempotency-Key": "one-more-mail"}

    for _ in range(3):
        again = client.post(RESEND, json={"email": form["email"]}, headers=key)

    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (202, "true")
    assert len(mails_to(form["email"])) == 2


def test_parallel_registrations_of_one_address_make_one_account(client):
    now = utc_now()
    forms = [parsed(email="crowd@example.com") for _ in range(8)]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda form: service.register(form=form, now=now), forms))

    assert len(set(answers)) == 1
    account = account_of("crowd@example.com")
    assert account.display_name in {form["display_name"] for form in forms}


def test_a_form_sent_twice_at_one_moment_finds_its_own_name_free(client):
    """Where both look before either writes, the second may be told of the name, not the address."""
    form = parsed()
    again = rules.read_registration(form, today=date(2026, 6, 15))
    service.register(form=form, now=utc_now())
    other = replace(again, email="ben@example.com", email_key="ben@example.com")

    with db.transaction("register") as tx:
        assert service._open(tx, again, "hash", now=utc_now()) is False
        with pytest.raises(DisplayNameTaken):
            service._open(tx, other, "hash", now=utc_now())


def test_parallel_registrations_of_one_name_give_it_to_one(client):
    forms = [parsed(display_name="Crowd") for _ in range(8)]

    def attempt(form):
        try:
            return service.register(form=form, now=utc_now()).status
        except Problem as problem:
            return problem.code

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(attempt, forms))

    assert outcomes == ["display_name_taken"] * 7 + ["pending"]


def test_credentials_are_limited_by_address_and_email(client, settings):
    config.use(replace(settings, limit_credentials="3 per minute"))

    statuses = [log_in(client, "ana@example.com").status_code for _ in range(4)]
    other = log_in(client, "ben@example.com")

    assert statuses == [401, 401, 401, 429]
    assert other.status_code == 401


def test_the_own_account_needs_a_session(client):
    assert client.get("/api/v1/users/me").json["code"] == "unauthenticated"


def test_an_admin_sees_the_own_account_without_a_birthday(client):
    admin = make_account(role="admin", date_of_birth_on=None, state_code=None)

    me = client.get("/api/v1/users/me", headers=login(client, admin))

    assert (me.json["role"], me.json["date_of_birth"]) == ("admin", None)
    assert me.json["has_second_factor"] is True


def test_a_password_of_many_passes_is_scored_in_bounded_time():
    started_s = time.process_time()

    passwords.score("4@8({[<369&#!1/|0$5+7%2" * 6, ("4@8({[<369&#!1/|0$5+7%2",))

    assert time.process_time() - started_s < 2
