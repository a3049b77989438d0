"""`flask trackers`: what operators do with members' connections."""

from __future__ import annotations

import sys
from collections import Counter

import click
from flask.cli import AppGroup
from tqdm import tqdm

from fittrack.clock import utc_now
from fittrack.trackers import subscriptions
from fittrack.trackers.providers import ADAPTERS
from fittrack.trackers.syncing import history, replaying, service

trackers = AppGroup("trackers", help="Look after members' trackers.")
provider_option = click.option(
    "--provider", type=click.Choice(sorted(ADAPTERS)), help="Only the connections to this one."
)


@trackers.command("list")
def list_standings() -> None:
    """List how the connections to each provider stand; exit 1 while some are parked."""
    found = history.count_standings()
    for row in found:
        synced = f"{row.oldest_synced_at:%Y-%m-%d %H:%M}" if row.oldest_synced_at else "never"
        click.echo(f"{row.provider:14} {row.status:16} {row.connections:7}  oldest sync {synced}")
    click.echo(f"{sum(row.connections for row in found)} connections")
    sys.exit(any(row.status == "parked" for row in found))


@trackers.command("sync")
@provider_option
def sync(*, provider: str | None) -> None:
    """Sync here and now whatever is due; exit 1 where some could not be."""
    outcomes: Counter[str] = Counter()
    for connection_id in _bar(replaying.list_connections(provider)):
        outcome = service.sync_connection(connection_id=connection_id)
        outcomes[outcome.outcome if outcome else "not due"] += 1
    for name, connections in sorted(outcomes.items()):
        click.echo(f"{name:10} {connections}")
    sys.exit(outcomes["failed"] > 0)


@trackers.command("replay")
@provider_option
@click.option("--refused", is_flag=True, help="Only what could not be read.")
def replay(*, provider: str | None, refused: bool) -> None:
    """Read what providers sent in the last 30 days once more, after a mapping was mended.

    Exits with 1 where something still can't be read, or a connection was being synced.
    """
    found = replaying.Replayed()
    for connection_id in _bar(replaying.list_connections(provider)):
        one = replaying.replay_connection(connection_id, is_refused=refused, clock=utc_now)
        found.objects += one.objects
        found.refused += one.refused
        found.busy += one.busy
    click.echo(f"{found.objects} objects read, {found.refused} still can't be")
    if found.busy:
        click.echo(f"{found.busy} connections were not to be had; run it again", err=True)
    sys.exit(bool(found.refused or found.busy))


@trackers.command("subscribe")
@click.argument("provider", required=False, type=click.Choice(sorted(ADAPTERS)))
@click.option("--replace", is_flag=True, help="Also where another address is told now.")
def subscribe(*, provider: str | None, replace: bool) -> None:
    """Let providers tell this installation of news, and show what stands; again changes nothing.

    Exits with 1 where one would not, or tells another address.
    """
    names = [provider] if provider else subscriptions.subscribable()
    results = [_subscribe(name, is_replacing=replace) for name in names]
    sys.exit(not all(results))


def _subscribe(provider: str, *, is_replacing: bool) -> bool:
    try:
        found = subscriptions.subscribe(
            provider,
            is_replacing=is_replacing,
            tell_secret=lambda secret: _show_secret(provider, secret),
            now=utc_now(),
        )
    except subscriptions.CannotSubscribe as error:
        click.echo(f"{provider:14} {error}", err=True)
        return False
    for done in found.done:
        click.echo(f"{provider:14} {done}")
    for one in found.standing:
        until = f"until {one.expires_at:%Y-%m-%d}" if one.expires_at else "for good"
        state = until if one.is_active else "asleep"
        # What follows the question mark is a secret.
        click.echo(f"{provider:14} {one.what}: {one.address.partition('?')[0]}, {state}")
    if not found.is_ours:
        click.echo(f"{provider:14} tells another address; --replace takes it over", err=True)
    return found.is_ours


def _show_secret(provider: str, secret: str) -> None:
    click.echo(f"Told this once; set {provider.upper()}_WEBHOOK_SECRET={secret}")


def _bar(connection_ids: list[str]) -> tqdm[str]:
    return tqdm(connection_ids, unit=" connections", disable=None)
