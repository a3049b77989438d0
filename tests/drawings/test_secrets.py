"""Nobody reads a value before its time: by any endpoint, command, log or dump, whoever asks."""

from __future__ import annotations

import base64
import logging
import re
from pathlib import Path

import pytest
from redis import Redis

from fittrack import db
from fittrack.drawings import repository
from fittrack.drawings.conduct import values
from fittrack.drawings.verifier import parse_json
from tests import factories_drawings as make
from tests.factories_accounts import login, make_account

OTHER_ID = "01935d2a-7c00-7000-8000-5f3c1f0b2a10"
COMMANDS = (["ledger", "audit", "--deep"], ["keys", "status"], ["config"], ["config", "--markdown"])


@pytest.fixture
def kept(client, caplog):
    """An open drawing with two kept values, everything logged since before they were made."""
    caplog.set_level(logging.DEBUG, logger="fittrack")
    sponsor_id = make.make_sponsor()
    person = make.make_sponsor_account(sponsor_id)
    drawing = make.make_scheduled(make.start(), sponsor_id=sponsor_id)
    make.advance(drawing, drawing.opens_at)
    make.buy(drawing, make.make_player())
    make.advance(drawing, drawing.closes_at)
    return drawing, sponsor_id, person


def secrets_of(drawing):
    """Return the kept values in every form in which they could be told, as the job reads them."""
    with db.reading("read_kept") as tx:
        sources = repository.list_sources(tx, drawing.drawing_id)
        found = [values.read_kept(tx, source) for source in sources]
    assert len(found) == 2
    forms = [(one, one.hex().encode(), one.hex().upper().encode()) for one in found]
    return [*sum(forms, ()), *(base64.b64encode(one).rstrip(b"=") for one in found)]


def readable(app, client, drawing, sponsor_id, headers):
    """Ask everything that can be read and yield who was asked and the answer's bytes."""
    known = {"drawing_id": drawing.drawing_id, "sponsor_id": sponsor_id}
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or rule.rule.startswith("/static"):
            continue
        path = re.sub(r"<any\((\w+)[^)]*\):\w+>", r"\1", rule.rule)
        path = re.sub(r"<(?:[^:>]+:)?([^>]+)>", lambda part: known.get(part[1], OTHER_ID), path)
        is_near = "drawing" in path or "ticket" in path or "fair" in path or "sponsor" in path
        for query in ("", "?limit=100", "?format=html") if is_near else ("",):
            with client.get(path + query, headers=headers) as answer:
                yield path, answer.data + str(answer.headers).encode()


def test_no_role_reads_a_value_by_any_endpoint_before_its_reveal(app, client, kept):
    drawing, sponsor_id, person = kept
    secrets, asked = secrets_of(drawing), 0
    accounts = [make_account(role=role) for role in ("admin", "auditor")]
    for account_id in (*accounts, person, None):
        headers = login(client, account_id) if account_id else {}
        for path, told in readable(app, client, drawing, sponsor_id, headers):
            asked += 1
            assert not any(secret in told for secret in secrets), path
    assert asked > 400


def test_no_role_but_the_witness_can_have_a_value_revealed(client, kept):
    drawing, _, _ = kept
    path = f"/api/v1/drawings/{drawing.drawing_id}/reveals"
    for role in ("admin", "auditor", "user"):
        refused = client.post(path, json={}, headers=login(client, make_account(role=role)))
        assert (refused.status_code, refused.json["code"]) == (403, "forbidden")
    assert make.count("drawing_reveals") == 0


def test_no_dump_and_no_log_holds_a_value_before_its_reveal(app, client, kept, settings, caplog):
    drawing, _, person = kept
    secrets = secrets_of(drawing)
    early = client.post(
        f"/api/v1/drawings/{drawing.drawing_id}/reveals",
        json={"value": secrets[4].decode()},
        headers=login(client, person),
    )
    assert early.json["code"] == "reveal_not_due"
    printed = [app.test_cli_runner().invoke(args=command).output for command in COMMANDS]
    places = {
        "dump": b"".join(make.dump()),
        "files": b"".join(path.read_bytes() for path in files_of(db.engine().path)),
        "redis": b"".join(redis_values(settings.redis_url)),
        "commands": "".join(printed).encode(),
        "refusal": early.data,
    }
    make.advance(drawing, drawing.draws_at)  # what is logged when the values are read
    assert "a kept value is read" in caplog.text
    places["log"] = b"".join(str(vars(record)).encode() for record in caplog.records)
    for place, told in places.items():
        assert told, place
        assert not any(secret in told for secret in secrets), place


def test_values_are_read_by_the_job_alone_and_that_is_on_record_first(kept):
    drawing, _, _ = kept
    secrets = secrets_of(drawing)
    assert [event.action for event in make.history(drawing)].count("value_read") == 0
    make.advance(drawing, drawing.draws_at)
    told = [event.action for event in make.history(drawing)]
    assert [one for one in told if one in ("value_read", "revealed")] == [
        "value_read",
        "revealed",
    ] * 2
    bundle = make.bundle(drawing)
    shown = [reveal["value"].encode() for reveal in parse_json(bundle)["reveals"]]
    assert shown == [secrets[1], secrets[4]]


def files_of(path):
    """Return the database's file and what SQLite keeps beside it."""
    return sorted(Path(path).parent.glob(f"{Path(path).name}*"))


def redis_values(url):
    """Yield all that Redis holds, as it would be dumped."""
    redis = Redis.from_url(url)
    for key in redis.scan_iter():
        yield key + (redis.dump(key) or b"")
    yield b"."
