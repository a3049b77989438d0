"""Which round a drawing takes, what a relay may say of it, and when it is asked again. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from fittrack.clock import epoch_s
from fittrack.drawings.models import Drawing
from fittrack.drawings.rounds.models import Beacon
from fittrack.drawings.verifier import MIN_BEACON_DELAY_S, Json, first_round_at, sha256
from fittrack.errors import field_error

SOURCE_ID = "drand"
MOST_WAIT = timedelta(minutes=5)
LEAST_WAIT = timedelta(seconds=1)
_SIGNATURE = re.compile("[0-9a-f]{96}")


class RoundRefused(Exception):
    """A relay did not give the round that was asked for; the message is a kind."""


def beacon_of(drawing: Drawing, chain: Mapping[str, Any], *, position: int) -> Beacon:
    """Return the first round of a chain at or after a draw; nobody chooses it."""
    genesis_s, period_s = chain["genesis_time"], chain["period"]
    return Beacon(
        drawing_id=drawing.drawing_id,
        source_id=SOURCE_ID,
        position=position,
        chain_hash=chain["hash"],
        public_key=chain["public_key"],
        genesis_s=genesis_s,
        period_s=period_s,
        round_no=first_round_at(epoch_s(drawing.draws_at), genesis_s, period_s),
    )


def check_times(drawing: Drawing, chain: Mapping[str, Any]) -> None:
    """Check that a drawing leaves a beacon its time (FTD1, section 2). Raises: Invalid."""
    lead_s = epoch_s(drawing.draws_at) - epoch_s(drawing.closes_at)
    if lead_s < MIN_BEACON_DELAY_S:
        raise field_error(
            "/draws_at", f"With a beacon, {MIN_BEACON_DELAY_S} s must lie between sales and draw."
        )
    if epoch_s(drawing.draws_at) < chain["genesis_time"]:
        raise field_error("/draws_at", "The beacon's first round is later than that.")


def reveal_of(beacon: Beacon, told: object) -> Json:
    """Return the reveal that a relay's answer is (FTD1, section 5). Raises: RoundRefused.

    That the randomness is the signature's hash holds without a pairing; who signed it does not.
    """
    if not isinstance(told, dict):
        raise RoundRefused("no object")
    if type(told.get("round")) is not int or told["round"] != beacon.round_no:
        raise RoundRefused("another round")
    signature = told.get("signature")
    if not isinstance(signature, str) or not _SIGNATURE.fullmatch(signature):
        raise RoundRefused("no signature")
    if told.get("randomness") not in (None, sha256(bytes.fromhex(signature)).hex()):
        raise RoundRefused("randomness of another signature")
    return {"id": beacon.source_id, "round": beacon.round_no, "signature": signature}


def next_try_at(drawing: Drawing, beacon: Beacon, *, now: datetime) -> datetime:
    """Return when a relay is asked again: later and later, and no later than the deadline."""
    wait = min(max((now - beacon.emission_at) / 2, LEAST_WAIT), MOST_WAIT)
    return min(now + wait, max(drawing.reveal_deadline_at or now, now))
