"""The ledger: one way in, nothing changed afterwards, nothing twice."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from fittrack import db
from fittrack.db.errors import Check, Immutable
from fittrack.ids import new_id
from fittrack.points import ledger, service
from fittrack.points.audit import audit_ledger
from fittrack.points.errors import InsufficientPoints, LedgerKeyReused, PurchaseNotFound
from fittrack.points.models import Request
from tests.factories_points import NOON, balance_of, execute, give_points, make_member
from tests.points.shares import examples


@pytest.fixture
def ana(database):
    return make_member(points=100)


def buy(account_id: str, points: int, reference_id: str = "purchase-1") -> int:
    with db.transaction("buy") as tx:
        return service.spend(
            tx, account_id, points, reference_id=reference_id, description="Tickets", now=NOON
        )


def give_back(reference_id: str = "purchase-1") -> int:
    with db.transaction("give_back") as tx:
        return service.refund(tx, reference_id=reference_id, description="Cancelled", now=NOON)


def rows(statement: str) -> list[tuple]:
    return db.engine().raw().execute(statement).fetchall()


def test_a_purchase_takes_its_price(ana):
    assert buy(ana, 40) == 60
    assert balance_of(ana) == 60
    assert rows("SELECT balance_points FROM ledger_accounts WHERE kind = 'tickets'") == [(40,)]


def test_a_purchase_below_the_price_changes_nothing(ana):
    before = rows("SELECT * FROM ledger_accounts")

    with pytest.raises(InsufficientPoints) as refused:
        buy(ana, 101)

    assert (refused.value.status, refused.value.code) == (422, "insufficient_points")
    assert refused.value.context == {"needed_points": 101, "available_points": 100}
    assert rows("SELECT * FROM ledger_accounts") == before
    assert rows("SELECT COUNT(*) FROM ledger_transactions") == [(1,)]


def test_who_never_had_points_can_buy_nothing(database):
    with pytest.raises(InsufficientPoints):
        buy(make_member(), 1)


@pytest.mark.parametrize("points", [0, -5])
def test_a_price_is_at_least_one_point(ana, points):
    with pytest.raises(ValueError, match="purchase of"):
        buy(ana, points)


def test_an_adjustment_by_nothing_is_refused(ana):
    with pytest.raises(ValueError, match="by nothing"):
        give_points(ana, 0)


def test_the_same_purchase_again_takes_nothing_more(ana):
    assert (buy(ana, 40), buy(ana, 40)) == (60, 60)
    assert rows("SELECT COUNT(*) FROM ledger_transactions") == [(2,)]


def test_another_purchase_under_the_same_key_is_refused(ana):
    buy(ana, 40)

    with pytest.raises(LedgerKeyReused) as refused:
        buy(ana, 41)

    assert (refused.value.status, refused.value.code) == (409, "ledger_key_reused")
    assert balance_of(ana) == 60


def test_a_refund_mirrors_its_purchase_once(ana):
    buy(ana, 40)

    assert (give_back(), give_back()) == (100, 100)
    assert rows(
        "SELECT kind, reverses_no FROM ledger_transactions WHERE reverses_no IS NOT NULL"
    ) == [("ticket_refund", 2)]


def test_a_refund_of_nothing_is_not_found(ana):
    with pytest.raises(PurchaseNotFound) as refused:
        give_back("no-such-purchase")

    assert (refused.value.status, refused.value.code) == (404, "purchase_not_found")


def reverse(sequence_no: int) -> int:
    with db.transaction("reverse") as tx:
        return ledger.reverse(
            tx,
            sequence_no,
            kind="reversal",
            description="A mistake",
            actor="admin",
            day_on=date(2026, 6, 15),
            now=NOON,
        )


def standing(account_id: str) -> tuple[int, int]:
    balance = service.get_balance(account_id=account_id)
    return balance.balance_points, balance.debt_points


def test_what_is_spent_is_owed_after_a_reversal(ana):
    buy(ana, 40)

    assert reverse(1) == 0

    assert standing(ana) == (0, 40)
    assert set(audit_ledger(now=NOON).findings.counts) == {"purchase_entry"}


def test_a_reversal_gives_back_debt_that_was_paid_since(ana):
    give_points(ana, -130)
    give_points(ana, 50)
    assert standing(ana) == (20, 0)

    assert reverse(2) == 150

    assert standing(ana) == (150, 0)
    assert audit_ledger(now=NOON).is_clean


def test_a_reversal_takes_back_debt_that_is_owed_still(ana):
    give_points(ana, -130)

    assert reverse(2) == 100

    assert standing(ana) == (100, 0)
    assert rows("SELECT amount_points FROM ledger_postings WHERE sequence_no = 3") == [
        (30,),
        (100,),
        (-130,),
    ]


def test_a_reversal_of_what_paid_debt_takes_what_is_spendable_first(ana):
    give_points(ana, -130)
    give_points(ana, 50)
    give_points(ana, 5)

    assert reverse(3) == 0

    assert standing(ana) == (0, 25)
    assert audit_ledger(now=NOON).is_clean


def test_a_reversal_happens_once(ana):
    assert (reverse(1), reverse(1)) == (0, 0)
    assert rows("SELECT COUNT(*) FROM ledger_transactions") == [(2,)]


def test_a_balance_moved_without_a_look_before_still_ends_at_zero(ana):
    with pytest.raises(InsufficientPoints), db.transaction("move_balance") as tx:
        ledger._move(tx, ledger.spendable_id(ana), -101)
    with db.transaction("move_balance") as tx:
        assert ledger._move(tx, ledger.debt_id(ana), -101).balance_after_points == -101


def test_a_reversal_takes_an_adjustment_back(ana):
    assert reverse(1) == balance_of(ana) == 0
    assert audit_ledger(now=NOON).is_clean


@pytest.mark.parametrize("table", ["ledger_transactions", "ledger_postings"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET sequence_no = 9", "DELETE FROM {}"])
def test_the_database_refuses_to_change_the_ledger(ana, table, statement):
    with pytest.raises(Exception, match="append-only") as refused:
        execute(statement.format(table))

    assert isinstance(db.sqlite.translated(refused.value), Immutable)


def test_the_database_refuses_to_replace_a_row_of_the_ledger(ana):
    with pytest.raises(Exception, match="append-only"):
        execute("INSERT OR REPLACE INTO ledger_postings SELECT * FROM ledger_postings")


@pytest.mark.parametrize(("kind", "points"), [("spendable", -1), ("debt", 1)])
def test_the_database_refuses_a_balance_that_can_not_be(ana, kind, points):
    with pytest.raises(Exception, match=f"ledger_accounts_{kind}_ck") as refused:
        execute("UPDATE ledger_accounts SET balance_points = ? WHERE kind = ?", points, kind)

    assert isinstance(db.sqlite.translated(refused.value), Check)


def test_the_hash_can_be_made_again_from_what_the_document_says(ana):
    """Recompute the second transaction's hash with nothing but the table's columns and json."""
    buy(ana, 40)
    raw = db.engine().raw().execute("SELECT * FROM ledger_transactions WHERE sequence_no = 2")
    content = dict(zip([column[0] for column in raw.description], raw.fetchone(), strict=True))
    stored = content.pop("content_hash")
    content["postings"] = [
        list(row)
        for row in rows(
            "SELECT ledger_account_id, amount_points, balance_after_points FROM ledger_postings"
            " WHERE sequence_no = 2 ORDER BY ledger_account_id"
        )
    ]

    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    assert hashlib.sha256(text.encode()).hexdigest() == stored
    assert (
        content["previous_hash"]
        == rows("SELECT content_hash FROM ledger_transactions WHERE sequence_no = 1")[0][0]
    )


def test_accounts_are_opened_once(ana):
    for _ in range(2):
        with db.transaction("open") as tx:
            service.open_accounts(tx, ana, now=NOON)

    assert balance_of(ana) == 100


def test_a_unit_that_fails_later_leaves_no_trace_in_the_chain(ana):
    def buy_and_fail() -> None:
        with db.transaction("buy") as tx:
            service.spend(tx, ana, 40, reference_id="r", description="d", now=NOON)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        buy_and_fail()

    assert buy(ana, 40) == 60
    assert audit_ledger(now=NOON).findings.counts == {"purchase_entry": 1}


moves = st.lists(
    st.tuples(
        st.sampled_from(["adjust", "award", "correct", "buy", "refund", "repeat", "reverse"]),
        st.integers(1, 120),
    ),
    max_size=50,
)


@hypothesis_settings(
    max_examples=examples(60),
)
@given(moves)
def test_the_books_balance_after_anything_in_any_order(database, given_moves):
    member = Booked(make_member())
    for kind, points in given_moves:
        with suppress(InsufficientPoints):
            getattr(member, kind)(points)
        assert standing(member.account_id) == (member.spendable, member.debt)

    assert min(member.spendable, member.debt) >= 0
    assert member.spendable - member.debt == member.net
    unmatched = {"purchase_entry", "refund_reversal", "day_award"}
    assert set(audit_ledger(now=NOON).findings.counts) <= unmatched


class Booked:
    """A member with what the books must say, reckoned apart from them."""

    def __init__(self, account_id: str) -> None:
        self.account_id = account_id
        self.spendable = self.debt = self.net = 0
        self.bought: list[tuple[str, int]] = []
        self.refunded: set[str] = set()
        self.adjusted: dict[int, int] = {}

    def move(self, points: int) -> None:
        """Move both accounts as a credit that pays debt, or a debit that may owe, does."""
        self.net += points
        paid = min(points, self.debt) if points > 0 else min(0, points + self.spendable)
        self.debt -= paid
        self.spendable += points - paid

    def adjust(self, points: int) -> None:
        points = points - 60 or 1
        give_points(self.account_id, points)
        self.adjusted[last_number()] = points
        self.move(points)

    def award(self, points: int) -> None:
        self._post("award", points)

    def correct(self, points: int) -> None:
        self._post("award_correction", -points)

    def _post(self, kind: str, points: int) -> None:
        key = new_id()
        request = Request(
            *(kind, self.account_id, ledger.ISSUED, points, key, key, "d", "system"),
            date(2026, 6, 15),
            may_owe=True,
        )
        with db.transaction("post") as tx:
            ledger.post(tx, request, now=NOON)
        self.move(points)

    def buy(self, points: int) -> None:
        purchase_id = new_id()
        buy(self.account_id, points, purchase_id)
        self.bought.append((purchase_id, points))
        self.spendable -= points
        self.net -= points

    def repeat(self, points: int) -> None:
        if self.bought:
            purchase_id, price = self.bought[points % len(self.bought)]
            buy(self.account_id, price, purchase_id)

    def refund(self, points: int) -> None:
        if self.bought:
            purchase_id, price = self.bought[points % len(self.bought)]
            give_back(purchase_id)
            if purchase_id not in self.refunded:
                self.spendable += price
                self.net += price
            self.refunded.add(purchase_id)

    def reverse(self, points: int) -> None:
        if self.adjusted:
            number = sorted(self.adjusted)[points % len(self.adjusted)]
            reverse(number)
            self.move(-self.adjusted[number])
            self.adjusted[number] = 0


def last_number() -> int:
    return int(rows("SELECT MAX(sequence_no) FROM ledger_transactions")[0][0])


def test_a_request_for_something_else_has_another_hash(ana):
    request = Request("adjustment", ana, ledger.ISSUED, 5, "r", "key", "d", "a", date(2026, 6, 15))
    with db.transaction("post") as tx:
        ledger.post(tx, request, now=NOON)

    for other in (
        replace(request, amount_points=6),
        replace(request, description="another"),
        replace(request, day_on=date(2026, 6, 16)),
    ):
        with pytest.raises(LedgerKeyReused), db.transaction("post") as tx:
            ledger.post(tx, other, now=NOON)
