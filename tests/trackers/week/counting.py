"""What the week has come to: the truth of the simulator, a calm reader's account, a report."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from statistics import quantiles
from typing import Any

from fittrack import db
from fittrack.points import service as points
from tests.trackers.week.people import SLEEPING, Member, start_of
from tests.trackers.week.weeks import DAY, PROVIDERS, SEED, Week

FIGURES = {
    "activities": (
        "SELECT type, sport, state, started_at, elapsed_s, moving_s, distance_cm, ascent_m,"
        " IIF(EXISTS (SELECT 1 FROM connections c WHERE c.account_id = a.account_id"
        " AND provider = 'strava'), NULL, calories_kcal),"  # `calories_amiss`
        " steps, avg_hr_bpm, max_hr_bpm, sample_count, name FROM activities a"
        " WHERE account_id = ? AND state <> 'deleted'"
    ),
    "sleeps": (
        "SELECT started_at, ended_at, day_on, state, is_nap, asleep_s, awake_s, deep_s, rem_s,"
        " efficiency_permille, score_permille, avg_hr_bpm FROM sleeps WHERE account_id = ?"
    ),
    "recoveries": (
        "SELECT day_on, measured_at, state, score_permille, resting_hr_bpm, hrv_rmssd_us"
        " FROM recoveries WHERE account_id = ?"
    ),
    "points": (
        "SELECT day_on, awarded_points FROM day_awards WHERE account_id = ? AND awarded_points > 0"
    ),
}


def figures(week: Week, account_id: str) -> dict[str, Counter[Any]]:
    """Return all that a member has."""
    raw = week.database.raw()
    return {
        name: Counter(tuple(row) for row in raw.execute(statement, (account_id,)))
        for name, statement in FIGURES.items()
    }


def brought(week: Week, member: Member) -> Counter[str]:
    """Return when a member's workouts began, as we have them."""
    rows = week.database.raw().execute(
        "SELECT started_at FROM activities"
        " WHERE account_id = ? AND type = 'workout' AND state <> 'deleted'",
        (member.account_id,),
    )
    return Counter(row[0][:19] for row in rows)


def workouts_amiss(week: Week, member: Member) -> tuple[Counter[str], Counter[str]]:
    """Return the starts of workouts that we lack, and of those that we should not have."""
    there = Counter(start_of(one) for one in member.account.living())
    here = brought(week, member)
    return there - here, here - there


def calories_amiss(week: Week, member: Member) -> list[tuple[str, int]]:
    """Return calories that are none of a workout's: a line does not tell them, and takes none away.

    So they may be those of before an edit that no webhook told of, which is one less.
    """
    there: dict[str, set[int]] = {}
    for one in member.account.workouts.values():
        there.setdefault(start_of(one), set()).update((one.calories_kcal, one.calories_kcal - 1))
    rows = week.database.raw().execute(
        "SELECT started_at, calories_kcal FROM activities"
        " WHERE account_id = ? AND type = 'workout' AND calories_kcal IS NOT NULL",
        (member.account_id,),
    )
    return [(at, told) for at, told in rows if told not in there.get(at[:19], {told})]


def nights_amiss(week: Week, member: Member) -> tuple[set[str], set[str]]:
    """Return the starts of nights that we lack, and of those that we should not have."""
    nights = member.account.nights.values() if member.provider in SLEEPING else ()
    there = {start_of(one) for one in nights if not one.is_deleted}
    rows = week.database.raw().execute(
        "SELECT started_at FROM sleeps WHERE account_id = ?", (member.account_id,)
    )
    here = {row[0][:19] for row in rows}
    return there - here, here - there


def read_anew(week: Week) -> dict[str, dict[str, Counter[Any]]]:
    """Let everybody end it, data and all, connect again, and read what is there now in calm.

    Return what each of them had before.
    """
    members = [one for one in week.members if one.leaving in {"", "back"}]
    before = {one.account_id: figures(week, one.account_id) for one in members}
    for member in members:
        member.leaving = "delete"
        week.leave(member)
    week.do_jobs()
    for member in members:
        assert figures(week, member.account_id) == {name: Counter() for name in FIGURES}, (
            member.email
        )
        connection_id = week.let_in(member.account_id, member.provider, member.email)
        week.waiting[connection_id] = week.world.now()
        week.by_id[connection_id] = member
    week.live(week.world.now() + 6 * DAY, DAY, only=set(week.waiting))
    return before


def unlike_read_anew(week: Week) -> list[tuple[str, str, str, Counter[Any], Counter[Any]]]:
    """Return whose figures are others when they are read anew: what they lacked, and had more."""
    found = []
    by_id = {one.account_id: one for one in week.members}
    for account_id, here in read_anew(week).items():
        member, there = by_id[account_id], figures(week, account_id)
        for name in here:
            lacks, more = there[name] - here[name], here[name] - there[name]
            if lacks or more:
                found.append((member.email, member.provider, name, lacks, more))
    return found


def recomputed(week: Week) -> list[str]:
    """Compute every member's days anew; return those whose points that changes."""
    changed = []
    for member in week.members:
        account_id, now = member.account_id, week.world.now()
        before = points.get_balance(account_id=account_id).balance_points
        with db.transaction("recompute_for_test") as tx:
            points.recompute_member(tx, account_id, now=now)
        if points.get_balance(account_id=account_id).balance_points != before:
            changed.append(member.email)
    return changed


def report(week: Week, calm_from_at: datetime, days: float) -> None:
    """Print what came, what it cost, and how long it took."""
    print(f"\n{len(week.members)} connections, {days:.0f} days, seed {SEED}")
    print("  " + ", ".join(f"{name} {number}" for name, number in sorted(week.came.items())))
    for name in PROVIDERS:
        tracker = week.trackers[name]
        members = [one for one in week.members if one.provider == name]
        least_s = tracker.windows[0].window_s
        calls = sum(made for (window_s, _), made in tracker.asked.items() if window_s == least_s)
        most = [f"{tracker.most_asked.get(one.window_s, 0)}/{one.calls}" for one in tracker.windows]
        print(
            f"{name}: {len(members)} connections, {calls} calls"
            f" ({calls / max(1, len(members)) / days:.1f} a connection and day),"
            f" at most {', '.join(most)} of a window; syncs {dict(week.syncs[name])}"
        )
        for word, is_calm in (("in trouble", False), ("in calm", True)):
            print(f"  seen {word} after {_delays(week, members, calm_from_at, is_calm)}")


def _delays(week: Week, members: list[Member], calm_from_at: datetime, is_calm: bool) -> str:
    found = []
    for member in members:
        rows = week.database.raw().execute(
            "SELECT started_at, created_at FROM activities WHERE account_id = ?",
            (member.account_id,),
        )
        seen_at = {row[0][:19]: datetime.fromisoformat(row[1]) for row in rows}
        found += [
            (seen_at[start] - at).total_seconds()
            for start, at in member.there_at.items()
            if start in seen_at and (at >= calm_from_at) is is_calm
        ]
    if len(found) < 2:
        return f"- ({len(found)})"
    parts = quantiles([max(0.0, one) for one in found], n=20, method="inclusive")
    told = (timedelta(seconds=round(one)) for one in (parts[9], parts[18], max(found)))
    return f"p50 {next(told)}, p95 {next(told)}, at most {next(told)} ({len(found)})"
