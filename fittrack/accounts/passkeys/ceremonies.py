"""WebAuthn's two ceremonies: what authenticators are asked for, and whether their answers hold.

The library parses whatever a stranger sends (CBOR, COSE keys, certificates) and raises whatever its
parsers raise, so that any of its exceptions means that the answer does not hold.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import webauthn
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from webauthn.helpers import (
    base64url_to_bytes,
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
    options_to_json_dict,
)
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from fittrack.accounts.passkeys.models import Passkey
from fittrack.accounts.passkeys.rules import CHALLENGE_LIFE, NAME, RelyingParty

TIMEOUT_MS = int(CHALLENGE_LIFE.total_seconds() * 1000)
TRANSPORTS = frozenset(each.value for each in AuthenticatorTransport)
LONGEST_ID_BYTES = 1023
LEAST_RSA_BITS = 2048
MOST_RSA_BITS = 4096
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


class DoesNotHold(Exception):
    """An authenticator's answer proves nothing."""


@dataclass(frozen=True, slots=True)
class Attested:
    """What an authenticator says of a passkey that it has made."""

    credential_bytes: bytes
    public_key_bytes: bytes
    sign_count: int
    is_backed_up: bool


@dataclass(frozen=True, slots=True)
class Asserted:
    """What an authenticator says with a signature that holds."""

    sign_count: int
    is_backed_up: bool


def creation_options(
    party: RelyingParty,
    *,
    challenge: bytes,
    user_handle: str,
    user_name: str,
    display_name: str,
    existing: Iterable[Passkey],
) -> dict[str, Any]:
    """Return what a browser's `navigator.credentials.create` takes, as WebAuthn writes it in JSON.

    A passkey must be found without a name and must know its user (by finger, face or PIN).
    """
    options = webauthn.generate_registration_options(
        rp_id=party.rp_id,
        rp_name=NAME,
        user_id=base64url_to_bytes(user_handle),
        user_name=user_name,
        user_display_name=display_name,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(existing),
    )
    return options_to_json_dict(options)


def request_options(
    party: RelyingParty, *, challenge: bytes, allowed: Iterable[Passkey] = ()
) -> dict[str, Any]:
    """Return what a browser's `navigator.credentials.get` takes, as WebAuthn writes it in JSON."""
    options = webauthn.generate_authentication_options(
        rp_id=party.rp_id,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        allow_credentials=_descriptors(allowed),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def challenge_of(credential: Mapping[str, Any]) -> str:
    """Return the challenge that an answer says it is for, or "" where it can't be one of ours."""
    try:
        client_data = json.loads(base64url_to_bytes(credential["response"]["clientDataJSON"]))
        challenge = str(client_data["challenge"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return challenge if _CHALLENGE.fullmatch(challenge) else ""


def check_registration(
    credential: Mapping[str, Any], party: RelyingParty, *, challenge: str
) -> Attested:
    """Return what a new passkey says of itself. Raises: DoesNotHold."""
    try:
        verified = webauthn.verify_registration_response(
            credential=_known(credential),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=party.rp_id,
            expected_origin=list(party.origins),
            require_user_verification=True,
        )
        _check_not_framed(credential)
        _check_key(verified.credential_public_key)
    except Exception as error:  # see above
        raise DoesNotHold from error
    if len(verified.credential_id) > LONGEST_ID_BYTES:
        raise DoesNotHold
    return Attested(
        credential_bytes=verified.credential_id,
        public_key_bytes=verified.credential_public_key,
        sign_count=verified.sign_count,
        is_backed_up=verified.credential_backed_up,
    )


def check_assertion(
    credential: Mapping[str, Any], party: RelyingParty, passkey: Passkey, *, challenge: str
) -> Asserted:
    """Return what a passkey says with its signature. Raises: DoesNotHold.

    The counter is left to the caller: the library looks at it before it looks at the signature, so
    that anybody could make it say that a passkey was copied.
    """
    try:
        verified = webauthn.verify_authentication_response(
            credential=_known(credential),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=party.rp_id,
            expected_origin=list(party.origins),
            credential_public_key=passkey.public_key_bytes,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
        _check_not_framed(credential)
    except Exception as error:  # see above
        raise DoesNotHold from error
    return Asserted(verified.new_sign_count, verified.credential_backed_up)


def transports_of(credential: Mapping[str, Any]) -> str | None:
    """Return how a passkey's authenticator can be reached, as far as we know the words."""
    told = credential["response"].get("transports") or ()
    known = sorted(TRANSPORTS.intersection(each for each in told if isinstance(each, str)))
    return ",".join(known) or None


def _known(credential: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of an answer is verified: hints that only newer browsers know must not matter."""
    return {name: credential[name] for name in ("id", "rawId", "type", "response")}


def _descriptors(passkeys: Iterable[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=passkey.credential_bytes,
            transports=[
                AuthenticatorTransport(each)
                for each in (passkey.transports or "").split(",")
                if each
            ]
            or None,
        )
        for passkey in passkeys
    ]


def _check_key(cose: bytes) -> None:
    """Raises: ValueError for a public key with which nothing could ever be verified.

    Without attestation the library stores whatever bytes it can parse.
    """
    key = decoded_public_key_to_cryptography(decode_credential_public_key(cose))
    if isinstance(key, RSAPublicKey) and not LEAST_RSA_BITS <= key.key_size <= MOST_RSA_BITS:
        raise ValueError("an RSA key of this size")


def _check_not_framed(credential: Mapping[str, Any]) -> None:
    """Raises: DoesNotHold where the page stood in a frame of another origin's; ours never do."""
    client_data = json.loads(base64url_to_bytes(credential["response"]["clientDataJSON"]))
    if client_data.get("crossOrigin", False) is not False:
        raise DoesNotHold
