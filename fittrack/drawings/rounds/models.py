"""A drawing's beacon as stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fittrack.clock import from_epoch_s
from fittrack.drawings.verifier import Json


@dataclass(frozen=True, slots=True)
class Beacon:
    """The round that a drawing's terms name; times in Unix seconds, key and hash in hex."""

    drawing_id: str
    source_id: str
    position: int
    chain_hash: str
    public_key: str
    genesis_s: int
    period_s: int
    round_no: int

    @property
    def kind(self) -> str:
        """Return the kind of source that it is."""
        return "drand"

    @property
    def commitment(self) -> None:
        """Return None: nobody commits to what nobody knows."""

    @property
    def custody(self) -> None:
        """Return None: nobody keeps it."""

    @property
    def emission_s(self) -> int:
        """Return when the round is out; whoever knows all values knows the outcome from then."""
        return self.genesis_s + (self.round_no - 1) * self.period_s

    @property
    def emission_at(self) -> datetime:
        """Return when the round is out."""
        return from_epoch_s(self.emission_s)

    def as_source(self) -> Json:
        """Return it as the terms name it (FTD1, section 2)."""
        return {
            "id": self.source_id,
            "kind": "drand",
            "chain_hash": self.chain_hash,
            "public_key": self.public_key,
            "genesis_time": self.genesis_s,
            "period": self.period_s,
            "round": self.round_no,
        }
