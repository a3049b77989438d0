"""What a browser shows that came back from a provider and is sent on nowhere; no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fittrack.trackers.providers import ADAPTERS

CLOSE = "You may close this page."
BEGIN_AGAIN = "Close this page and begin again in FitTrack."
LATER = "Wait a moment, then begin again in FitTrack."
# The visit may be as good as it was.
RELOAD = (
    "Wait a moment, then reload this page. If that does not help, close it and begin again in "
    "FitTrack."
)
LOOK = (
    "If you have just been told that you are connected, you still are. If not, close this page "
    "and begin again in FitTrack."
)
# What to do about a problem, by its code.
ADVICE: Mapping[str, str] = {
    "invalid_connection_state": LOOK,
    "consent_denied": "If this was not your wish, begin again in FitTrack and allow it.",
    "connected_to_another_member": "Sign in there with another account, or disconnect it in "
    "FitTrack from the other member's, then begin again.",
    "tracker_not_configured": CLOSE,
    "tracker_unavailable": RELOAD,
    "rate_limited": LATER,
    "unavailable": LATER,
    "internal_error": LATER,
}


@dataclass(frozen=True, slots=True)
class Landed:
    """A page as it reads; `reason` and `code` name what went wrong, None where nothing did."""

    heading: str
    advice: str
    reason: str | None = None
    code: str | None = None


def connected(provider: str) -> Landed:
    """Return the page of a visit that has ended well; nothing of the member is on it."""
    return Landed(f"Connected to {_title(provider)}", CLOSE)


def refused(provider: str, problem: Mapping[str, Any]) -> Landed:
    """Return the page of a visit that ended with a problem, given as its document.

    Of the document only the title and the code are shown: all else may speak of the member.
    """
    code = problem["code"]
    heading = f"Could not connect to {_title(provider)}"
    return Landed(heading, ADVICE.get(code, BEGIN_AGAIN), problem["title"], code)


def _title(provider: str) -> str:
    """Return a provider's name; what the address says of an unknown one is not repeated."""
    adapter = ADAPTERS.get(provider)
    return adapter.facts.title if adapter else "this service"
