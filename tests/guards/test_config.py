from __future__ import annotations

import re
from dataclasses import fields

from dotenv import dotenv_values

from fittrack import settings_page
from fittrack.config import SECRETS, Config
from tests.guards.source import ROOT, python_files


def test_the_example_names_every_setting_with_its_default():
    example = dotenv_values(ROOT / ".env.example")
    assert list(example) == [item.name.upper() for item in fields(Config)]
    for item in fields(Config):
        assert example[item.name.upper()] == str(item.default), item.name


def test_the_example_says_what_each_setting_means():
    text = (ROOT / ".env.example").read_text()
    for item in fields(Config):
        assert item.metadata["meaning"].replace("`", "") in text, item.name


def test_the_example_holds_no_secrets():
    example = dotenv_values(ROOT / ".env.example")
    assert {example[name.upper()] for name in SECRETS} == {""}


def test_every_setting_is_used():
    code = "\n".join(path.read_text() for path in python_files())
    used = {
        item.name for item in fields(Config) if re.search(rf"\.{item.name}\b|\"{item.name}\"", code)
    }
    assert {item.name for item in fields(Config)} - used == set()


def test_the_environment_is_read_in_one_place():
    # prometheus_client is told its folder through the environment alone.
    readers = {"config.py", "devserver.py", "metric_files.py"}
    others = [path for path in python_files() if path.name not in readers]
    wrong = [path.name for path in others if re.search(r"os\.environ|getenv", path.read_text())]
    assert wrong == []


def test_the_page_of_settings_is_as_it_is_printed():
    """Where it fails: `flask config --markdown > docs/ENVIRONMENT_VARIABLES.md`."""
    page = (ROOT / "docs" / "ENVIRONMENT_VARIABLES.md").read_text(encoding="utf-8")
    assert page == settings_page.markdown()
    assert settings_page.table().count("\n") == 1 + len(fields(Config))


def test_the_example_is_as_it_is_printed():
    """Where it fails: `flask config --example > .env.example`."""
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == settings_page.example()
