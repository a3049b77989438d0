"""Members of the storm: each is connected as a browser does it, and does things at the provider."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import parse_qsl

import requests

from tests.factories_accounts import make_account
from tests.factories_points import token_headers
from tests.storm.stack import Storm

TIMEOUT_S = 30
# Workouts lie apart, so that none is taken for another's double.
SLOT_S, SHORTEST_S, LONGEST_S = 4000, 1200, 2400


@dataclass(slots=True)
class Member:
    """One member with one tracker; `slots` is how many of their workouts there have been."""

    storm: Storm
    provider: str
    number: int
    account_id: str = field(default_factory=make_account)
    slots: int = 0

    @property
    def email(self) -> str:
        """Return who they are at the provider."""
        return f"member{self.number}@{self.provider.replace('_', '-')}.test"

    @property
    def path(self) -> str:
        """Return where the simulator takes orders for them."""
        return f"{self.provider}/people/{self.email}"

    def headers(self) -> dict[str, str]:
        """Return a fresh log-in."""
        with self.storm.app.app_context():
            return token_headers(self.account_id)

    def call(self, method: str, path: str, **more: Any) -> requests.Response:
        """Ask the API as this member."""
        address = f"{self.storm.base_url}/api/v1/{path}"
        return requests.request(
            method,
            address,
            headers=self.headers(),
            timeout=TIMEOUT_S,
            allow_redirects=False,
            **more,
        )

    def connect(self) -> dict[str, Any]:
        """Walk the provider's pages as a browser does, and return what our callback answers."""
        begun = self.call("POST", f"connections/{self.provider}/initiate", json={})
        begun.raise_for_status()
        address, _, query = begun.json()["authorization_url"].partition("?")
        form = dict(parse_qsl(query)) | {"email": self.email, "decision": "allow"}
        requests.get(address, params=query, timeout=TIMEOUT_S).raise_for_status()
        agreed = requests.post(address, data=form, timeout=TIMEOUT_S, allow_redirects=False)
        return dict(requests.get(agreed.headers["Location"], timeout=TIMEOUT_S).json())

    def connection(self) -> dict[str, Any]:
        """Return the connection as the member sees it."""
        return dict(self.call("GET", f"connections/{self.provider}").json())

    def order_workout(self, chance: Random, **manner: Any) -> dict[str, Any]:
        """Do something at the provider, where the day is still free; return what it was."""
        self.slots += 1
        lasts_s = chance.randrange(SHORTEST_S, LONGEST_S)
        body = {"started_ago_s": SLOT_S * (self.slots + 1), "sport": chance.choice(("Run", "Ride"))}
        body |= {"moving_s": lasts_s, "elapsed_s": lasts_s} | manner
        return dict(self.storm.order(f"{self.path}/workouts", body))

    def edit_workout(self, number: int, chance: Random, **manner: Any) -> None:
        """Change how long something took."""
        lasts_s = chance.randrange(SHORTEST_S, LONGEST_S)
        body = {"moving_s": lasts_s, "elapsed_s": lasts_s} | manner
        self.storm.order(f"{self.path}/workouts/{number}", body, method="PATCH")

    def delete_workout(self, number: int, **manner: Any) -> None:
        """Delete something at the provider."""
        self.storm.order(f"{self.path}/workouts/{number}", manner, method="DELETE")

    def there(self) -> dict[str, int]:
        """Return what the provider has: how long each workout took, in s, by its start."""
        told = self.storm.ask(f"{self.path}/workouts")
        return {one["started_at"][:19]: one["moving_s"] for one in told if not one["is_deleted"]}

    def here(self) -> list[tuple[str, int]]:
        """Return what the member sees: start and moving time, in s, of each workout."""
        found: list[tuple[str, int]] = []
        query: dict[str, str] = {"limit": "100"}
        while True:
            page = self.call("GET", "activities", params=query).json()
            items = [one for one in page["items"] if one["type"] == "workout"]
            found += [(one["started_at"][:19], round(one["moving_s"])) for one in items]
            if not page["next_cursor"]:
                return found
            query["cursor"] = page["next_cursor"]
