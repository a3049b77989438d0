"""The four templates of the simulated year, as an admin would send them."""

from __future__ import annotations

from typing import Any

from fittrack.drawings.templates.schemas import NewTemplateSchema
from tests.simulated_year.people import People

# Type -> its name, the manner of its sponsor, and its prizes: name, US cents, quantity, kind.
SERIES: dict[str, tuple[str, str | None, tuple[tuple[str, int, int, str], ...]]] = {
    "daily": (
        "Daily draw of {date}",
        None,
        (("Gift card of $25", 2_500, 1, "digital"), ("Steel bottle", 2_000, 1, "physical")),
    ),
    "weekly": ("Sunday draw of {date}", "own value", (("Running shoes", 14_000, 2, "physical"),)),
    "monthly": ("{month} draw", "by click", (("Gravel bike", 189_000, 1, "physical"),)),
    "annual": (
        "Annual draw of {year}",
        "standing",
        (("A week in the Alps", 520_000, 1, "physical"), ("GPS watch", 34_900, 2, "physical")),
    ),
}


def template_fields(type_: str, people: People) -> dict[str, Any]:
    """Return the fields of a template as the API hands them on."""
    name, manner, prizes = SERIES[type_]
    patron = people.patrons[manner] if manner else None
    fields: dict[str, Any] = NewTemplateSchema().load(
        {
            "type": type_,
            "name": name,
            "sponsor_id": patron.sponsor_id if patron else None,
            "needs_commitment": manner == "own value",
            "sale_days": {"daily": None, "weekly": 6, "monthly": 20, "annual": 90}[type_],
            "ticket_limit": 50,
            "unclaimed_to": "sponsor" if type_ == "monthly" else "alternate",
            "prizes": [
                {"name": prize, "value_cents": cents, "quantity": quantity, "kind": kind}
                for prize, cents, quantity, kind in prizes
            ],
        }
    )
    return fields
