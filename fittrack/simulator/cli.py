"""`flask simulator`: the services that FitTrack connects to, on this machine."""

from __future__ import annotations

import sys

import click

from fittrack import config
from fittrack.simulator.server import server_of
from fittrack.simulator.trackers import living
from fittrack.simulator.world import World, clients_of


@click.command("simulator")
@click.option(
    "--port",
    type=click.IntRange(1, 65_535),
    default=8001,
    show_default=True,
    help="Loopback port to listen on.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed, other ids.")
def simulator(*, port: int, seed: int) -> None:
    """Serve Google's and Apple's sign-in and trackers on loopback, for who the settings name.

    Refuses in production.
    """
    settings = config.current()
    if settings.is_production:
        click.echo("The simulator lets anybody be anybody; it never runs in production.", err=True)
        sys.exit(1)
    clients = clients_of(settings)
    if not clients:
        click.echo("Neither a sign-in provider nor a tracker has a client id.", err=True)
        sys.exit(1)
    world = World(clients, seed=seed)
    server = server_of(world, port=port)
    click.echo(f"{', '.join(clients)} at {world.base_url}")
    living.go_on(server.app.extensions["trackers"])  # type: ignore[attr-defined]
    server.serve_forever()
