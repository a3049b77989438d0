from __future__ import annotations

import ast

from tests.guards.source import (
    DOMAINS,
    domain_of,
    functions_of,
    imports_of,
    python_files,
    shown,
    tree_of,
)

PURE = {"models", "rules", "errors"}
DOING = {"service", "repository", "routes", "jobs", "cli"}
# These put the domains together; the rest of the kernel knows none of them.
ASSEMBLERS = {"__init__", "cli", "devserver"}
# What a kernel service offers to others by name, though it lies in a folder.
SHARED = {"mail", "reference"}


def breaches(is_breach):
    return [
        f"{shown(path)}:{line} imports {name}"
        for path in python_files()
        for name, line in imports_of(path)
        if is_breach(path, name.split("."))
    ]


def test_imports_are_absolute():
    assert breaches(lambda _path, parts: parts[0] == "") == []


def test_a_domain_never_uses_anothers_repository():
    def is_breach(path, parts):
        other = parts[1] if parts[0] == "fittrack" and len(parts) > 1 else None
        return "repository" in parts and other in DOMAINS and other != domain_of(path)

    assert breaches(is_breach) == []


def test_models_rules_and_errors_do_no_io():
    facts = {"fittrack.queues.Hopeless"}  # an error of the kernel's, to be inherited from
    outside = {"db", "queues", "idempotency", "extensions", "auth", "flask", "redis", "requests"}

    def is_breach(path, parts):
        if path.stem not in PURE or domain_of(path) is None or ".".join(parts) in facts:
            return False
        ours = parts[1:] if parts[0] == "fittrack" else parts
        return bool(ours) and (ours[0] in outside or bool(DOING & set(ours)))

    assert breaches(is_breach) == []


def test_routes_jobs_and_commands_go_through_a_service():
    def is_breach(path, parts):
        return path.stem in {"routes", "jobs", "cli"} and domain_of(path) and "repository" in parts

    assert breaches(is_breach) == []


def test_only_a_repository_names_sql():
    namers = {"repository"}
    wrong = [
        shown(path)
        for path in python_files()
        if domain_of(path) not in {None, "health"} and path.stem not in namers
        if any(name.endswith("loader.load_sql") for name, _ in imports_of(path))
    ]
    assert wrong == []


def test_the_kernel_knows_no_domain():
    def is_breach(path, parts):
        return (
            domain_of(path) is None
            and path.stem not in ASSEMBLERS
            and parts[0] == "fittrack"
            and len(parts) > 1
            and parts[1] in DOMAINS - SHARED
        )

    assert breaches(is_breach) == []


def test_no_code_swallows_every_exception():
    """A broad except raises again, or is one of the few loops that must go on."""
    loops = {"schedule.py", "worker.py"}
    wrong = [
        f"{shown(path)}:{node.lineno}"
        for path in python_files()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or getattr(node.type, "id", "") in {"Exception", "BaseException"})
        and not any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
        and path.name not in loops
    ]
    assert wrong == []


def test_no_sql_stands_outside_its_folder():
    verbs = ("select ", "insert into ", "update ", "delete from ", "merge into ")
    allowed = {"migrate_sqlite.py", "migrate_oracle.py", "sqlite.py", "oracle.py"}
    # It asks a database that a member sent, which has neither our tables nor our engines.
    allowed |= {"health_connect.py"}
    wrong = [
        f"{shown(path)}:{node.lineno}"
        for path in python_files()
        if path.name not in allowed and path.parent.name != "db"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.lower().lstrip().startswith(verbs)
        and " from " in f" {node.value.lower()} ".replace("\n", " ")
    ]
    assert wrong == []


def test_public_functions_say_what_they_do():
    silent = [
        f"{shown(path)}:{function.lineno} {function.name}"
        for path in python_files()
        # The verifier's one file says it under its headings, by the protocol's sections.
        if path.stem not in {"repository", "verifier"}
        for function in functions_of(path)
        if function in tree_of(path).body
        and not function.name.startswith("_")
        and not ast.get_docstring(function)
    ]
    assert silent == []
