"""What a deletion leaves in order: points, tickets, prizes, staff and sponsors."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from fittrack import db, queues, worker
from fittrack.accounts.administration.errors import LastAdmin
from fittrack.accounts.erasure import service
from fittrack.auth import AccountNotActive
from fittrack.clock import utc_now
from fittrack.drawings import verifier
from fittrack.drawings.record import publication
from fittrack.notifications import service as notifications
from fittrack.points import audit
from fittrack.points import service as points
from fittrack.points.errors import InsufficientPoints
from fittrack.sponsors.errors import LastSponsorAccount
from tests import factories_drawings as make
from tests.accounts.steps import run_jobs
from tests.factories_accounts import PASSWORD, login, make_account
from tests.factories_activities import Member, count, execute, select

pytestmark = pytest.mark.usefixtures("database")
ME = "/api/v1/users/me"


def erase(account_id, **over):
    """Erase an account as its owner does, and let the job run."""
    erased = service.erase_account(
        account_id=account_id, actor_id=account_id, now=utc_now(), **over
    )
    run_jobs()
    return erased


def findings(**over):
    """Return what a deep audit finds."""
    return audit.audit_ledger(now=utc_now(), is_deep=True, **over).findings.kept


def balance(ledger_account_id):
    """Return the points of one account of the ledger."""
    return select(
        "SELECT balance_points FROM ledger_accounts WHERE ledger_account_id = :id",
        "balance_points",
        id=ledger_account_id,
    )[0][0]


def test_what_could_be_spent_passes_to_the_house_and_the_books_are_right(client):
    ana = Member(client)
    ana.run(duration_s=3600)
    earned = ana.balance()
    assert earned > 0
    erase(ana.account_id)
    assert balance(f"{ana.account_id}/spendable") == 0
    assert balance("house/erased") == earned
    assert findings() == []


def test_a_debt_is_the_houses_too(client):
    ana = Member(client)
    activity_id = ana.run(duration_s=3600)
    earned = ana.balance()
    with db.transaction("spend") as tx:
        points.grant(
            tx,
            ana.account_id,
            -earned,
            reference_id="all",
            reason="spent",
            actor_id="test",
            now=utc_now(),
        )
    ana.delete(f"activities/{activity_id}")
    assert ana.get("points/balance").json["debt_points"] > 0
    erase(ana.account_id)
    assert balance(f"{ana.account_id}/debt") == 0
    assert balance("house/erased") < 0
    assert findings() == []


def test_a_day_keeps_its_points_and_loses_what_was_done_on_it(client):
    ana = Member(client)
    ana.run(duration_s=3600)
    columns = ("awarded_points", "active_minutes", "run_days", "receipt_json")
    query = f"SELECT {', '.join(columns)} FROM day_awards"
    ((awarded, *_),) = select(query, *columns)
    erase(ana.account_id)
    assert select(query, *columns) == [(awarded, 0, 0, [])]


def test_open_tickets_stay_valid_and_may_win_under_the_pseudonym():
    drawing = make.make_open(make.start())
    ana = make.make_player()
    make.buy(drawing, ana, 3)
    erased = erase(ana)
    assert (erased.withdrawn_tickets, erased.pending_prizes) == (0, [])
    make.advance(drawing, drawing.draws_at)
    results = publication.get_results(drawing_id=drawing.drawing_id)
    assert [pick.display_name for pick in results.picks] == [erased.display_name]
    assert verifier.verify(make.bundle(drawing)).exit == 0
    assert make.notices(ana) == []
    assert findings() == []


def test_withdrawn_tickets_are_listed_as_void_and_win_nothing():
    drawing = make.make_open(make.start())
    ana, ben = make.make_player(), make.make_player()
    make.buy(drawing, ana, 3)
    make.buy(drawing, ben, 2)
    make.buy(drawing, ana, 1)
    assert erase(ana, withdraw_tickets=True).withdrawn_tickets == 4
    assert make.get(drawing).units_sold == 2
    make.advance(drawing, drawing.draws_at)
    frozen = select(
        "SELECT units, void_reason FROM frozen_entries ORDER BY position", "units", "void_reason"
    )
    assert frozen == [(0, "withdrawn"), (2, None), (0, "withdrawn")]
    results = publication.get_results(drawing_id=drawing.drawing_id)
    assert [pick.tickets_held for pick in results.picks] == [2]
    assert verifier.verify(make.bundle(drawing)).exit == 0
    assert findings() == []


def test_after_the_end_of_sales_nothing_is_withdrawn():
    drawing = make.make_open(make.start() - timedelta(hours=3))
    ana = make.make_player()
    make.buy(drawing, ana, 3)
    assert erase(ana, withdraw_tickets=True).withdrawn_tickets == 0
    assert make.get(drawing).units_sold == 3


def test_tickets_of_a_cancelled_drawing_are_refunded_and_the_points_swept_up():
    drawing = make.make_open(make.start())
    ana = make.make_player(500)
    make.buy(drawing, ana, 3)
    service.erase_account(account_id=ana, actor_id=ana, now=utc_now())
    make.cancel(drawing, drawing.opens_at)
    make.advance(drawing, drawing.opens_at)
    assert balance(f"{ana}/spendable") == 300
    run_jobs()
    assert (balance(f"{ana}/spendable"), balance("house/erased")) == (0, 500)
    assert findings() == []


def test_a_carried_entry_of_an_erased_member_gets_a_tag_that_nobody_can_open():
    sponsor_id = make.make_sponsor(is_revealing_by_itself=False)
    drawing = make.make_open(make.start(), sponsor_id=sponsor_id)
    ana, ben = make.make_player(), make.make_player()
    for buyer in (ana, ben):
        make.buy(drawing, buyer, 1)
    erase(ana)
    make.advance(drawing, drawing.draws_at)
    make.advance(drawing, drawing.draws_at + timedelta(days=2))
    (successor,) = make.successors(drawing)
    salts = dict(
        select(
            "SELECT account_id, salt_bytes FROM drawing_holders WHERE drawing_id = :id",
            "account_id",
            "salt_bytes",
            id=successor.drawing_id,
        )
    )
    assert salts[ana] is None
    assert len(salts[ben]) == 32
    make.run_jobs("tell_entrants", now=drawing.draws_at + timedelta(days=2))
    assert (make.notices(ana), make.notices(ben)) == ([], ["drawing_aborted"])


def test_prizes_on_their_way_are_named():
    drawing = make.make_open(make.start())
    ana = make.make_player()
    make.buy(drawing, ana)
    make.advance(drawing, drawing.draws_at)
    (prize,) = erase(ana).pending_prizes
    assert (prize.prize_name, prize.state) == ("Running shoes", "winner_notified")
    assert select("SELECT account_id FROM fulfilments", "account_id") == [(ana,)]


def test_who_is_erased_buys_nothing_more():
    drawing = make.make_open(make.start())
    ana = make.make_player()
    erase(ana)
    with pytest.raises(AccountNotActive):
        make.buy(drawing, ana)


def test_buying_and_going_at_once_leaves_the_books_right():
    drawing = make.make_open(make.start())
    players = [make.make_player(1_000) for _ in range(6)]

    def buy(account_id):
        try:
            make.buy(drawing, account_id, 2)
        except (AccountNotActive, InsufficientPoints):
            return

    with ThreadPoolExecutor(12) as pool:
        bought = [pool.submit(buy, account_id) for account_id in players]
        gone = [
            pool.submit(
                service.erase_account, account_id=account_id, actor_id=account_id, now=utc_now()
            )
            for account_id in players
        ]
        for each in (*bought, *gone):
            each.result(timeout=60)
    run_jobs()
    assert {balance(f"{account_id}/spendable") for account_id in players} == {0}
    salts = select("SELECT salt_bytes FROM drawing_holders", "salt_bytes")
    assert {salt for (salt,) in salts} <= {None}
    assert findings() == []


def test_who_is_erased_is_told_nothing():
    ana = make_account()
    erase(ana)
    with db.transaction("tell") as tx:
        notifications.notify(
            tx, ana, "prize_won", key="k", title="t", body="b", data={}, now=utc_now()
        )
    assert make.notices(ana) == []
    assert select("SELECT job_name FROM outbox WHERE job_name = 'send_mail'", "job_name") == []


def test_the_last_admin_stays(client):
    boss = make_account(role="admin")
    answer = client.delete(ME, headers=login(client, boss), json={"password": PASSWORD})
    assert (answer.status_code, answer.json["code"]) == (409, "last_admin")
    make_account(role="admin")
    assert client.delete(ME, headers=login(client, boss)).status_code == 202


def test_two_admins_who_go_at_once_leave_one():
    admins = [make_account(role="admin") for _ in range(2)]

    def go(account_id):
        try:
            service.erase_account(account_id=account_id, actor_id=account_id, now=utc_now())
        except LastAdmin:
            return "stays"
        return "gone"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(go, admins)) == ["gone", "stays"]


def test_the_last_account_of_an_active_sponsor_stays(client):
    sponsor_id = make.make_sponsor()
    ana = make.make_sponsor_account(sponsor_id)
    answer = client.delete(ME, headers=login(client, ana))
    assert (answer.status_code, answer.json["code"]) == (409, "last_sponsor_account")
    ben = make.make_sponsor_account(sponsor_id)
    assert erase(ana).status == "erased"
    assert select("SELECT account_id FROM sponsor_accounts", "account_id") == [(ben,)]
    with pytest.raises(LastSponsorAccount):
        erase(ben)
    execute("UPDATE sponsors SET is_active = :inactive", inactive=False)
    assert erase(ben).status == "erased"


def test_a_refused_deletion_changes_nothing(client):
    boss = make_account(role="admin", email="boss@example.com")
    before = (count("sessions"), count("outbox"), count("totp_factors"))
    with pytest.raises(LastAdmin):
        erase(boss)
    assert (count("sessions"), count("outbox"), count("totp_factors")) == before


def test_what_a_request_under_way_still_wrote_goes_an_hour_later(client):
    ana = Member(client)
    erase(ana.account_id)
    execute(
        "INSERT INTO imports (import_id, account_id, file_count, created_at)"
        " VALUES ('late', :account_id, 1, :created_at)",
        account_id=ana.account_id,
        created_at=utc_now(),
    )
    run_jobs()
    assert count("imports") == 1
    execute("UPDATE outbox SET due_at = :due_at", due_at=utc_now() - timedelta(seconds=1))
    run_jobs()
    assert count("imports") == 0
    assert select("SELECT state FROM outbox WHERE state <> 'done'", "state") == []


def test_a_job_whose_time_is_up_hands_on_to_another(client, monkeypatch):
    ana = Member(client)
    ana.run(duration_s=60)
    monkeypatch.setattr(service, "WORKING_S", -1)
    service.erase_account(account_id=ana.account_id, actor_id=ana.account_id, now=utc_now())
    pending = "SELECT outbox_id FROM outbox WHERE state = 'pending'"
    ((first_id,),) = select(pending, "outbox_id")
    worker.run_outbox(first_id)
    assert count("activities") == 1
    ((next_id,),) = select(pending, "outbox_id")
    assert next_id != first_id
    monkeypatch.undo()
    run_jobs()
    assert count("activities") == 0


def test_a_lost_lease_ends_nothing(client):
    ana = Member(client)
    service.erase_account(account_id=ana.account_id, actor_id=ana.account_id, now=utc_now())
    ((outbox_id,),) = select("SELECT outbox_id FROM outbox", "outbox_id")
    lease = queues.claim(outbox_id, now=utc_now())
    execute("UPDATE outbox SET lease_token = :other", other="anothers")
    with pytest.raises(queues.LeaseLost):
        service.finish_erasure(
            lease, account_id=ana.account_id, is_second_look=False, now=utc_now()
        )
    assert select("SELECT finished_at FROM erasures", "finished_at") == [(None,)]
