"""Scheduling: sources are made, rules rendered, terms signed and logged; nothing changes after."""

from __future__ import annotations

from datetime import datetime, timedelta

from fittrack import config
from fittrack.clock import epoch_s
from fittrack.db import Transaction
from fittrack.drawings import official_rules, repository, rules
from fittrack.drawings.conduct import values
from fittrack.drawings.errors import OpensInThePast, SponsorHoldsEntries
from fittrack.drawings.models import Actor, Drawing
from fittrack.drawings.record import service as record
from fittrack.drawings.tickets import repository as tickets
from fittrack.sponsors import service as sponsors
from fittrack.sponsors.models import Sponsor


def schedule(tx: Transaction, drawing: Drawing, actor: Actor, *, now: datetime) -> None:
    """Sign and freeze the terms of a held draft.

    Raises: the refusals of `rules.check_schedulable`.
    """
    prizes = repository.list_prizes(tx, drawing.drawing_id)
    sponsor = check(tx, drawing, now=now)
    text = official_rules.render(
        drawing,
        prizes,
        sponsor_name=sponsor.name if sponsor else None,
        zone=config.current().zone,
    )
    sequence_no = record.next_sequence_no(tx)
    terms = rules.terms(
        drawing,
        prizes,
        values.new_sources(tx, drawing),
        sequence_no=sequence_no,
        rules_sha256=record.publish_rules(tx, drawing.drawing_id, text, now=now),
        operator_key=record.operator_key(),
    )
    deadline_at = drawing.draws_at + timedelta(seconds=config.current().reveal_deadline_s)
    repository.update_scheduled(
        tx, drawing, sequence_no=sequence_no, reveal_deadline_at=deadline_at, now=now
    )
    repository.record_event(tx, drawing.drawing_id, "scheduled", actor, now=now)
    logged = record.publish(tx, drawing.drawing_id, "terms", terms, now=now)
    # The log's time may be ahead of this clock; terms logged after the opening would be void.
    if logged.logged_s > epoch_s(drawing.opens_at):
        raise OpensInThePast(opens_at=drawing.opens_at)


def check(tx: Transaction, drawing: Drawing, *, now: datetime) -> Sponsor | None:
    """Check that a draft may be scheduled and return its sponsor.

    Raises: the refusals of `rules.check_schedulable`, SponsorHoldsEntries.
    """
    sponsor = sponsors.find_sponsor(tx, drawing.sponsor_id) if drawing.sponsor_id else None
    rules.check_schedulable(
        drawing,
        repository.list_prizes(tx, drawing.drawing_id),
        sponsor=sponsor,
        operator_only_cents=config.current().operator_only_cents,
        now=now,
    )
    # Entries carried over were bought under another sponsor, whose people alone were kept out.
    if drawing.entry_count and tickets.find_insider(tx, drawing.drawing_id) is not None:
        raise SponsorHoldsEntries
    return sponsor
