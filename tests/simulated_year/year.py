"""The year itself: time goes from one due thing to the next, and each is done at its instant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from heapq import heappop, heappush
from importlib import import_module
from itertools import count

from fittrack import config, db, entropy, queues
from fittrack.db.values import instant_from_text, instant_to_text
from fittrack.drawings import rules, service
from fittrack.drawings.conduct import service as conduct
from fittrack.drawings.models import Drawing
from fittrack.drawings.templates import making
from fittrack.drawings.templates import service as templates
from fittrack.drawings.tickets import free
from fittrack.drawings.tickets import service as tickets
from fittrack.drawings.verifier import commitment
from fittrack.fulfilment import succession
from fittrack.fulfilment.sealed import addresses
from tests.simulated_year.deliveries import AFTER, tend
from tests.simulated_year.people import People
from tests.simulated_year.programme import template_fields

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
ROUND = 6 * HOUR
# After its end prizes are still claimed, passed on, sent, and addresses forgotten.
AFTERWARDS = 150 * DAY
BUYERS = {"daily": 4, "weekly": 5, "monthly": 6, "annual": 8}
Action = Callable[[datetime], object]


class Year:
    """The days from `first_on` on, with everybody's plans."""

    def __init__(
        self, people: People, source: entropy.Seeded, *, first_on: date, days: int
    ) -> None:
        self.people, self._source = people, source
        zone = config.current().zone
        self.begins_at = datetime.combine(first_on, time(0, 30), zone).astimezone(UTC)
        self.last_on = first_on + (days - 1) * DAY
        self.ends_at = datetime.combine(self.last_on, time(22), zone).astimezone(UTC)
        self.template_ids: list[str] = []
        self._plans: list[tuple[datetime, int, Action]] = []
        self._number = count()
        self._tended: set[str] = set()

    def run(self, types: tuple[str, ...] = rules.TYPES) -> None:
        """Let everything happen, to the last delivery."""
        now = self.begins_at
        self._source.move_to(now)
        for type_ in types:
            template = templates.create_template(
                fields=template_fields(type_, self.people), actor=self.people.admin, now=now
            )
            self.template_ids.append(template.template_id)
        self._plan(now, self._look_round)
        self._plan(self.ends_at, self._end_series)
        while (instant := self._next_at(now)) is not None:
            now = instant
            self._source.move_to(now)
            self._do(now)

    def _next_at(self, now: datetime) -> datetime | None:
        """Return the next instant at which something is due or planned."""
        planned = [self._plans[0][0]] if self._plans else []
        found = (
            db.engine()
            .raw()
            .execute(
                "SELECT MIN(due_at) FROM drawings WHERE due_at > ? UNION ALL "
                "SELECT MIN(due_at) FROM fulfilments WHERE due_at > ?",
                (instant_to_text(now), instant_to_text(now)),
            )
        )
        due = [instant_from_text(text) for (text,) in found if text]
        return min(planned + due, default=None)

    def _do(self, now: datetime) -> None:
        while self._plans and self._plans[0][0] <= now:
            heappop(self._plans)[2](now)
        for drawing_id in _due("drawings", now):
            for step in conduct.advance_drawing(drawing_id=drawing_id, clock=lambda: now):
                self._follow(step, drawing_id, now)
        for fulfilment_id in _due("fulfilments", now):
            succession.advance_fulfilment(fulfilment_id=fulfilment_id, clock=lambda: now)
        _do_jobs(now)
        self._tend_new(now)

    def _follow(self, step: str, drawing_id: str, now: datetime) -> None:
        """Plan what people do about a step of a drawing."""
        drawing = service.get_drawing(drawing_id=drawing_id, with_drafts=True).drawing
        if step == "open_drawing":
            self._plan_sales(drawing, now)
        elif step == "reveal_kept_value" and drawing.sponsor_id is not None:
            self._plan(now + 20 * MINUTE, partial(self._reveal, drawing))

    def _plan_sales(self, drawing: Drawing, now: datetime) -> None:
        """Let some members enter, spread over the sale; the last in its closing minute."""
        chosen = self.people.chance.sample(
            self.people.members, min(BUYERS[drawing.type], len(self.people.members))
        )
        span = drawing.closes_at - MINUTE - now
        for number, account_id in enumerate(chosen, start=1):
            instant = now + number * span / len(chosen)
            enter = self._enter_free if number == 1 else self._buy
            self._plan(instant, partial(self._if_open, enter, drawing, account_id))

    def _if_open(
        self, enter: Callable[..., None], drawing: Drawing, account_id: str, now: datetime
    ) -> None:
        """Let somebody enter a drawing that was not cancelled since it opened."""
        if _status(drawing) == "open":
            enter(drawing, account_id, now)

    def _buy(self, drawing: Drawing, account_id: str, now: datetime) -> None:
        tickets.buy_tickets(
            drawing_id=drawing.drawing_id,
            account_id=account_id,
            ticket_count=self.people.chance.randint(1, 20),
            clock=lambda: now,
        )

    def _enter_free(self, drawing: Drawing, account_id: str, now: datetime) -> None:
        free.enter_free(drawing_id=drawing.drawing_id, account_id=account_id, clock=lambda: now)

    def _reveal(self, drawing: Drawing, now: datetime) -> None:
        """Let a sponsor reveal by a click, or the value that it kept."""
        if _status(drawing) != "closed":
            return
        patron = next(
            one for one in self.people.patrons.values() if one.sponsor_id == drawing.sponsor_id
        )
        service.reveal_value(
            drawing_id=drawing.drawing_id,
            account_id=patron.account_id,
            value=self.people.values.get(drawing.drawing_id),
            clock=lambda: now,
        )

    def _look_round(self, now: datetime) -> None:
        """Do what is done every so often: make drawings, commit to values, forget addresses."""
        making.make_drawings(now=now)
        self._commit(now)
        making.make_drawings(now=now)
        addresses.forget_over(now=now)
        if now < self.ends_at + AFTERWARDS:
            self._plan(now + ROUND, self._look_round)

    def _commit(self, now: datetime) -> None:
        """Let the sponsor that keeps its values itself commit to one for each new draft."""
        patron = self.people.patrons["own value"]
        waiting = (
            db.engine()
            .raw()
            .execute(
                "SELECT drawing_id FROM drawings WHERE status = 'draft' AND sponsor_id = ? "
                "AND sponsor_commitment IS NULL",
                (patron.sponsor_id,),
            )
        )
        for (drawing_id,) in waiting.fetchall():
            value = entropy.random_bytes(rules.VALUE_BYTES)
            self.people.values[drawing_id] = value
            fixed = commitment(drawing_id, rules.source_id_of(patron.sponsor_id), value)
            service.commit_value(
                drawing_id=drawing_id,
                account_id=patron.account_id,
                commitment=fixed.hex(),
                now=now,
            )

    def _end_series(self, now: datetime) -> None:
        """Delete the templates, and cancel what lies beyond the year."""
        for template_id in self.template_ids:
            templates.delete_template(template_id=template_id, revisions=None, now=now)
        beyond = (
            db.engine()
            .raw()
            .execute(
                "SELECT drawing_id FROM drawings WHERE draws_at > ? AND status <> 'cancelled'",
                (instant_to_text(now),),
            )
        )
        for (drawing_id,) in beyond.fetchall():
            service.cancel_drawing(
                drawing_id=drawing_id,
                reason="The year is over.",
                actor=self.people.admin,
                now=now,
            )

    def _tend_new(self, now: datetime) -> None:
        """Plan the first step of each prize whose winner has just been told."""
        rows = (
            db.engine()
            .raw()
            .execute("SELECT fulfilment_id FROM fulfilments WHERE state = 'winner_notified'")
        )
        for (fulfilment_id,) in rows.fetchall():
            if fulfilment_id not in self._tended:
                self._tended.add(fulfilment_id)
                self._plan(now + AFTER["winner_notified"], partial(self._tend, fulfilment_id))

    def _tend(self, fulfilment_id: str, now: datetime) -> None:
        again_after = tend(self.people, fulfilment_id, now)
        if again_after is not None:
            self._plan(now + again_after, partial(self._tend, fulfilment_id))

    def _plan(self, instant: datetime, action: Action) -> None:
        heappush(self._plans, (instant, next(self._number), action))


def _status(drawing: Drawing) -> str:
    return service.get_drawing(drawing_id=drawing.drawing_id, with_drafts=True).drawing.status


def _due(table: str, now: datetime) -> list[str]:
    """Return the ids of the drawings or deliveries that are due, the oldest first."""
    key = {"drawings": "drawing_id", "fulfilments": "fulfilment_id"}[table]
    rows = (
        db.engine()
        .raw()
        .execute(
            f"SELECT {key} FROM {table} WHERE due_at <= ? ORDER BY due_at, {key}",
            (instant_to_text(now),),
        )
    )
    return [found for (found,) in rows.fetchall()]


def _do_jobs(now: datetime) -> None:
    """Do the jobs that are due, as workers would."""
    while due := queues.list_due(now=now):
        for job in due:
            lease = queues.claim(job.outbox_id, now=now)
            if lease is not None:
                module, _, name = queues.JOBS[lease.job_name].path.rpartition(".")
                getattr(import_module(module), name)(lease, **lease.payload)
