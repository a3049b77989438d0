"""Keys on the command line."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup
from tqdm import tqdm

from fittrack import config
from fittrack.keys import service
from fittrack.keys.models import Rotation
from fittrack.keys.registry import SEALED
from fittrack.keys.rules import PLANS

keys = AppGroup("keys", help="Look after the secrets.")


@keys.command("new")
@click.argument("kind", type=click.Choice(sorted(PLANS)), required=False)
def new_key(kind: str | None) -> None:
    """Print fresh secrets: all four, or one with the steps that bring it in without a gap."""
    if kind is None:
        for name in config.SECRETS:
            click.echo(f"{name.upper()}={config.new_secret()}")
        return
    for number, step in enumerate(service.plan(kind), start=1):
        click.echo(f"{number}. {step.what}")
        for name, value in step.settings.items():
            click.echo(f"   {name}={value}")


@keys.command("status")
def show_keys() -> None:
    """Print the ids of the keys that count now, the present one of each kind first."""
    for kind, ids in service.ids_in_use().items():
        click.echo(f"{kind:10}  {', '.join(ids)}")


@keys.command("rotate")
def rotate() -> None:
    """Put every sealed value under the present ENCRYPTION_KEY; exit 1 where any can't be opened.

    May be cut off and run again at any time, beside all other processes.
    """
    total = sum(map(service.count, SEALED))
    with tqdm(total=total, unit=" values", disable=None) as bar:
        done = list(service.reseal(told=lambda batch: bar.update(batch.seen)))
    for rotation in done:
        _tell(rotation)
    sys.exit(any(rotation.lost for rotation in done))


def _tell(rotation: Rotation) -> None:
    click.echo(f"{rotation.name}: {rotation.seen} looked at, {rotation.changed} sealed again")
    for what in rotation.lost:
        click.echo(f"lost: {what} can't be opened with any key")
