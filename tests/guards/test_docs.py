from __future__ import annotations

import configparser
import re

import click

from tests.guards.source import ROOT

DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def code_in(page):
    """Return what stands between backticks on a page, in blocks too."""
    text = page.read_text(encoding="utf-8")
    return re.findall(r"^```.*?^```", text, re.MULTILINE | re.DOTALL) + re.findall(
        r"`([^`\n]+)`", text
    )


def test_every_link_leads_somewhere():
    wrong = [
        f"{page.name}: {target}"
        for page in DOCS
        for target in re.findall(r"\]\(([^)#]+)(?:#[\w-]+)?\)", page.read_text(encoding="utf-8"))
        if not target.startswith("http") and not (page.parent / target).exists()
    ]
    assert wrong == []


def test_every_file_that_is_named_is_there():
    folders = "fittrack|tests|docs|sql|deploy|migrations"
    path = re.compile(rf"(?<![\w/.<-])(?:{folders})/[\w./-]*\w(?![\w@])")
    wrong = [
        f"{page.name}: {name}"
        for page in DOCS
        for code in code_in(page)
        for name in path.findall(code)
        if not (ROOT / name).exists()
    ]
    assert wrong == []


def test_every_make_target_that_is_named_exists():
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {name for page in DOCS for code in code_in(page) for name in makes(code)}
    assert named - targets == set()


def makes(code):
    return re.findall(r"(?:^|[\s;])make ([a-z][a-z-]+)", code)


def test_every_flask_command_that_is_named_exists(app):
    called = re.compile(r"\bflask ([a-z-]+)(?: ([a-z-]+))?")
    pairs = {pair for page in DOCS for code in code_in(page) for pair in called.findall(code)}
    for first, second in pairs:
        command = app.cli.commands.get(first)
        assert command is not None or first == "verify-drawing", first  # a plugin of its own
        if second and isinstance(command, click.Group):
            assert second in command.commands, (first, second)


def test_every_package_that_is_installed_has_a_reason():
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    extras = setup["options.extras_require"]
    listed = "\n".join([setup["options"]["install_requires"], extras["beacon"], extras["dev"]])
    packages = {re.split(r"[<>=]", line)[0] for line in listed.split()}
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| ([\w ,;-]+) \|", text, re.MULTILINE)
    reasons = {name for cell in cells for name in re.split(r"[,;] ", cell)} - {"package", "---"}
    assert packages - reasons == set()
    assert reasons - packages == set()
