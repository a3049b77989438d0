"""What can go wrong with a passkey."""

from __future__ import annotations

from fittrack.errors import Conflict, Invalid, NotFound, Unauthenticated


class InvalidPasskey(Unauthenticated):
    """This passkey was not accepted; begin again."""

    code = "invalid_passkey"


class InvalidPasskeyRegistration(Invalid):
    """This passkey can't be registered; begin again."""

    code = "invalid_passkey_registration"


class PasskeyTaken(Conflict):
    """This passkey is registered already."""

    code = "passkey_taken"


class TooManyPasskeys(Conflict):
    """An account has at most 20 passkeys."""

    code = "too_many_passkeys"


class PasskeyNotFound(NotFound):
    """There is no such passkey."""

    code = "passkey_not_found"
