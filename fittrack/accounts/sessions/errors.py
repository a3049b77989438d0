"""What can go wrong with logging in and staying so."""

from __future__ import annotations

from fittrack.errors import NotFound, Unauthenticated


class InvalidCredentials(Unauthenticated):
    """The e-mail address or the password is wrong."""

    code = "invalid_credentials"


class InvalidMfaToken(Unauthenticated):
    """This log-in has expired or was tried too often; begin again with the password."""

    code = "invalid_mfa_token"


class InvalidRefreshToken(Unauthenticated):
    """This refresh token is unknown or expired; log in again."""

    code = "invalid_refresh_token"


class RefreshTokenReused(Unauthenticated):
    """This refresh token was used before; the session has ended for safety."""

    code = "refresh_token_reused"


class SessionNotFound(NotFound):
    """There is no such session."""

    code = "session_not_found"
