"""Mails from the outbox to a real SMTP server or the mailbox folder."""

from __future__ import annotations

import logging
import socket
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from fittrack import config, create_app, db, queues, worker
from fittrack.clock import utc_now
from fittrack.mail import message, service
from fittrack.mail.errors import MailRefused
from tests.accounts.steps import mails_to, probe, register, run_jobs, token_in
from tests.factories_accounts import make_account
from tests.mail.servers import Postbox, serve

JOBS = probe("SELECT outbox_id, state, attempts, last_error FROM outbox")
ERASE = probe("UPDATE accounts SET email = NULL WHERE account_id = :account_id")
TEMPLATES = {"verify_email": {"token": "t"}, "address_taken": {}}
VALUES = {"display_name": "Ana", "base_url": "https://fittrack.example"}
SENDER = "FitTrack <no-reply@fittrack.example>"


@dataclass(frozen=True, slots=True)
class Job:
    """How far a job has come."""

    outbox_id: str
    state: str
    attempts: int
    last_error: str | None


def jobs():
    with db.reading("look") as tx:
        return tx.all(Job, JOBS)


def mail_by(url):
    config.use(replace(config.current(), mail_url=url))


def send(account_id, key="1"):
    """Decide a mail to an account and let a worker do it."""
    with db.transaction("decide") as tx:
        service.send_later(tx, "address_taken", account_id=account_id, key=key, now=utc_now())
    run_jobs()


@pytest.fixture
def ana(client):
    return make_account(email="ana@example.com", display_name="Zoë.Ana")


def test_a_verification_goes_out_by_smtp_and_its_token_works(client):
    postbox = Postbox()
    with serve(postbox) as address:
        mail_by(f"smtp://{address}")
        form = register(client)
        run_jobs()

    (received,) = postbox.messages
    token = token_in(service.DeliveredMail("", "", utc_now(), received.get_content()))
    assert received["To"] == form["email"]
    assert received["From"] == "FitTrack <no-reply@fittrack.example>"
    assert received["Subject"] == "Confirm your e-mail address"
    assert received["Auto-Submitted"] == "auto-generated"
    assert postbox.envelopes[0].rcpt_tos == [form["email"]]
    answer = client.post("/api/v1/auth/verify-email", json={"token": token})
    assert answer.status_code == 200
    assert [job.state for job in jobs()] == ["done"]


def test_a_mail_that_goes_out_twice_is_the_same_mail(ana):
    postbox = Postbox()
    with serve(postbox) as address:
        mail_by(f"smtp://{address}")
        with db.transaction("decide") as tx:
            service.send_later(tx, "address_taken", account_id=ana, key="1", now=utc_now())
        (job,) = jobs()
        lost = queues.claim(job.outbox_id, now=utc_now())
        with pytest.raises(queues.LeaseLost):
            service.send_mail(
                replace(lost, token="another worker's"), **lost.payload, now=utc_now()
            )
        again = queues.claim(job.outbox_id, now=utc_now() + timedelta(minutes=5))
        service.send_mail(again, **again.payload, now=utc_now())

    ids = [received["Message-ID"] for received in postbox.messages]
    assert ids == [f"<{job.outbox_id}@fittrack.example>"] * 2
    assert [job.state for job in jobs()] == ["done"]


def test_a_mail_that_was_sent_is_not_sent_again(ana):
    postbox = Postbox()
    with serve(postbox) as address:
        mail_by(f"smtp://{address}")
        send(ana)
        send(ana)
        worker.run_outbox(jobs()[0].outbox_id)

    assert len(postbox.messages) == 1


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ({"to_recipient": "550 5.1.1 no such user"}, "dead"),
        ({"to_message": "554 5.7.1 spam"}, "dead"),
        ({"to_recipient": "451 4.7.1 try later"}, "pending"),
        ({"to_message": "421 4.3.2 closing"}, "pending"),
    ],
)
def test_a_refusal_for_good_is_final_and_one_for_now_is_not(ana, answers, state):
    with serve(Postbox(**answers)) as address:
        mail_by(f"smtp://{address}")
        send(ana)

    (job,) = jobs()
    assert (job.state, job.attempts) == (state, 1)
    assert next(iter(answers.values()))[:3] in job.last_error


def test_no_reason_and_no_log_line_holds_an_address(ana, caplog):
    with caplog.at_level(logging.DEBUG), serve(Postbox(to_recipient="550 no")) as address:
        mail_by(f"smtp://{address}")
        send(ana)

    ours = [record for record in caplog.records if record.name.startswith("fittrack")]
    told = [record.getMessage() + str(record.exc_text or record.exc_info) for record in ours]
    assert told
    assert "ana@example.com" not in str(told) + jobs()[0].last_error


def test_a_server_that_is_away_is_tried_again(ana):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        mail_by(f"smtp://127.0.0.1:{closed.getsockname()[1]}")
        send(ana)

    (job,) = jobs()
    assert (job.state, job.attempts) == ("pending", 1)
    assert "ConnectionRefusedError" in job.last_error


def test_the_server_is_logged_in_to_as_the_url_says(ana):
    postbox = Postbox()
    with serve(postbox, auth_require_tls=False) as address:
        mail_by(f"smtp://fit%40track:secret%2Fword@{address}")
        send(ana)

    assert (postbox.logins[0].login, len(postbox.messages)) == (b"fit@track", 1)


def test_a_wrong_password_for_the_server_is_tried_again_later(ana):
    postbox = Postbox()
    with serve(postbox, auth_require_tls=False) as address:
        mail_by(f"smtp://fittrack:wrong@{address}")
        send(ana)

    assert postbox.messages == []
    assert [job.state for job in jobs()] == ["pending"]


def test_nothing_is_sent_in_clear_where_tls_is_required(ana):
    postbox = Postbox()
    with serve(postbox) as address:
        mail_by(f"smtp+starttls://{address}")
        send(ana)

    assert postbox.messages == []
    assert [job.state for job in jobs()] == ["pending"]


def test_an_address_beyond_ascii_needs_a_server_that_knows_it(client):
    account_id = make_account(email="åsa@example.com")
    plain, modern = Postbox(), Postbox()
    with serve(plain, enable_SMTPUTF8=False) as address:
        mail_by(f"smtp://{address}")
        send(account_id, key="1")
    with serve(modern, enable_SMTPUTF8=True) as address:
        mail_by(f"smtp://{address}")
        send(account_id, key="2")

    assert plain.messages == []
    assert modern.envelopes[0].rcpt_tos == ["åsa@example.com"]


def test_a_domain_beyond_ascii_needs_no_such_server(client):
    account_id = make_account(email="ana@münchen.example")
    plain = Postbox()
    with serve(plain, enable_SMTPUTF8=False) as address:
        mail_by(f"smtp://{address}")
        send(account_id)

    assert plain.envelopes[0].rcpt_tos == ["ana@xn--mnchen-3ya.example"]


def test_the_mailbox_finds_an_address_in_either_spelling(client):
    account_id = make_account(email="ana@münchen.example")
    send(account_id)

    for spelling in ("ana@münchen.example", "Ana@xn--mnchen-3ya.example"):
        assert len(mails_to(spelling)) == 1


def test_an_erased_member_gets_no_mail(ana):
    postbox = Postbox()
    with db.transaction("erase") as tx:
        tx.run(ERASE, account_id=ana)
    with serve(postbox) as address:
        mail_by(f"smtp://{address}")
        send(ana)

    assert postbox.messages == []
    assert [job.state for job in jobs()] == ["done"]


def test_a_name_beyond_ascii_arrives_whole(ana):
    postbox = Postbox()
    with serve(postbox) as address:
        mail_by(f"smtp://{address}")
        send(ana)

    assert postbox.messages[0].get_content().startswith("Hello Zoë.Ana,")


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_is_filled_in_completely(name):
    subject, text = message.render(name, VALUES | TEMPLATES[name])

    assert subject
    assert "$" not in subject + text
    with pytest.raises(KeyError):
        message.render(name, {})


def test_every_template_is_tested():
    from importlib import resources

    folder = resources.files("fittrack.mail") / "templates"
    names = {path.name.removesuffix(".txt") for path in folder.iterdir()}
    assert names >= set(TEMPLATES)
    for name in names:
        assert message._template(name).startswith("Subject: ")


@pytest.mark.parametrize("address", ["a@b.example\r\nBcc: cem@example.com", "a", "@b", ""])
def test_no_address_smuggles_a_header_in(address):
    with pytest.raises(MailRefused):
        message.compose(
            "address_taken", VALUES, sender=SENDER, recipient=address, mail_id="1", at=utc_now()
        )


def test_no_value_smuggles_a_header_in():
    composed = message.compose(
        "address_taken",
        VALUES | {"display_name": "Ana\r\nBcc: cem@example.com"},
        sender=SENDER,
        recipient="ana@example.com",
        mail_id="1",
        at=utc_now(),
    )

    assert composed["Bcc"] is None
    assert b"\r\nBcc" not in bytes(composed).partition(b"\r\n\r\n")[0]


def test_the_mailbox_folder_is_read_newest_first(client, ana):
    send(ana, key="1")
    register(client, email="ben@example.com")
    run_jobs()

    listed = client.get("/api/v1/dev/mailbox").json["items"]
    of_ana = client.get("/api/v1/dev/mailbox?to=ANA@example.com").json["items"]

    assert [mail["to"] for mail in listed[:2]] == ["ben@example.com", "ana@example.com"]
    assert set(listed[0]) == {"to", "subject", "sent_at", "text"}
    assert listed[0]["sent_at"].endswith("Z")
    assert {mail["to"] for mail in of_ana} == {"ana@example.com"}


def test_a_mail_is_in_the_folder_whole_or_not_at_all(ana, tmp_path):
    mail_by(f"folder:{tmp_path}/box")
    send(ana)
    worker.run_outbox(jobs()[0].outbox_id)

    (file,) = (tmp_path / "box").iterdir()
    assert file.name == f"{jobs()[0].outbox_id}.eml"
    assert [mail.to for mail in mails_to("ana@example.com")] == ["ana@example.com"]


def test_production_has_no_mailbox(settings, database):
    production = replace(
        settings,
        fittrack_env="production",
        base_url="https://fittrack.example",
        mail_url="smtp://127.0.0.1",
    )
    try:
        answer = create_app(production).test_client().get("/api/v1/dev/mailbox")
    finally:
        config.use(settings)

    assert answer.status_code == 404


@pytest.mark.parametrize("url", ["", "ftp://mail.example", "mail.example:25"])
def test_nothing_starts_with_a_mail_setting_that_makes_no_sense(settings, url):
    assert [problem.split()[0] for problem in config.problems(replace(settings, mail_url=url))] == [
        "MAIL_URL"
    ]
