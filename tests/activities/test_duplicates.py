"""Records of one workout in the database: in whatever order they come, the same one counts."""

from __future__ import annotations

import multiprocessing
from random import Random

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from fittrack import config, db
from fittrack.activities import service
from fittrack.dev.files import make_gpx
from fittrack.trackers.connections import service as connections
from tests.activities import records
from tests.activities.manifest import bring_in, rows
from tests.conformance import engines
from tests.factories_accounts import make_account
from tests.factories_activities import NOON_AT, Member, execute, select

DATABASE = hypothesis_settings(
    max_examples=25 if engines.name() == "sqlite" else 3,
)


@pytest.fixture
def ana(client):
    return Member(client)


def replaced(account_id):
    return {key: value for key, value in records.choice(account_id).items() if value}


def awarded(account_id):
    rows = select(
        "SELECT day_on, awarded_points FROM day_awards WHERE account_id = :account_id"
        " AND awarded_points > 0 ORDER BY day_on",
        *("day_on", "awarded_points"),
        account_id=account_id,
    )
    return dict(rows)


def test_a_second_record_of_a_run_earns_nothing(ana):
    alone = records.add(ana.account_id)
    balance_points = ana.balance()

    copy = records.add(ana.account_id, start_min=5, distance_m=None)

    assert replaced(ana.account_id) == {copy: alone}
    assert ana.balance() == balance_points > 0


def test_a_better_record_that_comes_later_takes_the_place(ana):
    first = records.add(ana.account_id, length_min=25)
    worst_points = ana.balance()

    best = records.add(ana.account_id, length_min=50, avg_hr_bpm=150.0)

    assert replaced(ana.account_id) == {first: best}
    assert ana.balance() > worst_points
    assert ana.get(f"activities/{first}").json["duplicate_of_id"] == best


def test_a_copy_counts_again_when_the_preferred_one_is_deleted(ana):
    copy = records.add(ana.account_id)
    before = awarded(ana.account_id)
    best = records.add(ana.account_id, avg_hr_bpm=150.0)

    assert ana.delete(f"activities/{best}").status_code == 204

    assert replaced(ana.account_id) == {}
    assert awarded(ana.account_id) == before
    assert ana.get(f"activities/{copy}").json["duplicate_of_id"] is None


def test_a_copy_of_a_held_record_waits_with_it_and_counts_when_it_is_rejected(ana):
    held = records.add(ana.account_id, avg_hr_bpm=150.0, state="held")
    copy = records.add(ana.account_id)
    assert ana.balance() == 0

    records.settle(ana.account_id, held, "rejected")

    assert replaced(ana.account_id) == {}
    assert ana.balance() > 0
    records.settle(ana.account_id, held, "accepted")
    assert replaced(ana.account_id) == {copy: held}


def test_a_copy_over_midnight_gives_both_days_back(ana):
    late_min = 11 * 60 + 30  # noon to half past eleven in the evening
    records.add(ana.account_id, start_min=late_min)
    before = awarded(ana.account_id)
    assert len(before) == 2

    best = records.add(ana.account_id, start_min=late_min + 40, length_min=30, avg_hr_bpm=150.0)
    assert len(awarded(ana.account_id)) == 1
    ana.delete(f"activities/{best}")

    assert awarded(ana.account_id) == before


def test_a_change_reaches_the_far_end_of_a_chain(ana):
    measured = {
        "distance_m": 9_000.0,
        "ascent_m": 40.0,
        "calories_kcal": 500,
        "steps": 8_000,
        "avg_hr_bpm": 140.0,
        "avg_cadence_rpm": 80.0,
        "avg_power_w": 200.0,
    }
    unmeasured, chain = dict.fromkeys(measured), []
    for link in range(8):  # each a day long, and preferred to the next, of which it covers half
        figures = unmeasured | dict(list(measured.items())[link:])
        at = {"start_min": link * 720, "length_min": 1440}
        chain.append(records.add(ana.account_id, **at, **figures))
    assert sorted(replaced(ana.account_id)) == sorted(chain[1::2])

    ana.delete(f"activities/{chain[0]}")

    assert sorted(replaced(ana.account_id)) == sorted(chain[2::2])
    assert records.days_that_differ(ana.account_id) == []


def test_step_records_are_left_to_the_rules_of_points(ana):
    for steps in (9_000, 5_000):
        records.add(ana.account_id, type="steps", sport="walking", steps=steps, moving_s=0)

    states = select("SELECT duplicate_of_id FROM activities", "duplicate_of_id")
    assert states == [(None,), (None,)]
    assert ana.balance() == 90


CONNECTION = (
    "INSERT INTO connections (connection_id, account_id, provider, external_account_id, status,"
    " is_primary, scopes, grant_version, connected_at, failures, fence_no)"
    " VALUES (:provider, :account_id, :provider, '1', 'active', 0, 'read', 0, :at, 0, 0)"
)


def test_the_primary_connection_is_preferred_from_when_it_is_chosen(ana):
    providers = ("polar", "whoop")
    for provider in providers:
        execute(CONNECTION, provider=provider, account_id=ana.account_id, at=NOON_AT)
    poor, rich = (
        records.add(
            ana.account_id,
            origin_key=f"connection:{provider}:1",
            length_min=length_min,
            moving_s=length_min * 60,
            avg_hr_bpm=avg_hr_bpm,
        )
        for provider, length_min, avg_hr_bpm in zip(providers, (40, 60), (None, 150.0), strict=True)
    )
    assert list(replaced(ana.account_id)) == [poor]
    points = ana.balance()

    connections.set_primary(account_id=ana.account_id, provider="polar", now=NOON_AT)

    assert list(replaced(ana.account_id)) == [rich]
    assert ana.balance() < points
    records.add(ana.account_id, start_min=5, length_min=50, avg_hr_bpm=150.0, steps=900)
    assert poor not in replaced(ana.account_id)
    assert records.days_that_differ(ana.account_id) == []
    connections.set_primary(account_id=ana.account_id, provider="whoop", now=NOON_AT)
    assert rich not in replaced(ana.account_id)


def test_members_do_not_replace_each_others_records(client, ana):
    ben = Member(client)
    records.add(ana.account_id, avg_hr_bpm=150.0)
    records.add(ben.account_id)

    assert replaced(ana.account_id) == replaced(ben.account_id) == {}


def test_the_smaller_hash_of_two_files_counts_whichever_came_first(client):
    contents = [make_gpx(NOON_AT, 600, seed=seed, hr_bpm=140) for seed in range(6)]
    kept = []
    for order in (contents, contents[::-1]):
        member = Member(client)
        member.upload(*((f"{place}.gpx", content) for place, content in enumerate(order)))
        kept += select(
            "SELECT f.content_sha256 FROM activities a JOIN original_files f"
            " ON f.original_file_id = a.original_file_id"
            " WHERE a.account_id = :account_id AND a.duplicate_of_id IS NULL",
            "content_sha256",
            account_id=member.account_id,
        )

    assert len(kept) == 2
    assert len(set(kept)) == 1


GROUPED = [row for row in rows() if row["group"] not in {"", "big"}]


@pytest.mark.skipif(not GROUPED, reason="the real files are not here")
def test_of_real_files_of_one_workout_one_counts(ana):
    ids = {}
    for row in GROUPED:
        (outcome,) = bring_in(ana, [row])
        for activity in outcome.activities:
            ids.setdefault(row["group"], []).append(activity["activity_id"])
    chosen = records.choice(ana.account_id)

    assert {group: len(of_group) for group, of_group in ids.items()} == {
        "edge1000-20200601": 3,
        "run-20180513": 2,
        "unlp10k": 2,
    }
    for of_group in ids.values():
        counting = [each for each in of_group if chosen[each] is None]
        assert len(counting) == 1
        assert {chosen[each] for each in of_group} == {None, *counting}


events = st.lists(
    st.one_of(
        st.tuples(
            st.just("add"),
            st.integers(0, 40),
            st.integers(0, 10),
            st.sampled_from(["running", "cycling", "other"]),
            st.sampled_from(["accepted", "held"]),
            st.sampled_from(["connection", "manual"]),
        ),
        st.tuples(st.just("delete"), st.integers(0, 20)),
        st.tuples(
            st.just("review"), st.integers(0, 20), st.sampled_from(["accepted", "rejected", "held"])
        ),
    ),
    min_size=3,
    max_size=14,
)


def happen(account_id, there, event):
    """Let something happen to a member's records; `there` are the ids of those there are."""
    kind, number, *more = event
    if kind == "add":
        length, sport, state, source_kind = more
        added = records.add(
            account_id,
            start_min=number * 45,
            length_min=length * 15,
            sport=sport,
            state=state,
            source_kind=source_kind,
            avg_hr_bpm=140.0 if number % 2 else None,
        )
        there.append(added)
    elif there and kind == "delete":
        victim = there.pop(number % len(there))
        service.delete_activity(activity_id=victim, account_id=account_id, now=NOON_AT)
    elif there:
        records.settle(account_id, there[number % len(there)], more[0])


@DATABASE
@given(events)
def test_after_anything_the_choice_is_that_of_the_whole_set_and_points_follow(client, happenings):
    account_id, there = make_account(), []
    for event in happenings:
        happen(account_id, there, event)

        assert records.choice(account_id) == records.chosen_anew(account_id)
    assert records.days_that_differ(account_id) == []


def copies_of_workouts(chance, workouts=20, copies=191):
    """Return the figures of many copies of few workouts, each by another device."""
    made = [
        {
            "start_min": workout * 1_500 + chance.randrange(-3, 4),
            "length_min": 60 + chance.randrange(-6, 7),
            "sport": chance.choice(["running", "trail_running", "other"]),
            "avg_hr_bpm": chance.choice([None, 140.0]),
            "calories_kcal": chance.choice([None, 500]),
            "distance_m": 9_000.0 + copy,  # no two are alike
        }
        for copy in range(copies)
        for workout in [copy % workouts]
    ]
    chance.shuffle(made)
    return made


def outcome(account_id):
    """Return what counts, without the ids that chance gave."""
    counting = select(
        "SELECT started_at, elapsed_s, distance_cm FROM activities WHERE account_id = :account_id"
        " AND duplicate_of_id IS NULL ORDER BY started_at",
        *("started_at", "elapsed_s", "distance_cm"),
        account_id=account_id,
    )
    return counting, awarded(account_id)


@pytest.mark.skipif(engines.name() == "bench", reason="the bench's server is slow with as many")
def test_191_copies_of_20_workouts_are_20_in_any_order(database):
    made = copies_of_workouts(Random(191))
    outcomes = []
    for seed in (1, 2):
        account_id = make_account()
        Random(seed).shuffle(made)
        with db.transaction("replay_for_test") as tx:
            for figures in made:
                part = records.part_of(account_id, **figures)
                service.insert_parts(tx, [part], now=NOON_AT)
        outcomes.append(outcome(account_id))

    assert len(outcomes[0][0]) == 20
    assert outcomes[0] == outcomes[1]


def bring_copies(url, account_id, start_min, together):
    """Store copies of one workout in a process of its own, at the moment of the others."""
    db.bind(url, synchronous="OFF")
    together.wait(30)
    for copy in range(5):
        db.retry(lambda copy=copy: records.add(account_id, start_min=start_min, steps=copy + 1))
    db.engine().close()


@pytest.mark.skipif(engines.name() != "sqlite", reason="opens the file from other processes")
def test_processes_that_bring_in_copies_at_once_agree_on_one(database, settings):
    account_id, path = make_account(), database.raw().execute("PRAGMA database_list").fetchone()[2]
    config.use(settings)
    context = multiprocessing.get_context("fork")
    together = context.Barrier(4)
    processes = [
        context.Process(
            target=bring_copies, args=(f"sqlite:///{path}", account_id, start_min, together)
        )
        for start_min in (0, 1, 2, 3)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)

    assert [process.exitcode for process in processes] == [0] * 4
    chosen = records.choice(account_id)
    assert len(chosen) == 20
    assert list(chosen.values()).count(None) == 1
    assert chosen == records.chosen_anew(account_id)
    assert records.days_that_differ(account_id) == []
