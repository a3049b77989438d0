"""Leaderboards on the command line."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup
from tqdm import tqdm

from fittrack.clock import utc_now
from fittrack.leaderboards import service

leaderboards = AppGroup("leaderboards", help="Look after the leaderboards.")


@leaderboards.command("rebuild")
def rebuild() -> None:
    """Make all boards anew from the ledger, while awards go on; safe to end and run again."""
    with tqdm(total=service.count_accounts(), unit=" accounts", disable=None) as bar:
        rebuilt = service.rebuild(now=utc_now(), progress=bar.update)
    click.echo(f"{rebuilt.members} members and {rebuilt.buckets} buckets were not right")


@leaderboards.command("check")
def check() -> None:
    """Compare all boards with the ledger, without writing; exit 1 on a difference."""
    problems = 0
    for problem in service.check(now=utc_now()):
        problems += 1
        click.echo(problem)
    click.echo(f"{problems} differences" if problems else "the boards are as the ledger says")
    sys.exit(bool(problems))
