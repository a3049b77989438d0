"""Which prizes wait for a tax form: the winner's total from one payer in one year decides."""

from __future__ import annotations

from datetime import datetime

from fittrack import config
from fittrack.db import Transaction
from fittrack.db.errors import Unique
from fittrack.fulfilment import repository, rules
from fittrack.fulfilment.models import Fulfilment, TaxCase
from fittrack.sponsors import service as sponsors


def is_held(tx: Transaction, fulfilment: Fulfilment) -> bool:
    """Tell whether a prize must wait until its winner's form is on file."""
    case = case_of(tx, fulfilment)
    least_cents = rules.threshold_cents(config.current().tax_thresholds, case.tax_year)
    if least_cents is None or repository.find_tax_form(tx, case) is not None:
        return False
    from_at, until_at = rules.year_bounds(case.tax_year, config.current().zone)
    won_cents = repository.get_won_cents(
        tx, case.account_id, case.payer_key, from_at=from_at, until_at=until_at
    )
    return won_cents >= least_cents


def record(tx: Transaction, case: TaxCase, *, actor_id: str, now: datetime) -> None:
    """Note that a form is on file; the first time counts."""
    if repository.find_tax_form(tx, case) is None:
        try:
            repository.insert_tax_form(tx, case, actor_id=actor_id, now=now)
        except Unique:  # another admin of this moment was first
            return


def case_of(tx: Transaction, fulfilment: Fulfilment) -> TaxCase:
    """Return whose form counts for a prize, in the calendar year of the platform's zone."""
    return TaxCase(
        fulfilment.account_id,
        repository.get_payer(tx, fulfilment.prize_id),
        rules.tax_year(fulfilment.won_at, config.current().zone),
    )


def payer_name(tx: Transaction, fulfilment: Fulfilment) -> str:
    """Return who pays for a prize, by the name that the official rules give: for whom a form is."""
    sponsor = sponsors.find_sponsor(tx, repository.get_payer(tx, fulfilment.prize_id))
    return sponsor.name if sponsor else config.current().operator_name
