"""What can go wrong with connections."""

from __future__ import annotations

from fittrack.errors import BadRequest, Conflict, NotFound, TooManyRequests, Unavailable


class ConnectionNotFound(NotFound):
    """You are not connected to this provider."""

    code = "connection_not_found"


class TrackerNotConfigured(NotFound):
    """Nobody connects to this provider here."""

    code = "tracker_not_configured"


class InvalidState(BadRequest):
    """This visit to the provider has expired, was used, or is another's; begin again."""

    code = "invalid_connection_state"


class ConsentDenied(Conflict):
    """The provider was not allowed to share anything; nothing has changed."""

    code = "consent_denied"


class ScopesMissing(Conflict):
    """Too little was allowed for anything to come in; begin again and leave the boxes ticked."""

    code = "scopes_missing"


class CodeRefused(Conflict):
    """The provider refused the code that came back; begin again."""

    code = "provider_refused_code"


class ConnectedElsewhere(Conflict):
    """This account at the provider belongs to another member."""

    code = "connected_to_another_member"


class TrackerUnavailable(Unavailable):
    """The provider can't be reached just now; try again in a moment."""

    code = "tracker_unavailable"

    def __init__(self, detail: str | None = None, *, wait_s: int = 30) -> None:
        super().__init__(detail, headers={"Retry-After": str(wait_s)})


class ReauthRequired(Conflict):
    """The provider no longer lets us in; connect again."""

    code = "reauth_required"


class NothingToSync(Conflict):
    """Nothing is kept of this provider: it is asked whenever you ask."""

    code = "nothing_to_sync"


class SyncedJustNow(TooManyRequests):
    """A sync was asked for a moment ago."""

    code = "synced_just_now"
