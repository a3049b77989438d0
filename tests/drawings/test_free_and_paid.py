"""Free and paid tickets win alike; and were they favoured, this would show."""

from __future__ import annotations

from fittrack.drawings.tickets import rules
from tests.bench.free_and_paid import simulate


def test_free_and_paid_tickets_and_blocks_win_as_often_as_their_share_says():
    for name, tally in simulate(600, seed=20_261_120).items():
        assert tally.p > 0.01, (name, tally)


def test_were_a_free_ticket_worth_two_it_would_be_seen():
    def favoured(entry):
        return rules.as_listed(entry) | {"units": entry.units * (1 + (entry.kind == "free"))}

    assert simulate(600, seed=20_261_120, listed=favoured)["free"].p < 1e-6
