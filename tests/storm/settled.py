"""When the storm is over: everybody is read to the end, and all is compared with the truth."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import count
from typing import Any

from fittrack import db, devserver
from fittrack.clock import utc_now
from fittrack.points import audit
from fittrack.points import service as points
from tests.real_processes import wait_for
from tests.storm.members import Member
from tests.storm.stack import Storm
from tests.storm.weather import Weather

SETTLE_WITHIN_S = 1000
READY_WITHIN_S = 120
LOOK_EVERY_S = 2.0
SQLITE = "%Y-%m-%dT%H:%M:%S.%fZ"
# Time that passes: what is due later is due, and what was told lately was told long ago.
PASSED = (
    "UPDATE connections SET due_at = :now WHERE status IN ('active', 'parked') AND due_at > :now",
    "UPDATE outbox SET due_at = :now WHERE state = 'pending' AND due_at > :now",
    "UPDATE webhook_deliveries SET received_at = :ago WHERE done_at IS NULL AND received_at > :ago"
    " AND NOT EXISTS (SELECT 1 FROM outbox WHERE job_name = 'do_webhook' AND state = 'pending'"
    " AND leased_until_at > :now)",
)
LONG_AGO = timedelta(minutes=16)
# In another week all of a backfill's length is read again: what vanished untold is found out.
A_WEEK_PASSED = "UPDATE connection_streams SET read_to_at = :ago WHERE read_to_at > :ago"
A_WEEK = timedelta(days=7)
AT_REST = "SELECT COUNT(*) FROM outbox WHERE state = 'pending' AND job_name = 'do_webhook'"
TO_CONNECT = "SELECT COUNT(*) FROM connections WHERE status = 'reauth_required'"
SYNCED = "SELECT MIN(last_synced_at) FROM connections WHERE status = 'active'"


def settle(weather: Weather) -> Counter[str]:
    """Let time pass until all is read, and return how many had to connect again.

    "Time passes": what is due later than now is made due by hand, for a real clock can't be turned;
    a provider's own limits are waited for, they are counted by its clock.
    """
    again: Counter[str] = Counter()
    ends_s = time.monotonic() + SETTLE_WITHIN_S
    wait_for(lambda: devserver.is_ready(weather.storm.base_url), within_s=READY_WITHIN_S)
    for rounds in count():
        again += reconnect(weather)
        if rounds == 1:
            let_a_week_pass()
        wait_for_syncs(weather, pass_time(), within_s=90 if not rounds else 60)
        left = [told for member in weather.members if (told := difference(member))]
        print(f"settling: {len(left)} members differ, {_one(AT_REST)} webhooks wait", flush=True)
        print(*left, sep="\n", flush=True)
        is_over = rounds and not left and not _one(AT_REST) and not _one(TO_CONNECT)
        if is_over or time.monotonic() > ends_s:
            break
    return again


def reconnect(weather: Weather) -> Counter[str]:
    """Connect everybody again who was told to do so; who was not told stays as they are."""
    again: Counter[str] = Counter()
    for member in weather.members:
        if member.connection().get("status") == "reauth_required":
            if not is_told(member):
                again["asked to connect again without a word"] += 1
            if member.provider not in weather.ended and member.email not in weather.revoked:
                again["asked to connect again for nothing"] += 1
            # Who finds no room within the provider's limits, or it resting, tries once more later.
            if member.connect().get("status") == "active":
                weather.revoked.discard(member.email)
                again["connected again"] += 1
            else:
                again["connected later"] += 1
    return again


def is_told(member: Member) -> bool:
    """Tell whether a member has a notification about their connection."""
    items = member.call("GET", "notifications").json()["items"]
    return any(one["kind"] == "connection_reauth_required" for one in items)


def pass_time() -> str:
    """Make everything due now that is due later; return this instant."""
    now = utc_now()
    times = {name: f"{at:{SQLITE}}" for name, at in (("now", now), ("ago", now - LONG_AGO))}
    for statement in PASSED:
        names = [name for name in times if f":{name}" in statement]
        db.engine().raw().execute(statement, {name: times[name] for name in names})
    return times["now"]


def let_a_week_pass() -> None:
    """Let everything that was read have been read a week ago."""
    db.engine().raw().execute(A_WEEK_PASSED, {"ago": f"{utc_now() - A_WEEK:{SQLITE}}"})


def wait_for_syncs(weather: Weather, since: str, *, within_s: float) -> None:
    """Return once every active connection was read since then, or the time is up."""
    ends_s = time.monotonic() + within_s
    while time.monotonic() < ends_s:
        time.sleep(LOOK_EVERY_S)
        if str(_one(SYNCED) or "") > since and not _one(AT_REST):
            return


def difference(member: Member) -> str:
    """Return what is not as it is at the provider, '' where all is."""
    here, there = member.here(), set(member.there().items())
    lost, odd = there - set(here), [one for one in here if one not in there]
    doubled = len(here) - len(set(here))
    if not (lost or odd or doubled):
        return ""
    return f"{member.email}: lost {sorted(lost)}, not so {sorted(odd)}, doubled {doubled}"


def compared(storm: Storm, members: Sequence[Member]) -> dict[str, Any]:
    """Return what is wrong: each must be nothing."""
    differences = [told for member in members if (told := difference(member))]
    states = Counter(str(member.connection().get("status")) for member in members)
    return {
        "members whose activities differ": differences,
        "connections not active": {name: n for name, n in states.items() if name != "active"},
        "members whose points a recomputation changes": recomputed(members),
        "findings of the deep audit": dict(
            audit.audit_ledger(now=utc_now(), is_deep=True).findings.counts
        ),
        "windows with too many calls": over_limits(storm, members),
        "webhooks believed or refused wrongly": misjudged(storm, members),
        "jobs buried": _one("SELECT COUNT(*) FROM outbox WHERE state = 'dead'"),
        "webhooks never done": _one(AT_REST),
    }


def recomputed(members: Sequence[Member]) -> list[str]:
    """Compute every member's days anew; return those whose points that changes."""
    changed = []
    for member in members:
        before = points.get_balance(account_id=member.account_id).balance_points
        query = "SELECT DISTINCT day_on FROM activity_minutes WHERE account_id = ?"
        rows = db.engine().raw().execute(query, (member.account_id,)).fetchall()
        with db.transaction("recompute_for_test") as tx:
            days = [date.fromisoformat(day) for (day,) in rows]
            points.recompute_days(tx, member.account_id, days, now=utc_now())
        if points.get_balance(account_id=member.account_id).balance_points != before:
            changed.append(member.email)
        if member.there() and not before:
            changed.append(f"{member.email} has none")
    return changed


def over_limits(storm: Storm, members: Sequence[Member]) -> list[str]:
    """Return where a provider was asked more often than it lets itself be asked."""
    providers = sorted({member.provider for member in members})
    return [
        f"{provider}: {window['most']} of {window['limit']} in {window['window_s']} s"
        for provider in providers
        for window in storm.ask(provider)["calls"]
        if window["most"] > window["limit"]
    ]


def misjudged(storm: Storm, members: Sequence[Member]) -> list[str]:
    """Return webhooks that were true and refused, or forged and believed."""
    wrong = []
    for provider in sorted({member.provider for member in members}):
        for told, times in storm.ask(provider)["told"].items():
            kind, status = told.split()
            is_taken = status in {"200", "204"}
            if (kind == "forged" and is_taken) or (kind == "true" and status.startswith("4")):
                wrong.append(f"{provider}: {told}, {times} times")
    return wrong


def _one(query: str) -> Any:
    return db.engine().raw().execute(query).fetchone()[0]
