"""`flask activities`: what operators do with everybody's activities."""

from __future__ import annotations

from collections.abc import Iterable

import click
from flask.cli import AppGroup
from tqdm import tqdm

from fittrack.accounts import service as accounts
from fittrack.activities.analysis.models import DueActivity
from fittrack.activities.analysis.recompute import recompute_metrics
from fittrack.activities.analysis.rereading import reread_activity
from fittrack.activities.analysis.rules import METRICS_VERSION
from fittrack.clock import utc_now

activities = AppGroup("activities", help="Look after activities.")


@activities.command("recompute")
@click.option(
    "--version",
    "version",
    type=click.IntRange(0, METRICS_VERSION),
    default=METRICS_VERSION - 1,
    show_default=True,
    help=f"Recompute what this version or an older one computed; {METRICS_VERSION} is all.",
)
@click.option("--account", "email", help="Only the activities of this member's address.")
@click.option(
    "--from-files",
    is_flag=True,
    help="Also read the files anew: distance, times, climbs, minutes, and so points.",
)
def recompute(*, version: int, email: str | None, from_files: bool) -> None:
    """Compute the figures of activities anew where an older version did, or none.

    May be stopped and started again at any time, beside running workers.
    """
    account_id = None if email is None else accounts.find_account(email=email)
    if email is not None and account_id is None:
        raise click.ClickException("nobody has this address")
    done = recompute_metrics(
        account_id=account_id,
        before_version=version + 1,
        progress=_bar,
        recompute=_reread if from_files else None,
    )
    click.echo(f"{done} activities recomputed")


def _reread(activity_id: str, account_id: str) -> bool:
    return reread_activity(activity_id, account_id, now=utc_now())


def _bar(due: Iterable[DueActivity], total: int) -> Iterable[DueActivity]:
    return tqdm(due, total=total, unit=" activities", disable=None)
