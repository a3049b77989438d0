"""What is not counted but looked up when the metrics are read: jobs, drawings, the last audit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from platform import python_version

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import CollectorRegistry
from redis.exceptions import RedisError

from fittrack import db, metric_files, queues
from fittrack.db.errors import DatabaseError
from fittrack.db.loader import load_sql
from fittrack.health import service

SQL = load_sql("health")
STANDINGS = ("due", "waiting", "running", "dead")
# What a drawing comes to in the end.
OUTCOMES = ("completed", "cancelled", "aborted")


@dataclass(frozen=True, slots=True)
class JobCount:
    """How many jobs of a name stand somewhere: due, waiting, running or dead."""

    job_name: str
    standing: str
    job_count: int
    oldest_due_at: datetime


@dataclass(frozen=True, slots=True)
class DrawingCount:
    """How many drawings have a status."""

    status: str
    drawing_count: int


@dataclass(frozen=True, slots=True)
class LastAudit:
    """What the newest audit of the ledger came to."""

    finished_at: datetime
    transactions: int
    findings: int


def exposition(*, now: datetime) -> bytes:
    """Return all metrics of this machine's processes in Prometheus' text format 0.0.4."""
    registry = CollectorRegistry()
    registry.register(_All(now))
    return generate_latest(registry)


class _All:
    """Hands prometheus_client what processes counted and what was looked up."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def collect(self) -> Iterable[Metric]:
        yield from metric_files.collect()
        yield from looked_up(now=self._now)


def looked_up(*, now: datetime) -> Iterator[Metric]:
    """Yield what the database and Redis know; where one is away, that alone is told of it."""
    yield _family(
        "build_info",
        "What runs",
        [((version("fittrack"), python_version()), 1)],
        "version",
        "python",
    )
    parts = service.check_parts()
    up = [((part,), float(works)) for part, works in parts.items()]
    yield _family("part_up", "Whether a part answers", up, "part")
    if parts["database"] and parts["schema"]:
        try:
            yield from _of_database(now)
        except DatabaseError:
            return
    if parts["redis"]:
        yield from _of_redis()


def _of_database(now: datetime) -> list[Metric]:
    with db.reading("read_gauges") as tx:
        jobs = tx.all(JobCount, SQL["count_jobs"], now_at=now)
        drawings = tx.all(DrawingCount, SQL["count_drawings"])
        audit = tx.one(LastAudit, SQL["find_last_audit"])
    return [*_of_jobs(jobs, now), *_of_drawings(drawings), *_of_audit(audit)]


def _of_jobs(rows: list[JobCount], now: datetime) -> Iterator[Metric]:
    known = [row for row in rows if row.job_name in queues.JOBS]
    counts = {
        (kind.queue, name, standing): 0.0
        for name, kind in queues.JOBS.items()
        for standing in STANDINGS
    }
    ages = {(kind.queue,): 0.0 for kind in queues.JOBS.values()}
    for row in known:
        queue = queues.JOBS[row.job_name].queue
        counts[queue, row.job_name, row.standing] = row.job_count
        if row.standing == "due":
            age_s = (now - row.oldest_due_at).total_seconds()
            ages[queue,] = max(ages[queue,], age_s)
    yield _family("outbox_jobs", "Jobs that are not done", counts.items(), "queue", "job", "state")
    yield _family("oldest_due_job_age_seconds", "Age of the oldest due job", ages.items(), "queue")


def _of_drawings(rows: list[DrawingCount]) -> Iterator[Metric]:
    found = {row.status: float(row.drawing_count) for row in rows}
    ended = CounterMetricFamily(
        "fittrack_drawing_executions", "Drawings that came to an end", labels=["outcome"]
    )
    for outcome in OUTCOMES:
        ended.add_metric([outcome], found.get(outcome, 0))
    yield ended
    going = [((status,), count) for status, count in found.items() if status not in OUTCOMES]
    yield _family("drawings", "Drawings that have not ended", going, "status")


def _of_audit(audit: LastAudit | None) -> Iterator[Metric]:
    if audit is None:  # none has run yet
        return
    at_s = audit.finished_at.timestamp()
    yield _family("ledger_audit_findings", "Findings of the last audit", [((), audit.findings)])
    yield _family("ledger_audit_transactions", "What it walked", [((), audit.transactions)])
    yield _family("ledger_audit_finished_timestamp_seconds", "When it ended", [((), at_s)])


def _of_redis() -> Iterator[Metric]:
    try:
        waiting = [((name,), float(queues.queue(name).count)) for name in queues.QUEUES]
    except RedisError:
        return
    yield _family("rq_queue_jobs", "Calls that wait in Redis", waiting, "queue")


def _family(
    name: str, meaning: str, found: Iterable[tuple[tuple[str, ...], float]], *labels: str
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"fittrack_{name}", meaning, labels=labels)
    for values, value in found:
        family.add_metric(values, value)
    return family
