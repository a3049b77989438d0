"""What must hold of a simulated year when all of it is over, and its figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from fittrack import config, db
from fittrack.db.values import instant_from_text
from fittrack.drawings import verifier
from fittrack.drawings.record import publication
from fittrack.drawings.templates import rules
from fittrack.fulfilment.sealed import addresses
from fittrack.points import audit
from tests.simulated_year.year import Year

# How late a step may be; on the fast clock each is done at its very instant.
LATEST_S = 60
# Reveals by hand come 20 minutes after the draw is due.
LATEST_DRAW_S = 30 * 60
STEPS = {"opened": "opens_at", "closed": "closes_at", "drawn": "draws_at"}


@dataclass(slots=True)
class Findings:
    """What is wrong, and how much there was of what."""

    wrong: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)


def look(year: Year) -> Findings:
    """Check a year that is over: its drawings, bundles, deliveries, books and addresses."""
    found = Findings()
    for check in (_series, _life, _bundles, _prizes, _books, _addresses):
        found.wrong += check(year, found.figures)
    return found


def _series(year: Year, figures: dict[str, Any]) -> Iterator[str]:
    """Check that each kind was drawn on all of its days, and on no other."""
    zone = config.current().zone
    drawn = Counter[str]()
    for type_, draws_at in _rows("SELECT type, draws_at FROM drawings WHERE status = 'completed'"):
        local = instant_from_text(draws_at).astimezone(zone)
        drawn[type_] += 1
        if (local.hour, local.minute) != (21, 0) or rules.draw_day(type_, local.date()) != (
            local.date()
        ):
            yield f"a {type_} drawing was drawn at {local}"
    for type_ in _types():
        expected = sum(1 for _ in _days(type_, year))
        if drawn[type_] != expected:
            yield f"{drawn[type_]} {type_} drawings were drawn instead of {expected}"
    figures["drawings"] = dict(drawn)
    figures["cancelled"] = _count("drawings WHERE status = 'cancelled'")
    for status, found in _rows("SELECT status, COUNT(*) FROM drawings GROUP BY status"):
        if status not in {"completed", "cancelled"}:
            yield f"{found} drawings are {status} still"


def _life(_year: Year, figures: dict[str, Any]) -> Iterator[str]:
    """Check that each was opened, closed and drawn on time."""
    latest = dict.fromkeys(STEPS, 0.0)
    for action, due_name in STEPS.items():
        rows = _rows(
            f"SELECT d.name, d.{due_name}, h.happened_at FROM drawings d JOIN drawing_history h "
            "ON h.drawing_id = d.drawing_id AND h.action = ? WHERE d.status = 'completed'",
            action,
        )
        for name, due_at, happened_at in rows:
            late_s = (instant_from_text(happened_at) - instant_from_text(due_at)).total_seconds()
            latest[action] = max(latest[action], late_s)
            if not 0 <= late_s <= (LATEST_DRAW_S if action == "drawn" else LATEST_S):
                yield f"{name} was {action} {late_s:.0f} s after its time"
    figures["latest_s"] = latest


def _bundles(_year: Year, figures: dict[str, Any]) -> Iterator[str]:
    """Verify every drawing from its bundle alone."""
    levels = Counter[str]()
    for drawing_id, name in _rows("SELECT drawing_id, name FROM drawings WHERE status='completed'"):
        parts = publication.get_bundle(drawing_id=drawing_id)
        report = verifier.verify("".join(publication.bundle_text(parts)).encode())
        levels[str(report.assurance)] += 1
        if report.exit != 0:
            yield f"{name} is not verified: exit {report.exit}"
    figures["verified"] = dict(levels)


def _prizes(_year: Year, figures: dict[str, Any]) -> Iterator[str]:
    """Check that every unit reached somebody, or was forfeited after its 14 days."""
    figures["deliveries"] = dict(_rows("SELECT state, COUNT(*) FROM fulfilments GROUP BY state"))
    for state in figures["deliveries"]:
        if state not in {"delivered", "forfeited"}:
            yield f"{figures['deliveries'][state]} deliveries are {state} still"
    for claim_from_at, forfeited_at in _rows(
        "SELECT f.claim_from_at, e.occurred_at FROM fulfilments f JOIN fulfilment_events e "
        "ON e.fulfilment_id = f.fulfilment_id AND e.state = 'forfeited' "
        "WHERE f.forfeit_reason = 'not_claimed' AND f.claim_from_at IS NOT NULL"
    ):
        waited = instant_from_text(forfeited_at) - instant_from_text(claim_from_at)
        if not timedelta(days=14) <= waited <= timedelta(days=14, seconds=LATEST_S):
            yield f"a prize was forfeited after {waited}"
    actions = ("prize_passed_on", "prize_returned")
    for action in actions:
        figures[action] = _count(f"drawing_history WHERE action = '{action}'")


def _books(year: Year, figures: dict[str, Any]) -> Iterator[str]:
    """Audit the ledger, every day, every drawing's root and result, and the log."""
    report = audit.audit_ledger(now=year.ends_at + timedelta(days=366), is_deep=True)
    figures["transactions"] = report.transactions
    figures["tickets"] = _rows("SELECT SUM(units), COUNT(*) FROM entries")[0]
    figures["free"] = _count("entries WHERE kind = 'free'")
    if not report.is_clean:
        yield f"the audit found: {dict(report.findings.counts)}"


def _addresses(_year: Year, figures: dict[str, Any]) -> Iterator[str]:
    """Check that no address is kept 90 days after its prize arrived."""
    figures["addresses"] = addresses.count_addresses()
    if figures["addresses"]:
        yield f"{figures['addresses']} addresses are kept still"


def _days(type_: str, year: Year) -> Iterator[date]:
    """Yield the days of a kind's draws in the simulated time."""
    zone = config.current().zone
    draw_on = rules.draw_day(type_, year.begins_at.astimezone(zone).date())
    while draw_on <= year.last_on:
        begun = datetime.combine(draw_on, time(20), zone).astimezone(UTC)
        if begun > year.begins_at:
            yield draw_on
        draw_on = rules.draw_day(type_, draw_on + timedelta(days=1))


def _types() -> list[str]:
    return [type_ for (type_,) in _rows("SELECT DISTINCT type FROM drawing_templates")]


def _count(rows: str) -> int:
    return int(_rows(f"SELECT COUNT(*) FROM {rows}")[0][0])


def _rows(statement: str, *binds: Any) -> list[Any]:
    return db.engine().raw().execute(statement, binds).fetchall()
