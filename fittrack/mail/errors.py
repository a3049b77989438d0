"""Why a mail did not go out; the words hold no address, for they are stored and logged."""

from __future__ import annotations

from fittrack.queues import Hopeless


class MailNotSent(Exception):
    """The mail server can't take this mail now; trying again may help."""


class MailRefused(Hopeless):
    """The mail server will never take this mail."""
