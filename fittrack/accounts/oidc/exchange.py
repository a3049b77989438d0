"""From the code that a browser brought back to what the provider says of somebody.

All of it is network: it happens before the transaction that believes it.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

import orjson
from joserfc import jws
from joserfc.errors import JoseError

from fittrack.accounts.oidc import discovery, rules, wire
from fittrack.accounts.oidc.errors import InvalidProviderAnswer, ProviderUnavailable
from fittrack.accounts.oidc.models import Claims
from fittrack.accounts.oidc.providers import Provider, client_secret
from fittrack.accounts.oidc.rules import NoProof

logger = logging.getLogger(__name__)
LONGEST_TOKEN = 16 * 1024


def claims_of(provider: Provider, *, code: str, attempt_token: str, now: datetime) -> Claims:
    """Exchange a code, once, and return what the provider's signed token says.

    Raises: InvalidProviderAnswer, ProviderUnavailable.
    """
    answer = _tokens(provider, code, attempt_token, now=now)
    try:
        told, algorithm = _verified(provider, answer.get("id_token"))
        return rules.check_claims(
            told,
            provider,
            algorithm=algorithm,
            nonce=rules.nonce_of(attempt_token),
            access_token=_text(answer.get("access_token")),
            now=now,
        )
    except (NoProof, JoseError, ValueError) as error:
        claim = str(error) if isinstance(error, NoProof) else type(error).__name__
        logger.warning("an identity token proves nothing", extra={"claim": claim})
        raise InvalidProviderAnswer from error


def _tokens(provider: Provider, code: str, attempt_token: str, *, now: datetime) -> dict[str, Any]:
    endpoint = discovery.metadata_of(provider.issuer).token_endpoint
    secret = client_secret(provider, now=now)
    form = rules.token_request(provider, secret, code=code, attempt_token=attempt_token)
    status, answer = wire.call(endpoint, form=form)
    if status == 200:
        return answer
    reason = answer.get("error")
    if 400 <= status < 500 and reason == "invalid_grant":  # used, expired, or another visit's
        raise InvalidProviderAnswer
    # Whatever else is refused is our doing or theirs, not the member's.
    known = reason if reason in {"invalid_client", "invalid_request"} else "other"
    logger.error("a provider refused a code", extra={"status": status, "reason": known})
    raise ProviderUnavailable


def _verified(provider: Provider, token: Any) -> tuple[dict[str, Any], str]:
    """Return the claims of a token that the provider has signed, and by which algorithm.

    Raises: NoProof, JoseError, ValueError, ProviderUnavailable.
    """
    if not isinstance(token, str) or len(token) > LONGEST_TOKEN:
        raise NoProof("id_token")
    header = jws.extract_compact(token.encode()).headers()
    algorithm, key_id = header.get("alg"), header.get("kid")
    if algorithm not in rules.ALGORITHMS or not isinstance(key_id, str):
        raise NoProof("alg or kid")
    key = discovery.key_of(provider.issuer, key_id, algorithm)
    if key is None:
        raise NoProof("kid")
    payload = jws.deserialize_compact(token, key, algorithms=[algorithm]).payload
    claims = orjson.loads(payload or b"null")
    if not isinstance(claims, dict):
        raise NoProof("payload")
    return claims, algorithm


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
