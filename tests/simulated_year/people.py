"""Who is in the simulated year: an admin, three sponsors and some members with points."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from fittrack import db, entropy
from fittrack.accounts import service as accounts
from fittrack.drawings.models import Actor
from fittrack.ids import new_id
from fittrack.points import service as points
from fittrack.sponsors import service as sponsors

JOINED = timedelta(days=40)
STATES = ("AL", "CA", "CO", "MS", "NE", "OR", "TX", "WA")
POINTS = 3_000_000
BORN_ON = date(1990, 5, 17)
# One of so many members never claims a prize.
SILENT = 6


@dataclass(frozen=True, slots=True)
class Patron:
    """A sponsor and one of its people."""

    sponsor_id: str
    account_id: str


@dataclass(slots=True)
class People:
    """Everybody, the values that a sponsor keeps itself, and the chance that they act by."""

    admin: Actor
    patrons: dict[str, Patron]
    members: list[str]
    chance: Random
    values: dict[str, bytes] = field(default_factory=dict)

    def claims(self, account_id: str) -> bool:
        """Tell whether a member claims what it wins."""
        return self.members.index(account_id) % SILENT != 0


def make_people(count: int, *, seed: int, source: entropy.Seeded, now: datetime) -> People:
    """Make everybody, some weeks before the year begins."""
    joined_at = now - JOINED
    source.move_to(joined_at)
    admin = Actor(_account("admin@example.com", "Adele", "admin", now=joined_at), "admin")
    patrons = {
        "standing": _patron("Acme Travel", is_revealing_by_itself=True, now=joined_at),
        "by click": _patron("Ben's Bikes", is_revealing_by_itself=False, now=joined_at),
        "own value": _patron("Cem's Shoes", is_revealing_by_itself=False, now=joined_at),
    }
    members = [_member(number, now=joined_at) for number in range(count)]
    chance = Random(seed)
    return People(admin, patrons, members, chance)


def _patron(name: str, *, is_revealing_by_itself: bool, now: datetime) -> Patron:
    fields = {
        "name": name,
        "contact_email": None,
        "website": None,
        "logo_url": None,
        "notes": None,
        "is_revealing_by_itself": is_revealing_by_itself,
    }
    sponsor_id = sponsors.create_sponsor(fields=fields, now=now).sponsor_id
    word = name.split()[0].lower().replace("'", "")
    account_id = _account(f"{word}@example.com", word, "sponsor", now=now)
    sponsors.add_account(sponsor_id=sponsor_id, account_id=account_id, now=now)
    return Patron(sponsor_id, account_id)


def _member(number: int, *, now: datetime) -> str:
    account_id = _account(
        f"member{number}@example.com",
        f"member{number}",
        "user",
        now=now,
        state_code=STATES[number % len(STATES)],
    )
    with db.transaction("grant_for_year") as tx:
        points.grant(
            tx,
            account_id,
            POINTS,
            reference_id=new_id(),
            reason="for a simulated year",
            actor_id=account_id,
            now=now,
        )
    return account_id


def _account(email: str, name: str, role: str, *, now: datetime, state_code: str = "OR") -> str:
    account = accounts.new_account(
        email,
        name,
        role=role,
        password_hash="none",
        date_of_birth_on=BORN_ON,
        state_code=state_code,
        now=now,
    )
    return accounts.create_member(account=account)
