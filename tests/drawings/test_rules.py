"""The decisions around a drawing, as pure functions."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fittrack.drawings import official_rules, rules
from fittrack.drawings.inclusion import proof_document, proof_holds
from fittrack.drawings.models import Source
from fittrack.drawings.record import rules as record_rules
from fittrack.drawings.record.models import FrozenEntry
from tests import factories_drawings as make

STEP_ENDS = {
    "schedule_carried_drawing": "scheduled",
    "open_drawing": "open",
    "close_drawing": "closed",
    "abort_drawing": "aborted",
    "draw_winners": "completed",
}
SOURCES = [
    Source("d", "operator", 0, "commit", "operator", None, "00" * 32),
    Source("d", "sponsor-1", 1, "commit", "operator", "1", "00" * 32),
]


def listed(size: int) -> list[dict]:
    return [
        {
            "entry_id": f"E{number:06d}",
            "holder": hashlib.sha256(b"%d" % number).hexdigest(),
            "units": number % 7,
            "void": "" if number % 7 else "withdrawn",
        }
        for number in range(size)
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 1023, 1024, 1025, 2047, 2048, 2049, 3000, 4097])
def test_a_proof_from_one_run_is_that_of_the_whole_list(size):
    entries = listed(size)
    roots = record_rules.run_roots(entries)
    for index in {0, 1 % size, size // 2, size - 1, min(size - 1, 1024)}:
        first, end = record_rules.run_of(index)
        proof = record_rules.proof(entries[first:end], roots, index=index, tree_size=size)
        assert proof == proof_document(entries, entries[index]["entry_id"])
        assert proof_holds(proof)


@given(st.lists(st.integers(0, 1000), max_size=60))
def test_ticket_numbers_are_consecutive_from_one(units):
    entries = [
        entry | {"units": n, "void": ""} for entry, n in zip(listed(60), units, strict=False)
    ]
    rows = record_rules.freeze("d", entries).rows
    numbers = [
        number
        for row in rows
        for number in range(row["first_ticket_no"], row["first_ticket_no"] + row["units"])
    ]
    assert numbers == list(range(1, sum(units) + 1))


@given(st.permutations(listed(20)))
def test_the_frozen_list_does_not_depend_on_the_order_of_sales(entries):
    frozen = record_rules.freeze("d", entries)
    assert frozen == record_rules.freeze("d", listed(20))
    names = [name for name in frozen.rows[0] if name != "drawing_id"]
    rows = [FrozenEntry(**{name: row[name] for name in names}) for row in frozen.rows]
    assert [record_rules.entry_of(row) for row in rows] == listed(20)


@settings(deadline=None)
@given(
    status=st.sampled_from(rules.STATUSES),
    late_s=st.integers(-10, 10**6),
    revealed=st.sets(st.sampled_from(["operator", "sponsor-1"])),
    by_itself=st.sets(st.just("sponsor-1")),
    has_draw_time=st.booleans(),
)
def test_a_step_that_is_due_leads_where_it_may(status, late_s, revealed, by_itself, has_draw_time):
    drawing = make.bare(status=status)
    due_at = drawing.draws_at
    now = due_at + timedelta(seconds=late_s)
    drawing = make.bare(
        status=status,
        due_at=due_at,
        reveal_deadline_at=due_at + timedelta(days=1),
        drawn_at=due_at if has_draw_time else None,
        carried_from_id="d",
    )
    step = rules.next_step(drawing, SOURCES, revealed, by_itself, now=now)
    if late_s < 0 or status in {"completed", "aborted"}:
        assert step is None
    elif step in STEP_ENDS:
        assert STEP_ENDS[step] in rules.TRANSITIONS[status]
    if step == "draw_winners":
        assert revealed == {"operator", "sponsor-1"}
    if step == "abort_drawing":
        assert late_s >= 86_400


def test_the_official_rules_hold_every_term():
    drawing = make.bare(
        ticket_limit=7,
        registered_states_json=["FL"],
        sponsor_id="acme",
        min_ages_json={"MS": 20, "CO": 19, "TX": 18},
        tiers_json=["F-40-49-ADV", "OPEN"],
    )
    prizes = [
        make.bare_prize(name="Running shoes", value_cents=12_345, quantity=2),
        make.bare_prize(name="A tent", value_cents=0, sponsor_id="cadence"),
        make.bare_prize(name="A hat", value_cents=0, sponsor_id="acme"),
    ]
    names = {"acme": "Acme", "cadence": "Cadence Cycles"}
    zone = make.zone()
    operator = official_rules.Operator("FitTrack Inc.", "1 Main St, Fargo ND", zone, 86_400)
    text = official_rules.render(drawing, prizes, sponsor_names=names, operator=operator)
    for term in (
        *("Friday's shoes", drawing.drawing_id, "Acme supplies", "18 years old", "7 days old"),
        *("NY, FL, RI", "Registered and bonded in: FL", "100 points", "at most 7 tickets"),
        *("$246.90 in total", "1. Running shoes: 2 x $123.45, physical", "2 alternates"),
        *(
            "19 in AL, 19 in CO, 21 in MS, 19 in NE\n",
            "A tent: 1 x $0.00, physical, supplied by Cadence Cycles\n",
            "A hat: 1 x $0.00, physical\n",
            "F-40-49-ADV, OPEN",
            "to 1 Main St, Fargo ND.",
            'FitTrack Inc. ("the operator")',
            "is void; its entries go on",
            "24 hours after",
            "within 14 days",
            f"{drawing.closes_at.astimezone(zone):%H:%M:%S}",
        ),
    ):
        assert term in text, term
    for value in ("$246.90", "$123.45", "$0.00"):
        text = text.replace(value, "")
    assert "$" not in text


def test_a_drawing_counts_as_drawn_at_a_whole_second_not_before_its_time():
    drawing = make.bare()
    early = drawing.draws_at - timedelta(seconds=3)
    late = drawing.draws_at + timedelta(seconds=3, microseconds=7)
    assert rules.draw_time(drawing, now=early) == drawing.draws_at
    assert rules.draw_time(drawing, now=late) == drawing.draws_at + timedelta(seconds=3)


def test_fractions_of_a_second_are_cut_off():
    moment = make.start() + timedelta(microseconds=999_999)
    assert rules.edit({"opens_at": moment, "name": "x", "prizes": []}) == {
        "opens_at": make.start_of(moment),
        "name": "x",
    }
