"""Who may be mailed a token that was asked for, and what a new password ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from fittrack.accounts import tokens

# For each token that anybody may ask to be mailed: whose accounts get it, and how long it lives.
RECIPIENTS: Mapping[str, frozenset[str]] = {
    tokens.VERIFY_EMAIL: frozenset({"pending"}),
    # The mail proves an address as well as a verification does.
    tokens.RESET_PASSWORD: frozenset({"pending", "active", "suspended"}),
}
LIVES: Mapping[str, timedelta] = {
    tokens.VERIFY_EMAIL: timedelta(hours=24),
    tokens.RESET_PASSWORD: timedelta(hours=1),
}
MAILS_A_DAY = 10

# An invitation is a password's first setting, by a mail that proves the address.
RESETTING = frozenset({tokens.RESET_PASSWORD, tokens.INVITATION})

# What a new password makes worthless. The mail that takes a former address back stays good, or who
# took an account over would only have to set a password to keep it.
ENDED_BY_RESET = (
    tokens.RESET_PASSWORD,
    tokens.INVITATION,
    tokens.VERIFY_EMAIL,
    tokens.CHANGE_EMAIL,
    tokens.UNLOCK_LOGIN,
)
ENDED_BY_CHANGE = (tokens.RESET_PASSWORD, tokens.CHANGE_EMAIL, tokens.UNLOCK_LOGIN)


def may_be_mailed(purpose: str, *, status: str, mailed_today: int) -> bool:
    """Tell whether an account gets the mail that somebody asked for, and was not flooded."""
    return status in RECIPIENTS[purpose] and mailed_today < MAILS_A_DAY
