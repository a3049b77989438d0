"""An operator runs a drawing by the protocol: Ana and Ben play, Cem's entry is withdrawn."""

from __future__ import annotations

import pytest

from fittrack.drawings.inclusion import proof_document, proof_holds
from fittrack.drawings.protocol import (
    QUICKNET,
    ProtocolError,
    Signed,
    build_bundle,
    build_close,
    build_entry,
    build_log,
    build_terms,
    check_reveal,
    commit_source,
    drand_source,
    draw,
    first_ticket_numbers,
    holder_tag,
    public_key,
    public_source,
    sign,
)
from fittrack.drawings.public_log import (
    EMPTY_LOG,
    append_record,
    build_checkpoint,
    build_receipt,
)
from fittrack.drawings.verifier import canonical_json, commitment, signature_holds, verify
from tests.drawings.vectors import valid_bundle

KEY = bytes(range(32))
OPERATOR_SECRET, SPONSOR_SECRET = b"o" * 32, b"s" * 32
DRAWING_ID = "spring"
OPENS_AT, CLOSES_AT, DRAWS_AT = 1_800_000_000, 1_800_600_000, 1_800_600_300
ANA, BEN, CEM = (
    holder_tag(DRAWING_ID, name, name.encode() * 8).hex() for name in ("ana.", "ben.", "cem.")
)
REVEALS = [
    {"id": "operator", "value": OPERATOR_SECRET.hex()},
    {"id": "sponsor", "value": SPONSOR_SECRET.hex()},
]


def secret_sources():
    return [
        commit_source("operator", commitment(DRAWING_ID, "operator", OPERATOR_SECRET).hex()),
        commit_source("sponsor", commitment(DRAWING_ID, "sponsor", SPONSOR_SECRET).hex()),
    ]


def make_terms(**changes):
    terms = {
        "drawing_id": DRAWING_ID,
        "sequence": 7,
        "opens_at": OPENS_AT,
        "closes_at": CLOSES_AT,
        "draws_at": DRAWS_AT,
        "prizes": [("bike", 1), ("voucher", 2)],
        "alternates": 2,
        "distinct": "holder",
        "rules_sha256": "ab" * 32,
        "sources": secret_sources(),
        "operator_key": public_key(KEY),
    }
    return build_terms(**(terms | changes))


def make_entries():
    """Return Ana's two blocks, Ben's one, and Cem's withdrawn one, out of order."""
    return [
        build_entry("e3", ANA, 5),
        build_entry("e1", ANA, 10),
        build_entry("e4", CEM, 4, void="account_deleted"),
        build_entry("e2", BEN, 3),
    ]


def signed(kind, body):
    return Signed(body, sign(kind, body, KEY))


def make_bundle():
    """Run a whole drawing as a service would, and return its bundle."""
    terms, entries = make_terms(), make_entries()
    records = []

    def tell(log, at, record_type, body):
        record, log = append_record(
            log, at=at, record_type=record_type, drawing_id=DRAWING_ID, body=body
        )
        records.append(record)
        return log

    log = tell(EMPTY_LOG, OPENS_AT - 60, "terms", terms)
    receipts = [
        signed("receipt", build_receipt(DRAWING_ID, entry, issued_at=OPENS_AT + 9, log=log))
        for entry in entries
        if entry["units"]
    ]
    close = build_close(terms, entries, closed_at=CLOSES_AT)
    log = tell(log, CLOSES_AT + 1, "close", close)
    for reveal in REVEALS:
        log = tell(log, CLOSES_AT + 30, "reveal", reveal)
    result = draw(terms, close, entries, REVEALS, drawn_at=DRAWS_AT + 2).result
    log = tell(log, DRAWS_AT + 3, "result", result)
    log = tell(log, DRAWS_AT + 900, "award", {"position": 0})
    checkpoint = build_checkpoint(log, at=DRAWS_AT + 901)
    return build_bundle(
        terms=signed("terms", terms),
        close=signed("close", close),
        entries=entries,
        reveals=REVEALS,
        result=signed("result", result),
        log=build_log(records, signed("checkpoint", checkpoint)),
        receipts=receipts,
    )


def test_what_an_operator_makes_passes_every_check():
    report = verify(canonical_json(make_bundle()), key=public_key(KEY), require=["log", "receipt"])
    assert (report.reasons, report.unmet) == ({"beacon": "no drand source"}, ())
    assert (report.assurance, report.exit) == ("witnessed", 0)


def test_drawing_again_gives_the_same_bytes():
    assert canonical_json(make_bundle()) == canonical_json(make_bundle())


def test_every_player_wins_once_and_the_rest_is_unfilled():
    result = make_bundle()["result"]
    assert sorted(pick["holder"] for pick in result["picks"]) == sorted([ANA, BEN])
    assert [pick["role"] for pick in result["picks"]] == ["winner", "winner"]
    assert [pick["prize_id"] for pick in result["picks"]] == ["bike", "voucher"]
    assert result["unfilled"] == 1


def test_alternates_follow_the_winners_without_a_prize():
    terms, entries = make_terms(prizes=[("bike", 1)], distinct="entry"), make_entries()
    close = build_close(terms, entries, closed_at=CLOSES_AT)
    result = draw(terms, close, entries, REVEALS, drawn_at=DRAWS_AT).result
    rows = [(pick["position"], pick["role"], pick["prize_id"]) for pick in result["picks"]]
    assert rows == [(0, "winner", "bike"), (1, "alternate", None), (2, "alternate", None)]


def test_a_winning_number_is_one_of_the_winners_tickets():
    terms, entries = make_terms(), make_entries()
    close = build_close(terms, entries, closed_at=CLOSES_AT)
    drawn = draw(terms, close, entries, REVEALS, drawn_at=DRAWS_AT)
    firsts = first_ticket_numbers(entries)
    assert firsts == {"e1": 1, "e2": 11, "e3": 14}
    units = {entry["entry_id"]: entry["units"] for entry in entries}
    for pick, offset in zip(drawn.result["picks"], drawn.offsets, strict=True):
        assert 0 <= offset < units[pick["entry_id"]]


def test_a_drawing_without_tickets_has_no_winners():
    terms = make_terms()
    close = build_close(terms, [], closed_at=CLOSES_AT)
    result = draw(terms, close, [], REVEALS, drawn_at=DRAWS_AT).result
    assert (result["picks"], result["unfilled"], close["total_units"]) == ([], 3, 0)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"closes_at": OPENS_AT}, "times"),
        ({"draws_at": CLOSES_AT - 1}, "times"),
        ({"sources": secret_sources()[1:]}, "operator"),
        ({"sources": [*secret_sources(), secret_sources()[1]]}, "source id"),
        ({"sources": []}, "SOURCE"),
        ({"prizes": [("bike", 1), ("bike", 1)]}, "prize id"),
        ({"prizes": [("bike", 9_999)]}, "10001"),
        ({"prizes": []}, "PRIZE"),
        ({"distinct": "nobody"}, "distinct"),
        ({"alternates": True}, "alternates"),
        ({"operator_key": "AB" * 32}, "operator_key"),
        ({"ext": {"price": 1.5}}, "1.5"),
        ({"ext": {"été": 1}}, "ASCII"),
        ({"ext": {"title": "\ud800"}}, "utf-8"),
        ({"ext": {"object": object()}}, "object"),
        ({"ext": {"size": 2**53}}, "2\\^53"),
    ],
)
def test_terms_that_would_not_verify_are_not_made(changes, reason):
    with pytest.raises(ProtocolError, match=reason):
        make_terms(**changes)


def test_nobody_chooses_the_beacons_round():
    beacon = drand_source("beacon", QUICKNET, draws_at=DRAWS_AT)
    assert make_terms(sources=[*secret_sources(), beacon])["sources"][2] == beacon
    later = beacon | {"round": beacon["round"] + 1}
    with pytest.raises(ProtocolError, match="round"):
        make_terms(sources=[*secret_sources(), later])


def test_a_beacon_less_than_a_minute_after_closing_is_not_made():
    draws_at = CLOSES_AT + 59
    beacon = drand_source("beacon", QUICKNET, draws_at=draws_at)
    with pytest.raises(ProtocolError, match="60 s"):
        make_terms(draws_at=draws_at, sources=[*secret_sources(), beacon])


def test_sales_are_not_closed_early_nor_after_the_beacon():
    with pytest.raises(ProtocolError, match="before sales"):
        build_close(make_terms(), [], closed_at=CLOSES_AT - 1)
    beacon = drand_source("beacon", QUICKNET, draws_at=DRAWS_AT)
    terms = make_terms(sources=[*secret_sources(), beacon])
    with pytest.raises(ProtocolError, match="round was out"):
        build_close(terms, [], closed_at=DRAWS_AT + 3)


def test_nothing_is_drawn_early_or_from_another_list():
    terms, entries = make_terms(), make_entries()
    close = build_close(terms, entries, closed_at=CLOSES_AT)
    with pytest.raises(ProtocolError, match="before it was"):
        draw(terms, close, entries, REVEALS, drawn_at=DRAWS_AT - 1)
    with pytest.raises(ProtocolError, match="close is not of these"):
        draw(terms, close, entries[1:], REVEALS, drawn_at=DRAWS_AT)
    with pytest.raises(ProtocolError, match="one reveal for each"):
        draw(terms, close, entries, REVEALS[:1], drawn_at=DRAWS_AT)


@pytest.mark.parametrize(
    "reveal",
    [
        {"id": "operator", "value": SPONSOR_SECRET.hex()},
        {"id": "operator", "value": "short"},
        {"id": "lottery", "value": "1"},
        {"id": "stranger", "value": "1"},
        {"id": "operator", "round": 1, "signature": "0" * 96},
        {},
    ],
)
def test_a_reveal_that_is_not_its_sources_is_refused(reveal):
    with pytest.raises(ProtocolError):
        check_reveal(make_terms(), reveal)


def test_a_beacons_round_and_signature_are_checked_when_it_is_revealed():
    pytest.importorskip("py_ecc", reason="the pairing is optional and not installed")
    bundle = valid_bundle("beacon-quicknet")
    terms, (_, reveal) = bundle["terms"], bundle["reveals"]
    check_reveal(terms, reveal)
    with pytest.raises(ProtocolError, match="another round"):
        check_reveal(terms, reveal | {"round": 124})
    with pytest.raises(ProtocolError, match="false signature"):
        check_reveal(terms, reveal | {"signature": "8" + reveal["signature"][1:]})


def test_a_public_value_is_any_printed_text():
    terms = make_terms(sources=[*secret_sources(), public_source("lottery", "Six numbers")])
    check_reveal(terms, {"id": "lottery", "value": "01-02-03"})
    with pytest.raises(ProtocolError):
        check_reveal(terms, {"id": "lottery", "value": "01\n02"})


@pytest.mark.parametrize(
    ("entry_id", "holder", "units", "void"),
    [("a/b", ANA, 1, ""), ("e", "ana", 1, ""), ("e", ANA, 0, ""), ("e", ANA, 1, "Not A Code")],
)
def test_an_entry_that_would_not_verify_is_not_made(entry_id, holder, units, void):
    with pytest.raises(ProtocolError):
        build_entry(entry_id, holder, units, void=void)


def test_an_entry_cannot_stand_in_the_list_twice():
    with pytest.raises(ProtocolError, match="twice"):
        build_close(make_terms(), [*make_entries(), build_entry("e1", BEN, 1)], closed_at=CLOSES_AT)


def test_a_signature_is_of_its_kind_and_key_only():
    terms = make_terms()
    signature = sign("terms", terms, KEY)
    assert signature_holds(public_key(KEY), "terms", terms, signature)
    assert not signature_holds(public_key(KEY), "close", terms, signature)
    assert not signature_holds(public_key(bytes(32)), "terms", terms, signature)
    assert not signature_holds(public_key(KEY), "terms", terms | {"sequence": 8}, signature)


def test_the_logs_time_never_goes_back():
    _, log = append_record(EMPTY_LOG, at=100, record_type="terms", drawing_id="a", body={})
    record, log = append_record(log, at=90, record_type="close", drawing_id="a", body={})
    assert (record["seq"], record["at"], log.size, log.at) == (1, 100, 2, 100)
    with pytest.raises(ProtocolError):
        append_record(log, at=101, record_type="Not A Type", drawing_id="a", body={})


def test_ana_can_prove_that_her_entry_is_in_the_list():
    entries = make_entries()
    close = build_close(make_terms(), entries, closed_at=CLOSES_AT)
    for entry in entries:
        proof = proof_document(entries, entry["entry_id"])
        assert proof["root"] == close["entries_root"]
        assert proof_holds(proof)


def test_a_proof_that_was_changed_proves_nothing():
    proof = proof_document(make_entries(), "e2")
    bens = proof["entry"] | {"units": 4}
    assert not proof_holds(proof | {"entry": bens})
    assert not proof_holds(proof | {"index": 2})
    assert not proof_holds(proof | {"path": proof["path"][:-1]})
    assert not proof_holds(proof | {"root": "00" * 32})
    assert not proof_holds(proof | {"extra": 1})
    assert not proof_holds([proof])


def test_an_entry_that_is_not_in_the_list_has_no_proof():
    with pytest.raises(ProtocolError):
        proof_document(make_entries(), "e9")


def test_a_void_entry_has_no_receipt():
    void = build_entry("e4", CEM, 4, void="account_deleted")
    with pytest.raises(ProtocolError):
        build_receipt(DRAWING_ID, void, issued_at=OPENS_AT, log=EMPTY_LOG)


def test_a_receipt_for_an_entry_that_was_voided_later_holds():
    entry = build_entry("e4", CEM, 4)
    receipt = signed("receipt", build_receipt(DRAWING_ID, entry, issued_at=OPENS_AT, log=EMPTY_LOG))
    bundle = make_bundle()
    bundle["receipts"].append({"receipt": receipt.body, "sig": receipt.signature})
    assert verify(canonical_json(bundle)).exit == 0
