from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from fittrack import db
from tests.conformance import engines


def commands(group, path=()):
    for name, command in group.commands.items():
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


@pytest.fixture(scope="module")
def ours(app):
    """Return the commands that are not Flask's own."""
    theirs = {"run", "shell", "routes", "openapi", "limiter"}
    return [(path, command) for path, command in commands(app.cli) if path[0] not in theirs]


def test_every_command_says_what_it_does(ours):
    for path, command in ours:
        answer = CliRunner().invoke(command, ["--help"])
        assert answer.exit_code == 0, path
        assert command.help, path


def test_every_option_says_what_it_is_for(ours):
    for path, command in ours:
        for parameter in command.params:
            if isinstance(parameter, click.Option) and parameter.name != "help":
                assert parameter.help, (path, parameter.name)


def test_a_command_that_was_misspelt_exits_with_2(app):
    assert app.test_cli_runner().invoke(args=["db", "upgrad"]).exit_code == 2


@pytest.mark.skipif(engines.name() != "sqlite", reason="looks into SQLite's own catalogue")
def test_database_commands_tell_their_result_by_their_exit(app, database):
    run = app.test_cli_runner().invoke
    assert run(args=["db", "upgrade"]).output == "the schema is current\n"
    assert run(args=["db", "status"]).exit_code == 0
    assert run(args=["db", "verify"]).exit_code == 0
    database.raw().execute("DROP INDEX outbox_due_ix")
    verify = run(args=["db", "verify"])
    assert (verify.exit_code, verify.output) == (1, "outbox_due_ix is missing\n1 differences\n")


def test_a_database_without_a_schema_is_told_in_one_line(app, tmp_path):
    engine = db.bind(f"sqlite:///{tmp_path}/empty.db")
    for words in (["demo"], ["ledger", "audit"], ["queues", "redrive"], ["seed"]):
        answer = app.test_cli_runner().invoke(args=words)
        assert answer.exit_code == 1, words
        assert answer.output.startswith("Error: no such table"), words
        assert answer.output.count("\n") == 1, words
    engine.close()


def test_the_settings_are_printed_as_a_table(app):
    assert "| `DATABASE_URL` |" in app.test_cli_runner().invoke(args=["config"]).output
