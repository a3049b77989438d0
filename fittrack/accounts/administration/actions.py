"""The step that records what was done to an account, for auditors to read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fittrack.accounts.administration import repository
from fittrack.accounts.administration.models import ACTION_KINDS, AdminAction
from fittrack.db import Transaction
from fittrack.ids import new_id


def record_action(
    tx: Transaction,
    account_id: str,
    kind: str,
    *,
    actor_id: str | None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    now: datetime,
) -> None:
    """Note, in the caller's transaction, what an admin did; without one it happened by itself.

    `before` and `after` hold ids, roles, times and names of fields. They are kept for good, so that
    no value of a person's may be among them. Raises: ValueError for a kind that is none.
    """
    if kind not in ACTION_KINDS:
        raise ValueError(f"{kind} is no kind of action")
    action = AdminAction(
        action_id=new_id(),
        account_id=account_id,
        actor_id=actor_id,
        kind=kind,
        before_json=dict(before) if before else None,
        after_json=dict(after) if after else None,
        happened_at=now,
    )
    repository.insert_admin_action(tx, action)
