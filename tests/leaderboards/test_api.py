from __future__ import annotations

from datetime import timedelta

import pytest

from fittrack import config
from fittrack.clock import day_of, utc_now
from fittrack.errors import NotFound
from fittrack.leaderboards import circles
from fittrack.leaderboards.circles import Members
from tests.factories_activities import Member
from tests.factories_points import execute, token_headers
from tests.leaderboards.world import TIER, earn, join

BOARDS = "/api/v1/leaderboards"


class Board:
    """Members who earned points today, and what one of them asks."""

    def __init__(self, client):
        self.client = client
        self.now = utc_now()
        self.today = day_of(self.now, config.current().zone)
        self.ana, self.ben, self.cem = join(), join(), join()
        for one, points in ((self.ana, 30), (self.ben, 20), (self.cem, 10)):
            earn(one, points, day_on=self.today, now=self.now)
        with client.application.app_context():
            self.headers = {one: token_headers(one) for one in (self.ana, self.ben, self.cem)}

    def get(self, path, viewer=None, **query):
        headers = self.headers[viewer or self.ben]
        return self.client.get(f"{BOARDS}/{path}", headers=headers, query_string=query)


@pytest.fixture
def board(client):
    return Board(client)


@pytest.mark.parametrize("period", ["daily", "weekly", "monthly", "alltime"])
def test_a_board_has_its_top_and_who_is_asking(board, period):
    body = board.get(period).json
    assert body["period"]["period"] == period
    assert (body["tier"], body["scope"], body["member_count"]) == (TIER, None, 3)
    assert [one["account_id"] for one in body["items"]] == [board.ana, board.ben, board.cem]
    assert [one["rank"] for one in body["items"]] == [1, 2, 3]
    assert [one["is_me"] for one in body["items"]] == [False, True, False]


def test_my_place_has_my_rank_and_who_is_around(board):
    body = board.get("weekly/me").json
    assert (body["rank"], body["member_count"], body["percentile"]) == (2, 3, 50.0)
    assert (body["points"], body["active_days"], body["points_to_next_rank"]) == (20, 1, 11)
    assert [one["account_id"] for one in body["above"]] == [board.ana]
    assert [one["account_id"] for one in body["below"]] == [board.cem]


def test_who_earned_nothing_has_no_rank_and_no_neighbours(board):
    body = board.get("daily/me", date=(board.today - timedelta(days=1)).isoformat()).json
    assert (body["rank"], body["percentile"], body["points"]) == (None, None, 0)
    assert (body["member_count"], body["above"], body["below"]) == (0, [], [])


def test_days_tiers_and_scopes_that_can_not_be_are_refused_by_name(board):
    tomorrow = (board.today + timedelta(days=1)).isoformat()
    for name, value in (
        ("date", tomorrow),
        ("date", "20261120"),
        ("date", "never"),
        ("tier", "X-1-2-Y"),
        ("scope", "Group:"),
        ("scope", ""),
    ):
        for path in ("daily", "daily/me"):
            answer = board.get(path, **{name: value})
            assert answer.status_code == 422, (path, name, value)
            assert answer.json["errors"][0]["pointer"] == f"/{name}"


def test_a_tier_and_a_scope_together_are_refused(board):
    assert board.get("daily", tier=TIER, scope="friends").status_code == 422


def test_days_before_all_days_have_an_empty_board(board):
    for day in ("0001-01-01", "1969-12-31", "2001-02-28"):
        for period in ("daily", "weekly", "monthly"):
            body = board.get(period, date=day).json
            assert (body["items"], body["period"]["is_final"]) == ([], True), (day, period)


def test_there_are_four_periods(board):
    assert board.get("yearly").status_code == 404


def test_a_circle_that_nobody_plugged_in_is_not_available(board):
    for path in ("daily", "daily/me"):
        answer = board.get(path, scope="group:17")
        assert (answer.status_code, answer.json["code"]) == (404, "scope_not_available")


def test_others_see_initials_of_who_hides_and_the_member_sees_all(board):
    execute("UPDATE profiles SET leaderboards_privacy = 'friends' WHERE account_id = ?", board.ana)
    execute("UPDATE accounts SET display_name = 'ana.runs' WHERE account_id = ?", board.ana)
    seen = board.get("daily").json["items"][0]
    assert (seen["display_name"], seen["account_id"], seen["tier"]) == ("A.R.", None, None)
    own = board.get("daily", board.ana).json["items"][0]
    assert (own["display_name"], own["account_id"]) == ("ana.runs", board.ana)


def test_an_answer_that_has_not_changed_is_not_sent_again(board):
    first = board.get("daily")
    headers = board.headers[board.ben] | {"If-None-Match": first.headers["ETag"]}
    assert board.client.get(f"{BOARDS}/daily", headers=headers).status_code == 304
    earn(board.cem, 5, day_on=board.today, now=utc_now())
    assert board.client.get(f"{BOARDS}/daily", headers=headers).status_code == 200


class Friends:
    """A circle as another domain would plug it in: Ben and his friends, and one group."""

    def __init__(self, ben, friends):
        self.ben, self.friends = ben, friends

    def list_members(self, tx, viewer_id, circle_id):
        if viewer_id != self.ben or circle_id not in {None, "7"}:
            raise NotFound
        return Members([self.ben, *self.friends], are_friends=circle_id is None)


@pytest.fixture
def friends(board):
    circles.plug("friends", Friends(board.ben, [board.cem]))
    circles.plug("group", Friends(board.ben, [board.cem]))
    yield
    circles.unplug("friends")
    circles.unplug("group")


@pytest.mark.usefixtures("friends")
def test_a_circle_is_ranked_by_itself(board):
    body = board.get("daily", scope="friends").json
    assert (body["tier"], body["scope"], body["member_count"]) == (None, "friends", 2)
    assert [one["account_id"] for one in body["items"]] == [board.ben, board.cem]
    own = board.get("daily/me", scope="group:7").json
    assert (own["rank"], own["percentile"], own["points_to_next_rank"]) == (1, 100.0, None)
    assert [one["rank"] for one in own["below"]] == [2]


@pytest.mark.usefixtures("friends")
def test_friends_see_what_is_for_friends_and_a_group_does_not(board):
    execute("UPDATE profiles SET leaderboards_privacy = 'friends' WHERE account_id = ?", board.cem)
    seen = [board.get("daily", scope=scope).json["items"][1] for scope in ("friends", "group:7")]
    assert [one["account_id"] for one in seen] == [board.cem, None]


@pytest.mark.usefixtures("friends")
def test_a_circle_of_others_is_not_found(board):
    assert board.get("daily", board.ana, scope="friends").status_code == 404
    assert board.get("daily", scope="group:8").status_code == 404


def test_an_upload_is_a_rank_as_soon_as_its_job_is_done(client):
    ana = Member(client)
    assert ana.get("leaderboards/alltime/me").json["rank"] is None
    ana.run()
    own = ana.get("leaderboards/alltime/me").json
    assert (own["rank"], own["tier"]) == (1, "OPEN")
    assert own["points"] == ana.get("points/balance").json["balance_points"] > 0
