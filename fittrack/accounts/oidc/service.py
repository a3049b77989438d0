"""Use cases of visits to a provider: begun here, come back through a browser, and what follows.

A visit is used up before the provider is asked, so that one code makes one session at most; what
the provider proves is believed in one transaction after that.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import datetime, timedelta

from fittrack import auth, config, crypto, db
from fittrack.accounts import repository as accounts
from fittrack.accounts import rules as account_rules
from fittrack.accounts.errors import EmailTaken
from fittrack.accounts.models import Account
from fittrack.accounts.oidc import discovery, exchange, identities, repository, rules
from fittrack.accounts.oidc.errors import (
    InvalidAttempt,
    InvalidProviderAnswer,
    OtherProofNeeded,
    ProviderEmailUnverified,
    ProviderNotLinked,
)
from fittrack.accounts.oidc.models import (
    Attempt,
    Begun,
    Claims,
    Identity,
    Intent,
    Linked,
    LinkOffer,
    Outcome,
    Purpose,
    RegistrationRequired,
    Returned,
    StoredProof,
)
from fittrack.accounts.oidc.providers import Provider, provider_of
from fittrack.accounts.sessions import repository as sessions
from fittrack.accounts.sessions import service as session_service
from fittrack.accounts.sessions.models import Device, Login, MfaRequired, OpenSession, SteppedUp
from fittrack.accounts.sessions.rules import new_token
from fittrack.auth import ACTIVE, MAY_LOG_IN, AccountNotActive, LiveSession
from fittrack.db import Transaction
from fittrack.db.errors import Busy
from fittrack.errors import Unavailable, field_error


def begin_visit(
    *,
    provider_name: str,
    intent: Intent,
    session: LiveSession | None,
    return_to: str | None,
    now: datetime,
) -> Begun:
    """Return where to send a browser to; linking and stepping up belong to a session.

    Raises: ProviderNotConfigured, ProviderUnavailable, Invalid, OtherProofNeeded,
    ProviderNotLinked.
    """
    provider = provider_of(provider_name)
    if return_to is not None and return_to not in config.current().return_urls:
        raise field_error("/redirect_uri", "This is not among the configured addresses.")
    endpoint = discovery.metadata_of(provider.issuer).authorization_endpoint
    state, attempt_token = new_token(), new_token()
    attempt = Attempt(
        state_hash=crypto.digest(state),
        token_hash=crypto.digest(attempt_token),
        provider=provider.name,
        intent=intent,
        account_id=session.account_id if session else None,
        session_id=session.session_id if session else None,
        return_to=return_to,
        expires_at=now + rules.ATTEMPT_LIFE,
    )
    with db.transaction("begin_oidc_visit") as tx:
        if intent == Intent.STEP_UP and session is not None:
            _check_steps_up_here(tx, session.account_id, provider)
        repository.insert_oidc_attempt(tx, attempt)
    url = rules.authorization_url(endpoint, provider, state=state, attempt_token=attempt_token)
    return Begun(url, state, attempt_token, int(rules.ATTEMPT_LIFE.total_seconds()))


def land(*, provider_name: str, fields: dict[str, str], now: datetime) -> Returned:
    """Return where a browser goes on to that comes back from a provider; only a begun visit does.

    `fields` hold the state, and a code or an error. Nothing is used up: the client does that,
    with the secret that the browser does not have. Raises: InvalidAttempt, ProviderNotConfigured.
    """
    provider = provider_of(provider_name)
    with db.reading("find_oidc_attempt") as tx:
        attempt = repository.find_oidc_attempt(
            tx, crypto.digest(fields["state"]), provider.name, now_at=now
        )
    if attempt is None:
        raise InvalidAttempt
    return Returned(attempt.return_to, fields)


def finish_visit(
    *,
    provider_name: str,
    state: str,
    attempt_token: str,
    code: str,
    issuer: str | None,
    find_session: Callable[[], LiveSession],
    device: Device,
    now: datetime,
) -> Outcome:
    """Use a visit up, ask the provider who it was, and sign in, link or step up.

    `find_session` returns the request's own session, asked for only where the visit belongs to
    one. Raises: InvalidAttempt, InvalidProviderAnswer, ProviderUnavailable, ProviderNotConfigured,
    ProviderEmailUnverified, AccountNotActive, IdentityTaken, ProviderLinkedAlready, EmailTaken,
    OtherProofNeeded, Unauthenticated, Unavailable.
    """
    provider = provider_of(provider_name)
    # Where the answer says who gave it, it was the one that was asked (RFC 9207).
    if issuer is not None and issuer != provider.issuer:
        raise InvalidProviderAnswer
    attempt = _take(provider, state, attempt_token, find_session, now=now)
    claims = exchange.claims_of(provider, code=code, attempt_token=attempt_token, now=now)
    try:
        # The visit is used up by now: when the database is busy only this part can run again.
        return db.retry(lambda: _settle(attempt, claims, device, now=now))
    except Busy as error:
        raise Unavailable(headers={"Retry-After": "1"}) from error


def list_identities(*, account_id: str) -> list[Identity]:
    """Return the providers that a member signs in with."""
    with db.reading("list_identities") as tx:
        return repository.list_identities(tx, account_id)


def unlink(
    *, session: LiveSession, provider_name: str, remote_address: str | None, now: datetime
) -> None:
    """Let a provider no longer sign a member in. Raises: ProviderNotLinked, LastWayIn."""
    with db.transaction("unlink_provider") as tx:
        accounts.lock_account(tx, session.account_id)
        identities.remove_identity(
            tx,
            session.account_id,
            provider_name,
            session_id=session.session_id,
            remote_address=remote_address,
            now=now,
        )


def delete_expired(*, now: datetime) -> int:
    """Forget visits and proofs that nobody finished in time, and return how many."""
    with db.transaction("delete_expired_oidc") as tx:
        attempts = repository.delete_expired_oidc_attempts(tx, now_at=now)
        return attempts + repository.delete_expired_oidc_proofs(tx, now_at=now)


def _take(
    provider: Provider,
    state: str,
    attempt_token: str,
    find_session: Callable[[], LiveSession],
    *,
    now: datetime,
) -> Attempt:
    """Use up the visit that somebody comes back from. Raises: InvalidAttempt, Unauthenticated."""
    with db.reading("find_oidc_attempt") as tx:
        attempt = repository.find_oidc_attempt(tx, crypto.digest(state), provider.name, now_at=now)
    if attempt is None:
        raise InvalidAttempt
    if not hmac.compare_digest(attempt.token_hash, crypto.digest(attempt_token)):
        raise InvalidAttempt
    if attempt.session_id is not None and find_session().session_id != attempt.session_id:
        raise InvalidAttempt
    with db.transaction("take_oidc_attempt") as tx:
        if not repository.take_oidc_attempt(tx, attempt):
            raise InvalidAttempt
    return attempt


def _settle(attempt: Attempt, claims: Claims, device: Device, *, now: datetime) -> Outcome:
    """Do what the visit was for."""
    if attempt.account_id is None or attempt.session_id is None:
        return _sign_in(claims, device, now=now)
    if attempt.intent == Intent.LINK:
        return _link(attempt.account_id, attempt.session_id, claims, device, now=now)
    return _step_up(attempt.account_id, attempt.session_id, claims, now=now)


def _sign_in(claims: Claims, device: Device, *, now: datetime) -> Outcome:
    """Raises: ProviderEmailUnverified, EmailTaken, AccountNotActive, Busy."""
    with db.transaction("sign_in_with_provider") as tx:
        identity = repository.find_identity(tx, claims.provider, claims.subject)
        if identity is not None:
            return _let_in(tx, identity, claims, device, now=now)
        email, email_key = _proved_email(claims)
        owner = accounts.lock_account_by_email(tx, email_key)
        if owner is not None and owner.status in MAY_LOG_IN:
            return _offer_link(tx, owner, claims, (email, email_key), now=now)
        if owner is not None and not account_rules.is_replaceable(owner):
            raise EmailTaken("This address is invited already; the invitation's mail leads on.")
        token = _keep(tx, claims, (email, email_key), Purpose.REGISTER, None, now=now)
        return RegistrationRequired(token, email)


def _let_in(
    tx: Transaction, identity: Identity, claims: Claims, device: Device, *, now: datetime
) -> OpenSession | MfaRequired:
    """Open a session of whom the provider knows. Raises: AccountNotActive, Busy."""
    login = sessions.lock_login(tx, identity.account_id)
    email = claims.email or identity.email
    if not repository.use_identity(tx, identity, email=email, last_used_at=now):
        raise Busy("the provider was unlinked in this moment")
    if login.status not in MAY_LOG_IN:
        raise AccountNotActive(status_of_account=login.status)
    return session_service.admit(tx, login, device, now=now)


def _proved_email(claims: Claims) -> tuple[str, str]:
    """Return the address that the provider vouches for, and its key.

    Raises: ProviderEmailUnverified.
    """
    if claims.email is None:
        raise ProviderEmailUnverified
    try:
        return account_rules.read_email(claims.email)
    except ValueError as error:
        raise ProviderEmailUnverified from error


def _offer_link(
    tx: Transaction, owner: Account, claims: Claims, email: tuple[str, str], *, now: datetime
) -> LinkOffer:
    """Keep the provider's proof until the account's owner adds the other one."""
    token = _keep(tx, claims, email, Purpose.LINK, owner.account_id, now=now)
    methods = ("session",) if owner.password_hash is None else ("password", "session")
    return LinkOffer(token, claims.provider, methods)


def _keep(
    tx: Transaction,
    claims: Claims,
    email: tuple[str, str],
    purpose: Purpose,
    account_id: str | None,
    *,
    now: datetime,
) -> str:
    token = new_token()
    proof = StoredProof(
        token_hash=crypto.digest(token),
        purpose=purpose,
        provider=claims.provider,
        subject=claims.subject,
        email=email[0],
        email_key=email[1],
        account_id=account_id,
        expires_at=now + rules.PROOF_LIFE,
    )
    repository.insert_oidc_proof(tx, proof)
    return token


def _link(
    account_id: str, session_id: str, claims: Claims, device: Device, *, now: datetime
) -> Linked:
    """Raises: IdentityTaken, ProviderLinkedAlready, AccountNotActive."""
    with db.transaction("link_provider") as tx:
        login = sessions.lock_login(tx, account_id)
        if login.status not in ACTIVE:
            raise AccountNotActive(status_of_account=login.status)
        identity = Identity(claims.provider, claims.subject, account_id, claims.email, now, now)
        linked = identities.add_identity(
            tx, identity, session_id=session_id, remote_address=device.remote_address, now=now
        )
    return Linked(linked)


def _step_up(account_id: str, session_id: str, claims: Claims, *, now: datetime) -> SteppedUp:
    """Raises: InvalidProviderAnswer where it was somebody else, OtherProofNeeded."""
    with db.transaction("step_up_with_provider") as tx:
        _check_no_other_proof(sessions.lock_login(tx, account_id))
        identity = repository.find_identity(tx, claims.provider, claims.subject)
        if identity is None or identity.account_id != account_id:
            raise InvalidProviderAnswer
        sessions.step_up_session(tx, session_id, stepped_up_at=now)
    return SteppedUp(now, now + timedelta(seconds=auth.STEP_UP_S))


def _check_steps_up_here(tx: Transaction, account_id: str, provider: Provider) -> None:
    """Raises: OtherProofNeeded, ProviderNotLinked."""
    _check_no_other_proof(sessions.get_login(tx, account_id))
    linked = repository.list_identities(tx, account_id)
    if provider.name not in {identity.provider for identity in linked}:
        raise ProviderNotLinked(provider=provider.name)


def _check_no_other_proof(login: Login) -> None:
    """Raises: OtherProofNeeded: a provider stands in only where there is nothing of our own."""
    if login.password_hash is not None or login.is_second_factor_confirmed:
        raise OtherProofNeeded
