"""After a deletion nothing of the person is left: markers are planted, and looked for."""

from __future__ import annotations

import io
import logging
import zlib
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from PIL import Image
from redis import Redis

from fittrack import config, crypto, db
from fittrack.accounts.erasure.rules import ERASED
from fittrack.clock import utc_now
from fittrack.db.values import instant_to_text
from fittrack.dev.files import make_gpx
from fittrack.drawings import verifier
from fittrack.log import JsonFormatter
from fittrack.points import audit
from tests import factories_drawings as make
from tests.accounts.steps import bearer, log_in, register_verified, run_jobs
from tests.authenticator import Authenticator
from tests.conformance import engines
from tests.factories_accounts import login, make_account
from tests.factories_activities import NOON_AT, Member, execute, select
from tests.factories_points import insert

pytestmark = pytest.mark.skipif(engines.name() != "sqlite", reason="looks into SQLite's own files")

EMAIL = "quentin.marker@example.com"
NEW_EMAIL = "quentin.newmarker@example.com"
NAME = "QuentinMarker"
PASSWORD = "violet marker over quiet lakes"
DEVICE = "Quentins markerphone"
ADDRESS = "203.0.113.177"
BIO = "A biomarker of mine."
FILE = "filemarker-on-sunday.gpx"
BAD_FILE = "badmarker.gpx"
TITLE = "Titlemarker along the river"
APPEAL = "An appealmarker: it was not me, and I am sorry."
REASON = "A reasonmarker for the suspension."
REQUEST_ID = "requestmarker-4711"
PRIZE = "A prizemarker"
TRACKING = "TRACKINGMARKER1Z99"
HOME = {
    "name": "Quentin Addressmarker",
    "line1": "12 Streetmarker",
    "city": "Citymarker",
    "state": "OR",
    "postal_code": "97201-4711",
    "phone": "+1 503 555 4711",
}
SUBJECT = "subjectmarker-108204268033311374519"
MARKERS = [
    SUBJECT,
    EMAIL,
    NEW_EMAIL,
    NAME.lower(),
    PASSWORD,
    DEVICE,
    ADDRESS,
    BIO,
    FILE,
    BAD_FILE,
    TITLE,
    APPEAL,
    REASON,
    REQUEST_ID,
    TRACKING,
]
# What is only ever kept sealed.
NEVER_CLEAR = [word.encode() for name, word in HOME.items() if name != "state"]
USERS = "/api/v1/users"


@pytest.fixture
def logged():
    """Return the lines that are logged, as production writes them, from DEBUG on."""
    lines, handler = io.StringIO(), None
    handler = logging.StreamHandler(lines)
    handler.setFormatter(JsonFormatter())
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lines
    root.removeHandler(handler)
    root.setLevel(level)


class Quentin(Member):
    """A member who leaves a trace wherever one can."""

    def __init__(self, client):
        self.client = client
        client.environ_base["REMOTE_ADDR"] = ADDRESS
        register_verified(client, email=EMAIL, display_name=NAME, password=PASSWORD)
        device = {"device_name": DEVICE, "device_platform": "ios"}
        self.headers = bearer(log_in(client, EMAIL, PASSWORD, **device).json)
        self.headers |= {"X-Request-ID": REQUEST_ID}
        self.account_id = self.get("users/me").json["account_id"]

    def send(self, method, path, **more):
        """Return the answer to a request that must be let through."""
        answer = self.client.open(f"/api/v1/{path}", method=method, headers=self.headers, **more)
        assert answer.status_code < 300, (path, answer.json)
        return answer

    def plant(self):
        """Fill in, bring in and ask for whatever holds something personal."""
        self.send("PATCH", "users/me/profile", json={"bio": BIO, "max_hr_bpm": 190})
        self.send("PUT", "users/me/profile/image", data=picture(), content_type="image/png")
        body = {"email": NEW_EMAIL, "password": PASSWORD}
        self.send("PUT", "users/me/email", json=body)
        run = (FILE, make_gpx(NOON_AT, 1200, name=TITLE))
        held = (FILE, make_gpx(utc_now() + timedelta(days=2), 60, name=TITLE))
        answer = self.post_files(
            run, held, (BAD_FILE, b"no gpx"), **{"Idempotency-Key": "marker-key"}
        )
        assert answer.status_code == 202
        home = {"name": TITLE, "latitude_deg": 52.5, "longitude_deg": 13.4, "radius_m": 300}
        self.send("POST", "users/me/privacy-zones", json=home)
        self.send("PUT", "users/me/play-limits", json={"monthly_limit_points": 4711})
        log_in(self.client, EMAIL, "not the right one at all")
        self.add_factors()
        link_provider(self.account_id)
        run_jobs()
        self.send("POST", "users/me/export")
        run_jobs()
        for path in (
            "users/me/profile",
            "activities",
            "notifications",
            f"users/{self.account_id}/public",
        ):
            self.get(path)

    def add_factors(self):
        """Add a passkey, an authenticator app with its recovery codes, and begin a log-in."""
        phone = Authenticator(config.current().base_url)
        options = self.send("POST", "auth/passkeys/options").json
        body = {"name": DEVICE, "credential": phone.create(options)}
        self.send("POST", "auth/passkeys", json=body)
        body = {"passkey": phone.get(self.send("POST", "auth/step-up/options").json)}
        self.send("POST", "auth/step-up", json=body)
        secret = self.send("POST", "auth/mfa/totp/enrol").json["secret"]
        self.send("POST", "auth/mfa/totp/confirm", json={"code": pyotp.TOTP(secret).now()})
        assert log_in(self.client, EMAIL, PASSWORD).json["mfa_required"]


def picture():
    """Return a picture whose bytes are like no other's."""
    out = io.BytesIO()
    Image.effect_noise((256, 256), 80).convert("RGB").save(out, "PNG")
    return out.getvalue()


def link_provider(account_id):
    """Store what signing in with Google leaves, in all its stages."""
    at = instant_to_text(utc_now())
    google = {"provider": "google", "account_id": account_id}
    known = google | {"subject": SUBJECT, "email": EMAIL}
    insert("external_identities", **known, linked_at=at, last_used_at=at)
    begun = {"state_hash": "s", "token_hash": "t", "intent": "link", "expires_at": at}
    insert("oidc_attempts", **google, **begun)
    proved = {"token_hash": "t", "purpose": "link", "email_key": EMAIL, "expires_at": at}
    insert("oidc_proofs", **known, **proved)


def leave_archive(account_id):
    """Store an archive of activity files that nobody has opened yet."""
    row = {"archive_id": "a", "account_id": account_id, "depth": 0}
    at = instant_to_text(utc_now())
    insert("import_archives", **row, byte_count=4, chunk_count=1, created_at=at)
    insert("import_archive_chunks", archive_id="a", chunk_no=0, content_bytes=b"all.")


def leave_connection(account_id):
    """Store a connection with all that hangs on it, and a visit that is under way."""
    at = instant_to_text(utc_now())
    known = {"connection_id": "c", "stream": "workouts", "external_id": "1", "version": "v"}
    insert(
        "connections",
        connection_id="c",
        account_id=account_id,
        provider="strava",
        external_account_id="4711",
        status="active",
        is_primary=0,
        scopes="read",
        grant_version=0,
        connected_at=at,
        failures=0,
        fence_no=0,
    )
    insert("connection_streams", connection_id="c", stream="workouts")
    rested = {"connection_id": "c", "account_id": account_id, "provider": "strava"}
    rested |= {"external_id": "4712", "state": "scored", "day_on": "2026-11-20", "changed_at": at}
    insert("sleeps", **rested, sleep_id="s", is_nap=0, started_at=at, ended_at=at)
    insert("recoveries", **rested, recovery_id="r", measured_at=at, sleep_external_id="4712")
    insert("connection_records", **known, is_deleted=0, changed_at=at)
    insert("provider_payloads", **known, body_bytes=b"{}", received_at=at)
    counts = dict.fromkeys(("page", "call", "created", "updated", "skipped", "deleted"), 0)
    counted = {f"{name}_count": count for name, count in counts.items()}
    begun = {"started_at": at, "cause": "due", "outcome": "done"}
    insert("connection_syncs", sync_id="s", connection_id="c", **begun, **counted)
    visit = {"state_hash": "h", "account_id": account_id, "provider": "strava"}
    insert("connection_attempts", **visit, begun_at=at, expires_at=at)


def win(account_id):
    """Let a member win a drawing as the only one who entered, and return it."""
    make.give_points(account_id, 500)
    prizes = [make.prize(name=PRIZE)]
    drawing = make.make_open(make.start(), min_account_age_days=0, prizes=prizes)
    make.buy(drawing, account_id, 3)
    make.advance(drawing, drawing.draws_at)
    assert make.get(drawing).status == "completed"
    return drawing


def claim(quentin):
    """Let a member say where the prize is to be sent, which is on its way then."""
    [won] = quentin.get("fulfillments").json["items"]
    quentin.send("POST", f"fulfillments/{won['fulfilment_id']}/confirm-address", json=HOME)
    quentin.get("fulfillments")
    at = instant_to_text(utc_now())
    execute(
        "UPDATE fulfilments SET state = 'shipped', tracking = :number, shipped_at = :at",
        number=TRACKING,
        at=at,
    )
    code = crypto.seal("prize code", won["fulfilment_id"], b"a code")
    insert("fulfilment_codes", fulfilment_id=won["fulfilment_id"], code_bytes=code, given_at=at)


def suspend_and_appeal(client, quentin):
    """Have an admin ask to reset the factors, and suspend the member, who appeals."""
    admin = login(client, make_account(role="admin"))
    path = f"{USERS}/{quentin.account_id}"
    body = {"reason": REASON}
    assert client.post(f"{path}/second-factor-reset", json=body, headers=admin).status_code < 300
    body, headers = {"amount_points": 1, "reason": REASON}, admin | {"Idempotency-Key": "k"}
    adjust = f"/api/v1/admin/users/{quentin.account_id}/adjust-points"
    assert client.post(adjust, json=body, headers=headers).status_code == 201
    body = {"status": "suspended", "suspension_reason": REASON}
    assert client.patch(path, json=body, headers=admin).status_code == 200
    quentin.send("POST", "users/me/appeals", json={"text": APPEAL})
    run_jobs()


def blobs_of(account_id):
    """Return a piece of every block of bytes that is the member's: text would not find them."""
    sources = (
        "SELECT s.block_bytes AS piece FROM activity_samples s"
        " JOIN activities a ON a.activity_id = s.activity_id WHERE a.account_id = :id",
        "SELECT content_bytes AS piece FROM original_files WHERE account_id = :id",
        "SELECT image_bytes AS piece FROM profile_images WHERE account_id = :id",
        "SELECT secret_bytes AS piece FROM totp_factors WHERE account_id = :id",
        "SELECT c.content_bytes AS piece FROM export_chunks c"
        " JOIN exports e ON e.export_id = c.export_id WHERE e.account_id = :id",
        "SELECT salt_bytes AS piece FROM drawing_holders WHERE account_id = :id",
        "SELECT a.address_bytes AS piece FROM fulfilment_addresses a"
        " JOIN fulfilments f ON f.fulfilment_id = a.fulfilment_id WHERE f.account_id = :id",
        "SELECT c.code_bytes AS piece FROM fulfilment_codes c"
        " JOIN fulfilments f ON f.fulfilment_id = c.fulfilment_id WHERE f.account_id = :id",
    )
    pieces = [rows(source, account_id) for source in sources]
    assert all(pieces), "nothing was planted in one of them"
    # From the middle, behind what every file of a kind begins with.
    return [piece[len(piece) // 2 :][:24] for found in pieces for piece in found]


def rows(source, account_id):
    return [bytes(row[0]) for row in db.engine().raw().execute(source, {"id": account_id})]


def everything(settings, logged):
    """Yield (where, bytes) of all that is stored anywhere: cells, files, Redis, logs."""
    yield from cells()
    database = Path(db.engine().path)
    mailbox = Path(settings.mail_url.removeprefix("folder:"))
    for folder in (database.parent, mailbox.parent):
        for file in folder.rglob("*"):
            if file.is_file():
                yield file.name, file.read_bytes()
    for key, value in redis_values(Redis.from_url(settings.redis_url)):
        yield f"redis {key!r}", key + value
    yield "logs", logged.getvalue().encode()


def cells():
    raw = db.engine().raw()
    tables = [name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type='table'")]
    for table in tables:
        for row in raw.execute(f"SELECT * FROM {table}"):
            for cell in row:
                yield table, cell if isinstance(cell, bytes) else str(cell).encode()


def redis_values(redis):
    readers = {
        b"string": redis.get,
        b"hash": lambda key: b" ".join(
            part for pair in redis.hgetall(key).items() for part in pair
        ),
        b"list": lambda key: b" ".join(redis.lrange(key, 0, -1)),
        b"set": lambda key: b" ".join(redis.smembers(key)),
        b"zset": lambda key: b" ".join(redis.zrange(key, 0, -1)),
    }
    for key in redis.scan_iter():
        yield key, readers[redis.type(key)](key) or b""
        packed = redis.hget(key, "data") if redis.type(key) == b"hash" else None
        with suppress(zlib.error):
            yield key, zlib.decompress(packed or b"")


def found(settings, logged, wanted):
    """Return (where, what) of each thing that is found anywhere."""
    return sorted(
        {
            (where, needle)
            for where, content in everything(settings, logged)
            for needle in wanted
            if needle in content or needle in content.lower()
        }
    )


def owned_by(account_id):
    """Return how many rows of a member each table has that is erased."""
    raw = db.engine().raw()
    tables = [
        table
        for table in ERASED
        if "account_id" in {row[1] for row in raw.execute(f"PRAGMA table_info({table})")}
    ]
    query = "SELECT COUNT(*) FROM {} WHERE account_id = ?"
    return {
        table: raw.execute(query.format(table), (account_id,)).fetchone()[0] for table in tables
    }


def wrong_in_the_books():
    """Return what a deep audit finds; the drawing's own times lie ahead of the clock."""
    report = audit.audit_ledger(now=utc_now(), is_deep=True)
    return report.findings.kept


def test_nothing_of_a_deleted_member_is_found_anywhere(client, settings, logged):
    quentin = Quentin(client)
    quentin.plant()
    drawing = win(quentin.account_id)
    claim(quentin)
    suspend_and_appeal(client, quentin)
    texts = [marker.encode() for marker in MARKERS]
    blobs = blobs_of(quentin.account_id)
    before = {needle for _, needle in found(settings, logged, texts + blobs)}
    assert before >= set(blobs) | (set(texts) - {PASSWORD.encode()})
    assert found(settings, logged, NEVER_CLEAR) == []
    holder = select("SELECT holder FROM drawing_holders", "holder")[0][0]

    logged.truncate(0)  # what was logged before is looked at below
    del quentin.headers["X-Request-ID"]  # this request's own, which its job keeps
    answer = quentin.send("DELETE", "users/me", json={"password": PASSWORD})
    run_jobs()

    assert found(settings, logged, texts + blobs) == []
    pseudonym = answer.json["display_name"]
    assert [prize["prize_name"] for prize in answer.json["pending_prizes"]] == [PRIZE]
    shown = client.get(f"/api/v1/drawings/{drawing.drawing_id}/results").json
    assert [winner["display_name"] for winner in shown["winners"]] == [pseudonym]
    assert verifier.verify(make.bundle(drawing)).exit == 0
    assert holder.encode() in make.bundle(drawing)
    assert wrong_in_the_books() == []


def test_logs_never_held_anything_of_the_person(client, settings, logged):
    quentin = Quentin(client)
    quentin.plant()
    quentin.send("DELETE", "users/me", json={"password": PASSWORD})
    run_jobs()
    held = logged.getvalue().lower()
    chosen = {
        REQUEST_ID
    }  # the client's own name for the request, which it may not fill with itself
    assert [marker for marker in MARKERS if marker.lower() in held and marker not in chosen] == []


def test_no_erased_table_has_a_row_of_a_deleted_member(client, settings, logged):
    quentin = Quentin(client)
    quentin.plant()
    win(quentin.account_id)
    suspend_and_appeal(client, quentin)
    leave_archive(quentin.account_id)
    leave_connection(quentin.account_id)
    before = owned_by(quentin.account_id)
    # A member is nobody of a sponsor's; that is tested with sponsors.
    assert {table for table, rows in before.items() if not rows} <= {"sponsor_accounts"}
    quentin.send("DELETE", "users/me", json={"password": PASSWORD})
    run_jobs()
    left = owned_by(quentin.account_id)
    assert {table: rows for table, rows in left.items() if rows} == {"outbox": 2}
    names = select(
        "SELECT job_name FROM outbox WHERE account_id = :id", "job_name", id=quentin.account_id
    )
    assert {name for (name,) in names} == {"finish_erasure"}


def test_no_search_by_the_former_address_or_name_finds_anything(client):
    quentin = Quentin(client)
    quentin.send("DELETE", "users/me", json={"password": PASSWORD})
    admin = login(client, make_account(role="admin"))
    for query in (EMAIL, NAME, NAME[:5]):
        answer = client.get(USERS, query_string={"q": query}, headers=admin)
        assert answer.json["items"] == [], query
    assert client.get(f"{USERS}/{quentin.account_id}/public", headers=admin).status_code == 404
