"""The demo world while it is made: who is in it, and what the days bring them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from io import BytesIO
from random import Random
from zoneinfo import ZoneInfo

from fittrack import db
from fittrack.accounts import service as accounts
from fittrack.accounts.factors import service as factors
from fittrack.accounts.profiles import service as profiles
from fittrack.activities import service as activities
from fittrack.activities.imports import service as imports
from fittrack.activities.imports.models import Upload
from fittrack.dev.cast import Character, Patron
from fittrack.dev.demo import totp_secret
from fittrack.dev.exercise import parts_on
from fittrack.dev.files import make_gpx
from fittrack.dev.programme import STOCK, Offer
from fittrack.drawings.models import Actor
from fittrack.points import service as points
from fittrack.sponsors import service as sponsors
from fittrack.sponsors.prizes import service as inventory
from fittrack.sponsors.prizes.models import Editor

ONLY_IN_TIER_ONE_IN = 3


@dataclass(frozen=True, slots=True)
class Player:
    """A member who has joined."""

    character: Character
    account_id: str


@dataclass(slots=True)
class World:
    """What has come to be so far."""

    zone: ZoneInfo
    password_hash: str
    chance: Random
    admins: list[Actor] = field(default_factory=list)
    players: list[Player] = field(default_factory=list)
    # Manner -> the sponsor's id, and the account of its people.
    sponsors: dict[str, tuple[str, str]] = field(default_factory=dict)
    # Manner and name of a prize -> its inventory.
    stock: dict[tuple[str, str], str] = field(default_factory=dict)
    drawing_ids: list[str] = field(default_factory=list)

    def player(self, display_name: str) -> Player:
        """Return the member of a name."""
        return next(one for one in self.players if one.character.display_name == display_name)


def add_operator(world: World, email: str, display_name: str, role: str, now: datetime) -> str:
    """Make an admin or auditor with an authenticator app; return the account's id."""
    account = accounts.new_account(
        email, display_name, role=role, password_hash=world.password_hash, now=now
    )
    with db.transaction("seed_operator") as tx:
        accounts.add_account(tx, account)
        secret = totp_secret(email)
        factors.insert_confirmed_totp(tx, account.account_id, now=now, secret=secret)
    if role == "admin":
        world.admins.append(Actor(account.account_id, role))
    return account.account_id


def add_sponsor(world: World, patron: Patron, now: datetime) -> None:
    """Make a sponsor and an account of its people."""
    fields = {
        "name": patron.name,
        "contact_email": patron.email,
        "website": patron.website,
        "logo_url": None,
        "notes": None,
        "is_revealing_by_itself": patron.manner == "standing",
    }
    sponsor = sponsors.create_sponsor(fields=fields, now=now)
    account = accounts.new_account(
        patron.email,
        patron.name.replace(" ", "-"),
        role="sponsor",
        password_hash=world.password_hash,
        now=now,
    )
    account_id = accounts.create_member(account=account)
    sponsors.add_account(sponsor_id=sponsor.sponsor_id, account_id=account_id, now=now)
    world.sponsors[patron.manner] = (sponsor.sponsor_id, account_id)
    for manner, offer in STOCK:
        if manner == patron.manner:
            world.stock[manner, offer.name] = _stocked(offer, account_id, now=now)


def _stocked(offer: Offer, account_id: str, *, now: datetime) -> str:
    """Let a sponsor's people offer a prize; return the inventory's id."""
    fields = {
        "sponsor_id": None,
        "name": offer.name,
        "description": None,
        "value_cents": offer.value_cents,
        "kind": offer.kind,
        "image_url": None,
        "offered_units": offer.quantity,
    }
    prize = inventory.create_prize(
        fields=fields, editor=Editor(account_id, is_admin=False), now=now
    )
    return prize.inventory_prize_id


def join(world: World, character: Character, now: datetime) -> None:
    """Let a member join, with a profile and open points accounts; most compete in OPEN too."""
    account = accounts.new_account(
        character.email,
        character.display_name,
        role=character.role,
        password_hash=world.password_hash,
        date_of_birth_on=character.born_on,
        state_code=character.state_code,
        now=now,
    )
    with db.transaction("seed_member") as tx:
        accounts.add_account(tx, account, sex=character.sex, fitness_level=character.fitness_level)
        points.open_accounts(tx, account.account_id, now=now)
    world.players.append(Player(character, account.account_id))
    if len(world.players) % ONLY_IN_TIER_ONE_IN:
        profiles.edit_preferences(
            account_id=account.account_id, changes={"is_in_open": True}, now=now
        )


def record_day(world: World, day_on: date, now: datetime) -> None:
    """Bring in what everybody did on a points day; it earns points at once."""
    with db.transaction("seed_activities") as tx:
        for player in sorted(world.players, key=lambda player: player.account_id):
            parts = parts_on(
                player.character,
                player.account_id,
                day_on,
                chance=world.chance,
                zone=world.zone,
                now=now,
            )
            activities.insert_parts(tx, parts, now=now)


def upload_run(player: Player, seed: int, now: datetime) -> None:
    """Let a member upload a recorded run that has just ended; its job reads it."""
    duration_s = 1_500 + seed * 60
    started_at = now - timedelta(seconds=duration_s + 600)
    content = make_gpx(started_at, duration_s, seed=seed, name="Run along the river")
    sha256 = hashlib.sha256(content).hexdigest()
    upload = Upload("run.gpx", len(content), sha256, BytesIO(content))
    imports.receive_files(account_id=player.account_id, uploads=[upload], now=now)


def give_bonus(world: World, player: Player, amount_points: int, now: datetime) -> None:
    """Let an admin make up to a member for a fault."""
    admin_id = world.admins[0].account_id or ""
    with db.transaction("seed_adjustment") as tx:
        points.grant(
            tx,
            player.account_id,
            amount_points,
            reference_id=f"fault of {now.date()}",
            reason="A tracker's outage kept your activities from us",
            actor_id=admin_id,
            now=now,
        )


def able_to_enter(
    players: Sequence[Player], *, is_premium: bool, excluded: Sequence[str]
) -> list[Player]:
    """Return who may enter a drawing."""
    return [
        player
        for player in players
        if player.character.state_code not in excluded
        and (player.character.role == "premium" or not is_premium)
    ]
