"""A relay of a drand chain, simulated: it tells the rounds that were recorded, and may lie."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Blueprint, Response, abort, jsonify

from fittrack.simulator import faults
from fittrack.simulator.world import Relay

SERVICE = "drand"


def blueprint(relay: Relay) -> Blueprint:
    """Return the endpoint of a relay, at `/drand/<chain hash>/public/<round>`."""
    blp = Blueprint(SERVICE, __name__, url_prefix=f"/{SERVICE}")

    @blp.get("/<chain_hash>/public/<int:round_no>")
    def tell_round(chain_hash: str, round_no: int) -> Response:
        relay.asked.append(round_no)
        answer = relay.faults.take(faults.ROUND, faults.ANSWERS)
        if answer is not None:
            return faults.answer_of(answer)
        wrong = relay.faults.take(faults.ROUND, faults.ROUNDS)
        if chain_hash != relay.chain_hash or round_no not in relay.rounds or wrong == "too_early":
            abort(404)
        told = _told(round_no, relay.rounds[round_no])
        return jsonify([told] if wrong == "a_list" else told | _wrong(wrong, relay, round_no))

    return blp


def _told(round_no: int, signature: str) -> dict[str, Any]:
    randomness = hashlib.sha256(bytes.fromhex(signature)).hexdigest()
    return {"round": round_no, "randomness": randomness, "signature": signature}


def _wrong(kind: str | None, relay: Relay, round_no: int) -> dict[str, Any]:
    """Return what is said instead of the truth."""
    signature = relay.rounds[round_no]
    flipped = signature[:-1] + format(int(signature[-1], 16) ^ 1, "x")
    return {
        "other_round": {"round": round_no + 1},
        "false_signature": _told(round_no, flipped),
        "other_randomness": {"randomness": "00" * 32},
        "no_hex": {"signature": "zz" * 48},
    }.get(kind or "", {})
