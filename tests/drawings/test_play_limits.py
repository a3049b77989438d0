"""What counts against a monthly limit, at the turn of the month and after refunds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from fittrack import config
from fittrack.accounts.erasure import service as erasure
from fittrack.clock import from_epoch_s
from fittrack.drawings.play import service
from fittrack.drawings.play.errors import MonthlyLimitReached, SelfExcluded, SelfExclusionStands
from fittrack.drawings.tickets import free
from tests import factories_drawings as make
from tests import factories_tickets as play
from tests.factories_accounts import make_account


@pytest.fixture
def now(database):
    return make.start()


def spent(account_id, at):
    return service.get_play_limits(account_id=account_id, now=at).spent_this_month_points


def buys(drawing, account_id, at, ticket_count=1):
    make.buy(drawing, account_id, ticket_count, clock=lambda: at)


def over_new_year(now):
    """Return a drawing that sells over a turn of the year, and that turn in New York."""
    turn_at = datetime(now.year + 2, 1, 1, 5, tzinfo=UTC)
    closes_at = turn_at + timedelta(days=10)
    times = {"closes_at": closes_at, "draws_at": closes_at}
    return make.make_open(now, **times), turn_at


def test_a_month_ends_at_midnight_of_the_platforms_zone(now):
    drawing, turn_at = over_new_year(now)
    ana, last_at = make.make_player(), turn_at - timedelta(microseconds=1)
    play.set_limits(ana, last_at - timedelta(days=1), monthly_limit_points=200)
    buys(drawing, ana, last_at, 2)
    with pytest.raises(MonthlyLimitReached) as caught:
        buys(drawing, ana, last_at)
    assert caught.value.context == {
        "monthly_limit_points": 200,
        "spent_this_month_points": 200,
        "price_points": 100,
    }
    buys(drawing, ana, turn_at, 2)
    assert (spent(ana, last_at), spent(ana, turn_at)) == (200, 200)
    with pytest.raises(MonthlyLimitReached):
        buys(drawing, ana, turn_at)


def test_a_raise_that_waits_is_not_yet_a_limit(now):
    drawing, turn_at = over_new_year(now)
    ana, at = make.make_player(), turn_at + timedelta(days=1)
    play.set_limits(ana, at, monthly_limit_points=100)
    play.set_limits(ana, at, monthly_limit_points=300)
    with pytest.raises(MonthlyLimitReached):
        buys(drawing, ana, at, 2)
    raised_at = at + timedelta(days=7)
    with pytest.raises(MonthlyLimitReached):
        buys(drawing, ana, raised_at - timedelta(seconds=1), 2)
    buys(drawing, ana, raised_at, 3)


def test_what_was_given_back_does_not_count(now):
    kept, cancelled, ana = make.make_open(now), make.make_open(now), make.make_player()
    at = play.in_sales(kept)
    make.buy(kept, ana, 2)
    make.buy(cancelled, ana, 3)
    assert spent(ana, at) == 500
    make.cancel(cancelled, at)
    make.advance(cancelled, at)
    assert spent(ana, at) == 200
    play.disqualify(kept, ana)
    play.do_jobs(at)
    assert spent(ana, at) == 0


def test_what_is_carried_over_counts_once_and_not_at_all_once_it_is_given_back(now):
    drawing = make.make_open(now, sponsor_id=make.make_sponsor(is_revealing_by_itself=False))
    ana, at = make.make_player(), play.in_sales(drawing)
    make.buy(drawing, ana, 2)
    make.advance(drawing, drawing.closes_at)
    make.advance(drawing, drawing.draws_at)
    late_at = drawing.draws_at + timedelta(days=2)
    make.advance(drawing, late_at)
    [successor] = make.successors(drawing)
    assert spent(ana, at) == 200
    make.cancel(successor, late_at)
    make.advance(successor, late_at)
    assert (make.balance(ana), spent(ana, at)) == (1_000, 0)


def test_a_limit_of_nothing_leaves_the_free_way(now):
    drawing, ana = make.make_open(now), make.make_player()
    play.set_limits(ana, play.in_sales(drawing), monthly_limit_points=0)
    with pytest.raises(MonthlyLimitReached):
        make.buy(drawing, ana)
    assert play.enter_free(drawing, ana).entry.units == 1


def test_an_exclusion_ends_with_its_last_day_in_the_platforms_zone(now):
    drawing, turn_at = over_new_year(now)
    ana, last_on = make.make_player(), date(turn_at.year - 1, 12, 31)
    play.set_limits(ana, turn_at - timedelta(days=3), excluded_until_on=last_on)
    with pytest.raises(SelfExcluded):
        buys(drawing, ana, turn_at - timedelta(microseconds=1))
    buys(drawing, ana, turn_at)


def test_limits_are_their_members_alone(now):
    drawing, ana, ben = make.make_open(now), make.make_player(), make.make_player()
    play.set_limits(ana, play.in_sales(drawing), monthly_limit_points=0)
    make.buy(drawing, ben)
    assert spent(make_account(), from_epoch_s(0)) == 0


def excluded_and_gone(email, at, *, days=30):
    """Return the last day of the exclusion of a member who has deleted the account since."""
    ana, until_on = make.make_player(email=email), at.date() + timedelta(days=days)
    play.set_limits(ana, at, excluded_until_on=until_on)
    erasure.erase_account(account_id=ana, actor_id=ana, now=at)
    return until_on


def test_a_self_exclusion_outlasts_the_account_for_the_same_address(now):
    until_on = excluded_and_gone("ana@example.com", now)
    again, ben = make.make_player(email="ana@example.com"), make.make_player()
    drawing = make.make_open(now)
    with pytest.raises(SelfExcluded):
        buys(drawing, again, drawing.opens_at)
    with pytest.raises(SelfExcluded):
        free.enter_free(
            drawing_id=drawing.drawing_id, account_id=again, clock=lambda: drawing.opens_at
        )
    buys(drawing, ben, drawing.opens_at)
    assert service.get_play_limits(account_id=again, now=now).self_excluded_until == until_on
    with pytest.raises(SelfExclusionStands):
        play.set_limits(again, now, excluded_until_on=until_on - timedelta(days=1))


@pytest.mark.driver
def test_an_exclusion_goes_along_from_account_to_account_to_its_end(now):
    until_on = excluded_and_gone("ana@example.com", now)
    second = make.make_player(email="ana@example.com")
    erasure.erase_account(account_id=second, actor_id=second, now=now)
    third = make.make_player(email="ana@example.com")
    assert service.get_play_limits(account_id=third, now=now).self_excluded_until == until_on
    over_at = now + timedelta(days=32)
    assert service.get_play_limits(account_id=third, now=over_at).self_excluded_until is None
    assert service.forget_over_exclusions(now=over_at) == 1
    assert make.count("lasting_exclusions") == 0


def test_an_exclusion_is_kept_under_a_former_secret_key_and_names_nobody(now, settings):
    until_on = excluded_and_gone("ana@example.com", now)
    [[email_mac]] = play.rows("SELECT email_mac FROM lasting_exclusions")
    assert "ana" not in email_mac
    config.use(replace(settings, secret_key="k" * 43, secret_former_keys=settings.secret_key))
    again = make.make_player(email="ana@example.com")
    assert service.get_play_limits(account_id=again, now=now).self_excluded_until == until_on


def test_who_never_excluded_oneself_leaves_nothing_behind(now):
    ana = make.make_player(email="ana@example.com")
    erasure.erase_account(account_id=ana, actor_id=ana, now=now)
    assert make.count("lasting_exclusions") == 0
