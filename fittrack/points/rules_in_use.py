"""Which versions of the rules have awarded points; an edited one must not award any more."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from fittrack import db
from fittrack.db import Transaction
from fittrack.db.errors import Unique
from fittrack.points import repository
from fittrack.points.errors import RulesEdited
from fittrack.points.models import DayAward
from fittrack.points.versions import all_versions, hash_of


def note_use(tx: Transaction, days: Iterable[DayAward], *, now: datetime) -> None:
    """Remember the rules by which days are awarded, once each. Raises: RulesEdited."""
    versions = {day.rules_version for day in days}
    known = repository.list_rules_in_use(tx) if versions else {}
    _check(known)
    hashes = {rules.version: hash_of(rules) for rules in all_versions()}
    for version in sorted(versions - known.keys()):
        try:
            repository.insert_rules_in_use(tx, version, hashes[version], now=now)
        except Unique:  # another unit of this moment was first
            _check(repository.list_rules_in_use(tx))


def check() -> None:
    """Raises: RulesEdited where a version that has awarded points says something else now."""
    with db.reading("check_rules") as tx:
        _check(repository.list_rules_in_use(tx))


def list_edited(tx: Transaction) -> list[int]:
    """Return the versions that have awarded points and say something else now, or are gone."""
    return _edited(repository.list_rules_in_use(tx))


def _check(known: dict[int, str]) -> None:
    edited = _edited(known)
    if edited:
        raise RulesEdited(edited)


def _edited(known: dict[int, str]) -> list[int]:
    hashes = {rules.version: hash_of(rules) for rules in all_versions()}
    return sorted(version for version, was in known.items() if hashes.get(version) != was)
