"""Making the demo world: members, activities and drawings, through the domains' own services.

The same seed and anchor give the same world, byte for byte, under the same settings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial
from random import Random

from fittrack import clock, config, entropy, log, queues, trace
from fittrack.accounts import passwords
from fittrack.accounts import service as accounts
from fittrack.dev import cast, demo, programme
from fittrack.dev.draws import Show
from fittrack.dev.series import add_templates
from fittrack.dev.timeline import Timeline
from fittrack.dev.world import (
    World,
    add_operator,
    add_sponsor,
    give_bonus,
    join,
    record_day,
    upload_run,
)

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
DAY_ENDS = time(23, 45)
OPERATORS_JOINED = 120 * DAY
UPLOADERS = ("Ana", "Ben", "Cem")

Progress = Callable[[Iterable[datetime], int], Iterable[datetime]]


@dataclass(frozen=True, slots=True)
class Made:
    """What a seeding brought."""

    members: int
    drawings: int
    events: int


def _silent(events: Iterable[datetime], total: int) -> Iterable[datetime]:  # noqa: ARG001
    return events


def is_begun() -> bool:
    """Tell whether a seeding has begun on this database: its first account is there."""
    return accounts.find_account(email=cast.ADMINS[0][0]) is not None


def is_complete() -> bool:
    """Tell whether a seeding has ended well: its last account is there."""
    return accounts.find_account(email=demo.AUDITOR_EMAIL) is not None


def make_world(
    *, seed: int, anchor_at: datetime, days: int = 30, progress: Progress = _silent
) -> Made:
    """Make the demo world as it is at an instant, with the last `days` days of its life.

    Raises: RuntimeError in production.
    """
    anchor_at = clock.from_epoch_s(clock.epoch_s(anchor_at))
    # Whoever asked for the world, its jobs were decided within it.
    log.set_request_id("")
    trace.end()
    with entropy.seeded(seed) as source, queues.without_waking():
        source.move_to(anchor_at - OPERATORS_JOINED)
        timeline = Timeline(source)
        world = World(
            zone=config.current().zone,
            password_hash=passwords.hash_password(demo.PASSWORD),
            chance=Random(f"{seed}/days"),  # noqa: S311 - a game of chance, no secret
        )
        _plan_people(world, timeline, anchor_at, chance=Random(f"{seed}/people"))  # noqa: S311
        _plan_days(world, timeline, anchor_at, days)
        _plan_drawings(world, timeline, anchor_at, days)
        events = sum(1 for _ in progress(timeline.play(anchor_at), len(timeline)))
    return Made(len(world.players), len(world.drawing_ids), events)


def _plan_people(world: World, timeline: Timeline, anchor_at: datetime, *, chance: Random) -> None:
    """Plan who comes: operators first, then sponsors, then members; the auditor ends it all."""
    began_at = anchor_at - OPERATORS_JOINED
    for number, (email, name) in enumerate(cast.ADMINS):
        at = began_at + number * MINUTE
        timeline.at(at, partial(add_operator, world, email, name, "admin"))
    for number, patron in enumerate(cast.PATRONS, start=1):
        timeline.at(began_at + number * DAY, partial(add_sponsor, world, patron))
    for character in cast.members(chance, anchor_at):
        timeline.at(character.joined_at, partial(join, world, character))


def _plan_days(world: World, timeline: Timeline, anchor_at: datetime, days: int) -> None:
    """Plan everybody's days, some uploads of real tracks, and two adjustments."""
    today_on = clock.day_of(anchor_at, world.zone)
    for back in range(days, 0, -1):
        day_on = today_on - back * DAY
        at = datetime.combine(day_on, DAY_ENDS, world.zone).astimezone(UTC)
        timeline.at(at, partial(record_day, world, day_on))
    lately_at = anchor_at - 10 * MINUTE
    if clock.day_of(lately_at, world.zone) == today_on:
        timeline.at(lately_at, partial(record_day, world, today_on))
    for number, name in enumerate(UPLOADERS):
        for back in (1, 2):
            at = anchor_at - back * DAY - number * 40 * MINUTE
            timeline.at(at, partial(_upload, world, name, number * 2 + back))
    for back, name in ((9, "Ben"), (3, "Ana")):
        timeline.at(anchor_at - back * DAY, partial(_bonus, world, name))


def _upload(world: World, name: str, seed: int, now: datetime) -> None:
    upload_run(world.player(name), seed, now)


def _bonus(world: World, name: str, now: datetime) -> None:
    give_bonus(world, world.player(name), 150, now)


def _plan_drawings(world: World, timeline: Timeline, anchor_at: datetime, days: int) -> None:
    """Plan the drawings whose sales begin within the days, and the auditor's coming at the end."""
    lead = timedelta(seconds=config.current().close_lead_s)
    for plan in programme.plans(anchor_at, world.zone, lead=lead):
        if plan.opens_at >= anchor_at - days * DAY:
            Show(world, timeline, plan, anchor_at).announce()
    timeline.at(anchor_at, partial(add_templates, world))
    last = (demo.AUDITOR_EMAIL, "Audrey", "auditor")
    timeline.at(anchor_at, partial(add_operator, world, *last))
