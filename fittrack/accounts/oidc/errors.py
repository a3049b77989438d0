"""What can go wrong with signing in elsewhere."""

from __future__ import annotations

from fittrack.errors import Conflict, NotFound, Unauthenticated, Unavailable


class ProviderNotConfigured(NotFound):
    """Nobody signs in with this provider here."""

    code = "provider_not_configured"


class ProviderUnavailable(Unavailable):
    """The provider can't be reached just now; try again in a moment."""

    code = "identity_provider_unavailable"

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail, headers={"Retry-After": "30"})


class InvalidAttempt(Unauthenticated):
    """This visit to the provider has expired, was used, or was begun elsewhere; begin again."""

    code = "invalid_oidc_attempt"


class InvalidProviderAnswer(Unauthenticated):
    """The provider's answer does not prove who this is; begin again."""

    code = "invalid_provider_answer"


class InvalidProofToken(Unauthenticated):
    """This token is unknown, used or expired; sign in with the provider again."""

    code = "invalid_proof_token"


class ProviderEmailUnverified(Conflict):
    """The provider names no verified e-mail address of this person."""

    code = "provider_email_unverified"


class LinkRequired(Conflict):
    """This address has an account; prove that it is yours to sign in with the provider too."""

    code = "link_required"


class IdentityTaken(Conflict):
    """This person of the provider signs in to another account."""

    code = "identity_taken"


class ProviderLinkedAlready(Conflict):
    """This account signs in with another person of the provider; unlink that one first."""

    code = "provider_already_linked"


class OtherProofNeeded(Conflict):
    """This account steps up with its second factor or its password."""

    code = "other_proof_needed"


class LastWayIn(Conflict):
    """There is no other way into this account; set a password or add a passkey first."""

    code = "last_way_in"


class ProviderNotLinked(NotFound):
    """This account does not sign in with the provider."""

    code = "provider_not_linked"
