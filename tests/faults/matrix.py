"""The matrix: every commit point, before and after it, and whom the fault strikes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fittrack.clock import utc_now
from fittrack.points.audit import audit_ledger
from tests.faults import scenarios
from tests.faults.scenarios import Broken, World
from tests.faults.stack import Stack

API = ("self", "parent", "both", "redis", "flush")
HORSE = ("self", "parent", "both", "redis", "flush")
SCHEDULER = ("self", "redis", "flush")


@dataclass(frozen=True, slots=True)
class Point:
    """A commit that a scenario passes, and who may be struck there."""

    scenario: Callable[[World], None]
    transaction: str
    victims: tuple[str, ...]


POINTS = (
    Point(scenarios.upload, "claim_idempotency_key", API),
    Point(scenarios.upload, "receive_files", API),
    Point(scenarios.upload, "claim_job", HORSE),
    Point(scenarios.upload, "process_import_item", HORSE),
    Point(scenarios.upload, "claim_periodic_run", SCHEDULER),
    Point(scenarios.review, "process_import_item", HORSE),
    Point(scenarios.review, "appeal_review", API),
    Point(scenarios.change, "edit_activity", API),
    Point(scenarios.change, "delete_activity", API),
    Point(scenarios.review, "decide_review", API),
    Point(scenarios.adjust, "request_adjustment", API),
    Point(scenarios.adjust, "confirm_adjustment", API),
    Point(scenarios.buy, "claim_idempotency_key", API),
    Point(scenarios.buy, "buy_tickets", API),
    Point(scenarios.opens, "open_drawing", HORSE),
    Point(scenarios.draw, "close_drawing", HORSE),
    Point(scenarios.draw, "record_reading", HORSE),
    Point(scenarios.draw, "reveal_kept_value", HORSE),
    Point(scenarios.draw, "fix_draw_time", HORSE),
    Point(scenarios.draw, "draw_winners", HORSE),
    Point(scenarios.draw, "claim_job", HORSE),
    Point(scenarios.draw, "claim_periodic_run", SCHEDULER),
)


@dataclass(frozen=True, slots=True)
class Case:
    """One row of the matrix."""

    scenario: Callable[[World], None]
    transaction: str
    when: str
    victim: str

    def __str__(self) -> str:
        return f"{self.scenario.__name__:7} {self.when:6} {self.transaction:22} {self.victim:7}"


SAMPLE = (
    Case(scenarios.upload, "process_import_item", "before", "both"),
    Case(scenarios.upload, "receive_files", "after", "redis"),
    Case(scenarios.buy, "buy_tickets", "before", "self"),
    Case(scenarios.draw, "draw_winners", "after", "both"),
)


def cases() -> Iterator[Case]:
    """Yield the whole matrix."""
    for point in POINTS:
        for when in ("before", "after"):
            for victim in point.victims:
                yield Case(point.scenario, point.transaction, when, victim)


def strike(stack: Stack, case: Case) -> str:
    """Let one fault strike a running scenario and return what was wrong, or ''."""
    try:
        world = World(stack)
        stack.plant(f"{case.transaction} {case.when} {case.victim}")
        if case.transaction == "claim_periodic_run":  # comes by itself, not by what a member does
            scenarios.wait_for(stack.has_struck, "the schedule to run")
        case.scenario(world)
        scenarios.settle(world)
        if not stack.has_struck():
            return "the fault did not strike"
        findings = audit_ledger(now=utc_now(), is_deep=True).findings.kept
        return "; ".join(str(finding) for finding in findings)
    except Broken as error:
        return str(error)
