"""Scheduling: sources are made, rules rendered, terms signed and logged; nothing changes after."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from fittrack import config
from fittrack.clock import epoch_s
from fittrack.db import Transaction
from fittrack.drawings import official_rules, repository, rules
from fittrack.drawings.conduct import values
from fittrack.drawings.errors import OpensInThePast, SponsorHoldsEntries
from fittrack.drawings.models import Actor, Drawing, Prize
from fittrack.drawings.official_rules import Operator
from fittrack.drawings.record import service as record
from fittrack.drawings.rounds import service as rounds
from fittrack.drawings.rules import ValueLimits
from fittrack.drawings.tickets import repository as tickets
from fittrack.sponsors import service as sponsors
from fittrack.sponsors.prizes import service as inventory


def schedule(tx: Transaction, drawing: Drawing, actor: Actor, *, now: datetime) -> None:
    """Sign and freeze the terms of a held draft.

    Raises: the refusals of `rules.check_schedulable`, OfficialRulesMissing.
    """
    prizes = repository.list_prizes(tx, drawing.drawing_id)
    check(tx, drawing, now=now)
    text = render_rules(tx, drawing, prizes)
    rules_sha256 = record.publish_rules(tx, drawing.drawing_id, text, now=now)
    inventory.reserve(tx, drawing.drawing_id)
    sequence_no = record.next_sequence_no(tx)
    sources = values.new_sources(tx, drawing)
    terms = rules.terms(
        drawing,
        prizes,
        sources,
        sequence_no=sequence_no,
        rules_sha256=rules_sha256,
        operator_key=record.operator_key(),
        beacon=rounds.name_beacon(tx, drawing, position=len(sources)),
    )
    deadline_at = drawing.draws_at + timedelta(seconds=config.current().reveal_deadline_s)
    repository.update_scheduled(
        tx,
        drawing,
        sequence_no=sequence_no,
        reveal_deadline_at=deadline_at,
        rules_version=official_rules.version_of(drawing),
        rules_sha256=rules_sha256,
        now=now,
    )
    made_from = {"template_id": drawing.template_id} if drawing.template_id else {}
    repository.record_event(tx, drawing.drawing_id, "scheduled", actor, now=now, **made_from)
    logged = record.publish(tx, drawing.drawing_id, "terms", terms, now=now)
    # The log's time may be ahead of this clock; terms logged after the opening would be void.
    if logged.logged_s > epoch_s(drawing.opens_at):
        raise OpensInThePast(opens_at=drawing.opens_at)


def render_rules(tx: Transaction, drawing: Drawing, prizes: Sequence[Prize]) -> str:
    """Return the official rules of a drawing as they are, or would be, signed; a step."""
    settings = config.current()
    operator = Operator(
        name=settings.operator_name,
        address=settings.operator_address,
        zone=settings.zone,
        reveal_s=settings.reveal_deadline_s,
    )
    named = {drawing.sponsor_id, *(prize.sponsor_id for prize in prizes)} - {None}
    found = (sponsors.find_sponsor(tx, sponsor_id or "") for sponsor_id in named)
    names = {sponsor.sponsor_id: sponsor.name for sponsor in found if sponsor}
    return official_rules.render(drawing, prizes, sponsor_names=names, operator=operator)


def _value_limits() -> ValueLimits:
    settings = config.current()
    operator_only_cents = None if rounds.has_beacon() else settings.operator_only_cents
    return ValueLimits(operator_only_cents, settings.registration_cents, settings.bonding_states)


def check(tx: Transaction, drawing: Drawing, *, now: datetime) -> None:
    """Check that a draft may be scheduled.

    Raises: the refusals of `rules.check_schedulable`, SponsorHoldsEntries, UnitsTaken.
    """
    sponsor = sponsors.find_sponsor(tx, drawing.sponsor_id) if drawing.sponsor_id else None
    rules.check_schedulable(
        drawing,
        repository.list_prizes(tx, drawing.drawing_id),
        sponsor=sponsor,
        limits=_value_limits(),
        now=now,
    )
    # Entries carried over were bought under another sponsor, whose people alone were kept out.
    if drawing.entry_count and tickets.find_insider(tx, drawing.drawing_id) is not None:
        raise SponsorHoldsEntries
    rounds.check(drawing)
    inventory.check_left(tx, drawing.drawing_id)
