"""Holding the demo world's drawings: the steps that all drawings take, each at its own time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from fittrack import entropy
from fittrack.dev.programme import DAY, HOUR, MINUTE, Plan
from fittrack.dev.timeline import Timeline
from fittrack.dev.world import Player, World, able_to_enter
from fittrack.drawings import rules, service
from fittrack.drawings.conduct import service as conduct
from fittrack.drawings.models import Drawing
from fittrack.drawings.tickets import service as tickets
from fittrack.drawings.verifier import commitment
from fittrack.pagination import Cursor
from fittrack.points import service as points

SECOND = timedelta(seconds=1)
BETWEEN_BUYERS = timedelta(seconds=41)
MOST_AT_ONCE = 5
ALL_DRAWINGS = 100


@dataclass(slots=True)
class Show:
    """One planned drawing on its way; its id and the value of its sponsor come with the draft."""

    world: World
    timeline: Timeline
    plan: Plan
    anchor_at: datetime
    drawing_id: str = ""
    value: bytes = b""

    def announce(self) -> None:
        """Put everything that will happen to the drawing on the timeline."""
        plan, at = self.plan, self.timeline.at
        at(min(plan.opens_at - 2 * DAY, self.anchor_at - DAY), self.create)
        if plan.ending == "draft":
            return
        at(min(plan.opens_at - DAY, self.anchor_at - HOUR * 12), self.schedule)
        for instant in (plan.opens_at, plan.closes_at, plan.draws_at):
            at(instant + SECOND, self.advance)
        for instant in self._rounds():
            at(instant, self.sell)
        if plan.ending == "cancelled":
            at(plan.opens_at + 3 * DAY, self.cancel)
        if plan.patron in {"by_hand", "own_value"}:
            at(plan.draws_at + 20 * MINUTE, self.reveal)

    def create(self, now: datetime) -> None:
        """Store the draft; a sponsor that keeps its value itself commits to it."""
        sponsor_id, account_id = self.world.sponsors.get(self.plan.patron or "", (None, ""))
        actor = self.world.admins[1]
        fields = self.plan.fields(sponsor_id)
        for prize in fields["prizes"]:
            named = (self.plan.patron or "", prize["name"])
            prize["inventory_prize_id"] = self.world.stock.get(named)
        details = service.create_drawing(fields=fields, actor=actor, now=now)
        self.drawing_id = details.drawing.drawing_id
        self.world.drawing_ids.append(self.drawing_id)
        if self.plan.patron == "own_value" and sponsor_id is not None:
            self.value = entropy.random_bytes(rules.VALUE_BYTES)
            fixed = commitment(self.drawing_id, rules.source_id_of(sponsor_id), self.value)
            service.commit_value(
                drawing_id=self.drawing_id,
                account_id=account_id,
                commitment=fixed.hex(),
                now=now,
            )

    def schedule(self, now: datetime) -> None:
        """Sign and freeze the terms."""
        actor = self.world.admins[1]
        drawing = service.schedule_drawing(drawing_id=self.drawing_id, actor=actor, now=now).drawing
        if self.plan.patron == "withholds" and drawing.reveal_deadline_at is not None:
            self.timeline.at(drawing.reveal_deadline_at + SECOND, self.give_up)

    def advance(self, now: datetime) -> None:
        """Take the steps that are due."""
        conduct.advance_drawing(drawing_id=self.drawing_id, clock=lambda: now)

    def sell(self, now: datetime) -> None:
        """Let some members buy tickets, one after another."""
        chosen = self._buyers()
        for number, player in enumerate(chosen):
            instant = now + number * BETWEEN_BUYERS
            if instant < min(self.plan.closes_at, self.anchor_at):
                self.timeline.at(instant, partial(self.buy, player))

    def buy(self, player: Player, now: datetime) -> None:
        """Let a member buy as many tickets as they want and can pay."""
        details = service.get_drawing(drawing_id=self.drawing_id, with_drafts=True)
        balance = points.get_balance(account_id=player.account_id).balance_points
        affordable = balance // details.drawing.ticket_price_points
        count = min(self.world.chance.randint(1, MOST_AT_ONCE), affordable)
        if count == 0 or details.drawing.status != "open":
            return
        # Some joined as long ago as drawings ask for, but for an hour that the clocks took.
        if now - player.character.joined_at < timedelta(days=details.drawing.min_account_age_days):
            return
        tickets.buy_tickets(
            drawing_id=self.drawing_id,
            account_id=player.account_id,
            ticket_count=count,
            clock=lambda: now,
        )

    def reveal(self, now: datetime) -> None:
        """Let the sponsor reveal, by order or its own value; then the draw is due."""
        _, account_id = self.world.sponsors[self.plan.patron or ""]
        service.reveal_value(
            drawing_id=self.drawing_id,
            account_id=account_id,
            value=self.value or None,
            clock=lambda: now,
        )
        self.advance(now)

    def cancel(self, now: datetime) -> None:
        """Cancel the drawing and refund everybody."""
        service.cancel_drawing(
            drawing_id=self.drawing_id,
            reason="The sponsor could not supply the prizes",
            actor=self.world.admins[0],
            now=now,
        )
        self.advance(now)

    def give_up(self, now: datetime) -> None:
        """Void the drawing, for the reveal did not come; its successor goes its way."""
        self.advance(now)
        successor = self._successor()
        if successor is None:
            return
        self.world.drawing_ids.append(successor.drawing_id)
        heir = Show(self.world, self.timeline, self.plan, self.anchor_at, successor.drawing_id)
        heir.advance(now)
        scheduled = service.get_drawing(drawing_id=successor.drawing_id, with_drafts=True).drawing
        self.timeline.at(scheduled.opens_at + SECOND, heir.advance)

    def _rounds(self) -> list[datetime]:
        """Return when members buy: evenly spread over the sale so far."""
        until = min(self.plan.closes_at, self.anchor_at)
        step = (until - self.plan.opens_at) / (self.plan.rounds + 1)
        if step <= timedelta() or self.plan.buyers == 0:
            return []
        return [self.plan.opens_at + number * step for number in range(1, self.plan.rounds + 1)]

    def _buyers(self) -> list[Player]:
        if self.plan.entrants:
            return [self.world.player(name) for name in self.plan.entrants]
        fields = self.plan.fields(None)
        able = able_to_enter(
            self.world.players,
            is_premium=self.plan.audience == "premium",
            excluded=fields["excluded_states_json"],
        )
        chance = self.world.chance
        return chance.sample(able, min(len(able), chance.randint(2, self.plan.buyers)))

    def _successor(self) -> Drawing | None:
        """Return the drawing that took over this one's entries."""
        page = service.list_drawings(
            status=None,
            type_=None,
            with_drafts=True,
            cursor=Cursor.parse(None, scope="drawings"),
            limit=ALL_DRAWINGS,
        )
        heirs = (one.drawing for one in page.items)
        return next((one for one in heirs if one.carried_from_id == self.drawing_id), None)
