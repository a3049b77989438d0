"""The secrets of authenticator apps under the present key (`flask keys rotate`)."""

from __future__ import annotations

from fittrack import crypto, db
from fittrack.accounts.factors import repository
from fittrack.accounts.factors.service import PURPOSE
from fittrack.crypto import Unsealable
from fittrack.db import Transaction
from fittrack.keys.models import Batch


def count_secrets() -> int:
    """Return how many secrets are kept."""
    with db.reading("count_totp_factors") as tx:
        return repository.count_totp_factors(tx)


def reseal_secrets(*, after_id: str, row_limit: int) -> Batch:
    """Put the secrets of the next accounts under the present key, and say how far it came."""
    with db.transaction("reseal_secrets") as tx:
        owners = repository.list_totp_accounts(tx, after_id=after_id, row_limit=row_limit)
        batch = Batch(owners[-1] if owners else None)
        for account_id in owners:
            try:
                batch = batch.plus(changed=_reseal(tx, account_id))
            except Unsealable:
                batch = batch.plus_lost(f"the authenticator app of account {account_id}")
    return batch


def _reseal(tx: Transaction, account_id: str) -> bool:
    factor = repository.lock_totp_factor(tx, account_id)
    sealed = factor and crypto.resealed(PURPOSE, account_id, factor.secret_bytes)
    if sealed:
        repository.reseal_totp_secret(tx, account_id, sealed)
    return bool(sealed)
