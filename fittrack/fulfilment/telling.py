"""Telling winners, once for each step: in the application, and by mail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fittrack import config
from fittrack.clock import day_of
from fittrack.db import Transaction
from fittrack.fulfilment import notices, rules
from fittrack.fulfilment.models import Fulfilment
from fittrack.notifications import service as notifications


def tell_won(tx: Transaction, won: Sequence[Fulfilment], *, key: str, now: datetime) -> None:
    """Tell a winner of deliveries that were opened together; `key` makes it one notice."""
    untils = [until for each in won if (until := rules.claim_until(each))]
    notifications.notify(
        tx,
        won[0].account_id,
        "prize_won",
        key=key,
        title=notices.won_title(won),
        body=notices.won_body(won, until=_day(min(untils)) if untils else None),
        data=_ids(won[0]),
        now=now,
    )


def tell_step(
    tx: Transaction, fulfilment: Fulfilment, kind: str, *, payer: str = "", now: datetime
) -> None:
    """Tell the winner of a step that a delivery has just taken; `payer` is named where one is."""
    until_at = rules.claim_until(fulfilment)
    words = notices.filled_in(
        kind,
        fulfilment.prize_name,
        day=_day(until_at) if until_at else "",
        carrier=fulfilment.carrier or "",
        payer=payer,
    )
    notifications.notify(
        tx,
        fulfilment.account_id,
        kind,
        key=f"{fulfilment.fulfilment_id}:{fulfilment.revision}",
        title=words.title,
        body=words.body,
        data=_ids(fulfilment),
        now=now,
    )


def _ids(fulfilment: Fulfilment) -> dict[str, str]:
    return {"drawing_id": fulfilment.drawing_id, "fulfilment_id": fulfilment.fulfilment_id}


def _day(instant: datetime) -> str:
    return notices.day_text(day_of(instant, config.current().zone))
