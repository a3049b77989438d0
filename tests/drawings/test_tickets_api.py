"""Free entries, limits, disqualifications and lists of tickets over HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fittrack.clock import utc_now
from fittrack.ids import new_id
from tests import factories_drawings as make
from tests import factories_tickets as play
from tests.factories_accounts import login, make_account

API = "/api/v1"
LIMITS = f"{API}/users/me/play-limits"
TICKETS = f"{API}/tickets"
FAR = "2100-01-01"


@pytest.fixture
def ana(database):
    return make.make_player()


@pytest.fixture
def headers(client, ana):
    return login(client, ana)


@pytest.fixture
def admin(client, database):
    account_id = make_account(role="admin")
    return login(client, account_id)


def open_now(**over):
    """Return a drawing that sells at this moment, for an hour."""
    return make.make_open(make.start() - timedelta(hours=1, minutes=1), **over)


def at(drawing, what):
    return f"{API}/drawings/{drawing.drawing_id}/{what}"


def keyed(headers):
    return headers | {"Idempotency-Key": new_id()}


def buy(client, drawing, headers, ticket_count=1):
    return client.post(
        at(drawing, "tickets"), headers=keyed(headers), json={"ticket_count": ticket_count}
    )


def problem(answer):
    return answer.status_code, answer.json["code"]


def test_the_form_needs_no_points_and_no_words(client):
    cem = make_account()
    drawing, headers = open_now(), login(client, cem)
    answer = client.post(at(drawing, "free-entry"), headers=headers)
    assert answer.status_code == 201
    assert (answer.json["entry"]["kind"], answer.json["balance_points"]) == ("free", 0)
    assert answer.json["odds_after"] == {"tickets_held": 1, "tickets_total": 1, "chance": 1.0}
    assert answer.json["receipt"]["receipt"]["entry_id"] == answer.json["entry"]["entry_id"]
    assert problem(client.post(at(drawing, "free-entry"), headers=headers)) == (
        409,
        "free_entry_used",
    )


def test_a_free_entry_repeated_with_its_key_is_the_same(client, headers):
    drawing, keys = open_now(), keyed(headers)
    first, again = (client.post(at(drawing, "free-entry"), headers=keys) for _ in range(2))
    assert (again.status_code, again.json) == (201, first.json)
    assert make.get(drawing).units_sold == 1


def test_rules_that_are_not_the_drawings_are_refused(client, headers):
    drawing = open_now()
    shown = client.get(f"{API}/drawings/{drawing.drawing_id}/rules")
    body = {"ticket_count": 1, "rules_sha256": "0" * 64}
    refused = client.post(at(drawing, "tickets"), headers=keyed(headers), json=body)
    assert problem(refused) == (409, "other_rules")
    body["rules_sha256"] = refused.json["rules_sha256"]
    bought = client.post(at(drawing, "tickets"), headers=keyed(headers), json=body)
    assert bought.json["entry"]["rules_sha256"] == shown.headers["ETag"].strip('"')
    body["rules_sha256"] = "x"
    wrong = client.post(at(drawing, "tickets"), headers=keyed(headers), json=body)
    assert wrong.json["errors"][0]["pointer"] == "/rules_sha256"


def test_limits_are_shown_set_and_held_to(client, headers):
    drawing = open_now()
    assert client.get(LIMITS, headers=headers).json == {
        "monthly_limit_points": None,
        "spent_this_month_points": 0,
        "pending": None,
        "self_excluded_until": None,
    }
    assert buy(client, drawing, headers, 2).status_code == 201
    put = client.put(LIMITS, headers=headers, json={"monthly_limit_points": 300})
    assert (put.json["monthly_limit_points"], put.json["spent_this_month_points"]) == (300, 200)
    over = buy(client, drawing, headers, 2)
    assert problem(over) == (422, "monthly_limit_reached")
    assert (over.json["spent_this_month_points"], over.json["price_points"]) == (200, 200)
    assert buy(client, drawing, headers, 1).status_code == 201
    assert client.post(at(drawing, "free-entry"), headers=headers).status_code == 201
    raised = client.put(LIMITS, headers=headers, json={"monthly_limit_points": 900}).json
    assert (raised["monthly_limit_points"], raised["pending"]["monthly_limit_points"]) == (300, 900)
    assert problem(buy(client, drawing, headers, 1)) == (422, "monthly_limit_reached")
    assert client.get(LIMITS, headers=headers).json == raised


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"monthly_limit_points": -1}, "/monthly_limit_points"),
        ({"monthly_limit_points": "5"}, "/monthly_limit_points"),
        ({"monthly_limit_points": 10**13}, "/monthly_limit_points"),
        ({"self_excluded_until": "2020-01-01"}, "/self_excluded_until"),
        ({"self_excluded_until": "9999-12-31"}, "/self_excluded_until"),
        ({"self_excluded_until": "soon"}, "/self_excluded_until"),
        ({"pending": None}, "/pending"),
    ],
)
def test_limits_that_make_no_sense_name_the_field(client, headers, body, pointer):
    answer = client.put(LIMITS, headers=headers, json=body)
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, pointer)


def test_no_route_gets_around_a_self_exclusion(client, ana, headers, admin):
    drawing = open_now()
    put = client.put(LIMITS, headers=headers, json={"self_excluded_until": FAR})
    assert put.json["self_excluded_until"] == FAR
    assert problem(buy(client, drawing, headers)) == (403, "self_excluded")
    assert problem(client.post(at(drawing, "free-entry"), headers=headers)) == (
        403,
        "self_excluded",
    )
    mail = client.post(at(drawing, "mail-entries"), headers=admin, json={"account_id": ana})
    assert (problem(mail), mail.json["refusal"]) == ((422, "member_refused"), "self_excluded")
    for until in (None, "2099-12-31"):
        back = client.put(LIMITS, headers=headers, json={"self_excluded_until": until})
        assert problem(back) == (409, "self_exclusion_stands")
    kept = client.put(LIMITS, headers=headers, json={"monthly_limit_points": None})
    assert kept.json["self_excluded_until"] == FAR
    assert make.get(drawing).units_sold == 0


def test_an_operator_enters_mail_of_a_member(client, ana, headers, admin):
    drawing = open_now()
    entered = client.post(at(drawing, "mail-entries"), headers=admin, json={"account_id": ana})
    assert entered.status_code == 201
    assert (entered.json["account_id"], entered.json["kind"]) == (ana, "free")
    [mine] = client.get(at(drawing, "my-tickets"), headers=headers).json["items"]
    assert mine["entry_id"] == entered.json["entry_id"]
    assert mine["receipt"]["receipt"]["units"] == 1
    unknown = client.post(at(drawing, "mail-entries"), headers=admin, json={"account_id": new_id()})
    assert problem(unknown) == (404, "account_not_found")


def test_an_operator_disqualifies_and_the_member_reads_why(client, ana, headers, admin):
    drawing = open_now()
    buy(client, drawing, headers, 3)
    body = {"account_id": ana, "reason": "duplicate_account"}
    done = client.post(at(drawing, "disqualifications"), headers=admin, json=body)
    assert (done.status_code, done.json["voided_tickets"]) == (201, 3)
    again = client.post(at(drawing, "disqualifications"), headers=admin, json=body)
    assert problem(again) == (409, "already_disqualified")
    refused = buy(client, drawing, headers)
    assert (problem(refused), refused.json["reason"]) == ((403, "disqualified"), body["reason"])
    play.do_jobs(utc_now())
    [mine] = client.get(TICKETS, headers=headers).json["items"]
    assert (mine["void_reason"], mine["refunded_at"] is None) == ("duplicate_account", False)
    assert make.balance(ana) == 1_000
    body["reason"] = "because I say so"
    wrong = client.post(at(drawing, "disqualifications"), headers=admin, json=body)
    assert wrong.json["errors"][0]["pointer"] == "/reason"


def test_a_member_withdraws_the_own_tickets(client, headers):
    drawing = open_now()
    buy(client, drawing, headers, 3)
    gone = client.delete(at(drawing, "my-tickets"), headers=headers)
    assert gone.json == {"drawing_id": drawing.drawing_id, "withdrawn_tickets": 3}
    make.advance(drawing, drawing.closes_at)
    assert problem(client.delete(at(drawing, "my-tickets"), headers=headers)) == (
        409,
        "drawing_not_open",
    )


def test_members_list_their_own_tickets_and_operators_everybodys(client, ana, headers, admin):
    one, other, ben = open_now(), open_now(), make.make_player()
    buy(client, one, headers, 2)
    client.post(at(one, "free-entry"), headers=headers)
    buy(client, other, login(client, ben), 5)
    auditor = make_account(role="auditor")

    def listed(who, **query):
        found = client.get(TICKETS, headers=who, query_string=query).json["items"]
        return sorted((row["account_id"] == ana, row["kind"]) for row in found)

    own, bens = [(True, "free"), (True, "paid")], [(False, "paid")]
    assert listed(headers) == listed(headers, account_id=ben) == own
    assert listed(admin) == listed(login(client, auditor)) == bens + own
    assert listed(admin, account_id=ana) == listed(admin, drawing_id=one.drawing_id) == own
    assert listed(admin, account_id=ana, drawing_id=other.drawing_id) == []
    assert listed(admin, kind="free") == [(True, "free")]
    assert listed(headers, kind="paid") == [(True, "paid")]
    assert listed(admin, is_void="true") == []
    client.delete(at(one, "my-tickets"), headers=headers)
    assert listed(admin, is_void="true") == own
    assert listed(headers, is_void="false") == []


def test_pages_of_tickets_lose_and_repeat_nothing(client, headers, admin):
    drawing = open_now(ticket_price_points=1)
    made = {buy(client, drawing, headers).json["entry"]["entry_id"] for _ in range(5)}
    for who in (headers, admin):
        seen, cursor = [], None
        while True:
            query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
            page = client.get(TICKETS, headers=who, query_string=query).json
            seen += [row["entry_id"] for row in page["items"]]
            if (cursor := page["next_cursor"]) is None:
                break
        assert (len(seen), set(seen)) == (5, made)
        assert seen == sorted(seen, reverse=True)


def test_a_ticket_is_shown_to_its_member_and_operators(client, headers, admin):
    drawing = open_now()
    entry_id = buy(client, drawing, headers, 2).json["entry"]["entry_id"]
    shown = client.get(f"{TICKETS}/{entry_id}", headers=headers).json
    assert (shown["ticket_count"], shown["drawing_name"]) == (2, "Friday's shoes")
    assert shown["receipt"]["receipt"]["entry_id"] == entry_id
    assert client.get(f"{TICKETS}/{entry_id}", headers=admin).json == shown
    cem = login(client, make_account())
    assert problem(client.get(f"{TICKETS}/{entry_id}", headers=cem)) == (404, "ticket_not_found")


def test_odds_and_price_are_shown_before_a_purchase_and_come_true(client, headers):
    drawing = open_now(ticket_limit=5)
    make.buy(drawing, make.make_player(), 4)
    before = client.get(at(drawing, "odds"), headers=headers, query_string={"ticket_count": 3}).json
    assert (before["price_points"], before["ticket_limit"], before["refusal"]) == (300, 5, None)
    assert before["is_free_entry_used"] is False
    bought = buy(client, drawing, headers, 3).json
    assert (before["odds_before"], before["odds_after"]) == (
        bought["odds_before"],
        bought["odds_after"],
    )
    client.post(at(drawing, "free-entry"), headers=headers)
    after = client.get(at(drawing, "odds"), headers=headers).json
    assert (after["ticket_count"], after["is_free_entry_used"]) == (1, True)
    assert after["odds_before"] == {"tickets_held": 4, "tickets_total": 8, "chance": 0.5}


@pytest.mark.parametrize(
    ("ticket_count", "refusal"), [(6, "ticket_limit_reached"), (5, "insufficient_points")]
)
def test_a_preview_says_why_a_purchase_would_be_refused(client, headers, ticket_count, refusal):
    drawing = open_now(ticket_limit=5, ticket_price_points=300)
    query = {"ticket_count": ticket_count}
    shown = client.get(at(drawing, "odds"), headers=headers, query_string=query).json
    assert (shown["refusal"], problem(buy(client, drawing, headers, ticket_count))[1]) == (
        refusal,
        refusal,
    )


def test_a_preview_knows_limits_exclusions_and_the_end_of_sales(client, headers):
    drawing = open_now()
    client.put(LIMITS, headers=headers, json={"monthly_limit_points": 50})

    def refusal():
        return client.get(at(drawing, "odds"), headers=headers).json["refusal"]

    assert refusal() == "monthly_limit_reached"
    client.put(LIMITS, headers=headers, json={"self_excluded_until": FAR})
    assert refusal() == "self_excluded"
    make.advance(drawing, drawing.closes_at)
    assert refusal() == "drawing_not_open"
    draft = make.make_draft(make.start())
    hidden = client.get(at(draft, "odds"), headers=headers)
    assert problem(hidden) == (404, "drawing_not_found")


def test_pages_of_entries_and_wins_lose_and_repeat_nothing(client, headers):
    drawing = open_now(
        ticket_price_points=1,
        distinct_by="entry",
        prizes=[make.prize(quantity=4, value_cents=100)],
        alternates=0,
    )
    made = [buy(client, drawing, headers).json["entry"]["entry_id"] for _ in range(5)]
    make.advance(drawing, drawing.closes_at)
    make.advance(drawing, drawing.draws_at)
    whole = {}
    for path in ("my-entries", "my-wins"):
        url, seen, cursor = f"{API}/drawings/{path}", [], None
        while True:
            query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
            page = client.get(url, headers=headers, query_string=query).json
            seen += [row["entry_id"] for row in page["items"]]
            if (cursor := page["next_cursor"]) is None:
                break
        whole[path] = seen
    assert whole["my-entries"] == sorted(made, reverse=True)
    assert len(set(whole["my-wins"])) == 4
    assert whole["my-wins"] == sorted(whole["my-wins"], reverse=True)
