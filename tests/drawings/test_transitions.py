"""Which steps a drawing takes, when, and which are refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fittrack import db, queues
from fittrack.db.errors import Immutable
from fittrack.db.loader import Statement
from fittrack.drawings import errors, service, verifier
from fittrack.drawings.conduct import announcements, by_hand, carrying, refunds
from fittrack.drawings.conduct import service as conduct
from fittrack.drawings.record import publication
from fittrack.drawings.rules import STATUSES, TRANSITIONS, check_transition
from fittrack.drawings.tickets import repository as tickets
from fittrack.drawings.verifier import commitment, parse_json
from fittrack.notifications import service as notifications
from fittrack.pagination import Cursor
from fittrack.points import audit
from fittrack.sponsors import service as sponsors
from tests import factories_drawings as make
from tests.factories_accounts import make_account

VALUE = bytes(range(32))
ACTOR = make.Actor(None, "admin")


@pytest.fixture
def now(database):
    return make.start()


def in_status(status, now, *, is_entered=False, **over):
    """Return a drawing that has come to a status, and the instant at which it did."""
    drawing = make.make_draft(now, **over)
    if status == "draft":
        return drawing, now
    make.schedule(drawing.drawing_id, now=now)
    if status == "cancelled":
        return make.cancel(drawing, now), now
    for reached, at in (
        ("scheduled", now),
        ("open", drawing.opens_at),
        ("closed", drawing.closes_at),
        ("completed", drawing.draws_at),
    ):
        make.advance(drawing, at)
        if reached == "open" and is_entered:
            make.buy(drawing, make.make_player())
        if reached == status:
            return make.get(drawing), at
    raise AssertionError(status)


def tamper(text):
    with db.transaction("tamper") as tx:
        tx.run(Statement("tamper", "drawings", text, text, frozenset(), ()))


def witnessed_by_hand(now, **over):
    """Return an open drawing whose sponsor reveals by its own order, and one of its people."""
    sponsor_id = make.make_sponsor(is_revealing_by_itself=False)
    drawing = make.make_open(now, sponsor_id=sponsor_id, **over)
    return drawing, make.make_sponsor_account(sponsor_id)


def reveal(drawing, account_id, at, value=None):
    return service.reveal_value(
        drawing_id=drawing.drawing_id, account_id=account_id, value=value, clock=lambda: at
    )


def history(drawing):
    page = service.list_events(drawing_id=drawing.drawing_id, cursor=Cursor("h"), limit=100)
    return [event.action for event in page.items]


def log_types():
    return [row.type for row in publication.list_log(cursor=Cursor("log"), limit=100).items]


def untold(drawing):
    with db.reading("list_untold_entrants") as tx:
        return tickets.list_untold_entrants(
            tx, drawing.drawing_id, kind="drawing_aborted", row_limit=10
        )


def waiting_successor(now):
    """Return a draft that waits for an admin with Ana's entry, Ana, and the time of the abort."""
    drawing, _ = witnessed_by_hand(now, prizes=[make.prize(value_cents=10_000)])
    ana = make.make_player()
    make.buy(drawing, ana)
    for at in (drawing.closes_at, drawing.draws_at):
        make.advance(drawing, at)
    aborted_at = make.get(drawing).reveal_deadline_at
    make.advance(drawing, aborted_at)
    [successor] = make.successors(drawing)
    make.advance(successor, aborted_at)
    return make.get(successor), ana, aborted_at


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("to", STATUSES)
def test_an_impossible_transition_names_the_possible_ones(status, to):
    drawing = make.bare(status=status)
    if to in TRANSITIONS[status]:
        check_transition(drawing, to)
        return
    with pytest.raises(errors.InvalidTransition) as caught:
        check_transition(drawing, to)
    assert caught.value.context["allowed"] == list(TRANSITIONS[status])


@pytest.mark.parametrize("status", ["scheduled", "open", "closed", "completed", "cancelled"])
def test_only_a_draft_is_scheduled_or_deleted(now, status):
    drawing, at = in_status(status, now)
    with pytest.raises(errors.InvalidTransition):
        make.schedule(drawing.drawing_id, now=at)
    with pytest.raises(errors.InvalidTransition):
        service.delete_drawing(drawing_id=drawing.drawing_id, revisions=None)
    assert make.get(drawing) == drawing


@pytest.mark.parametrize("status", ["draft", "scheduled", "open", "closed"])
def test_a_drawing_is_cancelled_before_anything_is_revealed(now, status):
    drawing, at = in_status(status, now)
    assert make.cancel(drawing, at).status == "cancelled"
    assert make.advance(drawing, at + timedelta(days=9)) == []
    assert ("cancel" in log_types()) == (status != "draft")


@pytest.mark.parametrize("status", ["completed", "cancelled"])
def test_a_finished_drawing_is_not_cancelled(now, status):
    drawing, at = in_status(status, now)
    with pytest.raises(errors.InvalidTransition):
        make.cancel(drawing, at)


def test_a_drawing_is_not_cancelled_once_a_value_is_revealed(now):
    drawing, _ = witnessed_by_hand(now)
    make.advance(drawing, drawing.closes_at)
    make.advance(drawing, drawing.draws_at)
    with pytest.raises(errors.AlreadyRevealed):
        make.cancel(drawing, drawing.draws_at)


def test_a_cancelled_drawing_refunds_everyone_once_and_says_so(now):
    drawing, ana, ben = make.make_open(now), make.make_player(), make.make_player()
    for buyer, ticket_count in ((ana, 2), (ana, 3), (ben, 1)):
        make.buy(drawing, buyer, ticket_count)
    make.cancel(drawing, drawing.opens_at)
    assert make.balance(ana) == 500
    for _ in range(2):
        make.advance(drawing, drawing.opens_at + timedelta(seconds=1))
    assert (make.balance(ana), make.balance(ben)) == (1_000, 1_000)
    assert make.notices(ana) == make.notices(ben) == ["drawing_cancelled"]
    assert make.get(drawing).due_at is None
    assert audit.audit_ledger(now=drawing.opens_at).is_clean


def test_many_entries_are_refunded_batch_by_batch(now, monkeypatch):
    monkeypatch.setattr(refunds, "BATCH_ROWS", 2)
    drawing, ana = make.make_open(now), make.make_player()
    for _ in range(5):
        make.buy(drawing, ana)
    make.cancel(drawing, drawing.opens_at)
    make.advance(drawing, drawing.opens_at + timedelta(seconds=1))
    assert make.balance(ana) == 1_000


def test_nothing_is_done_before_it_is_due(now):
    drawing = make.make_scheduled(now)
    for due_at, step in (
        (drawing.opens_at, "open_drawing"),
        (drawing.closes_at, "close_drawing"),
        (drawing.draws_at, "reveal_kept_value"),
    ):
        assert make.advance(drawing, due_at - timedelta(microseconds=1)) == []
        assert make.advance(drawing, due_at)[0] == step
    assert make.advance(drawing, drawing.draws_at + timedelta(days=99)) == []


def test_a_scheduler_that_slept_through_it_all_makes_up_for_it(now):
    drawing = make.make_scheduled(now)
    late = drawing.draws_at + timedelta(days=3)
    steps = make.advance(drawing, late)
    assert (steps[0], steps[-1]) == ("open_drawing", "draw_winners")
    assert make.get(drawing).drawn_at == late
    assert verifier.verify(make.bundle(drawing)).exit == 0


def test_due_drawings_are_found_and_finished_ones_are_not(now):
    drawing = make.make_scheduled(now)
    make.make_draft(now)
    assert conduct.wake_due_drawings(now=now) == 0
    assert conduct.wake_due_drawings(now=drawing.opens_at) == 1
    assert queues.queue("drawings").count == 1
    make.advance(drawing, drawing.draws_at)
    assert conduct.wake_due_drawings(now=drawing.draws_at + timedelta(days=9)) == 0


def test_a_drawing_without_tickets_ends_without_winners(now):
    drawing, _ = in_status("completed", now, sponsor_id=make.make_sponsor())
    results = publication.get_results(drawing_id=drawing.drawing_id)
    assert (results.picks, results.unfilled) == ([], 1)
    assert verifier.verify(make.bundle(drawing)).exit == 0


def test_each_winner_has_one_delivery_and_one_notice(now):
    drawing = make.make_open(now, prizes=[make.prize(value_cents=10, quantity=3)], alternates=1)
    players = [make.make_player() for _ in range(4)]
    for player in players:
        make.buy(drawing, player)
    for at in (drawing.closes_at, drawing.draws_at, drawing.draws_at):
        make.advance(drawing, at)
    results = publication.get_results(drawing_id=drawing.drawing_id)
    assert [pick.role for pick in results.picks] == ["winner"] * 3 + ["alternate"]
    assert make.count("fulfilments") == 3
    assert sorted(kind for player in players for kind in make.notices(player)) == ["prize_won"] * 3


def test_scheduling_needs_a_future_opening(now):
    draft = make.make_draft(now)
    with pytest.raises(errors.OpensInThePast):
        make.schedule(draft.drawing_id, now=draft.opens_at)


def test_sequence_numbers_have_no_gap(now):
    late, refused, early = (make.make_draft(now) for _ in range(3))
    assert make.schedule(early.drawing_id, now=now).sequence_no == 1
    with pytest.raises(errors.OpensInThePast):
        make.schedule(refused.drawing_id, now=refused.opens_at)
    assert make.schedule(late.drawing_id, now=now).sequence_no == 2


def test_prizes_of_worth_need_a_witness(now):
    with pytest.raises(errors.WitnessRequired):
        make.make_scheduled(now, prizes=[make.prize(value_cents=2_501, quantity=2)])
    make.make_scheduled(now, prizes=[make.prize(value_cents=2_500, quantity=2)])


@pytest.mark.parametrize(
    ("excluded", "registered", "missing"),
    [
        (["NY"], [], ["FL"]),
        ([], [], ["FL", "NY"]),
        (["NY"], ["FL"], None),
        ([], ["NY", "FL"], None),
    ],
)
def test_prizes_over_5000_dollars_need_registration_or_exclusion(
    now, excluded, registered, missing
):
    over = {
        "prizes": [make.prize(value_cents=500_001)],
        "excluded_states_json": excluded,
        "registered_states_json": registered,
        "sponsor_id": make.make_sponsor(),
    }
    if missing is None:
        make.make_scheduled(now, **over)
        return
    with pytest.raises(errors.RegistrationRequired) as caught:
        make.make_scheduled(now, **over)
    assert caught.value.context["states"] == missing


def test_prizes_of_just_5000_dollars_need_no_registration(now):
    over = {"excluded_states_json": [], "sponsor_id": make.make_sponsor()}
    prizes = [make.prize(value_cents=250_000, quantity=2)]
    assert make.make_scheduled(now, prizes=prizes, **over).status == "scheduled"


def test_a_sponsor_reveals_the_value_kept_for_it_by_one_click(now):
    drawing, sponsor = witnessed_by_hand(now)
    make.advance(drawing, drawing.closes_at)
    with pytest.raises(errors.RevealNotDue):
        reveal(drawing, sponsor, drawing.closes_at)
    assert make.advance(drawing, drawing.draws_at) == ["reveal_kept_value"]
    with pytest.raises(errors.RevealsMissing):
        by_hand.execute_drawing(
            drawing_id=drawing.drawing_id, actor=ACTOR, clock=lambda: drawing.draws_at
        )
    at = drawing.draws_at + timedelta(hours=2)
    for _ in range(2):
        reveal(drawing, sponsor, at)
    assert make.advance(drawing, at) == ["fix_draw_time", "draw_winners"]
    report = verifier.verify(make.bundle(drawing))
    assert (report.exit, report.assurance) == (0, "witnessed")
    assert history(drawing).count("value_read") == 2


def test_a_sponsor_may_keep_its_value_itself(now):
    sponsor_id = make.make_sponsor()
    person = make.make_sponsor_account(sponsor_id)
    draft = make.make_draft(now, sponsor_id=sponsor_id)
    made = commitment(draft.drawing_id, f"sponsor-{sponsor_id}", VALUE).hex()
    service.commit_value(drawing_id=draft.drawing_id, account_id=person, commitment=made, now=now)
    drawing = make.schedule(draft.drawing_id, now=now)
    make.advance(drawing, drawing.closes_at)
    make.advance(drawing, drawing.draws_at)
    assert make.get(drawing).status == "closed"
    with pytest.raises(errors.ValueRequired):
        reveal(drawing, person, drawing.draws_at)
    with pytest.raises(errors.CommitmentMismatch):
        reveal(drawing, person, drawing.draws_at, bytes(32))
    reveal(drawing, person, drawing.draws_at, VALUE)
    make.advance(drawing, drawing.draws_at)
    assert verifier.verify(make.bundle(drawing)).exit == 0
    sources = publication.get_verification(drawing_id=drawing.drawing_id).sources
    assert [source.custody for source in sources] == ["operator", "sponsor"]
    with pytest.raises(errors.InvalidTransition):
        service.commit_value(
            drawing_id=drawing.drawing_id, account_id=person, commitment=made, now=now
        )


def test_a_commitment_goes_with_the_sponsor_that_made_it(now):
    first, second = make.make_sponsor(), make.make_sponsor()
    draft = make.make_draft(now, sponsor_id=first)
    made = commitment(draft.drawing_id, f"sponsor-{first}", VALUE).hex()
    service.commit_value(
        drawing_id=draft.drawing_id,
        account_id=make.make_sponsor_account(first),
        commitment=made,
        now=now,
    )
    assert make.edit(draft, {"name": "Shoes"}, now=now).sponsor_commitment == made
    make.edit(draft, {"sponsor_id": second}, now=now)
    drawing = make.schedule(draft.drawing_id, now=now)
    sources = publication.get_verification(drawing_id=drawing.drawing_id).sources
    assert [source.custody for source in sources] == ["operator", "operator"]
    for at in (drawing.opens_at, drawing.closes_at, drawing.draws_at):
        make.advance(drawing, at)
    assert make.get(drawing).status == "completed"


def test_another_sponsor_does_not_learn_of_a_draft(now):
    own = make.make_sponsor()
    draft = make.make_draft(now, sponsor_id=own)
    other = make.make_sponsor_account(make.make_sponsor())
    with pytest.raises(errors.DrawingNotFound):
        reveal(draft, other, now, VALUE)
    with pytest.raises(errors.DrawingNotFound):
        service.commit_value(
            drawing_id=draft.drawing_id, account_id=other, commitment="00" * 32, now=now
        )
    with pytest.raises(errors.NotAWitness):
        reveal(draft, make.make_sponsor_account(own), now, VALUE)


def test_another_sponsor_is_no_witness(now):
    drawing, _ = witnessed_by_hand(now)
    other = make.make_sponsor_account(make.make_sponsor())
    nobody = make_account(role="sponsor")
    make.advance(drawing, drawing.closes_at)
    make.advance(drawing, drawing.draws_at)
    for account_id in (other, nobody):
        with pytest.raises(errors.NotAWitness):
            reveal(drawing, account_id, drawing.draws_at, VALUE)
        with pytest.raises(errors.NotAWitness):
            service.commit_value(
                drawing_id=drawing.drawing_id, account_id=account_id, commitment="00" * 32, now=now
            )


def test_a_withheld_reveal_aborts_and_carries_the_entries_over(now):
    standing = make.make_sponsor()
    drawing, _ = witnessed_by_hand(now)
    ana, ben = make.make_player(), make.make_player()
    for buyer, ticket_count in ((ana, 2), (ana, 1), (ben, 4)):
        make.buy(drawing, buyer, ticket_count)
    make.advance(drawing, drawing.closes_at)
    deadline_at = make.get(drawing).reveal_deadline_at
    make.advance(drawing, deadline_at - timedelta(seconds=1))
    assert make.get(drawing).status == "closed"
    make.advance(drawing, deadline_at)
    assert make.get(drawing).status == "aborted"
    assert log_types()[-1] == "abort"

    [successor] = make.successors(drawing)
    assert (successor.units_sold, successor.entry_count, successor.status) == (7, 3, "draft")
    with pytest.raises(errors.DrawingHoldsEntries):
        service.delete_drawing(drawing_id=successor.drawing_id, revisions=None)
    assert make.advance(successor, deadline_at) == ["schedule_carried_drawing"]
    successor = make.get(successor)
    assert (successor.status, successor.sequence_no) == ("scheduled", 2)
    assert successor.sponsor_id == standing
    carried = service.get_drawing(drawing_id=successor.drawing_id, with_drafts=False)
    assert {prize.sponsor_id for prize in carried.prizes} == {drawing.sponsor_id}
    for at in (successor.opens_at, successor.closes_at, successor.draws_at):
        make.advance(successor, at)
    report = verifier.verify(make.bundle(successor))
    assert (report.exit, report.assurance) == (0, "witnessed")
    assert [make.balance(one) for one in (ana, ben)] == [700, 600]
    make.run_jobs("send_mail", now=deadline_at)
    assert audit.audit_ledger(now=deadline_at).is_clean
    withholder = sponsors.get_sponsor(sponsor_id=drawing.sponsor_id, account_id=None)
    assert withholder.barred_at == deadline_at
    with pytest.raises(errors.SponsorBarred):
        make.make_scheduled(now, sponsor_id=drawing.sponsor_id)


def test_everyone_who_entered_an_aborted_drawing_is_told_once(now):
    drawing, _ = witnessed_by_hand(now)
    ana, cem = make.make_player(), make.make_player()
    make.buy(drawing, ana)
    make.advance(drawing, drawing.closes_at)
    make.advance(drawing, make.get(drawing).reveal_deadline_at)
    assert untold(drawing) == [ana]
    for _ in range(2):
        make.run_jobs("tell_entrants", now=make.get(drawing).reveal_deadline_at)
        assert untold(drawing) == []
    assert (make.notices(ana), make.notices(cem)) == (["drawing_aborted"], [])
    page = notifications.list_notifications(
        account_id=ana, unread_only=False, cursor=Cursor("n"), limit=1
    )
    [successor] = make.successors(drawing)
    assert page.items[0].data_json["carried_to_id"] == successor.drawing_id


def test_many_who_entered_are_told_batch_by_batch(now, monkeypatch):
    monkeypatch.setattr(announcements, "BATCH_ROWS", 2)
    drawing, _ = witnessed_by_hand(now)
    for _ in range(5):
        make.buy(drawing, make.make_player())
    make.advance(drawing, drawing.closes_at)
    make.advance(drawing, make.get(drawing).reveal_deadline_at)
    make.run_jobs("tell_entrants", now=make.get(drawing).reveal_deadline_at)
    assert untold(drawing) == []


def test_an_abort_beside_an_edit_carries_what_stands_when_it_holds_the_drawing(now, monkeypatch):
    drawing, _ = witnessed_by_hand(now)
    make.buy(drawing, make.make_player())
    for at in (drawing.closes_at, drawing.draws_at):
        make.advance(drawing, at)
    deadline_at = make.get(drawing).reveal_deadline_at
    read = carrying.load
    edits = iter([{"description": "Red ones"}])

    def load_beside_an_edit(drawing_id):
        loaded = read(drawing_id)
        for changes in edits:
            make.edit(drawing, changes, now=deadline_at)
        return loaded

    monkeypatch.setattr(carrying, "load", load_beside_an_edit)
    assert make.advance(drawing, deadline_at) == ["abort_drawing", "abort_drawing"]
    [successor] = make.successors(drawing)
    assert (successor.description, successor.entry_count) == ("Red ones", 1)


def test_a_successor_without_a_witness_waits_for_an_admin_and_can_be_refunded(now):
    successor, ana, deadline_at = waiting_successor(now)
    assert (successor.status, successor.due_at) == ("draft", None)
    with pytest.raises(errors.DrawingFrozen):
        make.edit(successor, {"ticket_price_points": 1}, now=deadline_at)
    witness = make.make_sponsor()
    make.edit(successor, {"sponsor_id": witness}, now=deadline_at)
    assert make.schedule(successor.drawing_id, now=deadline_at).status == "scheduled"
    make.cancel(successor, deadline_at)
    make.advance(successor, deadline_at)
    assert make.balance(ana) == 1_000
    make.run_jobs("send_mail", now=deadline_at)
    assert audit.audit_ledger(now=deadline_at).is_clean


def test_everybody_sees_the_successor_that_holds_their_entries(now):
    waiting, ana, _ = waiting_successor(now)
    drawing_id = waiting.drawing_id
    assert service.get_drawing(drawing_id=drawing_id, with_drafts=False).drawing.status == "draft"
    page = service.list_drawings(
        status=None, type_=None, with_drafts=False, cursor=Cursor("d"), limit=10
    )
    assert drawing_id in [one.drawing.drawing_id for one in page.items]
    assert history(waiting) == ["carried_over", "waits_for_an_admin"]
    assert len(make.my_tickets(waiting, ana)) == 1
    with pytest.raises(errors.DrawingNotOpen):
        make.buy(waiting, ana)
    with pytest.raises(errors.NotPublishedYet):
        publication.get_verification(drawing_id=drawing_id)


def test_a_successor_cancelled_while_it_waits_is_on_public_record(now):
    successor, ana, aborted_at = waiting_successor(now)
    make.cancel(successor, aborted_at)
    make.advance(successor, aborted_at)
    last = publication.list_log(cursor=Cursor("log"), limit=100).items[-1]
    assert (last.type, last.drawing_id) == ("cancel", successor.drawing_id)
    assert make.balance(ana) == 1_000


def test_an_edit_of_a_scheduled_drawing_is_told_in_full(now):
    drawing = make.make_scheduled(now, description="Red.")
    make.edit(drawing, {"description": "Blue."}, now=now)
    page = service.list_events(drawing_id=drawing.drawing_id, cursor=Cursor("h"), limit=100)
    assert page.items[-1].details_json == {
        "changed": ["description"],
        "before": {"description": "Red."},
        "after": {"description": "Blue."},
    }


def test_a_sponsor_whose_people_hold_entries_is_no_witness_of_them(now):
    standing = make.make_sponsor()
    insider = make.make_sponsor_account(standing)
    make.give_points(insider, 1_000)
    drawing, _ = witnessed_by_hand(now)
    make.buy(drawing, insider)
    for at in (drawing.closes_at, drawing.draws_at):
        make.advance(drawing, at)
    aborted_at = make.get(drawing).reveal_deadline_at
    make.advance(drawing, aborted_at)
    [successor] = make.successors(drawing)
    make.advance(successor, aborted_at)
    assert make.get(successor).status == "draft"
    with pytest.raises(errors.SponsorHoldsEntries):
        make.schedule(successor.drawing_id, now=aborted_at)
    make.edit(successor, {"sponsor_id": make.make_sponsor()}, now=aborted_at)
    assert make.schedule(successor.drawing_id, now=aborted_at).status == "scheduled"


def test_who_was_not_asked_to_reveal_is_not_barred(now):
    drawing, sponsor = witnessed_by_hand(now)
    make.buy(drawing, make.make_player())
    make.advance(drawing, drawing.closes_at)
    deadline_at = make.get(drawing).reveal_deadline_at
    with pytest.raises(errors.RevealNotDue):
        reveal(drawing, sponsor, deadline_at)
    make.advance(drawing, deadline_at)
    [successor] = make.successors(drawing)
    make.advance(successor, deadline_at)
    assert make.get(successor).sponsor_id == drawing.sponsor_id
    assert make.get(successor).status == "scheduled"


def test_a_reveal_after_the_deadline_is_refused(now):
    drawing, sponsor = witnessed_by_hand(now)
    make.advance(drawing, drawing.closes_at)
    make.advance(drawing, drawing.draws_at)
    with pytest.raises(errors.RevealTooLate):
        reveal(drawing, sponsor, make.get(drawing).reveal_deadline_at)


def test_a_late_close_leaves_the_whole_time_for_reveals(now):
    drawing, _ = witnessed_by_hand(now)
    late = drawing.draws_at + timedelta(days=2)
    assert make.advance(drawing, late) == ["close_drawing", "reveal_kept_value"]
    assert make.get(drawing).reveal_deadline_at == late + timedelta(days=1)


def test_the_sponsors_people_get_the_close_hash_at_once(now):
    drawing, sponsor = witnessed_by_hand(now)
    make.advance(drawing, drawing.closes_at)
    assert make.notices(sponsor) == ["drawing_closed"]


def test_much_is_drawn_by_hand_by_two_admins_only(now):
    sponsor_id = make.make_sponsor()
    drawing = make.make_open(now, prizes=[make.prize(value_cents=100_001)], sponsor_id=sponsor_id)
    make.advance(drawing, drawing.closes_at)
    ana, ben = (make.Actor(make_account(role="admin"), "admin") for _ in range(2))

    def ask(actor):
        return by_hand.execute_drawing(
            drawing_id=drawing.drawing_id, actor=actor, clock=lambda: drawing.draws_at
        ).drawing

    for _ in range(2):
        with pytest.raises(errors.SecondAdminRequired):
            ask(ana)
    assert make.get(drawing).status == "closed"
    assert ask(ben).status == "completed"


def test_an_aborted_drawing_that_nobody_entered_has_no_successor(now):
    drawing, _ = witnessed_by_hand(now)
    make.advance(drawing, drawing.closes_at)
    make.advance(drawing, make.get(drawing).reveal_deadline_at)
    assert make.get(drawing).status == "aborted"
    assert make.successors(drawing) == []


def test_a_kept_value_is_read_only_after_the_close_and_that_is_recorded_first(now):
    drawing, _ = in_status("completed", now, sponsor_id=make.make_sponsor())
    assert history(drawing) == [
        *("scheduled", "opened", "closed", "value_read", "revealed", "value_read", "revealed"),
        "drawn",
    ]


@pytest.mark.parametrize(
    "table",
    [
        "drawing_documents",
        "drawing_picks",
        "drawing_log",
        "drawing_reveals",
        "drawing_sources",
        "drawing_history",
        "frozen_entries",
        "drawing_trees",
    ],
)
@pytest.mark.parametrize(
    "verb",
    [
        "UPDATE {0} SET drawing_id = 'x'",
        "DELETE FROM {0}",
        "INSERT OR REPLACE INTO {0} SELECT * FROM {0}",
    ],
)
def test_nobody_can_change_what_was_published(now, table, verb):
    in_status("completed", now, is_entered=True)
    assert make.count(table) > 0
    with pytest.raises(Immutable):
        tamper(verb.format(table))


@pytest.mark.parametrize(
    "text",
    [
        "DELETE FROM entries",
        "UPDATE entries SET account_id = 'x'",
        "UPDATE entries SET units = units + 1",
        "DELETE FROM drawings",
        "UPDATE drawings SET draws_at = closes_at",
        "UPDATE drawings SET ticket_price_points = 1",
        "UPDATE drawings SET sequence_no = 7",
        "UPDATE drawings SET status = 'open'",
        "UPDATE drawings SET drawn_at = closes_at",
        "UPDATE drawings SET units_sold = 9",
        "UPDATE prizes SET name = 'Socks'",
        "DELETE FROM prizes",
    ],
)
def test_nobody_can_change_what_a_result_rests_on(now, text):
    if "prizes" in text and db.engine().dialect == "oracle":
        pytest.skip("only the audit guards prizes on Oracle: its triggers' conditions ask no table")
    in_status("completed", now, is_entered=True)
    with pytest.raises(Immutable):
        tamper(text.replace("'x'", "'x'"))


def test_what_is_not_signed_yet_may_change(now):
    draft, _ = in_status("draft", now)
    edited = make.edit(draft, {"name": "Socks", "prizes": [make.prize(name="Socks")]}, now=now)
    assert edited.name == "Socks"
    service.delete_drawing(drawing_id=draft.drawing_id, revisions=None)


def test_a_value_is_nowhere_in_the_clear_before_it_is_revealed(now, database):
    drawing = make.make_open(now, sponsor_id=make.make_sponsor())
    make.advance(drawing, drawing.closes_at)
    before = b"".join(make.dump())
    make.advance(drawing, drawing.draws_at)
    bundle = parse_json(make.bundle(drawing))
    values = [reveal["value"] for reveal in bundle["reveals"]]
    assert len(values) == 2
    for value in values:
        assert value.encode() not in before
        assert bytes.fromhex(value) not in before
