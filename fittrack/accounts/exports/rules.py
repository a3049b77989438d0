"""When an export may be asked for, and the links by which archives are fetched."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

from fittrack import crypto
from fittrack.accounts.exports.errors import (
    ExportLinkExpired,
    ExportNotFound,
    ExportNotReady,
    TooManyExports,
)
from fittrack.accounts.exports.models import Asked, Export, Link, ShownExport
from fittrack.clock import epoch_s, from_epoch_s

DAY = timedelta(hours=24)
LINK_LIFE = timedelta(hours=1)
# Longer than all attempts of the job take together.
STALLED = timedelta(hours=6)
# How long it is remembered that there was an export.
REMEMBERED = timedelta(days=30)


def check_may_ask(asked: Asked, *, exports_a_day: int, now: datetime) -> None:
    """Raises: TooManyExports, which says when the next one may be asked for."""
    if asked.first_asked_at is None or asked.asked < exports_a_day:
        return
    wait_s = max(1, epoch_s(asked.first_asked_at + DAY) - epoch_s(now) + 1)
    raise TooManyExports(exports_a_day=exports_a_day, headers={"Retry-After": str(wait_s)})


def state_of(export: Export, *, now: datetime) -> str:
    """Return how an export stands; it expires at its instant, whenever the clean-up comes."""
    if export.state == "ready" and export.expires_at <= now:
        return "expired"
    return export.state


def shown(export: Export, *, base_url: str, now: datetime) -> ShownExport:
    """Return an export as its owner sees it, with a fresh link where it can be fetched."""
    state = state_of(export, now=now)
    link = link_to(export, now=now) if state == "ready" else None
    return ShownExport(
        export_id=export.export_id,
        state=state,
        progress_percent=export.progress_percent,
        byte_count=export.byte_count if link else None,
        content_sha256=export.content_sha256,
        asked_at=export.asked_at,
        finished_at=export.finished_at,
        expires_at=export.expires_at,
        download_url=_address(export, link, base_url) if link else None,
        download_expires_at=from_epoch_s(link.expires_s) if link else None,
    )


def link_to(export: Export, *, now: datetime) -> Link:
    """Return a link that is good for an hour, and not longer than the archive."""
    expires_s = min(epoch_s(now + LINK_LIFE), epoch_s(export.expires_at))
    return Link(expires_s, _signature(export.export_id, expires_s))


def check_link(export_id: str, link: Link, *, now: datetime) -> None:
    """Raises: ExportNotFound for a link that was not given out, ExportLinkExpired."""
    signature = _signature(export_id, link.expires_s)
    if not hmac.compare_digest(signature.encode(), link.signature.encode()):
        raise ExportNotFound(export_id=export_id)
    if epoch_s(now) >= link.expires_s:
        raise ExportLinkExpired(export_id=export_id)


def check_ready(export: Export, *, now: datetime) -> None:
    """Raises: ExportNotReady."""
    state = state_of(export, now=now)
    if state != "ready":
        raise ExportNotReady(export_id=export.export_id, state=state)


def _address(export: Export, link: Link, base_url: str) -> str:
    path = f"{base_url.rstrip('/')}/api/v1/users/me/export/{export.export_id}/download"
    return f"{path}?expires={link.expires_s}&signature={link.signature}"


def _signature(export_id: str, expires_s: int) -> str:
    return crypto.base64url(crypto.mac("export_link", f"{export_id}/{expires_s}".encode()))
