"""Every statement of the changes of activities, one function each."""

from __future__ import annotations

from dataclasses import asdict

from fittrack.activities.editing.models import Edit, Standing
from fittrack.activities.models import Activity
from fittrack.activities.rules import search_text
from fittrack.db import Transaction
from fittrack.db.loader import load_sql

SQL = load_sql("activities")


def update_activity(tx: Transaction, activity: Activity) -> None:
    """Store another version of an activity that is held; who it is and its state stay."""
    statement = SQL["update_activity"]
    row = asdict(activity) | {"search_text": search_text(activity)}
    tx.run(statement, **{name: row[name] for name in statement.binds})


def insert_edit(tx: Transaction, edit: Edit) -> None:
    tx.run(SQL["insert_edit"], **asdict(edit))


def list_edits(tx: Transaction, activity_id: str) -> list[Edit]:
    return tx.all(Edit, SQL["list_edits"], activity_id=activity_id)


def delete_edits(tx: Transaction, activity_id: str) -> None:
    tx.run(SQL["delete_edits"], activity_id=activity_id)


def lock_standing(tx: Transaction, account_id: str, origin_key: str) -> Standing | None:
    """Return what stands at a place of a source, held, or None."""
    return tx.one(Standing, SQL["lock_standing"], account_id=account_id, origin_key=origin_key)
