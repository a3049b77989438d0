"""`flask verify-drawing`: check a bundle with no server, no database and no network."""

from __future__ import annotations

import sys

import click

from fittrack.drawings import verifier


@click.command(
    "verify-drawing",
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def verify_drawing(arguments: tuple[str, ...]) -> None:
    """Check a drawing's bundle: FILE [--key HEX64] [--require NAME]... [--json]."""
    sys.exit(verifier.main(arguments))
