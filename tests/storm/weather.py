"""What goes wrong in the storm, and what people do in it: by chance, from a seed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import requests

from fittrack.simulator import faults
from tests.storm.members import Member
from tests.storm.stack import Storm

# Strava lets a hundred calls through in a quarter of an hour: its members are few and calm.
CALM = {"strava": 0.15}
TELLS_DELETIONS = {"strava", "whoop", "google_health", "oura"}
# After these a member may rightly have to connect again.
ENDING = {"forbidden", "expired", "lost_answer", "no_refresh_token", "revoked"}
KILL_EVERY_S, FAULT_EVERY_S, DEED_EVERY_S = 7.0, 1.2, 0.5
MANNERS: tuple[dict[str, Any], ...] = (
    *({"times": 1}, {"times": 1}, {"times": 2}, {"times": 3, "after_s": 2}),
    *({"times": 0}, {"after_s": 9}, {"is_forged": True}, {"signed_ago_s": 3600}),
)


@dataclass(slots=True)
class Weather:
    """One storm: its members, its chance, and what came."""

    storm: Storm
    members: Sequence[Member]
    chance: Random
    came: Counter[str] = field(default_factory=Counter)
    revoked: set[str] = field(default_factory=set)
    ended: set[str] = field(default_factory=set)
    living: dict[str, list[int]] = field(default_factory=dict)

    def rage(self, seconds: float) -> None:
        """Let people live, providers misbehave and processes die for a while."""
        ends_s = time.monotonic() + seconds
        plans = ((DEED_EVERY_S, self.live), (FAULT_EVERY_S, self.spoil), (KILL_EVERY_S, self.kill))
        due_s = [time.monotonic()] * len(plans)
        while time.monotonic() < ends_s:
            for at, (every_s, happen) in enumerate(plans):
                if time.monotonic() >= due_s[at]:
                    happen()
                    due_s[at] += every_s * self.chance.uniform(0.5, 1.5)
            time.sleep(0.05)

    def live(self) -> None:
        """Let somebody do something, and have it told in one of many manners."""
        member = self.chance.choice(self.members)
        if self.chance.random() > CALM.get(member.provider, 1.0):
            return
        numbers = self.living.setdefault(member.email, [])
        manner = self.chance.choice(MANNERS)
        deed = self.chance.random()
        if numbers and deed < 0.15 and member.provider in TELLS_DELETIONS:
            # A deletion that nobody tells is found by nobody, so each is told.
            at = self.chance.randrange(len(numbers))
            member.delete_workout(numbers.pop(at), told={"times": 1 + (at % 2)})
            self.came["deleted"] += 1
        elif numbers and deed < 0.35:
            number = self.chance.choice(numbers)
            member.edit_workout(number, self.chance, told=manner)
            self.came["edited"] += 1
        else:
            early_s = self.chance.choice((0, 0, 0, 4))
            made = member.order_workout(self.chance, told=manner, appears_after_s=early_s)
            if not early_s:
                numbers.append(made["number"])
            self.came["done, told early" if early_s else "done"] += 1
            self.ask_for_sync(member)

    def ask_for_sync(self, member: Member) -> None:
        """Let a member ask for a sync now and then, as the app's button does."""
        if self.chance.random() < 0.1:
            try:
                answer = member.call("POST", f"connections/{member.provider}/sync")
                self.came[f"sync asked {answer.status_code}"] += 1
            except requests.RequestException:
                self.came["sync asked of nobody"] += 1

    def spoil(self) -> None:
        """Let a provider misbehave, or somebody end our access there."""
        member = self.chance.choice(self.members)
        at = self.chance.choice((faults.API, faults.API, faults.API, faults.TOKEN))
        kind = self.chance.choice(faults.OF_TRACKERS[at])
        if self.chance.random() < 0.02 and len(self.revoked) < len(self.members) // 10:
            self.storm.order(f"{member.path}/revoke", {})
            self.revoked.add(member.email)
            self.came["revoked"] += 1
            return
        order = {"kind": kind, "at": at, "times": self.chance.randrange(1, 4)}
        self.storm.order(f"{member.provider}/faults", [order])
        self.came[f"{at} {kind}"] += 1
        if kind in ENDING:
            self.ended.add(member.provider)

    def kill(self) -> None:
        """Kill one of our processes."""
        self.came[f"killed {self.storm.kill_one(self.chance)}"] += 1

    def calm_down(self) -> None:
        """Let nothing go wrong any more."""
        for provider in {member.provider for member in self.members}:
            self.storm.order(f"{provider}/faults", method="DELETE")
