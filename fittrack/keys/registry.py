"""Every kind of value that is kept sealed; a test finds a seal that is missing here."""

from __future__ import annotations

from fittrack.keys.models import Sealed

SEALED = (
    Sealed(
        "secrets of authenticator apps",
        "fittrack.accounts.factors.service",
        "fittrack.accounts.factors.sealing.count_secrets",
        "fittrack.accounts.factors.sealing.reseal_secrets",
    ),
    Sealed(
        "addresses of winners",
        "fittrack.fulfilment.sealed.addresses",
        "fittrack.fulfilment.sealed.addresses.count_addresses",
        "fittrack.fulfilment.sealed.addresses.reseal_addresses",
    ),
    Sealed(
        "codes of digital prizes",
        "fittrack.fulfilment.sealed.codes",
        "fittrack.fulfilment.sealed.codes.count_codes",
        "fittrack.fulfilment.sealed.codes.reseal_codes",
    ),
    Sealed(
        "kept values of drawings",
        "fittrack.drawings.conduct.values",
        "fittrack.drawings.conduct.sealing.count_values",
        "fittrack.drawings.conduct.sealing.reseal_values",
    ),
    Sealed(
        "tokens of providers",
        "fittrack.trackers.grants.sealing",
        "fittrack.trackers.grants.resealing.count_tokens",
        "fittrack.trackers.grants.resealing.reseal_tokens",
    ),
)
