"""One role's attack on a running server: what was sent, and what was wrong with the answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.generation import GenerationMode

from tests.attack.keeper import Keeper

# A long cursor makes a long address, a long field a long body.
REFUSALS = ["400", "401", "403", "404", "405", "409", "412", "413", "414", "415", "422", "431"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A kind of wrong answer of one operation, with the first request that got it."""

    operation: str
    check: str
    title: str


@dataclass(slots=True)
class Outcome:
    """What a campaign sent and found."""

    sent: int = 0
    bad: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    findings: dict[Finding, str] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    @property
    def server_errors(self) -> int:
        """Return how many answers were 500 or above."""
        return sum(count for status, count in self.statuses.items() if status >= 500)


def attack(
    document: Mapping[str, Any], keeper: Keeper, *, base_url: str, examples: int, seed: int
) -> Outcome:
    """Send every operation its boundary values, and `examples` random requests, good and bad."""
    settings = SchemathesisConfig.from_dict(
        _settings(base_url, examples, seed, is_anonymous=not keeper.headers)
    )
    schema = schemathesis.openapi.from_dict(dict(document), config=settings)
    outcome = Outcome()
    with keeper.at_work():
        for event in from_schema(schema).execute():
            _note(outcome, event)
    return outcome


def _settings(base_url: str, examples: int, seed: int, *, is_anonymous: bool) -> dict[str, Any]:
    return {
        "seed": seed,
        "base-url": base_url,
        "workers": 1,  # in a fixed order, so that a seed means the same requests
        "continue-on-failure": True,
        "request-timeout": 30,
        "generation": {
            "max-examples": examples,
            "no-shrink": True,
            "database": "none",
            "with-security-parameters": False,  # the keeper signs in, and the matrix stays out
        },
        "phases": {
            "stateful": {"enabled": False},
            # Methods that are not there are no different for who is signed in.
            "coverage": {} if is_anonymous else {"unexpected-methods": []},
        },
        "checks": {
            "negative_data_rejection": {"expected-statuses": REFUSALS},
            # Whether text is a token, a cursor or an address is more than a schema can say of it.
            "positive_data_acceptance": {"enabled": False},
            # The matrix asks each operation without a token, and tells how each identity fares.
            "ignored_auth": {"enabled": False},
        },
    }


def _note(outcome: Outcome, event: events.EngineEvent) -> None:
    if isinstance(event, events.ScenarioFinished):
        _count(outcome, event.recorder)
        _collect(outcome, event)
    elif isinstance(event, events.NonFatalError):
        outcome.broken.append(f"{event.label}: {event.value}"[:500])
    elif isinstance(event, events.FatalError):
        raise event.exception


def _count(outcome: Outcome, recorder: events.ScenarioRecorder) -> None:
    outcome.sent += len(recorder.interactions)
    for case_id, interaction in recorder.interactions.items():
        if interaction.response is not None:
            outcome.statuses[interaction.response.status_code] += 1
        else:
            outcome.broken.append(f"no answer: {recorder.label}")
        case = recorder.cases.get(case_id)
        meta = case.value.meta if case else None
        outcome.bad += meta is not None and meta.generation.mode is GenerationMode.NEGATIVE


def _collect(outcome: Outcome, event: events.ScenarioFinished) -> None:
    for checks in event.recorder.checks.values():
        for check in checks:
            if check.failure_info is None:
                continue
            failure = check.failure_info.failure
            finding = Finding(event.label or "", check.name, failure.title)
            text = f"{failure.message[:600]}\n{check.failure_info.code_sample[:1_000]}"
            outcome.findings.setdefault(finding, text)
