"""The life of a drawing: which step follows, what may change, what may be scheduled. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from fittrack.clock import epoch_s, from_epoch_s
from fittrack.drawings import protocol
from fittrack.drawings.errors import (
    AlreadyRevealed,
    DrawingFrozen,
    InvalidTransition,
    NotDue,
    OpensInThePast,
    RegistrationRequired,
    RevealNotDue,
    RevealTooLate,
    SponsorBarred,
    SponsorNotActive,
    StaleDrawing,
    WitnessRequired,
)
from fittrack.drawings.models import Actor, Drawing, Prize, Source
from fittrack.drawings.rounds.models import Beacon
from fittrack.drawings.verifier import Json, commitment
from fittrack.errors import field_error
from fittrack.sponsors.models import Sponsor

OPERATOR = "operator"
VALUE_BYTES = 32

# From each status, the ones that may follow.
TRANSITIONS: Mapping[str, tuple[str, ...]] = {
    "draft": ("scheduled", "cancelled"),
    "scheduled": ("open", "cancelled"),
    "open": ("closed", "cancelled", "aborted"),
    "closed": ("completed", "cancelled", "aborted"),
    "completed": (),
    "cancelled": (),
    "aborted": (),
}
STATUSES = tuple(TRANSITIONS)
TYPES = ("daily", "weekly", "monthly", "annual")

# What may still change: once scheduled, and in a draft that holds entries carried over.
APPEARANCE = frozenset({"description", "image_url"})
CARRIED = APPEARANCE | {"opens_at", "closes_at", "draws_at", "sponsor_id"}

OPENS_AGAIN_AFTER_S = 60


@dataclass(frozen=True, slots=True)
class ValueLimits:
    """From which total value of prizes, in US cents, a drawing must fulfil more; the law's data."""

    operator_only_cents: int | None  # None where a beacon is a source too
    registration_cents: int
    registration_states: Sequence[str]


def new_draft(
    drawing_id: str, fields: Mapping[str, Any], *, actor: Actor, now: datetime
) -> Drawing:
    """Return a new draft; instants are cut to whole seconds, as FTD1 has them."""
    return Drawing(
        drawing_id=drawing_id,
        status="draft",
        sponsor_commitment=None,
        reveal_deadline_at=None,
        sequence_no=None,
        units_sold=0,
        entry_count=0,
        drawn_at=None,
        due_at=None,
        carried_from_id=None,
        revision=1,
        created_by_id=actor.account_id or "",
        created_at=now,
        updated_at=now,
        **edit(fields),
    )


def edit(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns that an edit sets; prizes have rows of their own."""
    return {name: _whole(value) for name, value in changes.items() if name != "prizes"}


def edited(drawing: Drawing, changes: Mapping[str, Any], *, now: datetime) -> Drawing:
    """Return a drawing with an edit; a registered commitment goes with the sponsor that made it."""
    after = replace(drawing, **edit(changes), updated_at=now)
    is_same_witness = after.sponsor_id == drawing.sponsor_id
    return after if is_same_witness else replace(after, sponsor_commitment=None)


def _whole(value: Any) -> Any:
    return from_epoch_s(epoch_s(value)) if isinstance(value, datetime) else value


def check_transition(drawing: Drawing, to: str) -> None:
    """Raises: InvalidTransition, naming the allowed ones."""
    allowed = TRANSITIONS[drawing.status]
    if to not in allowed:
        raise InvalidTransition(from_status=drawing.status, to_status=to, allowed=list(allowed))


def check_revision(drawing: Drawing, revisions: Collection[int] | None) -> None:
    """Raises: StaleDrawing."""
    if revisions is not None and drawing.revision not in revisions:
        raise StaleDrawing(revision=drawing.revision)


def check_editable(
    drawing: Drawing, changes: Collection[str], *, revisions: Collection[int] | None
) -> None:
    """Raises: StaleDrawing, DrawingFrozen."""
    check_revision(drawing, revisions)
    if drawing.status != "draft":
        _check_only(changes, APPEARANCE)
    elif drawing.carried_from_id is not None:
        _check_only(changes, CARRIED)


def _check_only(changes: Collection[str], allowed: frozenset[str]) -> None:
    if frozen := sorted(set(changes) - allowed):
        raise DrawingFrozen(frozen_fields=frozen, allowed=sorted(allowed))


def check_times(drawing: Drawing) -> None:
    """Raises: Invalid, naming the field."""
    if drawing.closes_at <= drawing.opens_at:
        raise field_error("/closes_at", "Sales must end after they begin.")
    if drawing.draws_at < drawing.closes_at:
        raise field_error("/draws_at", "The draw can't be before sales end.")


def check_units(prizes: Sequence[Prize], alternates: int) -> None:
    """Raises: Invalid where there would be more than 10,000 picks (FTD1, section 8)."""
    if sum(prize.quantity for prize in prizes) + alternates > 10_000:
        raise field_error("/prizes", "Prize units and alternates are at most 10,000 together.")


def check_schedulable(
    drawing: Drawing,
    prizes: Sequence[Prize],
    *,
    sponsor: Sponsor | None,
    limits: ValueLimits,
    now: datetime,
) -> None:
    """Check what a drawing must fulfil before its terms are signed.

    Raises: InvalidTransition, OpensInThePast, SponsorBarred, SponsorNotActive, WitnessRequired,
    RegistrationRequired.
    """
    check_transition(drawing, "scheduled")
    if drawing.opens_at <= now:
        raise OpensInThePast(opens_at=drawing.opens_at)
    worth_cents = total_cents(prizes)
    _check_witness(sponsor, worth_cents, operator_only_cents=limits.operator_only_cents)
    settled = {*drawing.excluded_states_json, *drawing.registered_states_json}
    open_states = [state for state in limits.registration_states if state not in settled]
    if worth_cents > limits.registration_cents and open_states:
        raise RegistrationRequired(states=open_states, total_value_cents=worth_cents)


def total_cents(prizes: Sequence[Prize]) -> int:
    """Return what all prize units are worth together, in US cents."""
    return sum(prize.value_cents * prize.quantity for prize in prizes)


def _check_witness(
    sponsor: Sponsor | None, worth_cents: int, *, operator_only_cents: int | None
) -> None:
    is_bounded = sponsor is None and operator_only_cents is not None
    if is_bounded and worth_cents > (operator_only_cents or 0):
        raise WitnessRequired(total_value_cents=worth_cents, limit_cents=operator_only_cents)
    if sponsor is not None and sponsor.barred_at is not None:
        raise SponsorBarred
    if sponsor is not None and not sponsor.is_active:
        raise SponsorNotActive


def new_source(
    drawing_id: str,
    *,
    source_id: str,
    position: int,
    sponsor_id: str | None,
    value: bytes | None,
    registered: str | None = None,
) -> Source:
    """Return a source that commits to a value kept here, or by its sponsor under `registered`."""
    fixed = registered if value is None else commitment(drawing_id, source_id, value).hex()
    if fixed is None:
        raise ValueError("a source needs a value or a registered commitment")
    custody = "sponsor" if value is None else "operator"
    return Source(drawing_id, source_id, position, "commit", custody, sponsor_id, fixed)


def terms(
    drawing: Drawing,
    prizes: Sequence[Prize],
    sources: Sequence[Source],
    *,
    sequence_no: int,
    rules_sha256: str,
    operator_key: str,
    beacon: Beacon | None = None,
) -> Json:
    """Return a drawing's terms (FTD1, section 2); `ext` says who keeps which value till the reveal.

    Raises: ProtocolError.
    """
    named = [protocol.commit_source(one.source_id, one.commitment) for one in sources]
    return protocol.build_terms(
        drawing_id=drawing.drawing_id,
        sequence=sequence_no,
        opens_at=epoch_s(drawing.opens_at),
        closes_at=epoch_s(drawing.closes_at),
        draws_at=epoch_s(drawing.draws_at),
        prizes=[(prize.prize_id, prize.quantity) for prize in prizes],
        alternates=drawing.alternates,
        distinct=drawing.distinct_by,
        rules_sha256=rules_sha256,
        sources=named if beacon is None else [*named, beacon.as_source()],
        operator_key=operator_key,
        ext={"value_kept_by": {one.source_id: one.custody for one in sources}},
    )


def next_step(
    drawing: Drawing,
    sources: Sequence[Source],
    revealed: Collection[str],
    by_itself: Collection[str],
    *,
    now: datetime,
    beacon: Beacon | None = None,
) -> str | None:
    """Return the name of the step that is due, or None.

    `revealed` are ids of sources; `by_itself` those of kept values with a standing order. A list
    that is closed, or a value that is shown, once the beacon's round is out would void the draw.
    """
    if drawing.due_at is None or now < drawing.due_at:
        return None
    if drawing.status == "closed":
        return _step_of_closed(drawing, sources, revealed, by_itself, now=now, beacon=beacon)
    if drawing.status == "open" and beacon is not None and now >= beacon.emission_at:
        return "abort_drawing"
    return {
        "draft": "schedule_carried_drawing",
        "scheduled": "open_drawing",
        "open": "close_drawing",
        "cancelled": "refund_entries",
    }.get(drawing.status)


def _step_of_closed(
    drawing: Drawing,
    sources: Sequence[Source],
    revealed: Collection[str],
    by_itself: Collection[str],
    *,
    now: datetime,
    beacon: Beacon | None,
) -> str | None:
    missing = [source.source_id for source in sources if source.source_id not in revealed]
    awaits_round = beacon is not None and beacon.source_id not in revealed
    if not missing and not awaits_round:
        return "fix_draw_time" if drawing.drawn_at is None else "draw_winners"
    if is_late(drawing, now=now, beacon=beacon if missing else None):
        return "abort_drawing"
    if missing:
        return "reveal_kept_value" if missing[0] in {OPERATOR, *by_itself} else None
    return "fetch_round" if beacon is not None and now >= beacon.emission_at else None


def is_late(drawing: Drawing, *, now: datetime, beacon: Beacon | None = None) -> bool:
    """Tell whether reveals come too late; secrets do once the round of a beacon is out."""
    deadline_at = reveals_until(drawing, beacon)
    return deadline_at is not None and now >= deadline_at


def reveals_until(drawing: Drawing, beacon: Beacon | None) -> datetime | None:
    """Return by when secret values must be revealed."""
    return drawing.reveal_deadline_at if beacon is None else beacon.emission_at


def reveals_from(drawing: Drawing, beacon: Beacon | None, *, closed_at: datetime) -> datetime:
    """Return when secret values are first revealed: at the draw, or before a beacon's round."""
    return drawing.draws_at if beacon is None else closed_at


def due_after_reveal(
    drawing: Drawing, missing: Collection[Source], beacon: Beacon | None, *, is_next_due: bool
) -> datetime | None:
    """Return when a closed drawing next needs the scheduler, after a secret was revealed."""
    if is_next_due:
        return drawing.due_at
    if beacon is not None:
        return beacon.emission_at
    return drawing.reveal_deadline_at if missing else drawing.draws_at


def deadline_after_close(drawing: Drawing, *, reveal_s: int, now: datetime) -> datetime:
    """Return by when all values must be revealed; a late close does not shorten the time."""
    return max(drawing.draws_at, now) + timedelta(seconds=reveal_s)


def check_due(drawing: Drawing, to: str, *, due_at: datetime, now: datetime) -> None:
    """Raises: InvalidTransition, NotDue."""
    check_transition(drawing, to)
    if now < due_at:
        raise NotDue(due_at=due_at)


def check_cancellable(drawing: Drawing, *, is_revealing: bool) -> None:
    """Raises: InvalidTransition, AlreadyRevealed."""
    check_transition(drawing, "cancelled")
    if is_revealing:
        raise AlreadyRevealed


def check_reveal_due(
    drawing: Drawing,
    sources: Sequence[Source],
    revealed: Collection[str],
    own: Source,
    *,
    now: datetime,
    beacon: Beacon | None = None,
) -> None:
    """Check that it is a witness's turn: every source before its own has revealed.

    Raises: RevealNotDue, RevealTooLate.
    """
    earlier = [source.source_id for source in sources if source.position < own.position]
    if drawing.status != "closed" or not set(earlier) <= set(revealed):
        raise RevealNotDue(reveals_from=drawing.draws_at, drawing_status=drawing.status)
    if is_late(drawing, now=now, beacon=beacon):
        raise RevealTooLate(reveal_deadline_at=reveals_until(drawing, beacon))


def draw_time(drawing: Drawing, *, now: datetime) -> datetime:
    """Return when a drawing counts as drawn: a whole second, never before it was to be."""
    return from_epoch_s(max(epoch_s(now), epoch_s(drawing.draws_at)))


def carried_over(drawing: Drawing, *, drawing_id: str, sales_s: int, now: datetime) -> Drawing:
    """Return the draft that takes over the entries of an aborted drawing, due at once."""
    successor = replace(
        drawing,
        drawing_id=drawing_id,
        status="draft",
        sponsor_commitment=None,
        reveal_deadline_at=None,
        sequence_no=None,
        rules_sha256=None,
        units_sold=0,
        entry_count=0,
        drawn_at=None,
        due_at=now,
        carried_from_id=drawing.drawing_id,
        revision=1,
        created_at=now,
        updated_at=now,
    )
    return retimed(successor, sales_s=sales_s, now=now)


def retimed(drawing: Drawing, *, sales_s: int, now: datetime) -> Drawing:
    """Return a draft that opens soon and sells for a while; the draw stays as far behind."""
    opens_at = from_epoch_s(epoch_s(now) + OPENS_AGAIN_AFTER_S)
    closes_at = opens_at + timedelta(seconds=sales_s)
    draws_at = closes_at + (drawing.draws_at - drawing.closes_at)
    return replace(drawing, opens_at=opens_at, closes_at=closes_at, draws_at=draws_at)


def source_id_of(sponsor_id: str) -> str:
    """Return a sponsor's id as a source."""
    return f"sponsor-{sponsor_id}"


def described(drawing: Drawing, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return an edit as the public history tells it: what was changed, from what, to what."""
    names = sorted(changes)
    return {
        "changed": names,
        "before": {name: getattr(drawing, name) for name in names},
        "after": {name: changes[name] for name in names},
    }
