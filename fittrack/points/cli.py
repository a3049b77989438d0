"""The ledger on the command line."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import click
import orjson
from flask.cli import AppGroup
from tqdm import tqdm

from fittrack.clock import utc_now
from fittrack.points import audit
from fittrack.points.audit_models import Report

ledger = AppGroup("ledger", help="Look after the points ledger.")


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


def _bar(numbers: Iterable[int], total: int) -> Iterable[int]:
    return tqdm(numbers, total=total, unit=" transactions", disable=None)
