"""How long a change of address may be confirmed and undone, and what it ends."""

from __future__ import annotations

from datetime import timedelta

from fittrack.accounts import tokens

CONFIRM_LIFE = timedelta(hours=24)
# From the asking: so it's 72 h at least from any confirmation.
UNDO_LIFE = CONFIRM_LIFE + timedelta(hours=72)
ASKED_A_DAY = 5

# What was mailed to the former address, or for it, serves nobody at the new one.
ENDED_BY_CHANGE = (
    tokens.CHANGE_EMAIL,
    tokens.RESET_PASSWORD,
    tokens.UNLOCK_LOGIN,
    tokens.VERIFY_EMAIL,
)
