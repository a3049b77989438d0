"""What a change of keys comes to."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Batch:
    """Some sealed values that were looked at; `last_id` is where the next batch goes on."""

    last_id: str | None
    seen: int = 0
    changed: int = 0
    lost: tuple[str, ...] = ()

    def plus(self, *, changed: bool) -> Batch:
        """Return this batch with one more value, which was under another key or not."""
        return replace(self, seen=self.seen + 1, changed=self.changed + changed)

    def plus_lost(self, what: str) -> Batch:
        """Return this batch with one more value, which no key opens."""
        return replace(self, seen=self.seen + 1, lost=(*self.lost, what))


@dataclass(frozen=True, slots=True)
class Sealed:
    """A kind of sealed values: who seals them, and how they are counted and sealed again."""

    name: str
    sealed_in: str
    count: str
    reseal: str


@dataclass(frozen=True, slots=True)
class Rotation:
    """What sealing one kind of values again came to."""

    name: str
    seen: int
    changed: int
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """What is done, and the settings that it is done with."""

    what: str
    settings: dict[str, str]
