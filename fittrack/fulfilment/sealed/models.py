"""A sealed value of a delivery."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SealedValue:
    """What is sealed for one delivery."""

    fulfilment_id: str
    sealed_bytes: bytes
