"""Adjusting points by hand: one admin for a little, two for much, nobody the own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fittrack import db
from fittrack.clock import utc_now
from fittrack.ids import new_id
from fittrack.pagination import Cursor
from fittrack.points import service as points
from fittrack.points.adjustments import rules, service
from fittrack.points.adjustments.errors import AdjustmentDecided
from fittrack.points.adjustments.models import AdjustmentFilter
from fittrack.points.audit import audit_ledger
from tests.factories_accounts import login, make_account
from tests.factories_points import balance_of, give_points, make_member
from tests.points.test_concurrency import in_processes
from tests.points.test_ledger import rows

ADMIN = "/api/v1/admin"
REASON = "The step counter of your watch was not read."


class Office:
    """Two admins, an auditor, and Ana, whose points they look after."""

    def __init__(self, client):
        self.client = client
        self.ana = make_member(points=100)
        self.first, self.second = make_account(role="admin"), make_account(role="admin")
        self.headers = {who: login(client, who) for who in (self.first, self.second)}

    def post(self, path, body=None, *, by=None, key=None):
        headers = self.headers[by or self.first] | {"Idempotency-Key": key or new_id()}
        return self.client.post(f"/api/v1/{path}", json=body, headers=headers)

    def adjust(self, amount_points, *, of=None, by=None, key=None, reason=REASON):
        body = {"amount_points": amount_points, "reason": reason}
        return self.post(f"admin/users/{of or self.ana}/adjust-points", body, by=by, key=key)

    def confirm(self, adjustment_id, *, by=None):
        return self.post(f"admin/adjustments/{adjustment_id}/confirm", by=by or self.second)

    def decline(self, adjustment_id, *, by=None):
        return self.post(f"admin/adjustments/{adjustment_id}/decline", by=by or self.second)

    def get(self, path):
        answer = self.client.get(f"/api/v1/{path}", headers=self.headers[self.first])
        assert answer.status_code == 200, answer.json
        return answer.json


@pytest.fixture
def office(client, app):
    with app.app_context():
        return Office(client)


def told(answer):
    return answer.status_code, answer.json["code"]


def test_an_admin_adds_points_and_the_member_reads_why(office, client):
    answer = office.adjust(120)

    assert (answer.status_code, answer.json["state"]) == (201, "posted")
    assert (answer.json["balance_points"], answer.json["debt_points"]) == (220, 0)
    own = login(client, office.ana)
    line = client.get("/api/v1/points/transactions", headers=own).json["items"][0]
    assert (line["kind"], line["amount_points"]) == ("adjustment", 120)
    assert line["description"] == REASON
    notice = client.get("/api/v1/notifications", headers=own).json["items"][0]
    assert (notice["kind"], notice["title"]) == ("points_adjusted", "FitTrack added 120 points")
    assert REASON in notice["body"]


def test_what_is_taken_beyond_the_balance_is_owed_and_shown(office, client):
    answer = office.adjust(-130)

    assert (answer.json["balance_points"], answer.json["debt_points"]) == (0, 30)
    balance = client.get("/api/v1/points/balance", headers=login(client, office.ana)).json
    assert balance == {"balance_points": 0, "debt_points": 30, "debt_reason": REASON}


def test_the_same_request_again_moves_nothing_more(office):
    first, again = office.adjust(10, key="one"), office.adjust(10, key="one")

    assert first.json == again.json
    assert again.headers["Idempotent-Replayed"] == "true"
    assert balance_of(office.ana) == 110


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"amount_points": 0, "reason": REASON}, "/amount_points"),
        ({"amount_points": 1.5, "reason": REASON}, "/amount_points"),
        ({"amount_points": 1_000_001, "reason": REASON}, "/amount_points"),
        ({"amount_points": -1_000_001, "reason": REASON}, "/amount_points"),
        ({"reason": REASON}, "/amount_points"),
        ({"amount_points": 1}, "/reason"),
        ({"amount_points": 1, "reason": "  "}, "/reason"),
        ({"amount_points": 1, "reason": "x" * 301}, "/reason"),
    ],
)
def test_an_amount_and_a_reason_are_needed(office, body, pointer):
    answer = office.post(f"admin/users/{office.ana}/adjust-points", body)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json["errors"]] == [pointer]
    assert balance_of(office.ana) == 100


def test_a_key_and_a_fresh_step_up_are_needed(office, client):
    path, body = f"{ADMIN}/users/{office.ana}/adjust-points", {"amount_points": 1, "reason": REASON}
    tired = login(client, office.first, is_stepped_up=False)

    without_key = client.post(path, json=body, headers=office.headers[office.first])
    without_proof = client.post(path, json=body, headers=tired | {"Idempotency-Key": "k"})

    assert told(without_key) == (400, "idempotency_key_required")
    assert told(without_proof) == (403, "step_up_required")


def test_nobody_adjusts_the_own_points_nor_those_of_nobody(office):
    assert told(office.adjust(5, of=office.first)) == (409, "own_account")
    assert told(office.adjust(5, of=new_id())) == (404, "account_not_found")


def test_an_erased_member_is_left_alone(office, client):
    erased = client.delete(f"/api/v1/users/{office.ana}", headers=office.headers[office.first])
    assert erased.status_code == 202

    assert told(office.adjust(5)) == (409, "account_erased")


def test_much_waits_for_another_admin(office):
    asked = office.adjust(1_001)
    assert (asked.status_code, asked.json["state"], asked.json["balance_points"]) == (
        201,
        "pending",
        100,
    )
    adjustment_id = asked.json["adjustment_id"]

    assert told(office.confirm(adjustment_id, by=office.first)) == (409, "another_admin_confirms")
    posted = office.confirm(adjustment_id)

    assert (posted.status_code, posted.json["state"]) == (200, "posted")
    assert posted.json["balance_points"] == balance_of(office.ana) == 1_101
    shown = office.get(f"admin/adjustments/{adjustment_id}")
    assert (shown["requested_by_id"], shown["decided_by_id"]) == (office.first, office.second)
    assert told(office.confirm(adjustment_id)) == (409, "adjustment_decided")


def test_many_small_ones_of_a_day_are_a_big_one(office):
    states = [office.adjust(points).json["state"] for points in (600, -400, 1)]
    by_another = office.adjust(1, by=office.second).json["state"]

    assert (states, by_another) == (["posted", "posted", "pending"], "posted")


def test_both_admins_stand_in_the_history(office):
    office.confirm(office.adjust(-2_000).json["adjustment_id"])

    events = office.get(f"users/{office.ana}/history")["items"]
    assert [(event["kind"], event["actor_id"]) for event in events] == [
        ("points_adjusted", office.second),
        ("points_adjustment_requested", office.first),
    ]
    assert events[0]["after"]["requested_by_id"] == office.first
    assert events[0]["after"]["amount_points"] == -2_000


def test_what_is_declined_never_happens(office):
    adjustment_id = office.adjust(5_000).json["adjustment_id"]

    assert office.decline(adjustment_id).json["state"] == "declined"

    assert told(office.confirm(adjustment_id)) == (409, "adjustment_decided")
    assert balance_of(office.ana) == 100
    kinds = [event["kind"] for event in office.get(f"users/{office.ana}/history")["items"]]
    assert kinds == ["points_adjustment_declined", "points_adjustment_requested"]


def test_who_asked_may_take_it_back(office):
    adjustment_id = office.adjust(5_000).json["adjustment_id"]

    assert office.decline(adjustment_id, by=office.first).json["state"] == "declined"


def test_nobody_confirms_what_is_about_themselves(office):
    asked = office.adjust(5_000, of=office.second)

    assert told(office.confirm(asked.json["adjustment_id"])) == (409, "own_account")


def test_what_nobody_confirmed_in_time_expires(office):
    adjustment_id = office.adjust(5_000).json["adjustment_id"]
    later = service.get_adjustment(adjustment_id=adjustment_id, now=utc_now()).expires_at

    with pytest.raises(AdjustmentDecided) as refused:
        service.confirm_adjustment(adjustment_id=adjustment_id, actor_id=office.second, now=later)

    assert refused.value.context["state"] == "expired"
    assert service.get_adjustment(adjustment_id=adjustment_id, now=later).state == "expired"
    assert [states_of(wanted, now=later) for wanted in ("expired", "pending")] == [["expired"], []]
    assert balance_of(office.ana) == 100


def test_what_another_admin_did_or_confirmed_is_not_counted_as_done_alone(office):
    office.confirm(office.adjust(5_000).json["adjustment_id"])
    another = {"account_id": office.ana, "actor_id": office.second, "reason": "She waited."}
    service.request_adjustment(**another, amount_points=900, now=utc_now())
    assert office.adjust(900).json["state"] == "posted"


def states_of(wanted, *, now):
    """Return the states of the adjustments that a search by state finds at an instant."""
    first = Cursor.parse(None, scope="adjustments")
    searched = AdjustmentFilter(None, wanted)
    page = service.list_adjustments(wanted=searched, cursor=first, limit=10, now=now)
    return [row.state for row in page.items]


def test_adjustments_are_listed_by_state_and_member(office):
    small = office.adjust(1).json["adjustment_id"]
    large = office.adjust(9_000).json["adjustment_id"]
    gone = office.adjust(8_000, of=make_member()).json["adjustment_id"]
    office.decline(gone)

    def found(query=""):
        return [row["adjustment_id"] for row in office.get(f"admin/adjustments{query}")["items"]]

    assert found() == [gone, large, small]
    assert found("?state=pending") == [large]
    assert found("?state=posted") == [small]
    assert found("?state=declined") == [gone]
    assert found("?state=expired") == []
    assert found(f"?account_id={office.ana}") == [large, small]
    assert len(found("?limit=1")) == 1


def test_an_unknown_adjustment_is_not_found(office):
    assert told(office.confirm(new_id())) == (404, "adjustment_not_found")
    assert told(office.decline(new_id())) == (404, "adjustment_not_found")


def test_an_auditor_reads_and_changes_nothing(office, client):
    adjustment_id = office.adjust(5_000).json["adjustment_id"]
    auditor = login(client, make_account(role="auditor"))

    assert client.get(f"{ADMIN}/adjustments", headers=auditor).status_code == 200
    assert client.get(f"{ADMIN}/adjustments/{adjustment_id}", headers=auditor).status_code == 200
    for path in (f"users/{office.ana}/adjust-points", f"adjustments/{adjustment_id}/confirm"):
        answer = client.post(f"{ADMIN}/{path}", json={}, headers=auditor)
        assert told(answer) == (403, "forbidden")


def transaction_of(office):
    return office.get(f"transactions?account_id={office.ana}")["items"][0]


def test_an_adjustment_is_reversed_by_two(office):
    office.adjust(-130)
    wrong = transaction_of(office)
    give_points(office.ana, 50)

    path = f"transactions/{wrong['transaction_id']}/reverse"
    asked = office.post(path, {"reason": "That was another member."})
    assert (asked.json["state"], asked.json["amount_points"]) == ("pending", 130)
    posted = office.confirm(asked.json["adjustment_id"])

    assert (posted.json["balance_points"], posted.json["debt_points"]) == (150, 0)
    newest = transaction_of(office)
    assert (newest["kind"], newest["reverses_no"]) == ("reversal", wrong["sequence_no"])
    assert newest["reason"] == "That was another member."
    assert told(office.post(path, {"reason": "Again."})) == (409, "already_reversed")
    assert audit_ledger(now=utc_now()).is_clean


def test_of_two_reversals_that_wait_one_happens(office):
    office.adjust(10)
    path = f"transactions/{transaction_of(office)['transaction_id']}/reverse"
    first, second = (office.post(path, {"reason": "Wrong."}).json for _ in range(2))

    assert office.confirm(first["adjustment_id"]).status_code == 200
    assert told(office.confirm(second["adjustment_id"])) == (409, "already_reversed")
    assert balance_of(office.ana) == 100


def test_only_adjustments_are_reversed(office):
    with db.transaction("buy") as tx:
        points.spend(tx, office.ana, 5, reference_id="r", description="d", now=utc_now())

    path = f"transactions/{transaction_of(office)['transaction_id']}/reverse"
    assert told(office.post(path, {"reason": "Wrong."})) == (409, "not_reversible")
    assert told(office.post(f"transactions/{new_id()}/reverse", {"reason": "Wrong."})) == (
        404,
        "transaction_not_found",
    )


def test_the_books_are_searched_and_shown_with_their_hashes(office):
    office.adjust(10)
    give_points(make_member(), 7)

    def found(query=""):
        return [row["amount_points"] for row in office.get(f"transactions{query}")["items"]]

    assert found() == [7, 10, 100]
    assert found(f"?account_id={office.ana}") == [10, 100]
    assert found(f"?account_id={office.ana}&kind=award") == []
    assert found("?kind=adjustment&to=2026-06-15") == [7, 100]
    assert found("?from=2026-06-16&limit=1") == [10]
    assert found("?kind=award&from=2026-06-15&to=2026-06-15") == []
    one_day = "?kind=adjustment&from=2026-06-15&to=2026-06-15&limit=1"
    assert found(one_day) == [7]
    cursor = office.get(f"transactions{one_day}")["next_cursor"]
    assert found(f"{one_day}&cursor={cursor}") == [100]
    newest = transaction_of(office)
    details = office.get(f"transactions/{newest['transaction_id']}")
    assert details["transaction"] == newest
    assert newest["description"] == service.IN_THE_BOOKS
    assert sum(posting["amount_points"] for posting in details["postings"]) == 0
    (stored,) = rows("SELECT content_hash FROM ledger_transactions WHERE sequence_no = 2")
    assert newest["content_hash"] == stored[0]


def test_nobody_else_reads_the_books(office, client):
    mine = login(client, office.ana)
    number = transaction_of(office)["transaction_id"]

    assert told(client.get("/api/v1/transactions", headers=mine)) == (403, "forbidden")
    assert told(client.get(f"/api/v1/transactions/{number}", headers=mine)) == (403, "forbidden")


def test_erasure_forgets_the_reason_and_keeps_the_books(office, client):
    office.adjust(-130)
    office.adjust(5_000)

    client.delete(f"/api/v1/users/{office.ana}", headers=office.headers[office.first])

    assert rows("SELECT COUNT(*) FROM point_adjustments") == [(0,)]
    kept = office.get(f"transactions?account_id={office.ana}")["items"]
    assert {line["reason"] for line in kept} == {None}
    assert audit_ledger(now=utc_now()).is_clean


def test_of_many_confirmations_at_once_one_posts(database, settings):
    ana = make_member()
    asked = service.request_adjustment(
        account_id=ana, amount_points=5_000, reason=REASON, actor_id=new_id(), now=utc_now()
    )

    def confirm(_: int) -> int:
        try:
            service.confirm_adjustment(
                adjustment_id=asked.adjustment.adjustment_id, actor_id=new_id(), now=utc_now()
            )
        except AdjustmentDecided:
            return 0
        return 1

    done = in_processes(8, f"sqlite:///{database.path}", confirm)

    assert sorted(done) == [0] * 7 + [1]
    assert balance_of(ana) == 5_000


def test_one_admin_alone_does_not_get_past_the_limit_by_asking_at_once(database, settings):
    ana, admin = make_member(), new_id()

    def ask(_: int) -> str:
        return service.request_adjustment(
            account_id=ana, amount_points=400, reason=REASON, actor_id=admin, now=utc_now()
        ).adjustment.state

    states = in_processes(8, f"sqlite:///{database.path}", ask)

    assert sorted(states) == ["pending"] * 6 + ["posted"] * 2
    assert balance_of(ana) == 800


def test_what_was_given_yesterday_does_not_count_today():
    assert not rules.needs_second_admin(-1_000, 0, 1_000)
    assert rules.needs_second_admin(-1_000, 1, 1_000)
    assert rules.needs_second_admin(1, 0, 0)


def test_an_adjustment_of_a_day_ago_is_over(database, settings):
    ana, admin, now = make_member(), new_id(), utc_now()

    def ask(at):
        return service.request_adjustment(
            account_id=ana, amount_points=1_000, reason=REASON, actor_id=admin, now=at
        ).adjustment.state

    assert [ask(now - timedelta(hours=25)), ask(now), ask(now)] == ["posted", "posted", "pending"]
