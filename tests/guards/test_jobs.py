from __future__ import annotations

import inspect
import re
from importlib import import_module

import pytest

from fittrack import config, queues, schedule
from tests.guards.source import python_files

ENQUEUED = re.compile(r"enqueue\(\s*tx,\s*\"(\w+)\"")
WOKEN = re.compile(r"wake_due\(\s*\"(\w+)\"")


def function_at(path):
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name)


def named_in_code(pattern):
    return {name for path in python_files() for name in pattern.findall(path.read_text())}


@pytest.mark.parametrize("name", queues.JOBS)
def test_every_job_has_a_function_and_a_queue_that_workers_look_at(name):
    kind = queues.JOBS[name]
    assert callable(function_at(kind.path))
    assert kind.queue in queues.QUEUES
    assert isinstance(getattr(config.Config(), kind.timeout_setting), int)


@pytest.mark.parametrize("name", sorted(named_in_code(ENQUEUED)))
def test_an_outbox_job_takes_its_lease_and_then_names(name):
    first, *rest = inspect.signature(function_at(queues.JOBS[name].path)).parameters.values()
    assert first.name == "lease"
    assert all(parameter.kind is parameter.KEYWORD_ONLY for parameter in rest)


def test_every_job_that_is_enqueued_or_woken_is_declared_and_every_declared_one_is_used():
    assert named_in_code(ENQUEUED) | named_in_code(WOKEN) == queues.JOBS.keys()


def test_every_queue_has_jobs():
    assert {kind.queue for kind in queues.JOBS.values()} == set(queues.QUEUES)
    assert len(set(queues.QUEUES)) == len(queues.QUEUES)


@pytest.mark.parametrize("entry", schedule.PERIODIC, ids=lambda entry: entry.name)
def test_every_periodic_entry_has_a_function_that_takes_now(entry, settings):
    config.use(settings)
    assert "now" in inspect.signature(function_at(entry.path)).parameters
    assert entry.every_s() >= 1


def test_periodic_entries_have_names_of_their_own():
    names = [entry.name for entry in schedule.PERIODIC]
    assert len(set(names)) == len(names)


def test_whatever_must_recur_is_in_the_periodic_table():
    assert {entry.name for entry in schedule.PERIODIC} >= {
        "sweep_outbox",
        "wake_due_drawings",
        "delete_expired_keys",
        "delete_expired_logins",
        "delete_passkey_challenges",
        "delete_done_jobs",
        "audit_ledger",
    }
