"""Taking everything along: asked for, made by a job, fetched by a link, forgotten."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest

from fittrack import db, queues
from fittrack.accounts.exports import repository, rules, service, zipping
from fittrack.accounts.exports.errors import ExportLinkExpired, ExportNotReady
from fittrack.accounts.exports.models import ChunkKey
from fittrack.archive import safe_name
from fittrack.clock import utc_now
from fittrack.dev.files import make_gpx
from fittrack.drawings.protocol import holder_tag
from tests import factories_drawings as make
from tests.accounts.steps import mails_to, run_jobs
from tests.factories_accounts import login, make_account
from tests.factories_activities import NOON_AT, Member, count, execute, make_all_due, select

EXPORT = "/api/v1/users/me/export"


def ask(client, headers):
    """Return the answer to asking for an export."""
    return client.post(EXPORT, headers=headers)


def look(client, headers, export_id):
    """Return an export as its owner sees it."""
    return client.get(f"{EXPORT}/{export_id}", headers=headers)


def fetched(client, headers, export_id):
    """Return the archive that an export's link leads to, as name -> bytes."""
    answer = client.get(look(client, headers, export_id).json["download_url"])
    assert answer.status_code == 200
    with ZipFile(BytesIO(answer.data)) as zipped:
        assert zipped.testzip() is None
        return {name: zipped.read(name) for name in zipped.namelist()}


def made(client, headers):
    """Ask for an export, let its job run, and return its id."""
    export_id = ask(client, headers).json["export_id"]
    run_jobs()
    return export_id


def test_an_export_is_queued_made_and_fetched(client):
    ana = Member(client)
    answer = ask(client, ana.headers)
    assert answer.status_code == 202
    assert (answer.json["state"], answer.json["download_url"]) == ("queued", None)
    run_jobs()
    shown = look(client, ana.headers, answer.json["export_id"])
    assert shown.headers["Cache-Control"] == "no-store"
    assert (shown.json["state"], shown.json["progress_percent"]) == ("ready", 100)
    archive = client.get(shown.json["download_url"])
    assert archive.content_type == "application/zip"
    assert len(archive.data) == shown.json["byte_count"] == int(archive.headers["Content-Length"])
    assert hashlib.sha256(archive.data).hexdigest() == shown.json["content_sha256"]


def test_an_archive_has_all_that_is_a_members_and_the_files_byte_for_byte(client):
    ana = Member(client)
    content = make_gpx(NOON_AT, 600)
    ana.upload(("../Morning run.gpx", content))
    files = fetched(client, ana.headers, made(client, ana.headers))
    (original,) = (name for name in files if name.startswith("originals/"))
    assert files[original] == content
    assert ".." not in original
    (activity,) = json.loads(files["activities.json"])
    activity_id = activity["activity"]["activity_id"]
    assert len(json.loads(files[f"samples/{activity_id}.json"])["at_ms"]) == 601
    assert json.loads(files["account/account.json"])[0]["account_id"] == ana.account_id
    assert json.loads(files["points/days.json"])[0]["receipt_json"]
    assert json.loads(files["points/balance.json"])["balance_points"] == ana.balance()
    assert json.loads(files["account/sessions.json"])[0]["device_name"] == "Ana's phone"
    assert json.loads(files["imports.json"])[0]["files"][0]["state"] == "created"


def test_the_manifest_names_every_file_with_its_hash(client):
    ana = Member(client)
    ana.run(duration_s=60)
    files = fetched(client, ana.headers, made(client, ana.headers))
    listed = {row["name"]: row for row in json.loads(files.pop("manifest.json"))}
    assert listed.keys() == files.keys()
    for name, content in files.items():
        assert listed[name]["sha256"] == hashlib.sha256(content).hexdigest(), name
        assert listed[name]["byte_count"] == len(content)


def test_entries_are_taken_along_with_what_opens_their_tags(client):
    drawing = make.make_open(make.start())
    ana = make.make_player()
    make.buy(drawing, ana, 3)
    headers = login(client, ana)
    (entry,) = json.loads(fetched(client, headers, made(client, headers))["drawings/entries.json"])
    assert entry["units"] == 3
    assert len(bytes.fromhex(entry["salt"])) == 32
    assert entry["receipt"]["entry_id"] == entry["entry_id"]
    tag = holder_tag(drawing.drawing_id, ana, bytes.fromhex(entry["salt"]))
    assert tag.hex() == entry["holder"]


def test_an_archive_holds_nothing_of_others(client):
    ana, ben = Member(client), Member(client)
    for member in (ana, ben):
        member.run(duration_s=60, name=f"A run of {member.account_id}")
    files = fetched(client, ana.headers, made(client, ana.headers))
    assert any(ana.account_id.encode() in content for content in files.values())
    assert not any(ben.account_id.encode() in content for content in files.values())


def test_lists_of_many_pages_are_whole(client, monkeypatch):
    ana = Member(client)
    for _ in range(5):
        login(client, ana.account_id)
    for module in ("fittrack.archive", "fittrack.accounts.belongings.service"):
        monkeypatch.setattr(f"{module}.PAGE_ROWS", 2)
    files = fetched(client, ana.headers, made(client, ana.headers))
    sessions = json.loads(files["account/sessions.json"])
    assert len({session["session_id"] for session in sessions}) == 6


def test_an_archive_of_many_pieces_is_whole(client, monkeypatch):
    monkeypatch.setattr(zipping, "CHUNK_BYTES", 1000)
    ana = Member(client)
    ana.run(duration_s=60)
    files = fetched(client, ana.headers, made(client, ana.headers))
    assert count("export_chunks") > 3
    assert "manifest.json" in files


def test_one_export_is_made_at_a_time(client):
    headers = login(client, make_account())
    first = ask(client, headers).json["export_id"]
    answer = ask(client, headers)
    assert (answer.status_code, answer.json["code"]) == (409, "export_running")
    assert answer.json["export_id"] == first


def test_a_repeated_request_gets_the_same_export(client):
    headers = login(client, make_account()) | {"Idempotency-Key": "once"}
    assert ask(client, headers).json == ask(client, headers).json


def test_a_fourth_export_of_a_day_is_refused(client):
    headers = login(client, make_account())
    for _ in range(3):
        made(client, headers)
    answer = ask(client, headers)
    assert (answer.status_code, answer.json["code"]) == (429, "too_many_exports")
    assert 0 < int(answer.headers["Retry-After"]) <= 86_401
    execute("UPDATE exports SET asked_at = :at", at=utc_now() - timedelta(days=1, seconds=1))
    assert ask(client, headers).status_code == 202


def test_someone_elses_export_is_404(client):
    ana, ben = login(client, make_account()), login(client, make_account())
    export_id = made(client, ana)
    assert look(client, ben, export_id).json["code"] == "export_not_found"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        (lambda url: url.replace("signature=", "signature=A")[:-1], 404, "export_not_found"),
        (lambda url: url.replace("expires=", "expires=9"), 404, "export_not_found"),
        (lambda url: url.partition("?")[0], 401, "unauthenticated"),
        (lambda url: url.partition("&")[0] + "&signature=x", 422, "invalid"),
    ],
)
def test_a_link_that_was_not_given_out_opens_nothing(client, change, status, code):
    headers = login(client, make_account())
    url = look(client, headers, made(client, headers)).json["download_url"]
    answer = client.get(change(url))
    assert (answer.status_code, answer.json["code"]) == (status, code)


def test_the_owner_needs_no_link_and_nobody_else_gets_in_without_one(client):
    ana, ben = login(client, make_account()), login(client, make_account())
    url = f"{EXPORT}/{made(client, ana)}/download"
    assert client.get(url, headers=ana).status_code == 200
    assert client.get(url, headers=ben).json["code"] == "export_not_found"


def test_what_is_not_ready_is_not_handed_out(client):
    headers = login(client, make_account())
    export_id = ask(client, headers).json["export_id"]
    answer = client.get(f"{EXPORT}/{export_id}/download", headers=headers)
    assert (answer.status_code, answer.json["code"]) == (409, "export_not_ready")


def test_a_link_of_one_export_opens_no_other(client):
    ana, ben = login(client, make_account()), login(client, make_account())
    first, second = made(client, ana), made(client, ben)
    url = look(client, ana, first).json["download_url"]
    assert client.get(url.replace(first, second)).status_code == 404


def test_a_link_expires(database):
    export = a_ready_one(make_account())
    link = rules.link_to(export, now=utc_now())
    assert service.get_download(export_id=export.export_id, link=link, now=utc_now()) == export
    later = utc_now() + rules.LINK_LIFE
    with pytest.raises(ExportLinkExpired):
        service.get_download(export_id=export.export_id, link=link, now=later)


def test_an_expired_archive_is_not_handed_out_and_its_bytes_go(client):
    ana = make_account()
    headers = login(client, ana)
    export = a_ready_one(ana)
    link = rules.link_to(export, now=utc_now())
    execute("UPDATE exports SET expires_at = :at", at=utc_now() - timedelta(seconds=1))
    with pytest.raises(ExportNotReady):
        service.get_download(export_id=export.export_id, link=link, now=utc_now())
    assert look(client, headers, export.export_id).json["state"] == "expired"
    service.clean_up(now=utc_now())
    assert (count("export_chunks"), count("exports")) == (0, 1)
    service.clean_up(now=utc_now() + timedelta(days=31))
    assert count("exports") == 0


def test_a_ready_archive_outlives_the_clean_up(database):
    export = a_ready_one(make_account())
    service.clean_up(now=utc_now() + timedelta(days=6))
    assert b"".join(service.read_archive(export))


def test_an_archive_whose_bytes_are_gone_ends_early(database):
    export = a_ready_one(make_account())
    execute("DELETE FROM export_chunks WHERE attempt_no > :none", none=0)
    assert list(service.read_archive(export)) == []


def test_an_export_that_never_ends_is_given_up_so_that_another_can_be_asked_for(client):
    headers = login(client, make_account())
    export_id = ask(client, headers).json["export_id"]
    service.clean_up(now=utc_now() + timedelta(hours=7))
    assert look(client, headers, export_id).json["state"] == "failed"
    assert ask(client, headers).status_code == 202


def test_a_killed_attempt_is_begun_anew_and_leaves_nothing(client, monkeypatch):
    monkeypatch.setattr(zipping, "CHUNK_BYTES", 1000)
    ana = Member(client)
    ana.run(duration_s=60)
    export_id = ask(client, ana.headers).json["export_id"]
    (outbox_id,) = (job_id for job_id, name in jobs() if name == "make_export")
    killed = queues.claim(outbox_id, now=utc_now())
    with db.transaction("attempt") as tx:
        assert repository.start_export(tx, export_id, killed.attempt)
        for chunk_no in range(20):
            key = ChunkKey(export_id, killed.attempt, chunk_no)
            repository.insert_export_chunk(tx, key, b"cut short")
    make_all_due()
    run_jobs()
    files = fetched(client, ana.headers, export_id)
    assert "manifest.json" in files
    attempts = select("SELECT DISTINCT attempt_no FROM export_chunks", "attempt_no")
    assert attempts == [(2,)]


def test_a_worker_that_wakes_too_late_writes_nothing(database):
    export_id = asked_for(make_account()).export_id
    (outbox_id,) = (job_id for job_id, _ in jobs())
    late = queues.claim(outbox_id, now=utc_now())
    make_all_due()
    run_jobs()
    columns = ("state", "attempt_no", "chunk_count")
    before = select("SELECT state, attempt_no, chunk_count FROM exports", *columns)
    with pytest.raises(queues.LeaseLost):
        service.make_export(late, export_id=export_id)
    assert select("SELECT state, attempt_no, chunk_count FROM exports", *columns) == before


def test_an_older_attempt_takes_nothing_from_a_newer_one(database):
    export_id = asked_for(make_account()).export_id
    with db.transaction("attempts") as tx:
        assert repository.start_export(tx, export_id, 2)
        assert repository.start_export(tx, export_id, 2)
        assert not repository.start_export(tx, export_id, 1)
        assert not repository.add_export_progress(tx, export_id, 1, 50)


def test_an_export_given_up_while_it_is_made_stays_so(database, monkeypatch):
    ana = make_account()
    asked_for(ana)

    def give_up(account_id):
        service.clean_up(now=utc_now() + timedelta(hours=7))
        yield from ()

    monkeypatch.setattr(service, "EXPORTERS", (give_up, *service.EXPORTERS))
    run_jobs()
    assert select("SELECT state FROM exports", "state") == [("failed",)]
    assert count("export_chunks") == 0


def test_the_owner_is_told_in_the_application_and_by_mail(client):
    ana = Member(client)
    export_id = made(client, ana.headers)
    (notice,) = ana.get("notifications").json["items"]
    assert (notice["kind"], notice["data"]) == ("export_ready", {"export_id": export_id})
    (address,) = select(
        "SELECT email FROM accounts WHERE account_id = :id", "email", id=ana.account_id
    )[0]
    assert export_id in mails_to(address)[0].text
    kinds = [event["kind"] for event in ana.get("users/me/security-events").json["items"]]
    assert "export_asked" in kinds


def test_a_file_name_stands_in_the_archive_without_a_path():
    assert safe_name("../../etc/passwd") == "_.._etc_passwd"
    assert safe_name("..") == "file"
    assert safe_name("Läufe: 3/4.gpx") == "Läufe_ 3_4.gpx"
    assert len(safe_name("x" * 500)) == 100


def asked_for(account_id):
    """Return a new export of a member."""
    return service.ask_for_export(
        account_id=account_id, session_id=None, remote_address=None, now=utc_now()
    )


def a_ready_one(account_id):
    """Return a member's export once it is made."""
    export_id = asked_for(account_id).export_id
    run_jobs()
    with db.reading("find") as tx:
        return repository.find_export(tx, export_id)


def jobs():
    """Return the jobs that wait, with their names."""
    return select(
        "SELECT outbox_id, job_name FROM outbox WHERE state = 'pending'", "outbox_id", "job_name"
    )
