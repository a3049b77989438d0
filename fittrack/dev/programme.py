"""The demo world's drawings as planned: one in every state, at times that suit the anchor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

DRAW_TIME = time(21)
PRICES = {"daily": 100, "weekly": 500, "monthly": 2_000, "annual": 10_000}
NO_STATES = ("NY", "FL", "RI")
SUNDAY = 6
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Offer:
    """A prize as planned, `quantity` units of it."""

    name: str
    value_cents: int
    quantity: int = 1
    kind: str = "physical"


@dataclass(frozen=True, slots=True)
class Plan:
    """A drawing as planned; `patron` is the manner of its sponsor, None without one.

    `ending` is `draft` where it stays one, `cancelled` three days after it opened, else `drawn`:
    whatever time brings. `rounds` times some members buy tickets, up to `buyers` each time, or
    those that `entrants` names.
    """

    type: str
    name: str
    opens_at: datetime
    closes_at: datetime
    draws_at: datetime
    offers: tuple[Offer, ...]
    patron: str | None = "standing"
    ending: str = "drawn"
    audience: str = "everybody"
    rounds: int = 2
    buyers: int = 7
    entrants: tuple[str, ...] = ()

    def fields(self, sponsor_id: str | None) -> dict[str, Any]:
        """Return the fields of a draft, as the API hands them on."""
        return {
            "type": self.type,
            "name": self.name,
            "description": f"The {self.type} drawing of the demo world.",
            "image_url": None,
            "ticket_price_points": PRICES[self.type],
            "ticket_limit": 50,
            "alternates": 3,
            "distinct_by": "holder",
            "audience": self.audience,
            "min_account_age_days": 7,
            "min_age_years": 18,
            "excluded_states_json": list(NO_STATES),
            "registered_states_json": [],
            "sponsor_id": sponsor_id,
            "opens_at": self.opens_at,
            "closes_at": self.closes_at,
            "draws_at": self.draws_at,
            "prizes": [_prize(offer, sponsor_id) for offer in self.offers],
        }


def _prize(offer: Offer, sponsor_id: str | None) -> dict[str, Any]:
    return {
        "name": offer.name,
        "description": None,
        "value_cents": offer.value_cents,
        "quantity": offer.quantity,
        "kind": offer.kind,
        "sponsor_id": sponsor_id,
        "image_url": None,
    }


CARD = Offer("Gift card of $40", 4_000, kind="digital")
BOTTLE = Offer("Steel water bottle", 2_500)
SHOES = Offer("Running shoes", 14_000, 2)
WATCH = Offer("GPS watch", 34_900)
JERSEY = Offer("Cycling jersey", 9_000, 3)
GOGGLES = Offer("Swimming goggles", 4_500, 5)
BIKE = Offer("Gravel bike", 189_000)
TRIP = Offer("A week of hiking in the Alps for two", 620_000)
MATTRESS = Offer("Mattress", 89_000)
OATS = Offer("A year of porridge", 36_000)
# What sponsors have to give, by their manner: `quantity` units for all drawings together.
STOCK = (("standing", replace(SHOES, quantity=50)), ("standing", replace(BOTTLE, quantity=200)))


def plans(anchor_at: datetime, zone: ZoneInfo, *, lead: timedelta) -> Iterator[Plan]:
    """Yield every drawing of the demo world; `lead` is the time from the end of sales to the draw.

    Regular ones are drawn at 21:00 in the platform's zone; the others stand by the anchor.
    """
    calendar = Calendar(anchor_at, zone, lead)
    yield from _past(calendar)
    yield from _special(calendar, anchor_at)
    yield from _current(calendar)
    yield from _coming(calendar)


@dataclass(frozen=True, slots=True)
class Calendar:
    """When the regular drawings are held, as seen from the anchor."""

    anchor_at: datetime
    zone: ZoneInfo
    lead: timedelta

    def draw_on(self, day_on: date) -> datetime:
        """Return the time of a day's draw."""
        return datetime.combine(day_on, DRAW_TIME, self.zone).astimezone(UTC)

    @property
    def last_on(self) -> date:
        """Return the last day whose draw is over for two hours."""
        day_on = self.anchor_at.astimezone(self.zone).date()
        while self.draw_on(day_on) > self.anchor_at - 2 * HOUR:
            day_on -= DAY
        return day_on

    @property
    def next_on(self) -> date:
        """Return the first day whose sales go on for two hours and more."""
        day_on = self.last_on
        while self.draw_on(day_on) < self.anchor_at + 2 * HOUR + self.lead:
            day_on += DAY
        return day_on

    def plan(
        self, type_: str, name: str, day_on: date, sale: timedelta, *offers: Offer, **over: Any
    ) -> Plan:
        """Return the plan of a drawing on a day that sells for a while before."""
        draws_at = self.draw_on(day_on)
        opens_at = draws_at - sale + 30 * MINUTE
        return Plan(type_, name, opens_at, draws_at - self.lead, draws_at, offers, **over)


def _past(calendar: Calendar) -> Iterator[Plan]:
    """Yield drawings that are over: regular ones with winners."""
    for back in (11, 9, 7, 5, 3, 1):
        day_on = calendar.last_on - back * DAY
        offer = BOTTLE if back % 4 == 1 else CARD
        yield calendar.plan("daily", f"Daily draw of {day_on}", day_on, DAY, offer, patron=None)
    last_sunday = calendar.last_on
    while last_sunday.weekday() != SUNDAY:
        last_sunday -= DAY
    kinds = {"by_hand": (BIKE, JERSEY), "own_value": (GOGGLES,), "standing": (WATCH, SHOES)}
    for back, (patron, offers) in zip((2, 1, 0), kinds.items(), strict=True):
        day_on = last_sunday - back * 7 * DAY
        name = f"Sunday draw of {day_on}"
        yield calendar.plan("weekly", name, day_on, 7 * DAY, *offers, patron=patron, rounds=4)


def _special(calendar: Calendar, anchor_at: datetime) -> Iterator[Plan]:
    """Yield one of each kind that does not go the regular way, and one that is drawn live."""
    lead = calendar.lead

    def drawn(name: str, at: datetime, sale: timedelta, *offers: Offer, **over: Any) -> Plan:
        return Plan("weekly", name, at - lead - sale, at - lead, at, offers, **over)

    quiet = anchor_at - 4 * DAY
    yield drawn("A draw that nobody entered", quiet, 5 * HOUR, BOTTLE, patron=None, buyers=0)
    won = anchor_at - 6 * HOUR
    alone = {"entrants": ("Ana",), "rounds": 1}
    yield drawn("A draw that only Ana entered", won, 5 * HOUR, replace(SHOES, quantity=1), **alone)
    off = anchor_at - 2 * DAY
    yield drawn("Autumn bundle", off, 7 * DAY, SHOES, BOTTLE, ending="cancelled", rounds=3)
    void = anchor_at - 26 * HOUR
    yield drawn("A better night", void, 6 * DAY, MATTRESS, patron="withholds", rounds=3)
    waiting = anchor_at - 3 * HOUR
    yield drawn("Breakfast for a year", waiting, 5 * DAY, OATS, patron="late", rounds=3)
    live = (anchor_at - HOUR, anchor_at + 3 * MINUTE, anchor_at + 4 * MINUTE)
    yield Plan("daily", "Live draw: stay and watch", *live, (SHOES, BOTTLE), rounds=3, buyers=9)


def _current(calendar: Calendar) -> Iterator[Plan]:
    """Yield drawings that sell tickets now."""
    day_on = calendar.next_on
    yield calendar.plan("daily", f"Daily draw of {day_on}", day_on, DAY, CARD, patron=None)
    sunday = day_on + DAY
    while sunday.weekday() != SUNDAY:
        sunday += DAY
    yield calendar.plan("weekly", f"Sunday draw of {sunday}", sunday, 7 * DAY, WATCH, JERSEY)
    last = _month_end(day_on + DAY)
    yield calendar.plan("monthly", f"{last:%B} draw", last, 28 * DAY, BIKE, SHOES, rounds=3)
    last = date(day_on.year + (day_on >= date(day_on.year, 12, 30)), 12, 31)
    sale = calendar.draw_on(last) - calendar.anchor_at + 15 * DAY
    yield calendar.plan("annual", f"Annual draw of {last.year}", last, sale, TRIP, WATCH, rounds=3)


def _coming(calendar: Calendar) -> Iterator[Plan]:
    """Yield drawings that are scheduled, and drafts."""
    day_on = calendar.next_on + DAY
    name = f"Daily draw of {day_on}"
    yield calendar.plan("daily", name, day_on, 20 * HOUR, BOTTLE, patron=None)
    weekend = calendar.next_on + 9 * DAY
    yield calendar.plan("weekly", "Premium weekend", weekend, 6 * DAY, WATCH, audience="premium")
    later = calendar.next_on + 20 * DAY
    for name, offer in (("New year's resolutions", SHOES), ("Spring in the saddle", BIKE)):
        yield calendar.plan("weekly", name, later, 7 * DAY, offer, ending="draft")


def _month_end(day_on: date) -> date:
    first_of_next = (day_on.replace(day=1) + 32 * DAY).replace(day=1)
    return first_of_next - DAY
