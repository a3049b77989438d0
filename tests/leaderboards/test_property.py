"""Whatever happens to members: boards, ranks and neighbours are those of a brute-force ranking."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from fittrack import config, db
from fittrack.leaderboards import service, steps
from fittrack.points import ledger
from fittrack.points.models import Request
from tests.conformance import engines
from tests.factories_points import execute, make_member
from tests.leaderboards import brute
from tests.leaderboards.world import own, put, table
from tests.points.shares import examples

START = datetime(2026, 2, 26, 3, tzinfo=UTC)  # around a month's end, and a change of the clocks
TIERS = ("F-30-39-INT", "F-40-49-INT", "OPEN")
MEMBERS = 5

members = st.integers(0, MEMBERS - 1)
WAITS_S = (0, 0, 1e-6, 7 * 3600, 86_400, 11 * 86_400, -2)  # the clocks of two machines differ
waits = st.sampled_from(WAITS_S).map(lambda wait_s: timedelta(seconds=wait_s))
worths = st.sampled_from([0, 10, 10, 20, 33, 1000])
awards = st.tuples(st.just("award"), members, st.integers(0, 12), worths)
moves = st.tuples(st.just("move"), members, st.sampled_from(TIERS), st.booleans())
statuses = st.tuples(st.just("status"), members, st.sampled_from(["suspended", "active"]))
erasures = st.tuples(st.just("erase"), members)
events = st.one_of(awards, awards, awards, awards, moves, statuses, erasures)


class World:
    """Some members, what was done with them, and the clock."""

    def __init__(self):
        self.now = START
        self.members = [brute.Member(make_member(now=START)) for _ in range(MEMBERS)]
        self.days = {}
        self.postings = 0

    def do(self, kind, who, *what):
        getattr(self, kind)(self.members[who], *what)

    def award(self, member, days_ago, points):
        """Award a day anew, as points do: the difference is posted, then counted."""
        day_on = self.now.astimezone(config.current().zone).date() - timedelta(days=days_ago)
        before = self.days.get((member.account_id, day_on), 0)
        if before == points or member.account_id not in self.alive():
            return
        self.days[member.account_id, day_on] = points
        with db.transaction("award") as tx:
            ledger.post(tx, self.request(member, day_on, points - before), now=self.now)
            steps.count(tx, member.account_id, {day_on: (before, points)}, now=self.now)
        if not member.tiers:
            member.note(self.now)

    def request(self, member, day_on, points):
        self.postings += 1
        return Request(
            kind="award" if points > 0 else "award_correction",
            account_id=member.account_id,
            house=ledger.ISSUED,
            amount_points=points,
            reference_id=member.account_id,
            idempotency_key=f"award/{self.postings}",
            description="A day",
            actor=ledger.SYSTEM,
            day_on=day_on,
            may_owe=True,
        )

    def move(self, member, tier_code, is_in_open):
        if member.account_id in self.alive():
            member.tier_code, member.is_in_open = tier_code, is_in_open
            put(member.account_id, tier_code, is_in_open=is_in_open)
            self.follow(member)

    def status(self, member, status):
        if member.account_id in self.alive():
            member.is_shown = status == "active"
            execute(
                "UPDATE accounts SET status = ? WHERE account_id = ?", status, member.account_id
            )
            self.follow(member)

    def erase(self, member):
        """Forget a member as a deletion does, the places in batches."""
        member.is_shown = False
        execute(
            "UPDATE accounts SET status = 'erased', email = NULL WHERE account_id = ?",
            member.account_id,
        )
        self.follow(member)
        taken = 1
        while taken:
            with db.transaction("erase") as tx:
                taken = steps.erase_member(tx, member.account_id, row_limit=3)

    def follow(self, member):
        with db.transaction("follow") as tx:
            steps.follow(tx, member.account_id, now=self.now)
        if member.tiers:
            member.note(self.now)

    def alive(self):
        raw = db.engine().raw()
        found = raw.execute("SELECT account_id FROM accounts WHERE status <> 'erased'")
        return {account_id for (account_id,) in found}


def check(world):
    """Compare every place of every board, each rank, and all who are around."""
    expected = brute.boards(world.members)
    later = world.now + timedelta(days=400)
    for (code, kind, starts_on), places in expected.items():
        asked = {"tier_code": code, "day_on": starts_on, "now": later}
        found = table(places[0][0], kind, **asked)
        shown = [(one.account_id, one.points, one.active_days) for one in found.items]
        assert shown == places, (code, kind, starts_on)
        assert found.member_count == len(places)
        for n, (account_id, points, _) in enumerate(places):
            place = own(account_id, kind, **asked)
            assert (place.rank, place.points) == (n + 1, points)
            assert [one.account_id for one in place.above] == [p[0] for p in places[:n]]
            assert [one.account_id for one in place.below] == [p[0] for p in places[n + 1 :]]
    stored = db.engine().raw().execute("SELECT COUNT(*) FROM standings WHERE place_key IS NOT NULL")
    assert stored.fetchone()[0] == sum(len(places) for places in expected.values())


def stored_rows():
    raw = db.engine().raw()
    return [
        sorted(raw.execute(f"SELECT * FROM {name}"))
        for name in ("standings", "board_buckets", "board_members", "board_moves")
    ]


@settings(
    max_examples=examples(40),
)
@given(story=st.lists(st.tuples(waits, events), min_size=1, max_size=50))
def test_boards_are_those_of_a_brute_force_ranking_and_of_a_rebuild(
    database, migrated_file, tmp_path, story
):
    path = tmp_path / "example.db"
    for old in tmp_path.glob("example.db*"):
        old.unlink()
    shutil.copyfile(migrated_file, path)
    engine = engines.bind(path)
    world = World()
    for wait, event in story:
        world.now += wait
        world.do(*event)
    check(world)
    assert list(service.check(now=world.now)) == []
    kept = stored_rows()
    rebuilt = service.rebuild(now=world.now, progress=lambda _: None)
    assert (rebuilt.members, rebuilt.buckets, stored_rows()) == (0, 0, kept)
    for name in ("standings", "board_buckets"):
        execute(f"DELETE FROM {name}")
    service.rebuild(now=world.now, progress=lambda _: None)
    assert stored_rows() == kept
    engine.close()
