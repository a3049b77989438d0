"""Circles: groups of members that other domains know, and that boards can rank within.

A domain plugs its circle in once, as it is imported: `circles.plug("friends", FRIENDS)`. A request
names it by `scope=friends`, or `scope=group:<id>` where there are several of the kind.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from fittrack.db import Transaction
from fittrack.leaderboards.errors import ScopeNotAvailable


@dataclass(frozen=True, slots=True)
class Members:
    """Who belongs to a circle, and whether it shows what members show to friends alone."""

    account_ids: Collection[str]
    are_friends: bool = False


class Circle(Protocol):
    """What a domain plugs in."""

    def list_members(self, tx: Transaction, viewer_id: str, circle_id: str | None) -> Members:
        """Return who is in a circle, the viewer among them: some thousands at most.

        Raises: NotFound where there is none of this id, or it is not for the viewer.
        """


_circles: dict[str, Circle] = {}


def plug(kind: str, circle: Circle) -> None:
    """Let boards rank within circles of a kind."""
    _circles[kind] = circle


def unplug(kind: str) -> None:
    """Take a kind of circles away again; harmless where it is not there."""
    _circles.pop(kind, None)


def list_members(tx: Transaction, viewer_id: str, scope: str) -> Members:
    """Return who is in the circle that a scope names. Raises: ScopeNotAvailable, NotFound."""
    kind, _, circle_id = scope.partition(":")
    circle = _circles.get(kind)
    if circle is None:
        raise ScopeNotAvailable(scope=scope)
    return circle.list_members(tx, viewer_id, circle_id or None)
