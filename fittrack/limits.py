"""Rate limits: whose counter a request moves, and how far it may go."""

from __future__ import annotations

import unicodedata

from flask import request

from fittrack import auth, config, crypto, parsing

EVERYWHERE = "everywhere"


def caller() -> str:
    """Return whose counter this request moves: the account's, else the address's."""
    identity = auth.claimed()
    return f"account:{identity.account_id}" if identity else f"address:{_hidden('')}"


def of_caller() -> str:
    """Return the limit of the caller's kind, as Flask-Limiter writes it."""
    settings = config.current()
    identity = auth.claimed()
    if identity is None:
        return settings.limit_anonymous
    return settings.limit_admin if identity.role in {"admin", "auditor"} else settings.limit_member


def of_public_reads() -> str:
    """Return the limit of results, verification and other public reads."""
    return of_caller() if auth.claimed() else config.current().limit_public


def scope_of_public_reads(_endpoint: str) -> str:
    """Return what a public read counts with: all a member does, or an address's public reads."""
    return EVERYWHERE if auth.claimed() else "public"


def of_credentials() -> str:
    """Return the limit of logins and whatever else guesses at secrets."""
    return config.current().limit_credentials


def credential_caller() -> str:
    """Return the counter of one address and one e-mail, so that neither alone locks others out."""
    body = parsing.peek_json(request)
    email = body.get("email") if isinstance(body, dict) else None
    # Spellings that a log-in takes for one address share a counter.
    spelling = unicodedata.normalize("NFKC", str(email)[:254].strip()).casefold()
    return f"credentials:{_hidden(spelling)}"


def _hidden(more: str) -> str:
    """Return a stand-in for the caller's address, for counters lie in Redis and in its files."""
    return crypto.mac("limits", f"{request.remote_addr} {more}".encode()).hex()[:32]
