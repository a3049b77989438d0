"""Drawings bound to a drand chain: a relay with real rounds over real HTTP, and one that lies."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from fittrack import check_beacon, config, db
from fittrack.clock import from_epoch_s
from fittrack.db.values import instant_to_text
from fittrack.drawings import verifier
from fittrack.drawings.record import publication
from fittrack.drawings.rounds import repository as rounds
from fittrack.drawings.rounds import rules as round_rules
from fittrack.errors import Invalid
from fittrack.simulator.faults import ROUND, ROUNDS, Fault
from fittrack.simulator.server import running
from fittrack.simulator.world import Relay, World
from tests import factories_drawings as make
from tests.conformance import engines
from tests.drawings.processes import bind, copy_of, killed_at
from tests.drawings.vectors import groups

REAL = next(one for one in groups()["beacon_signature"] if one["why"].startswith("real"))
GENESIS_S, PERIOD_S = check_beacon.QUICKNET["genesis_time"], check_beacon.QUICKNET["period"]
EMITTED_AT = from_epoch_s(GENESIS_S + (REAL["round"] - 1) * PERIOD_S)
# The world of these tests is that of the recorded round: it is drawn when that round is out.
START = EMITTED_AT - make.LEAD - make.SALES - timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def relay():
    """A relay that knows one real round of drand's quicknet."""
    recorded = Relay(check_beacon.QUICKNET["hash"], {REAL["round"]: REAL["signature"]})
    with running(World({}, relay=recorded)) as world:
        yield recorded, f"{world.base_url}/drand"


@pytest.fixture
def bound(database, relay, settings):
    """Drawings are bound to the beacon while the test runs."""
    recorded, url = relay
    recorded.faults.clear()
    recorded.asked.clear()
    config.use(replace(settings, beacon_url=url))
    yield recorded
    config.use(settings)


def make_open(**over):
    """Return a drawing of the recorded round's world, with a ticket of Ana's."""
    drawing = make.make_open(START, **({"sponsor_id": make.make_sponsor()} | over))
    make.buy(drawing, make_early_player())
    return drawing


def make_early_player():
    """Return a member who was there before the recorded round."""
    account_id = make.make_player()
    then = instant_to_text(START - timedelta(days=30))
    joined = "UPDATE accounts SET created_at = ? WHERE account_id = ?"
    db.engine().raw().execute(joined, (then, account_id))
    return account_id


def beacon_of(drawing):
    with db.reading("find_beacon") as tx:
        return rounds.find_beacon(tx, drawing.drawing_id)


def test_a_drawing_is_drawn_from_a_real_round_and_verified(bound):
    drawing = make_open()
    assert beacon_of(drawing).round_no == REAL["round"]
    closing = make.advance(drawing, drawing.closes_at)
    assert closing == ["close_drawing", "reveal_kept_value", "reveal_kept_value"]
    assert make.advance(drawing, EMITTED_AT - SECOND) == []
    assert bound.asked == []
    assert make.advance(drawing, EMITTED_AT) == ["fetch_round", "fix_draw_time", "draw_winners"]
    report = verifier.verify(make.bundle(drawing), require=["beacon", "log"])
    assert (report.exit, report.assurance) == (0, "beacon"), report.reasons


def test_what_is_published_names_the_round_before_anybody_knows_it(bound, client):
    drawing = make_open()
    told = client.get(f"/api/v1/drawings/{drawing.drawing_id}/verification").json
    assert told["assurance"] == "beacon"
    assert told["sources"][-1] == {
        "id": "drand",
        "kind": "drand",
        "commitment": None,
        "value_kept_by": None,
        "chain_hash": check_beacon.QUICKNET["hash"],
        "round": REAL["round"],
    }
    page = client.get(f"/fair/drawings/{drawing.drawing_id}").text
    assert f"round {REAL['round']} of the drand chain" in page


@pytest.mark.parametrize("kind", [*ROUNDS, "error_500", "not_json", "huge", "redirect"])
def test_a_relay_that_says_anything_else_is_asked_again_later(bound, kind):
    drawing = make_open()
    make.advance(drawing, drawing.closes_at)
    bound.faults.add(Fault(kind, ROUND, 1))
    assert make.advance(drawing, EMITTED_AT) == ["fetch_round"]
    assert make.advance(drawing, EMITTED_AT) == []
    again_at = make.get(drawing).due_at
    assert EMITTED_AT < again_at <= EMITTED_AT + 2 * SECOND
    assert make.advance(drawing, again_at) == ["fetch_round", "fix_draw_time", "draw_winners"]
    assert verifier.verify(make.bundle(drawing)).assurance == "beacon"


@pytest.mark.parametrize("kind", ["slow", "drip"])
def test_a_relay_that_takes_its_time_holds_nobody(bound, kind, monkeypatch):
    monkeypatch.setattr("fittrack.drawings.rounds.relay.DEADLINE_S", 0.3)
    drawing = make_open()
    make.advance(drawing, drawing.closes_at)
    bound.faults.add(Fault(kind, ROUND, 1))
    assert make.advance(drawing, EMITTED_AT) == ["fetch_round"]
    assert make.get(drawing).status == "closed"


def test_a_relay_that_is_away_for_a_day_voids_the_draw_and_bars_nobody(bound, settings):
    config.use(replace(settings, beacon_url="http://127.0.0.1:9"))
    sponsor_id = make.make_sponsor()
    drawing = make_open(sponsor_id=sponsor_id)
    make.advance(drawing, drawing.closes_at)
    now, tries = EMITTED_AT, 0
    while make.get(drawing).status == "closed":
        make.advance(drawing, now)
        now, tries = make.get(drawing).due_at or now, tries + 1
    assert make.get(drawing).status == "aborted"
    assert now >= make.get(drawing).reveal_deadline_at
    assert 20 < tries < 400  # it goes on, ever more seldom
    [successor] = make.successors(drawing)
    assert successor.entry_count == 1
    assert [event["withheld"] for event in aborts(drawing)] == [["drand"]]
    assert barred(sponsor_id) is None


def test_a_list_that_would_close_once_the_round_is_out_is_voided_instead(bound):
    sponsor_id = make.make_sponsor(is_revealing_by_itself=False)
    drawing = make_open(sponsor_id=sponsor_id)
    assert make.advance(drawing, EMITTED_AT) == ["abort_drawing"]
    assert make.get(drawing).status == "aborted"
    assert [event["withheld"] for event in aborts(drawing)] == [[]]
    assert barred(sponsor_id) is None
    assert len(make.successors(drawing)) == 1


def test_a_successor_of_a_drawing_without_a_sponsor_has_none_either(bound):
    make.make_sponsor()  # has a standing order, but supplies nothing here
    drawing = make_open(sponsor_id=None)
    assert make.advance(drawing, EMITTED_AT) == ["abort_drawing"]
    [successor] = make.successors(drawing)
    assert make.advance(successor, EMITTED_AT) == ["schedule_carried_drawing"]
    assert (make.get(successor).status, make.get(successor).sponsor_id) == ("scheduled", None)


def test_a_value_that_comes_once_the_round_is_out_comes_too_late(bound):
    sponsor_id = make.make_sponsor(is_revealing_by_itself=False)
    drawing = make_open(sponsor_id=sponsor_id)
    assert make.advance(drawing, drawing.closes_at) == ["close_drawing", "reveal_kept_value"]
    assert make.get(drawing).due_at == EMITTED_AT
    refused = make.reveal_refused(drawing, make.make_sponsor_account(sponsor_id), EMITTED_AT)
    assert refused.code == "reveal_too_late"
    assert make.advance(drawing, EMITTED_AT) == ["abort_drawing"]
    assert barred(sponsor_id) is not None


def test_a_sponsor_reveals_between_the_close_and_the_round(bound):
    sponsor_id = make.make_sponsor(is_revealing_by_itself=False)
    drawing = make_open(sponsor_id=sponsor_id)
    make.advance(drawing, drawing.closes_at)
    make.reveal(drawing, make.make_sponsor_account(sponsor_id), EMITTED_AT - SECOND)
    assert make.advance(drawing, EMITTED_AT) == ["fetch_round", "fix_draw_time", "draw_winners"]
    assert verifier.verify(make.bundle(drawing), require=["beacon", "log"]).exit == 0


def test_a_log_that_is_ahead_of_the_clock_lets_no_value_in_after_the_round(bound):
    drawing = make_open()
    make.make_scheduled(EMITTED_AT + timedelta(hours=1))  # logs a record of an hour later
    with pytest.raises(Exception, match="deadline of this reveal"):
        make.advance(drawing, drawing.closes_at)
    assert make.get(drawing).status == "open"
    assert make.advance(drawing, EMITTED_AT) == ["abort_drawing"]


def test_with_a_beacon_prizes_of_worth_need_no_witness(bound):
    dear = [make.prize(value_cents=400_000)]
    drawing = make_open(sponsor_id=None, prizes=dear)
    make.advance(drawing, drawing.closes_at)
    make.advance(drawing, EMITTED_AT)
    assert verifier.verify(make.bundle(drawing)).assurance == "beacon"


def test_a_beacon_needs_a_minute_between_sales_and_draw(bound):
    draft = make.make_draft(START, closes_at=EMITTED_AT - 59 * SECOND, draws_at=EMITTED_AT)
    with pytest.raises(Invalid) as refused:
        make.schedule(draft.drawing_id, now=START)
    assert refused.value.context["errors"][0]["pointer"] == "/draws_at"


@pytest.mark.skipif(engines.name() != "sqlite", reason="its processes have copies of the file")
def test_a_worker_killed_while_it_fetches_a_round_changes_nothing(bound, database):
    drawing = make_open()
    make.advance(drawing, drawing.closes_at)
    before = copy_of(Path(database.path), "before.db")
    make.advance(drawing, EMITTED_AT)
    expected = make.bundle(drawing)
    for number in count(2, step=9):
        bind(shutil.copyfile(before, before.with_name(f"killed-{number}.db")))
        was_killed = killed_at(number, lambda: make.advance(drawing, EMITTED_AT))
        make.advance(drawing, EMITTED_AT)
        assert make.bundle(drawing) == expected
        if not was_killed:
            break
    assert number > 20


def test_a_drawing_keeps_its_round_when_the_beacon_is_switched_off(bound, settings):
    drawing = make_open()
    make.advance(drawing, drawing.closes_at)
    url = config.current().beacon_url
    config.use(replace(settings, beacon_url=""))
    assert make.advance(drawing, EMITTED_AT) == ["fetch_round"]
    config.use(replace(settings, beacon_url=url))
    due_at = make.get(drawing).due_at
    assert make.advance(drawing, due_at)[-1] == "draw_winners"


def test_the_audit_knows_of_the_beacon(bound):
    drawing = make_open()
    make.advance(drawing, drawing.closes_at)
    make.advance(drawing, EMITTED_AT)
    assert make.audit() == []


@pytest.mark.parametrize("case", groups()["beacon_round"])
def test_the_round_is_the_first_at_or_after_the_draw(case):
    drawing = make.bare(draws_at=from_epoch_s(case["draws_at"]))
    chain = check_beacon.QUICKNET | {
        "genesis_time": case["genesis_time"],
        "period": case["period"],
    }
    beacon = round_rules.beacon_of(drawing, chain, position=1)
    assert (beacon.round_no, beacon.emission_s) == (case["round"], case["emitted_at"])


def test_settings_of_the_beacon_are_checked(settings):
    def told(**over):
        return list(check_beacon.problems(replace(settings, **over)))

    info = json.dumps(check_beacon.QUICKNET)
    assert told(beacon_url="https://api.drand.sh", beacon_chain=info) == []
    for url in ("drand", "ftp://x", "https://", "https://u@x", "https://x?y", "https://x:y"):
        assert told(beacon_url=url) == [
            "BEACON_URL must be an http:// or https:// address without a query"
        ]
    for chain in (
        "nonsense",
        "[]",
        "{}",
        info.replace("rfc9380", "chained"),
        info.replace("3,", "0,"),
    ):
        [problem] = told(beacon_chain=chain)
        assert problem.startswith("BEACON_CHAIN must be what a relay tells at /info")
    assert told(fittrack_env="production", beacon_url="http://relay.example") == [
        "BEACON_URL must be https in production"
    ]


def aborts(drawing):
    found = publication.list_drawing_records(drawing_id=drawing.drawing_id)
    return [json.loads(row.body_text) for row in found if row.type == "abort"]


def barred(sponsor_id):
    found = (
        db.engine()
        .raw()
        .execute("SELECT barred_at FROM sponsors WHERE sponsor_id = ?", (sponsor_id,))
    )
    return found.fetchone()[0]
