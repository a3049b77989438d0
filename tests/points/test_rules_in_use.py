"""Rules that change: from a day on, never before it, and never behind anybody's back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from fittrack.points import service, versions
from fittrack.points.audit import audit_ledger
from fittrack.points.errors import RulesEdited
from fittrack.points.versions import VERSIONS, all_versions, version_on
from tests.conformance import engines
from tests.factories_points import (
    NOON,
    balance_of,
    make_activity,
    make_member,
    recompute,
)

TODAY, TOMORROW = date(2026, 6, 15), date(2026, 6, 16)
DAY = timedelta(days=1)
MIDNIGHT = datetime(2026, 6, 16, 4, tzinfo=UTC)  # in New York
FIRST = VERSIONS[0]
SECOND = replace(
    FIRST, version=2, effective_on=TOMORROW, moderate_points=5, active_day_minutes=20, streak_days=2
)


@pytest.fixture
def ana(database):
    return make_member()


@pytest.fixture
def with_rules():
    """Bind versions of the rules for a test."""
    yield versions.bind
    versions.bind(VERSIONS)


def days_of(account_id, *days):
    found = [service.get_day(account_id=account_id, day_on=day) for day in days]
    return [(day.rules_version, day.awarded_points) for day in found]


def test_rules_that_change_at_midnight_leave_the_day_before_alone(ana, with_rules):
    with_rules((FIRST, SECOND))
    make_activity(ana, started_at=MIDNIGHT - timedelta(minutes=10), count=20)

    recompute(ana, [TODAY, TOMORROW])

    assert days_of(ana, TODAY, TOMORROW) == [(1, 10 * 2 + 50), (2, 10 * 5)]


def test_a_run_goes_on_over_a_change_of_the_rules(ana, with_rules):
    with_rules((FIRST, SECOND))
    make_activity(ana, count=30)
    make_activity(ana, started_at=NOON + DAY, count=20)

    recompute(ana, [TODAY, TOMORROW])

    day = service.get_day(account_id=ana, day_on=TOMORROW)
    assert (day.run_days, day.is_active_day, day.awarded_points) == (2, True, 20 * 5 + 50 + 250)


def test_a_new_version_from_a_past_day_on_posts_the_differences(app, ana, with_rules):
    ben = make_member()
    for account_id in (ana, ben):
        for n in range(3):
            make_activity(account_id, started_at=NOON + n * DAY, count=10)
        recompute(account_id, [TODAY + n * DAY for n in range(3)])
    with_rules((FIRST, replace(SECOND, moderate_points=1)))

    run = app.test_cli_runner().invoke(args=["points", "recompute", "--from", str(TOMORROW)])
    again = app.test_cli_runner().invoke(args=["points", "recompute"])

    assert run.output.splitlines()[-1] == "2 members recomputed, 4 days changed"
    assert again.output.splitlines()[-1] == "2 members recomputed, 0 days changed"
    assert days_of(ana, TODAY, TOMORROW) == [(1, 20), (2, 10)]
    assert balance_of(ana) == balance_of(ben) == 20 + 10 + 10
    assert audit_ledger(now=NOON, is_deep=True).findings.kept == []


def test_one_member_and_some_days_can_be_recomputed(app, ana, with_rules):
    ben = make_member()
    for account_id in (ana, ben):
        make_activity(account_id, count=10)
        make_activity(account_id, started_at=NOON + DAY, count=10)
    command = ["points", "recompute", "--member", ben, "--to", str(TODAY)]

    run = app.test_cli_runner().invoke(args=command)

    assert run.output.splitlines()[-1] == "1 members recomputed, 1 days changed"
    assert (balance_of(ana), balance_of(ben)) == (0, 20)


def test_a_run_goes_on_after_the_member_where_it_ended(app, ana):
    ben = make_member()
    for account_id in (ana, ben):
        make_activity(account_id, count=10)

    app.test_cli_runner().invoke(args=["points", "recompute", "--after", ana])

    assert (balance_of(ana), balance_of(ben)) == (0, 20)


def test_nobody_can_be_recomputed_who_is_not_there(app, ana):
    run = app.test_cli_runner().invoke(args=["points", "recompute", "--member", "0" * 32])

    assert (run.exit_code, run.output) == (1, "Error: there is no such member\n")


def test_edited_rules_award_nothing(ana, with_rules):
    make_activity(ana, count=10)
    recompute(ana, [TODAY])
    with_rules((replace(FIRST, moderate_points=3),))
    make_activity(ana, started_at=NOON + DAY, count=10)

    with pytest.raises(RulesEdited, match="version 1 of the points rules"):
        recompute(ana, [TOMORROW])

    assert balance_of(ana) == 20


@pytest.mark.parametrize(
    "others",
    [
        (replace(FIRST, workout_points=51),),
        (replace(FIRST, effective_on=date(1971, 1, 1)),),
        (SECOND,),
    ],
    ids=["other points", "another day", "taken out"],
)
def test_used_rules_that_were_edited_are_named_everywhere(app, ana, with_rules, others):
    make_activity(ana, count=10)
    recompute(ana, [TODAY])
    run = app.test_cli_runner().invoke
    if engines.name() == "sqlite":
        assert run(args=["db", "upgrade"]).exit_code == 0
    with_rules(others)

    assert "rules_edited" in audit_ledger(now=NOON).findings.counts
    if engines.name() == "sqlite":
        upgrade = run(args=["db", "upgrade"])
        assert (upgrade.exit_code, "version 1 of the points rules" in upgrade.output) == (1, True)
    recomputed = run(args=["points", "recompute"])
    assert (recomputed.exit_code, "Error: version 1" in recomputed.output) == (1, True)


def test_a_version_that_awarded_nothing_yet_may_be_edited(ana, with_rules):
    with_rules((FIRST, SECOND))
    make_activity(ana, count=10)
    recompute(ana, [TODAY])
    with_rules((FIRST, replace(SECOND, moderate_points=4)))

    assert audit_ledger(now=NOON).is_clean


def test_what_the_hash_of_a_used_version_is_does_not_change():
    """A new field of the rules must not make all of them look edited; see `hash_of`."""
    assert versions.hash_of(FIRST) == HASH_OF_THE_FIRST


HASH_OF_THE_FIRST = "cfd710d987a297f44d11fd5fd01bb972c41a4835eb1217e8b08e77b3067a4a5d"


def test_versions_come_in_the_order_of_their_days(with_rules):
    for wrong in ((FIRST, replace(SECOND, version=1)), (SECOND, FIRST), (FIRST, FIRST)):
        with pytest.raises(ValueError, match="must come after"):
            with_rules(wrong)

    assert all_versions() == VERSIONS


def test_a_day_before_all_rules_has_the_first_ones():
    assert version_on(date(1969, 12, 31)) == FIRST
