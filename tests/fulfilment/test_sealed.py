"""Addresses and codes: sealed, shown to few, logged, forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from fittrack import config, db
from fittrack.clock import utc_now
from fittrack.crypto import Unsealable
from fittrack.fulfilment import transitions
from fittrack.fulfilment.sealed import addresses, codes
from tests import factories_drawings as make
from tests.factories_accounts import login, make_account
from tests.fulfilment.world import (
    ADDRESS,
    LIST,
    SHIPMENT,
    Staff,
    advance,
    confirm,
    deliveries,
    draw,
    events,
    get,
)

CODE = "GIFT-4711-MARKER"
DAY = timedelta(days=1)


@pytest.fixture
def staff(client):
    return Staff(client)


def parcel(**over):
    return deliveries(draw(players=1, **over))[0]


def voucher(**over):
    return deliveries(draw(players=2, alternates=1, prizes=[make.prize(kind="digital")], **over))[0]


def readings():
    return db.engine().raw().execute("SELECT actor_id FROM address_readings").fetchall()


def test_an_address_stands_nowhere_in_the_clear(staff):
    won = parcel()
    staff.as_winner(won, "confirm-address", ADDRESS)
    words = [word.encode() for name, word in ADDRESS.items() if name != "state"]
    assert [word for cell in make.dump() for word in words if word in cell] == []


def test_the_staff_reads_an_address_after_a_second_factor_and_it_is_logged(staff):
    won = confirm(parcel())
    answer = staff.post(won, "address")
    assert (answer.status_code, answer.json) == (200, ADDRESS)
    assert len(readings()) == 1
    staff.headers = login(staff.client, make_account(role="admin"), is_stepped_up=False)
    tired = staff.post(won, "address")
    assert (tired.status_code, tired.json["code"]) == (403, "step_up_required")
    assert len(readings()) == 1


def test_the_staff_sees_who_did_and_read_what_and_the_winner_does_not(staff):
    won = confirm(parcel())
    staff.post(won, "ship", SHIPMENT)
    staff.post(won, "address")
    path = f"{LIST}/{won.fulfilment_id}"
    auditor = login(staff.client, make_account(role="auditor"))
    seen = staff.client.get(path, headers=auditor).json
    [(reader_id,)] = readings()
    assert [one["actor_id"] for one in seen["address_readings"]] == [reader_id]
    assert [event["actor_id"] for event in seen["events"]] == [
        None,
        None,
        won.account_id,
        reader_id,
    ]
    own = staff.client.get(path, headers=login(staff.client, won.account_id)).json
    assert own["address_readings"] == []
    assert {event["actor_id"] for event in own["events"]} == {None}


def test_a_winner_reads_the_own_address_and_nobody_elses(staff):
    won = confirm(parcel())
    assert staff.as_winner(won, "address").json == ADDRESS
    assert readings() == []
    staff.headers = login(staff.client, make_account())
    assert staff.post(won, "address").json["code"] == "fulfilment_not_found"
    staff.headers = login(staff.client, make_account(role="auditor"))
    assert staff.post(won, "address").status_code == 403


def test_a_stranger_confirms_nothing(staff):
    won = parcel()
    staff.headers = login(staff.client, make_account())
    refused = staff.post(won, "confirm-address", ADDRESS)
    assert (refused.status_code, refused.json["code"]) == (404, "fulfilment_not_found")
    assert get(won).state == "winner_notified"


def test_an_address_moved_to_another_delivery_can_not_be_read(staff):
    one, other = deliveries(draw(players=2, prizes=[make.prize(quantity=2, value_cents=100)]))
    confirm(one)
    db.engine().raw().execute(
        "UPDATE fulfilment_addresses SET fulfilment_id = ?", (other.fulfilment_id,)
    )
    with pytest.raises(Unsealable), db.reading("t") as tx:
        addresses.find(tx, other.fulfilment_id)


def test_addresses_and_tracking_numbers_are_forgotten_90_days_after_delivery(staff):
    won = confirm(parcel())
    staff.post(won, "ship", SHIPMENT)
    staff.post(won, "deliver")
    delivered_at = get(won).delivered_at
    assert addresses.forget_over(now=delivered_at + 90 * DAY - timedelta(seconds=1)) == 0
    assert staff.post(won, "address").status_code == 200
    assert addresses.forget_over(now=delivered_at + 90 * DAY) == 1
    assert staff.post(won, "address").json["code"] == "address_not_found"
    assert get(won).tracking is None
    assert addresses.forget_over(now=delivered_at + 91 * DAY) == 0


def test_an_address_without_a_tracking_number_is_forgotten_too(staff):
    won = confirm(parcel())
    staff.post(won, "ship", {"carrier": "Our own van"})
    staff.post(won, "deliver")
    assert addresses.forget_over(now=get(won).delivered_at + 90 * DAY) == 1
    assert staff.post(won, "address").json["code"] == "address_not_found"


def test_what_is_still_on_its_way_keeps_its_address(staff):
    won = confirm(parcel())
    staff.post(won, "ship", SHIPMENT)
    assert addresses.forget_over(now=utc_now() + 400 * DAY) == 0
    assert staff.post(won, "address").json == ADDRESS


def test_a_forfeited_prize_leaves_no_address(staff):
    won = confirm(parcel())
    staff.post(won, "forfeit")
    assert make.count("fulfilment_addresses") == 0


def test_a_code_is_shown_once_and_kept_sealed(staff):
    won = voucher()
    assert staff.put(won, {"code": CODE}).status_code == 200
    assert [cell for cell in make.dump() if CODE.encode() in cell] == []
    assert staff.as_winner(won, "code").json == {
        "fulfilment_id": won.fulfilment_id,
        "code": CODE,
    }
    assert (get(won).state, get(won).code_shown_at is not None) == ("delivered", True)
    again = staff.as_winner(won, "code")
    assert (again.status_code, again.json["code"]) == (409, "code_not_ready")
    assert make.count("fulfilment_codes") == 0
    assert events(won) == ["pending", "winner_notified", "delivered"]


def test_a_code_asks_for_a_fresh_second_factor(staff):
    won = voucher()
    staff.put(won, {"code": CODE})
    headers = login(staff.client, won.account_id, is_stepped_up=False)
    refused = staff.client.post(f"{LIST}/{won.fulfilment_id}/code", headers=headers)
    assert (refused.status_code, refused.json["code"]) == (403, "step_up_required")
    assert get(won).state == "winner_notified"


def test_a_code_is_the_winners_alone(staff):
    won = voucher()
    staff.put(won, {"code": CODE})
    assert staff.post(won, "code").json["code"] == "fulfilment_not_found"
    staff.headers = login(staff.client, make_account())
    assert staff.post(won, "code").json["code"] == "fulfilment_not_found"


def test_a_code_that_is_still_to_come_is_not_shown(staff):
    refused = staff.as_winner(voucher(), "code")
    assert (refused.status_code, refused.json["code"]) == (409, "code_not_ready")


def test_a_code_that_comes_with_the_delivery_is_shown_once_too(staff):
    won = voucher()
    assert staff.post(won, "deliver", {"code": CODE}).json["state"] == "delivered"
    assert staff.as_winner(won, "code").json["code"] == CODE
    assert staff.as_winner(won, "code").json["code"] == "code_not_ready"


def test_a_winners_time_runs_from_when_the_code_is_there(staff):
    won = voucher()
    assert advance(won, won.won_at + 30 * DAY) is None
    staff.put(won, {"code": CODE})
    from_at = get(won).claim_from_at
    assert "prize_code_ready" in make.notices(won.account_id)
    assert advance(won, from_at + 7 * DAY) == "warn"
    assert advance(won, from_at + 14 * DAY) == "forfeit"


def test_a_code_that_nobody_saw_goes_with_its_prize(staff):
    won = voucher()
    staff.put(won, {"code": CODE})
    advance(won, get(won).claim_from_at + 14 * DAY)
    lost, heir = deliveries(won)
    assert (lost.state, heir.state) == ("forfeited", "winner_notified")
    assert heir.claim_from_at is not None
    assert staff.as_winner(lost, "code").status_code == 409
    assert staff.as_winner(heir, "code").json["code"] == CODE


def with_new_key(settings):
    """Return settings under a new key, that know the former one."""
    former = settings.encryption_key
    return replace(settings, encryption_key=config.new_secret(), encryption_former_keys=former)


def without_former(settings):
    return replace(settings, encryption_former_keys="")


def test_parcels_and_lost_prizes_have_no_codes(staff):
    refused = staff.put(parcel(), {"code": CODE})
    assert (refused.status_code, refused.json["code"]) == (409, "no_code_needed")


def test_addresses_and_codes_are_put_under_a_new_key(staff, settings):
    won, digital = deliveries(
        draw(
            players=2,
            prizes=[
                make.prize(value_cents=100),
                make.prize(value_cents=100, kind="digital"),
            ],
        )
    )
    confirm(won)
    staff.put(digital, {"code": CODE})
    changed = with_new_key(settings)
    config.use(changed)
    assert (addresses.count_addresses(), codes.count_codes()) == (1, 1)
    for reseal in (addresses.reseal_addresses, codes.reseal_codes):
        first, second = reseal(after_id="0", row_limit=9), reseal(after_id="0", row_limit=9)
        assert (first.seen, first.changed, second.changed) == (1, 1, 0)
        assert (first.lost, second.lost) == ((), ())
    config.use(without_former(changed))
    with db.transaction("t") as tx:
        assert addresses.find(tx, won.fulfilment_id).line1 == ADDRESS["line1"]
        assert codes.take(tx, digital.fulfilment_id) == CODE
    config.use(settings)


def test_what_no_key_opens_is_named(staff, settings):
    won = confirm(parcel())
    config.use(without_former(with_new_key(settings)))
    batch = addresses.reseal_addresses(after_id="0", row_limit=9)
    config.use(settings)
    assert batch.lost == (f"the address of delivery {won.fulfilment_id}",)


def test_the_words_of_a_step_hold_no_address_code_or_number(staff):
    won = confirm(parcel())
    staff.post(won, "ship", SHIPMENT)
    told = [cell for cell in make.dump() if b"handed to UPS" in cell]
    assert told
    assert not any(SHIPMENT["tracking"].encode() in cell for cell in told)


def test_an_edit_of_nothing_changes_nothing(staff):
    won = confirm(parcel())
    after = transitions.edit(
        fulfilment_id=won.fulfilment_id,
        changes={},
        revisions=None,
        actor_id=won.account_id,
        now=utc_now(),
    )
    assert after.revision == get(won).revision
