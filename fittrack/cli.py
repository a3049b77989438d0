"""The `flask` command line; each domain brings its own commands."""

from __future__ import annotations

import sys
from copy import copy
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup

from fittrack import extensions, queues, schedule, settings_page, worker
from fittrack.db import migrate
from fittrack.db.errors import DatabaseError

database = AppGroup("db", help="Look after the schema.")
outbox = AppGroup("queues", help="Look after jobs.")


@database.command("upgrade")
def upgrade() -> None:
    """Bring the database to the newest schema."""
    steps = migrate.upgrade()
    for step in steps:
        click.echo(f"{step.version:04} {step.name}")
    click.echo(f"{len(steps)} migrations run" if steps else "the schema is current")
    _check_rules()


def _check_rules() -> None:
    """Exit with 1 where rules that have awarded points were edited: nothing may start on them."""
    from fittrack.points import rules_in_use
    from fittrack.points.errors import RulesEdited

    try:
        rules_in_use.check()
    except RulesEdited as error:
        raise click.ClickException(str(error)) from None


@database.command("status")
def status() -> None:
    """List every migration with its state; exit 1 while some have not run."""
    steps = migrate.status()
    for step in steps:
        click.echo(f"{step.version:04} {step.state:8} {step.name}")
    sys.exit(any(step.state != "done" for step in steps))


@database.command("verify")
def verify() -> None:
    """Compare the live schema with the migrations; exit 1 on a difference."""
    found = migrate.verify()
    for difference in found:
        click.echo(difference)
    click.echo(f"{len(found)} differences" if found else "the schema is as the migrations say")
    sys.exit(bool(found))


@click.command("worker")
@click.option("--burst", is_flag=True, help="Stop when the queues are empty.")
def run_worker(*, burst: bool) -> None:
    """Work on jobs until told to stop."""
    patient_redis()
    worker.work(burst=burst)


@click.command("scheduler")
def run_scheduler() -> None:
    """Start what is due, until told to stop; may run many times over."""
    patient_redis()
    schedule.run_forever()


@outbox.command("redrive")
def redrive() -> None:
    """Give every dead job another 8 attempts."""
    from fittrack.clock import utc_now

    click.echo(f"{queues.redrive(now=utc_now())} jobs revived")


@click.command("config")
@click.option("--markdown", is_flag=True, help="Print docs/ENVIRONMENT_VARIABLES.md.")
@click.option("--example", is_flag=True, help="Print .env.example.")
def show_config(*, markdown: bool, example: bool) -> None:
    """Print every setting with its type, default and meaning."""
    if example:
        click.echo(settings_page.example(), nl=False)
    else:
        text = settings_page.markdown() if markdown else f"{settings_page.table()}\n"
        click.echo(text, nl=False)


def patient_redis() -> None:
    """Give this long-lived process a client that waits for a Redis that restarts."""
    from fittrack import config

    queues.use_redis(extensions.make_redis(config.current().redis_url, retries=200))


def init_app(app: Flask) -> None:
    """Register every command."""
    from fittrack.accounts.cli import user
    from fittrack.activities.cli import activities
    from fittrack.dev.cli import seed, show_demo
    from fittrack.keys.cli import keys
    from fittrack.leaderboards.cli import leaderboards
    from fittrack.points.cli import ledger, points
    from fittrack.simulator.cli import simulator
    from fittrack.trackers.cli import trackers

    for command in (database, outbox, run_worker, run_scheduler, show_config):
        app.cli.add_command(in_plain_words(command))
    for command in (user, activities, keys, leaderboards, ledger, points, trackers):
        app.cli.add_command(in_plain_words(command))
    for command in (seed, show_demo, simulator):
        app.cli.add_command(in_plain_words(command))


def in_plain_words(command: click.Command) -> click.Command:
    """Return a command that tells a failure of the database in one line, and exits with 1."""
    invoke, told = command.invoke, copy(command)

    def careful(ctx: click.Context) -> Any:
        try:
            return invoke(ctx)
        except DatabaseError as error:
            raise click.ClickException(f"{error} (`flask db status` tells more)") from None

    told.invoke = careful  # type: ignore[method-assign]
    return told
