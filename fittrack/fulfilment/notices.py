"""What winners are told at each step of a delivery, in the application and by mail. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fittrack.fulfilment.models import Fulfilment

NAMED_PRIZES = 3


@dataclass(frozen=True, slots=True)
class Words:
    """The title and the text of a notice, in which the names in braces are filled in."""

    title: str
    body: str


# No address, code or tracking number stands in a notice: it is mailed, and kept.
WORDS: Mapping[str, Words] = {
    "prize_reminder": Words(
        "Claim your prize by {day}: {prize}",
        "You have won {prize} and have not claimed it yet. After {day} it goes to somebody else.",
    ),
    "prize_forfeited": Words(
        "No longer yours: {prize}",
        "The time to claim {prize} is over, or you can't receive it. "
        "The reason is told with the delivery.",
    ),
    "prize_address_confirmed": Words(
        "We have your address: {prize}",
        "Thank you. {prize} is sent to the address that you gave. You are told when it is.",
    ),
    "prize_address_invalid": Words(
        "Your address does not work: {prize}",
        "{prize} can't be delivered where you said. Please give your address again by {day}.",
    ),
    "prize_tax_hold": Words(
        "A tax form is needed: {prize}",
        "What you won from {payer} this year reaches the sum from which prizes are reported. "
        "{prize} waits until your form is with us; we write to you about it. Never send it by "
        "mail.",
    ),
    "prize_tax_cleared": Words(
        "Your tax form is on file: {prize}",
        "Thank you. {prize} waits no longer.",
    ),
    "prize_shipped": Words(
        "On its way: {prize}",
        "{prize} was handed to {carrier}. The tracking number is listed with the delivery.",
    ),
    "prize_delivered": Words(
        "Delivered: {prize}",
        "{prize} has arrived. If you do not have it, please tell us.",
    ),
    "prize_code_ready": Words(
        "Your code is ready: {prize}",
        "The code of {prize} is ready. It is shown once, after you have proved who you are. "
        "Fetch it by {day}.",
    ),
}


def filled_in(kind: str, prize_name: str, *, day: str, carrier: str, payer: str = "") -> Words:
    """Return the words of a notice, a title of 200 characters at most and a text of 1,000."""
    words = WORDS[kind]
    values = {"prize": prize_name, "day": day, "carrier": carrier, "payer": payer}
    return Words(words.title.format(**values)[:200], words.body.format(**values)[:1000])


def day_text(day_on: date) -> str:
    """Return a day as people write it, such as `4 December 2026`."""
    return f"{day_on.day} {day_on:%B %Y}"


def won_title(won: Sequence[Fulfilment]) -> str:
    """Return the headline of a winner's notice, 200 characters at most."""
    title = f"You won: {won[0].prize_name}"
    more = f" and {len(won) - 1} more" if len(won) > 1 else ""
    return title[: 200 - len(more)] + more


def won_body(won: Sequence[Fulfilment], *, until: str | None) -> str:
    """Return what a winner is told, 1,000 characters at most; `until` is the last day to claim."""
    names = [fulfilment.prize_name for fulfilment in won[:NAMED_PRIZES]]
    if len(won) > NAMED_PRIZES:
        names.append(f"{len(won) - NAMED_PRIZES} more")
    claim = f"Tell us by {until} where to send it; after that it goes to somebody else. "
    return (
        f"Your entry was drawn. You won {', '.join(names)}. {claim if until else ''}"
        "Your prizes and what happens next are listed under your fulfillments."
    )
