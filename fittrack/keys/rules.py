"""The steps in which each kind of key is changed, so that no process meets a key that it lacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fittrack import crypto
from fittrack.config import Config, secret_bytes
from fittrack.keys.models import Step

EVERYWHERE = "Give this to every process, one after another"
THEN = "Then this, one after another"


def steps(kind: str, settings: Config, new: str) -> list[Step]:
    """Return the steps from the present settings to a new key. Raises: KeyError."""
    return PLANS[kind](settings, new)


def _signing(settings: Config, new: str) -> list[Step]:
    old, kept = _public(settings.jwt_signing_key), settings.former_keys
    return [
        Step(EVERYWHERE, {"JWT_FORMER_KEYS": _joined(*kept, _public(new))}),
        Step(THEN, {"JWT_SIGNING_KEY": new, "JWT_FORMER_KEYS": _joined(*kept, old)}),
        Step(
            f"{settings.access_token_s} s after the last one, when no old token is left",
            {"JWT_FORMER_KEYS": ""},
        ),
    ]


def _secret(settings: Config, new: str) -> list[Step]:
    return [
        *_two_steps("SECRET", settings.secret_key, settings.former_secret_keys, new),
        Step("A day after the last one, when no answer waits for a retry", _none("SECRET")),
    ]


def _encryption(settings: Config, new: str) -> list[Step]:
    return [
        *_two_steps("ENCRYPTION", settings.encryption_key, settings.former_encryption_keys, new),
        Step(
            "Run `flask keys rotate`; when it has found nothing lost (keep the old key with the "
            "backups that need it)",
            _none("ENCRYPTION"),
        ),
    ]


def _operator(settings: Config, new: str) -> list[Step]:
    return [
        *_two_steps("OPERATOR", settings.operator_key, settings.former_operator_keys, new),
        Step("Tell members the new key; the former one stays, for its drawings' bundles", {}),
    ]


def _two_steps(name: str, old: str, kept: tuple[str, ...], new: str) -> list[Step]:
    former = f"{name}_FORMER_KEYS"
    return [
        Step(EVERYWHERE, {former: _joined(*kept, new)}),
        Step(THEN, {f"{name}_KEY": new, former: _joined(*kept, old)}),
    ]


def _none(name: str) -> dict[str, str]:
    return {f"{name}_FORMER_KEYS": ""}


def _joined(*keys: str) -> str:
    return ",".join(keys)


def _public(secret: str) -> str:
    key = Ed25519PrivateKey.from_private_bytes(secret_bytes(secret)).public_key()
    return crypto.base64url(key.public_bytes_raw())


PLANS: Mapping[str, Callable[[Config, str], list[Step]]] = {
    "signing": _signing,
    "secret": _secret,
    "encryption": _encryption,
    "operator": _operator,
}
