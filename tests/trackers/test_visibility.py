"""What trackers sent, as its provider's terms let others see it: walked over all that answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from fittrack import db
from fittrack.clock import utc_now
from fittrack.reference.document import operations
from fittrack.simulator.trackers.histories import Workout
from fittrack.trackers.providers import ADAPTERS, is_shown_to_others
from tests.factories_accounts import login, make_account
from tests.factories_activities import Member, execute
from tests.factories_trackers import EMAIL, connect, sync

NUMBER, FAST_NUMBER = 9_007_199_254_741_777, 9_007_199_254_741_778
# What a leak would hold, in any unit that we write; not within tokens and hashes, which hold all.
TOKENS = re.compile(r"[0-9A-Za-z_-]{20,}")
MARKS = {
    "title": r"Zebra",
    "time": r"T\d\d:43:2[17]|\b27(?:11|23)\b|\b45:[12][13]\b",
    "distance": r"\b7654|\b66543|\b7\.65|\b66\.54|\b4\.75[67]|\b41\.34",
    "pace": r"\b282[34]\b|\b2454\d\b|\b2\.82\d|\b24\.5[45]|\b354\.[12]|\b5:54\b",
    "route": r"65\.4321|38\.72[1-9]|654321\d|38721[67]\d",
}
MARK = re.compile("|".join(MARKS.values()))
NOBODYS_ID = "01935d2a-7c00-7000-8000-5f3c1f0b2a10"
# What stands in a path without being a column, and of what one will do.
VALUES = {"provider": ["strava"], "ticket_id": [NOBODYS_ID]}
# The same for everybody, or of the process, in numbers of every kind.
OURS = {"static", "reference.openapi", "metrics.read_metrics", "health.ready", "health.summary"}
FEW = 8
SHOWN = {"google_health", "oura", "polar", "whoop", "withings"}


@dataclass(frozen=True)
class Scene:
    """Ana, who shows all she can, and those who ask for it."""

    app: Flask
    client: FlaskClient
    engine: db.Engine
    ana: Member
    headers: dict[str, dict[str, str]]
    queries: dict[str, list[str]]

    def get(self, who, path):
        return self.client.get(path, headers=self.headers[who])

    def asked(self, who, path):
        return self.get(who, f"/api/v1/{path}")

    def ids(self, query):
        return [str(row[0]) for row in self.engine.raw().execute(query)]

    def of_strava(self):
        """Return Ana's runs at Strava, the honest one and then the impossible one."""
        return self.ids(
            "SELECT activity_id FROM activities WHERE is_owner_only = 1 ORDER BY started_at"
        )

    def of_polar(self):
        [found] = self.ids(
            "SELECT activity_id FROM activities"
            " WHERE is_owner_only = 0 AND source_kind = 'connection'"
        )
        return found


def workout(number, name, started_at, distance_m, **over):
    figures = {"elapsed_s": 2723, "moving_s": 2711, "avg_hr_bpm": 141, "max_hr_bpm": 160} | over
    return Workout(
        number=number,
        name=name,
        sport="Run",
        started_at=started_at,
        distance_m=distance_m,
        ascent_m=12.0,
        calories_kcal=432,
        updated_at=started_at,
        uploaded_at=started_at,
        **figures,
    )


def live(trackers):
    """Let Ana have an honest run at Strava and an impossible one, and an honest one at Polar."""
    start_at = (utc_now() - timedelta(days=2)).replace(hour=5, minute=43, second=21, microsecond=0)
    later_at = start_at + timedelta(hours=6, seconds=6)
    before_at = start_at - timedelta(hours=19, minutes=11)
    place = {"start_deg": (38.7216, 65.4321)}
    runs = {
        "strava": [
            workout(NUMBER, "Zebra crossing", start_at, 7654.3, **place),
            workout(FAST_NUMBER, "Zebra racing", later_at, 66543.2, **place),
        ],
        "polar": [workout(1, "", before_at, 3000.0, elapsed_s=900, moving_s=900)],
    }
    for provider, done in runs.items():
        account = trackers[provider].account(EMAIL)
        account.workouts.clear()
        account.days.clear()
        account.workouts.update({one.number: one for one in done})


@pytest.fixture(scope="module")
def scene(app, lasting_trackers):
    live(lasting_trackers)
    client = app.test_client()
    ana = Member(client)
    headers = {"ana": ana.headers, "nobody": {}}
    roles = ("user", "sponsor", "auditor", "admin")
    headers |= {role: login(client, make_account(role=role)) for role in roles}
    for provider in ("strava", "polar"):
        connection = connect(client, ana.headers, provider)
        assert sync(connection, now=utc_now()).outcome == "done"
    execute(
        "UPDATE profiles SET activities_privacy = 'public', profile_privacy = 'public',"
        " leaderboards_privacy = 'public', start_end_hidden_m = 0 WHERE account_id = :account_id",
        account_id=ana.account_id,
    )
    execute("UPDATE activities SET visibility = 'public'")
    document = client.get("/api/v1/openapi.json").json
    queries = {path: queries_of(one) for path, how, one in operations(document) if how == "get"}
    return Scene(app, client, db.engine(), ana, headers, queries)


def queries_of(operation):
    """Return each value of each parameter of a query that has only a few."""
    return [
        f"?{parameter['name']}={value}"
        for parameter in operation["parameters"]
        if parameter["in"] == "query" and len(parameter["schema"].get("enum", [])) <= FEW
        for value in parameter["schema"].get("enum", [])
        if value is not None
    ]


def walked(scene, who, *, is_thorough=True):
    """Ask for everything with Ana's ids in its place; yield where and what was answered."""
    for rule in scene.app.url_map.iter_rules():
        if "GET" not in rule.methods or rule.endpoint in OURS:
            continue
        template = re.sub(r"<(?:[^:<>]+:)?([^:<>]+)>", r"{\1}", rule.rule)
        for path in filled(scene, rule):
            answer = scene.get(who, path)
            yield path, answer
            if is_thorough and answer.status_code not in {401, 403}:
                for query in scene.queries.get(template, ()):
                    yield path + query, scene.get(who, path + query)


def filled(scene, rule):
    """Return the paths of a rule, with each value that there is in the place of each name."""
    paths = [re.sub(r"<any\((\w+)[^)]*\):\w+>", r"\1", rule.rule)]
    for name in re.findall(r"<(?:[^:<>]+:)?(\w+)>", paths[0]):
        values = values_of(scene, name)
        place = re.compile(rf"<(?:[^:<>]+:)?{name}>")
        paths = [place.sub(value, path) for path in paths for value in values]
    return paths


def values_of(scene, name):
    """Return what stands under a name in the database: nobody has to think of a new operation."""
    if name == "account_id":
        return [scene.ana.account_id]
    if name == "activity_id":
        return scene.of_strava()
    if name in VALUES:
        return VALUES[name]
    tables = [
        table
        for table in scene.ids("SELECT name FROM sqlite_master WHERE type = 'table'")
        if name in {row[1] for row in scene.engine.raw().execute(f"PRAGMA table_info({table})")}
    ]
    assert tables, f"nothing says what to put in the place of {name}"
    query = "SELECT DISTINCT {0} FROM {1} WHERE {0} IS NOT NULL"
    found = {value for table in tables for value in scene.ids(query.format(name, table))}
    return sorted(found)[:FEW] or [NOBODYS_ID]


def told(answer):
    """Return all that an answer says, its headers too."""
    return TOKENS.sub("", answer.data.decode("utf-8", "replace") + str(answer.headers))


def test_nobody_else_sees_what_strava_sent(scene):
    states = scene.ids("SELECT state FROM activities WHERE is_owner_only = 1 ORDER BY state")
    assert states == ["accepted", "held"]
    own = "".join(told(answer) for _, answer in walked(scene, "ana", is_thorough=False))
    assert [name for name, mark in MARKS.items() if not re.search(mark, own)] == []
    for who in ("nobody", "user", "sponsor", "auditor", "admin"):
        answers = list(walked(scene, who, is_thorough=who in {"user", "admin"}))
        assert len(answers) > 120
        assert {path for path, answer in answers if MARK.search(told(answer))} == set()


def test_reviewers_see_findings_of_what_strava_sent_and_no_figures(scene):
    [own] = scene.asked("ana", "reviews").json["items"]
    assert all(reason["evidence"] for reason in own["reasons"])
    [review] = scene.asked("admin", "admin/reviews").json["items"]
    assert review["reasons"]
    assert not any(reason["evidence"] for reason in review["reasons"])
    path = f"/api/v1/admin/reviews/{review['review_id']}/reject"
    body = {"reason": "This was driven, not run."}
    answer = scene.client.post(path, json=body, headers=scene.headers["admin"])
    assert answer.status_code == 200, answer.json
    assert not MARK.search(told(answer))


def listed(scene):
    """Return what somebody else finds of Ana's, by id."""
    path = f"users/{scene.ana.account_id}/activities"
    return [one["activity_id"] for one in scene.asked("user", path).json["items"]]


def test_what_a_providers_terms_allow_is_shown_as_its_member_wishes(scene):
    activity_id = scene.of_polar()
    seen = scene.asked("user", f"activities/{activity_id}").json
    assert (seen["source"], seen["distance_m"]) == ("connection", 3000.0)
    assert (seen["avg_hr_bpm"], seen["device"]) == (None, None)
    assert listed(scene) == [activity_id]
    profile = scene.asked("user", f"users/{scene.ana.account_id}/public").json
    assert profile["totals"]["distance_m"] == 3000.0
    forms = [f"/export?format={name}" for name in ("gpx", "tcx", "geojson")]
    for visibility, status in (("private", 404), ("public", 200)):
        scene.ana.patch(f"activities/{activity_id}", {"visibility": visibility})
        for form in ("", "/streams", "/route.svg", *forms):
            answer = scene.asked("user", f"activities/{activity_id}{form}")
            assert answer.status_code == status, form


def test_of_a_run_that_came_twice_others_see_the_record_that_counts_or_none(scene):
    [run_id, _] = scene.of_strava()
    started_at = datetime.fromisoformat(scene.ana.get(f"activities/{run_id}").json["started_at"])
    path = "/api/v1/connections/strava/primary"
    assert scene.client.put(path, headers=scene.ana.headers).status_code == 200
    file_id = scene.ana.run(duration_s=2711, started_at=started_at)
    assert scene.ana.get(f"activities/{file_id}").json["duplicate_of_id"] == run_id
    assert listed(scene) == [scene.of_polar()]
    scene.ana.delete(f"activities/{run_id}")
    assert listed(scene) == [file_id, scene.of_polar()]
    assert "Zebra" not in scene.asked("user", f"activities/{file_id}").text


def test_what_is_kept_of_a_connection_that_ended_stays_its_members_alone(scene):
    scene.ana.delete("connections/strava?data=keep")
    run_ids = scene.of_strava()
    assert run_ids
    for run_id in run_ids:
        assert scene.ana.get(f"activities/{run_id}").status_code in {200, 404}
        assert scene.asked("user", f"activities/{run_id}").status_code == 404
    assert set(run_ids).isdisjoint(listed(scene))


def test_each_adapter_says_what_its_providers_terms_allow():
    assert {name for name in ADAPTERS if is_shown_to_others(name)} == SHOWN
    assert not is_shown_to_others("a stranger")
