from __future__ import annotations

import os
import threading
from datetime import timedelta

import pytest
from flask import g, request
from marshmallow import Schema, fields

from fittrack import FitTrack, db, errors, idempotency
from fittrack.auth import Identity, LiveSession
from fittrack.clock import utc_now
from fittrack.db.values import instant_to_text
from fittrack.errors import Problem
from tests.factories_accounts import login, make_account
from tests.kernel.statements import ADD, AMOUNT, INSERT, create_probes, probe_row, statement

KEY = {"Idempotency-Key": "buy-1"}


class AmountSchema(Schema):
    amount = fields.Integer()


@pytest.fixture
def account(app, database):
    """Return a function that sends one request of Ana's to a use case that adds one."""
    create_probes(database.raw())
    with db.transaction("insert_probe") as tx:
        tx.run(INSERT, **probe_row())

    def send(use_case=add_one, *, account_id="ana", path="/api/v1/probes", **over):
        options = {"method": "POST", "headers": KEY, "json": {"count": 1}, **over}
        required = options.pop("required", True)
        with app.test_request_context(path, **options):
            sign_in(account_id)
            try:
                return idempotency.once(use_case, schema=AmountSchema, required=required)
            except Problem as problem:
                return problem

    return send


def sign_in(account_id):
    g.identity = Identity(account_id, "s1", "user")
    g.session = LiveSession("s1", account_id, "user", "active", False, False, utc_now(), None)


def at_the_same_time(send):
    """Send a request from a thread of its own, as another worker would get it."""
    answers = []
    thread = threading.Thread(target=lambda: answers.append(send()))
    thread.start()
    thread.join()
    return answers[0]


def add_one(reply):
    with db.transaction("add_one") as tx:
        tx.run(ADD, probe_id="p1", added=1)
        result = {"amount": tx.value(AMOUNT, probe_id="p1")}
        reply.record(tx, result)
    return result


def amount():
    with db.reading("get_amount") as tx:
        return tx.value(AMOUNT, probe_id="p1")


def test_the_same_key_and_body_give_the_same_answer_again(account):
    first, again = account(), account()
    assert (
        (first.status_code, first.data) == (again.status_code, again.data) == (201, b'{"amount":1}')
    )
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert amount() == 1


def test_another_key_account_or_path_is_another_request(account):
    account()
    account(headers={"Idempotency-Key": "buy-2"})
    account(account_id="ben")
    account(path="/api/v1/others")
    assert amount() == 4


def test_a_key_used_for_another_body_is_refused(account):
    account()
    assert account(json={"count": 2}).code == "idempotency_key_reused"
    assert amount() == 1


def test_spaces_and_the_order_of_names_make_no_other_body(account):
    account(json=None, data=b'{"a": 1, "b": 2}', content_type="application/json")
    again = account(json=None, data=b'{ "b":2,"a":1}', content_type="application/json")
    assert again.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 256, "tab\t"])
def test_a_key_is_visible_ascii(account, key):
    assert account(headers={"Idempotency-Key": key}).code == "invalid_idempotency_key"
    assert amount() == 0


def test_a_key_can_be_required(account):
    assert account(headers={}).code == "idempotency_key_required"
    assert account(headers={}, required=False).status_code == 201


def test_a_second_request_while_the_first_runs_is_told_to_wait(account):
    inside = []

    def use_case(reply):
        inside.append(at_the_same_time(account))
        return add_one(reply)

    assert account(use_case).status_code == 201
    assert inside[0].code == "idempotency_key_in_flight"
    assert inside[0].headers["Retry-After"] == "1"
    assert amount() == 1


def test_a_refused_request_leaves_the_key_free(account):
    def refuse(reply):
        raise Problem("no")

    assert account(refuse).code == "internal_error"
    assert account().status_code == 201


def test_a_crash_before_the_commit_leaves_neither_effect_nor_answer(account):
    def crash(reply):
        with db.transaction("add_one") as tx:
            tx.run(ADD, probe_id="p1", added=1)
            reply.record(tx, {"amount": 1})
            os.kill(os.getpid(), 9)

    in_child(lambda: account(crash))
    assert amount() == 0
    assert account().code == "idempotency_key_in_flight"
    expire_leases()
    assert account().status_code == 201
    assert amount() == 1


def test_a_crash_after_the_commit_is_answered_from_what_was_stored(account):
    def crash(reply):
        add_one(reply)
        os.kill(os.getpid(), 9)

    in_child(lambda: account(crash))
    assert amount() == 1
    again = account()
    assert (again.status_code, again.data) == (201, b'{"amount":1}')
    assert amount() == 1


def test_a_request_that_outlived_its_lease_changes_nothing(account):
    taken = []

    def slow(reply):
        expire_leases()
        taken.append(at_the_same_time(account))
        return add_one(reply)

    assert account(slow).code == "idempotency_key_in_flight"
    assert taken[0].status_code == 201
    assert amount() == 1


def test_a_request_run_again_because_the_database_was_busy_keeps_its_key(account, app):
    with app.test_request_context("/api/v1/probes", method="POST", headers=KEY, json={"count": 1}):
        sign_in("ana")
        assert request.headers["Idempotency-Key"] == "buy-1"

        def busy_once(reply, tries=[]):  # noqa: B006 - counts the tries
            tries.append(1)
            if len(tries) == 1:
                raise db.Busy("locked")
            return add_one(reply)

        answer = db.retry(lambda: idempotency.once(busy_once, schema=AmountSchema), may_replay=True)
    assert answer.status_code == 201
    assert amount() == 1


def test_many_requests_at_once_have_one_effect(account):
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(account())) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert amount() == 1
    statuses = {getattr(answer, "status_code", None) or answer.status for answer in answers}
    assert statuses <= {201, 409}
    assert 201 in statuses


def test_on_public_endpoints_a_key_belongs_to_the_address(app, account):
    for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2"):
        options = {"method": "POST", "headers": KEY, "environ_base": {"REMOTE_ADDR": address}}
        with app.test_request_context("/api/v1/probes", **options):
            idempotency.once(add_one, schema=AmountSchema)
    assert amount() == 2


def test_a_key_is_forgotten_after_a_day(account):
    account()
    assert idempotency.delete_expired(now=utc_now() + timedelta(hours=23)) == 0
    assert idempotency.delete_expired(now=utc_now() + timedelta(hours=25)) == 1
    account()
    assert amount() == 2


def test_after_a_day_a_key_is_free_though_nobody_has_cleaned_up(account, database):
    account()
    past = instant_to_text(utc_now() - timedelta(seconds=1))
    database.raw().execute("UPDATE idempotency_keys SET expires_at = ?", [past])
    answer = account(json={"count": 2})
    assert answer.status_code == 201
    assert "Idempotent-Replayed" not in answer.headers
    assert amount() == 2


@pytest.mark.parametrize(("path", "runs"), [("keyed", db.RETRIES), ("plain", 1)])
def test_a_request_whose_fate_is_unknown_is_run_again_where_its_key_is_looked_up(
    database, path, runs
):
    app, tries = FitTrack("probe"), []
    errors.init_app(app)

    def lose(reply=None):
        tries.append(1)
        raise db.Disconnected("gone")

    app.add_url_rule(
        "/keyed", view_func=lambda: idempotency.once(lose, schema=None), methods=["POST"]
    )
    app.add_url_rule("/plain", view_func=lose, methods=["POST"])
    answer = app.test_client().post(f"/{path}", headers=KEY)
    assert (answer.status_code, len(tries)) == (503, runs)


def expire_leases():
    long_ago = utc_now() - timedelta(days=1)
    with db.transaction("expire_leases") as tx:
        tx.run(
            statement("UPDATE idempotency_keys SET leased_until_at = :past_at"), past_at=long_ago
        )


def in_child(crash):
    child = os.fork()
    if child == 0:
        crash()
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == 9


def test_an_answer_without_a_body_is_given_again_too(client, database):
    headers = login(client, make_account()) | {"Idempotency-Key": "k1"}
    path = "/api/v1/auth/logout-all?keep_current=true"
    answers = [client.post(path, headers=headers) for _ in range(2)]
    assert [(answer.status_code, answer.data) for answer in answers] == [(204, b"")] * 2
    assert answers[1].headers["Idempotent-Replayed"] == "true"
    events = "SELECT COUNT(*) FROM security_events WHERE kind = 'sessions_revoked'"
    assert database.raw().execute(events).fetchone() == (1,)


def test_another_query_is_another_request(client):
    headers = login(client, make_account()) | {"Idempotency-Key": "k1"}
    path = "/api/v1/auth/logout-all?keep_current="
    assert client.post(f"{path}true", headers=headers).status_code == 204
    other = client.post(f"{path}false", headers=headers)
    assert (other.status_code, other.json["code"]) == (422, "idempotency_key_reused")
