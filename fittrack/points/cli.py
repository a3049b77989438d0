"""Points and their ledger on the command line."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

import click
import orjson
from flask.cli import AppGroup
from tqdm import tqdm

from fittrack.clock import utc_now
from fittrack.points import audit
from fittrack.points.audit_models import Report
from fittrack.points.errors import RulesEdited
from fittrack.points.recomputing import BEFORE_ANY_ID, Recomputed, is_member, recompute_all

ledger = AppGroup("ledger", help="Look after the points ledger.")
points = AppGroup("points", help="Look after members' points.")
DAY = click.DateTime(["%Y-%m-%d"])


@ledger.command("audit")
@click.option("--deep", is_flag=True, help="Also recompute every day's award and every drawing.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
@click.option(
    "--since",
    "since_no",
    type=click.IntRange(min=1),
    default=1,
    help="Begin with this transaction.",
)
def audit_ledger(*, deep: bool, as_json: bool, since_no: int) -> None:
    """Check the ledger on one snapshot, without writing; exit 1 when anything is wrong."""
    report = audit.audit_ledger(
        now=utc_now(), since_no=since_no, is_deep=deep, progress=None if as_json else _bar
    )
    click.echo(orjson.dumps(as_dict(report)).decode() if as_json else as_text(report))
    sys.exit(0 if report.is_clean else 1)


@points.command("recompute")
@click.option("--from", "from_at", type=DAY, help="Begin with this points day, as YYYY-MM-DD.")
@click.option("--to", "to_at", type=DAY, help="End with this points day.")
@click.option("--member", "account_id", type=click.UUID, help="Only this member, by account id.")
@click.option(
    "--after", "after_id", type=click.UUID, help="Go on after this member, where a run ended."
)
def recompute_points(
    *,
    from_at: datetime | None,
    to_at: datetime | None,
    account_id: UUID | None,
    after_id: UUID | None,
) -> None:
    """Award days anew, as under new rules; what differs is posted to the ledger.

    May be stopped and started again at any time, beside everything else.
    """
    if account_id is not None and not is_member(str(account_id)):
        raise click.ClickException("there is no such member")
    done = Recomputed(last_id=str(after_id) if after_id else BEFORE_ANY_ID)
    try:
        recompute_all(
            done,
            from_on=from_at.date() if from_at else date.min,
            to_on=to_at.date() if to_at else date.max,
            account_id=str(account_id) if account_id else None,
            now=utc_now(),
            progress=_members_bar,
        )
    except RulesEdited as error:
        raise click.ClickException(str(error)) from None
    except KeyboardInterrupt:
        raise click.ClickException(f"stopped; go on with --after {done.last_id}") from None
    click.echo(f"{done.members} members recomputed, {done.changed_days} days changed")


def as_dict(report: Report) -> dict[str, object]:
    """Return a report as JSON shows it: `counts` of all findings, and the first of each check."""
    return {
        "clean": report.is_clean,
        "deep": report.is_deep,
        "since": report.since_no,
        "transactions": report.transactions,
        "postings": report.postings,
        "counts": dict(report.findings.counts),
        "findings": report.findings.kept,
    }


def as_text(report: Report) -> str:
    """Return a report for people, one line a finding."""
    lines = [
        f"{finding.check}: {_place(finding.sequence_no)}{finding.detail}"
        for finding in report.findings.kept
    ]
    total = sum(report.findings.counts.values())
    verdict = f"{total} findings" if total else "nothing is wrong"
    walked = f"{report.transactions} transactions with {report.postings} postings"
    return "\n".join([*lines, f"{walked}: {verdict}"])


def _place(sequence_no: int | None) -> str:
    return "" if sequence_no is None else f"transaction {sequence_no}: "


def _members_bar(members: Iterable[str], total: int) -> Iterable[str]:
    return tqdm(members, total=total, unit=" members", disable=None)


def _bar(numbers: Iterable[int], total: int) -> Iterable[int]:
    return tqdm(numbers, total=total, unit=" transactions", disable=None)
