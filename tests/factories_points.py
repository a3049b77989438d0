"""Members, activities and points for tests: plain SQL, so that a test needs no other domain."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from fittrack import auth, db
from fittrack.auth import Identity
from fittrack.clock import day_of
from fittrack.config import current
from fittrack.db.values import instant_to_text
from fittrack.ids import new_id
from fittrack.points import service

NOON = datetime(2026, 6, 15, 16, tzinfo=UTC)  # 12:00 in New York
LIGHT, MODERATE, VIGOROUS = 1, 2, 3


def execute(statement: str, *binds: object) -> None:
    """Run one statement on the test's own database file and commit it."""
    db.engine().raw().execute(statement, binds)


def insert(table: str, **row: object) -> None:
    """Insert a row as it is."""
    columns, marks = ", ".join(row), ", ".join("?" * len(row))
    execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", *row.values())


def make_member(
    *,
    points: int = 0,
    born_on: date | None = date(1986, 1, 1),
    max_hr_bpm: int | None = 200,
    role: str = "user",
    now: datetime = NOON,
) -> str:
    """Return the id of an active member with a profile and, by an adjustment, some points."""
    account_id = new_id()
    insert(
        "accounts",
        account_id=account_id,
        email=f"{account_id}@example.org",
        email_key=f"{account_id}@example.org",
        display_name=account_id[-30:],
        display_name_key=account_id[-30:],
        role=role,
        status="active",
        date_of_birth_on=born_on and born_on.isoformat(),
        state_code="MA",
        created_at=instant_to_text(now - timedelta(days=30)),
        email_verified_at=instant_to_text(now - timedelta(days=30)),
    )
    insert(
        "profiles",
        account_id=account_id,
        max_hr_bpm=max_hr_bpm,
        tier_code="OPEN",
        time_zone="America/New_York",
        updated_at=instant_to_text(now),
    )
    if points:
        give_points(account_id, points, now=now)
    return account_id


def give_points(account_id: str, points: int, *, now: datetime = NOON) -> None:
    """Adjust a member's points."""
    with db.transaction("give_points") as tx:
        service.grant(
            tx,
            account_id,
            points,
            reference_id=new_id(),
            reason="A present of the test",
            actor_id="test",
            now=now,
        )


def token_headers(account_id: str, *, role: str = "user") -> dict[str, str]:
    """Return the headers of a signed-in member; call it within an application context."""
    session_id = new_id()
    now = datetime.now(UTC)
    insert(
        "sessions",
        session_id=session_id,
        account_id=account_id,
        started_at=instant_to_text(now),
        last_seen_at=instant_to_text(now),
        expires_at=instant_to_text(now + timedelta(days=7)),
    )
    token = auth.issue_access_token(Identity(account_id, session_id, role))
    return {"Authorization": f"Bearer {token}"}


def minutes(
    start: datetime, count: int, intensity: int = MODERATE, hr_bpm: int | None = None
) -> list[tuple[int, int | None, int]]:
    """Return `count` minutes from an instant on, all alike."""
    first = int(start.timestamp()) // 60
    return [(first + n, hr_bpm, intensity) for n in range(count)]


def make_activity(
    account_id: str,
    *,
    started_at: datetime = NOON,
    count: int = 0,
    intensity: int = MODERATE,
    hr_bpm: int | None = None,
    duration_s: int | None = None,
    type: str = "workout",
    source_kind: str = "file",
    state: str = "accepted",
    steps: int | None = None,
    duplicate_of_id: str | None = None,
    activity_id: str | None = None,
) -> str:
    """Return the id of a stored activity with `count` active minutes, cut at midnight."""
    activity_id = activity_id or new_id()
    elapsed_s = count * 60 if duration_s is None else duration_s
    insert(
        "activities",
        activity_id=activity_id,
        account_id=account_id,
        type=type,
        sport="running",
        source_kind=source_kind,
        origin_key=activity_id,
        state=state,
        duplicate_of_id=duplicate_of_id,
        started_at=instant_to_text(started_at),
        ended_at=instant_to_text(started_at + timedelta(seconds=elapsed_s)),
        day_on=day_of(started_at, current().zone).isoformat(),
        elapsed_s=elapsed_s,
        moving_s=elapsed_s,
        steps=steps,
        warnings_json="[]",
        lap_count=0,
        sample_count=0,
        position_count=0,
        created_at=instant_to_text(started_at),
        updated_at=instant_to_text(started_at),
    )
    store_minutes(activity_id, account_id, minutes(started_at, count, intensity, hr_bpm))
    return activity_id


def store_minutes(
    activity_id: str, account_id: str, given: Sequence[tuple[int, int | None, int]]
) -> None:
    """Store minutes as the activities domain does: one row per points day."""
    by_day: dict[date, list[tuple[int, int | None, int]]] = {}
    for minute in given:
        day_on = day_of(datetime.fromtimestamp(minute[0] * 60, UTC), current().zone)
        by_day.setdefault(day_on, []).append(minute)
    for day_on, block in by_day.items():
        insert(
            "activity_minutes",
            activity_id=activity_id,
            day_on=day_on.isoformat(),
            account_id=account_id,
            minutes_json=json.dumps(block),
        )


def set_state(activity_id: str, state: str) -> None:
    """Accept, hold, reject or delete an activity."""
    execute("UPDATE activities SET state = ? WHERE activity_id = ?", state, activity_id)


def recompute(account_id: str, days: Iterable[date], *, now: datetime = NOON) -> None:
    """Award days anew in a transaction of their own."""
    with db.transaction("recompute_days") as tx:
        service.recompute_days(tx, account_id, days, now=now)


def balance_of(account_id: str) -> int:
    """Return a member's spendable points."""
    return service.get_balance(account_id=account_id).balance_points
