"""Whoever writes what a kept answer shows moves the member's stamp in the same unit."""

from __future__ import annotations

import ast
import re

from fittrack.db.loader import domains, load_sql
from tests.guards.source import functions_of, python_files

# What `GET /activities`, `/users/me/profile` and `/tiers` show of their reader.
SHOWN = {"activities", "profiles", "profile_images"}
_WRITES = re.compile(r"\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+(\w+)", re.IGNORECASE)
# Its callers touch, or nobody can read what was kept for the member any more.
ELSEWHERE = {
    "_choose": "settle and settle_everything touch",
    "_erase_activities": "the erasure has forgotten the stamp",
    "_insert_empty": "a new member's stamp comes with the first thing that is kept",
    "_store": "change_profile touches",
    "_store_state": "its callers settle, which touches",
    "delete_unfinished": "nobody ever logged in",
    "insert_account_with_profile": "nothing was kept for a member who is new",
}


def writers():
    """Return the statements that write what is shown."""
    return {
        name
        for domain in domains()
        for name, statement in load_sql(domain).items()
        if {table.lower() for table in _WRITES.findall(statement.oracle)} & SHOWN
    }


# Steps that touch as their last.
TOUCHING = {"touch", "settle", "settle_examined"}


def called(function):
    """Return what a function calls, such as `insert_activity`, `settle` and `touch`."""
    calls = (node.func for node in ast.walk(function) if isinstance(node, ast.Call))
    return {getattr(call, "attr", getattr(call, "id", "")) for call in calls}


def test_whoever_writes_what_is_kept_moves_the_stamp():
    writing = writers()
    wrong = {
        function.name
        for path in python_files()
        if path.stem != "repository"
        for function in functions_of(path)
        if (calls := called(function)) & writing and not calls & TOUCHING
    }
    assert wrong <= ELSEWHERE.keys(), wrong - ELSEWHERE.keys()
    assert ELSEWHERE.keys() <= wrong, ELSEWHERE.keys() - wrong
