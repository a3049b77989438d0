"""Asking a drand relay for a round; it is believed in nothing."""

from __future__ import annotations

from fittrack import config, wire
from fittrack.drawings.beacon import drand_signature_holds
from fittrack.drawings.rounds.models import Beacon
from fittrack.drawings.rounds.rules import RoundRefused, reveal_of
from fittrack.drawings.verifier import Json
from fittrack.wire import Request

DEADLINE_S = 5.0
MOST_BYTES = 16 * 1024


def fetch(beacon: Beacon) -> Json:
    """Return the reveal of a round, checked as far as this installation can (FTD1, section 5).

    Raises: RoundRefused where the relay is away, too early, or says anything else.
    """
    address = config.current().beacon_url.rstrip("/")
    url = f"{address}/{beacon.chain_hash}/public/{beacon.round_no}"
    try:
        answer = wire.call(Request(url), deadline_s=DEADLINE_S, most_bytes=MOST_BYTES)
        if answer.status != 200:
            raise RoundRefused(f"status {answer.status}")
        reveal = reveal_of(beacon, answer.json())
    except wire.Unreachable as error:
        raise RoundRefused(str(error)) from error
    except ValueError as error:
        raise RoundRefused("no JSON") from error
    if not _is_signed(beacon, reveal):
        raise RoundRefused("a false signature")
    return reveal


def _is_signed(beacon: Beacon, reveal: Json) -> bool:
    """Tell whether the chain signed it; without the extra only who verifies a bundle knows."""
    try:
        return drand_signature_holds(beacon.public_key, beacon.round_no, reveal["signature"])
    except ImportError:
        return True
