"""Which notices are mailed besides."""

from __future__ import annotations

from collections.abc import Mapping

# Kind of notice -> template of the mail that goes with it.
MAILED: Mapping[str, str] = {
    "prize_won": "prize_won",
    "prize_address_confirmed": "prize_step",
    "prize_address_invalid": "prize_step",
    "prize_code_ready": "prize_step",
    "prize_delivered": "prize_step",
    "prize_forfeited": "prize_step",
    "prize_reminder": "prize_step",
    "prize_shipped": "prize_step",
    "prize_tax_cleared": "prize_step",
    "prize_tax_hold": "prize_step",
    "export_ready": "export_ready",
    "account_suspended": "account_notice",
    "suspension_lifted": "account_notice",
    "appeal_decided": "account_notice",
    "role_changed": "account_notice",
    "drawing_closed": "account_notice",
    "reminded_of_draw": "account_notice",
    "reminded_of_deadline": "account_notice",
}


def mail_template(kind: str) -> str | None:
    """Return the template of a mailed kind, or None for one that stays in the application."""
    return MAILED.get(kind)
