"""`flask user`: accounts that operators make by hand."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup

from fittrack.accounts import service
from fittrack.clock import utc_now
from fittrack.errors import Problem

user = AppGroup("user", help="Look after accounts.")


@user.command("create-admin")
@click.option("--email", prompt="E-mail address", help="Address to log in with.")
@click.option("--display-name", prompt="Display name", help="3 to 30 letters, digits, _ - or .")
@click.option(
    "--password",
    envvar="FITTRACK_ADMIN_PASSWORD",
    prompt="Password",
    hide_input=True,
    confirmation_prompt=True,
    help="12 to 128 characters; better given by FITTRACK_ADMIN_PASSWORD or the prompt.",
)
def create_admin(email: str, display_name: str, password: str) -> None:
    """Make an admin with an authenticator app; exit 1 where the address or name is taken."""
    try:
        admin = service.create_admin(
            email=email, display_name=display_name, password=password, now=utc_now()
        )
    except Problem as problem:
        click.echo(f"{problem.code}: {problem.detail}", err=True)
        for error in problem.context.get("errors", []):
            click.echo(f"  {error['pointer'][1:]}: {error['message']}", err=True)
        sys.exit(1)
    click.echo(f"account {admin.account_id}")
    click.echo("Give this to an authenticator app now; it is shown only once:")
    click.echo(f"secret  {admin.totp_secret}")
    click.echo(f"URI     {admin.otpauth_uri}")
