"""`flask seed` and `flask demo`: a world to look at, and how to get into it."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterable
from datetime import datetime

import click
import orjson
import pyotp
from tqdm import tqdm

from fittrack import clock, config
from fittrack.accounts import service as accounts
from fittrack.dev import connecting, demo
from fittrack.dev import seed as seeding
from fittrack.errors import Problem
from fittrack.fulfilment import service
from fittrack.fulfilment.models import Fulfilment
from fittrack.pagination import Cursor
from fittrack.simulator.beside import address_of
from fittrack.wire import Unreachable

SHOWN_PRIZES = 5


@click.command("seed")
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed, another world.")
@click.option(
    "--anchor",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Make the world as it is when this day begins, in the platform's time zone; else as now.",
)
@click.option("--if-empty", is_flag=True, help="Do nothing where there are accounts already.")
def seed(*, seed: int, anchor: datetime | None, if_empty: bool) -> None:
    """Fill an empty database with a believable world; the same seed and anchor give the same one.

    Nothing else should work on the database meanwhile. Refuses in production.
    """
    refuse_in_production("seed")
    if seeding.is_begun() and not seeding.is_complete():
        give_up("An earlier seeding was interrupted: delete the database and begin anew.")
    if accounts.has_accounts():
        if if_empty:
            return
        give_up("There are accounts in this database already; only an empty one can be seeded.")
    logging.getLogger("fittrack").setLevel(logging.WARNING)
    began_s = time.monotonic()
    made = seeding.make_world(seed=seed, anchor_at=anchor_of(anchor), progress=_bar)
    took_s = time.monotonic() - began_s
    click.echo(f"{made.members} members and {made.drawings} drawings made in {took_s:.1f} s")


@click.command("demo")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--connect", is_flag=True, help="Connect the member to the simulated Strava first.")
def show_demo(*, as_json: bool, connect: bool) -> None:
    """Print where everything is, and how to log in to the demo world. Refuses in production."""
    refuse_in_production("demo")
    is_seeded = seeding.is_complete()
    if connect:
        _connect()
    if as_json and not is_seeded:
        give_up("There is no demo world in this database; `flask seed` makes one.")
    click.echo(orjson.dumps(as_dict()).decode() if as_json else as_text(is_seeded=is_seeded))


def _connect() -> None:
    try:
        connecting.connect_demo_member(now=clock.utc_now())
    except (Problem, Unreachable) as error:
        click.echo(f"The demo member is not connected to a tracker: {error}", err=True)


def anchor_of(day: datetime | None) -> datetime:
    """Return the instant of a given day, or the present one."""
    if day is None:
        return clock.utc_now()
    return clock.day_bounds(day.date(), config.current().zone)[0]


def as_dict() -> dict[str, object]:
    """Return the addresses and logins as JSON shows them."""
    logins = {
        login.role: {
            "email": login.email,
            "password": login.password,
            **({"totp_secret": login.totp_secret} if login.totp_secret else {}),
        }
        for login in demo.logins()
    }
    simulator = address_of(config.current())
    addresses = {"simulator_url": simulator} if simulator else {}
    return {"base_url": config.current().base_url, **addresses, **logins}


def as_text(*, is_seeded: bool) -> str:
    """Return the addresses and, where there is a demo world, the logins, for people."""
    base_url = config.current().base_url
    lines = [
        "",
        f"  API        {base_url}/api/v1",
        f"  reference  {base_url}/docs  and  {base_url}/redoc",
    ]
    if config.current().has_dev_routes:
        lines.append(f"  mailbox    {base_url}/api/v1/dev/mailbox")
    if simulator := address_of(config.current()):
        lines.append(f"  simulator  {simulator}  (Google, Apple and the trackers)")
    lines.append("  logs       var/log")
    if is_seeded:
        lines += ["", f"  Everyone's password is: {demo.PASSWORD}"]
        lines += [_line(login) for login in demo.logins()]
        lines += [
            f"  to claim   {each.prize_name}, won by {demo.MEMBER_EMAIL}: "
            f"POST /api/v1/fulfillments/{each.fulfilment_id}/confirm-address"
            for each in prizes_to_claim()
        ]
    return "\n".join([*lines, ""])


def prizes_to_claim() -> list[Fulfilment]:
    """Return the prizes that wait for the demo member's address."""
    account_id = accounts.find_account(email=demo.MEMBER_EMAIL)
    if account_id is None:
        return []
    page = service.list_fulfilments(
        account_id=account_id,
        state="winner_notified",
        drawing_id=None,
        cursor=Cursor.parse(None, scope="fulfillments"),
        limit=SHOWN_PRIZES,
    )
    return [each for each in page.items if each.delivery == "physical"]


def _line(login: demo.Login) -> str:
    line = f"  {login.role:9}  {login.email}"
    if login.totp_secret is None:
        return line
    code = pyotp.TOTP(login.totp_secret).now()
    return f"{line}  authenticator secret {login.totp_secret}, code now {code}"


def refuse_in_production(command: str) -> None:
    """Raises: SystemExit in production."""
    if config.current().is_production:
        give_up(f"`flask {command}` is for demonstrations; it never runs in production.")


def give_up(reason: str) -> None:
    """Say why on standard error and end with status 1. Raises: SystemExit."""
    click.echo(reason, err=True)
    sys.exit(1)


def _bar(events: Iterable[datetime], total: int) -> Iterable[datetime]:
    return tqdm(events, total=total, unit=" events", disable=None)
