"""`make smoke`: walk the whole path against a running server over HTTP, and say each step.

It registers a member, reads the mailed token, uploads an hour of running, follows the points, lets
an admin schedule a drawing, buys tickets, waits for the draw, verifies it without the server, and
looks for the winner's notice. It exits 1 at the first thing that is not as promised.
"""

from __future__ import annotations

import argparse
import json
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyotp

from fittrack.dev.files import make_gpx
from fittrack.drawings import verifier
from tests.smoke_client import Client, NotAsPromised

PASSWORD = "violet tram over quiet lakes"
TICKET_PRICE_POINTS = 10
OPENS_IN_S, SALES_S, DRAW_AFTER_S = 4, 14, 2
PATIENCE_S = 60


@dataclass
class Walk:
    """What the steps learn on their way."""

    base_url: str
    logins: dict[str, Any]
    anonymous: Client = field(init=False)
    member: Client = field(init=False)
    admin: Client = field(init=False)
    email: str = ""
    drawing_id: str = ""
    purchase: dict[str, Any] = field(default_factory=dict)
    bundle: bytes = b""

    def __post_init__(self) -> None:
        self.anonymous = Client(self.base_url)
        self.member = Client(self.base_url)
        self.admin = Client(self.base_url)


def check_health_and_documents(walk: Walk) -> str:
    parts = walk.anonymous.get("/health/ready").json["parts"]
    document = walk.anonymous.get("/api/v1/openapi.json").json
    promise(document["openapi"].startswith("3.1"), "OpenAPI 3.1")
    for page in ("/docs", "/redoc"):
        walk.anonymous.get(page)
    problem = walk.anonymous.get("/api/v1/users/me", expect=401)
    promise(problem.headers["Content-Type"] == "application/problem+json", "problem+json")
    return f"ready: {', '.join(parts)}; {len(document['paths'])} paths documented"


def register_and_verify(walk: Walk) -> str:
    name = f"smoke-{secrets.token_hex(4)}"
    walk.email = f"{name}@example.com"
    form = {
        "email": walk.email,
        "password": PASSWORD,
        "display_name": name,
        "date_of_birth": "1990-05-17",
        "state": "CA",
        "accepted_terms_version": "2026-01",
        "accepted_rules_version": "2026-01",
    }
    walk.anonymous.post("/api/v1/auth/register", form, expect=201)
    walk.anonymous.post("/api/v1/auth/register", {**form, "role": "admin"}, expect=422)
    credentials = {"email": walk.email, "password": PASSWORD}
    walk.anonymous.post("/api/v1/auth/login", credentials, expect=401)
    token = wait_for(lambda: mailed_token(walk), "the verification mail")
    walk.anonymous.post("/api/v1/auth/verify-email", {"token": token})
    walk.anonymous.post("/api/v1/auth/verify-email", {"token": token}, expect=422)
    return f"{name} is registered and verified; the token works once"


def log_in_and_refresh(walk: Walk) -> str:
    credentials = {"email": walk.email, "password": PASSWORD}
    tokens = walk.anonymous.post("/api/v1/auth/login", credentials).json
    old = {"refresh_token": tokens["refresh_token"]}
    first = walk.anonymous.post("/api/v1/auth/refresh", old).json
    second = walk.anonymous.post("/api/v1/auth/refresh", old).json
    promise(first["refresh_token"] == second["refresh_token"], "a lost answer is no theft")
    walk.member.token = first["access_token"]
    me = walk.member.get("/api/v1/users/me").json
    promise(me["email"] == walk.email, "my own account")
    return "signed in; the same refresh token gives the same successor within its grace"


def upload_an_hour(walk: Walk) -> str:
    started_at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
    run = make_gpx(started_at, 3600, seed=secrets.randbelow(1000))
    files = {"run.gpx": run, "broken.fit": b"\x0e\x10not a FIT file", "copy.gpx": run}
    upload = walk.member.upload(files).json
    done = wait_for(lambda: finished_import(walk, upload["import_id"]), "the import")
    outcome = {item["file_name"]: item for item in done["files"]}
    states = sorted(item["state"] for item in done["files"])
    promise(states == ["created", "duplicate", "refused"], f"one of each, not {states}")
    promise(bool(outcome["broken.fit"]["reason_code"]), "a reason for the refusal")
    page = walk.member.get("/api/v1/activities").json
    promise(len(page["items"]) == 1, "one activity")
    activity = page["items"][0]
    promise(activity["elapsed_s"] == 3600, "an hour")
    return f"{activity['distance_m']} m in an hour; the copy and the broken file said so"


def follow_the_points(walk: Walk) -> str:
    balance = walk.member.get("/api/v1/points/balance").json["balance_points"]
    statement = walk.member.get("/api/v1/points/transactions").json["items"]
    days = {line["day_on"] for line in statement}
    receipts = [walk.member.get(f"/api/v1/points/days/{day}").json for day in sorted(days)]
    awarded = sum(receipt["awarded_points"] for receipt in receipts)
    promise(balance == awarded > 0, f"the receipts' {awarded} points, not {balance}")
    for receipt in receipts:
        lines = sum(line["awarded_points"] for line in receipt["lines"])
        promise(lines == receipt["awarded_points"], "a receipt that adds up")
    return f"{balance} points, each explained by a receipt"


def sign_in_as_admin(walk: Walk) -> str:
    login = walk.logins["admin"]
    credentials = {"email": login["email"], "password": login["password"]}
    challenge = walk.anonymous.post("/api/v1/auth/login", credentials).json
    promise(challenge["mfa_required"], "a second factor for admins")
    totp = pyotp.TOTP(login["totp_secret"])
    walk.admin.token = wait_for(
        lambda: try_second_factor(walk, challenge["mfa_token"], totp), "a fresh code"
    )
    walk.member.post("/api/v1/drawings", {}, expect=403)
    return f"{login['email']} with a second factor; a member may not create drawings"


def schedule_a_drawing(walk: Walk) -> str:
    opens_at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=OPENS_IN_S)
    closes_at = opens_at + timedelta(seconds=SALES_S)
    draft = {
        "type": "daily",
        "name": "Smoke test drawing",
        "ticket_price_points": TICKET_PRICE_POINTS,
        "min_account_age_days": 0,
        "sponsor_id": standing_witness(walk),
        "opens_at": opens_at.isoformat(),
        "closes_at": closes_at.isoformat(),
        "draws_at": (closes_at + timedelta(seconds=DRAW_AFTER_S)).isoformat(),
        "prizes": [{"name": "Running shoes", "value_cents": 5000}],
    }
    created = walk.admin.post("/api/v1/drawings", draft, expect=201).json
    walk.drawing_id = created["drawing_id"]
    path = f"/api/v1/drawings/{walk.drawing_id}"
    walk.member.post(f"{path}/tickets", {"ticket_count": 1}, expect=404, key="too-early")
    walk.admin.post(f"{path}/schedule")
    published = walk.anonymous.get(f"{path}/verification").json
    promise(published["assurance"] == "witnessed", "a witness beside the operator")
    walk.anonymous.get(f"{path}/rules")
    walk.admin.post(f"{path}/close", expect=409)
    return f"{walk.drawing_id} with signed terms, {published['assurance']}; nobody closes early"


def standing_witness(walk: Walk) -> str:
    """Return the sponsor whose kept values are revealed by themselves when they are due."""
    sponsors = walk.admin.get("/api/v1/sponsors").json["items"]
    standing = [one for one in sponsors if one["is_revealing_by_itself"] and not one["barred_at"]]
    promise(bool(standing), "a sponsor that witnesses by itself")
    return str(standing[0]["sponsor_id"])


def buy_tickets(walk: Walk) -> str:
    wait_for(lambda: status_of(walk) == "open", "the scheduler to open the drawing")
    path = f"/api/v1/drawings/{walk.drawing_id}/tickets"
    balance = walk.member.get("/api/v1/points/balance").json["balance_points"]
    walk.member.post(path, {"ticket_count": 1}, expect=400)
    poor = walk.member.post(path, {"ticket_count": 100_000}, expect=422, key=secrets.token_hex(8))
    promise(poor.json["code"] == "insufficient_points", "insufficient_points")
    key = secrets.token_hex(8)
    bought = walk.member.post(path, {"ticket_count": 3}, expect=201, key=key)
    again = walk.member.post(path, {"ticket_count": 3}, expect=201, key=key)
    promise(again.body == bought.body, "the same answer to the same key")
    promise(again.headers.get("Idempotent-Replayed") == "true", "Idempotent-Replayed")
    reused = walk.member.post(path, {"ticket_count": 4}, expect=422, key=key)
    promise(reused.json["code"] == "idempotency_key_reused", "idempotency_key_reused")
    walk.purchase = bought.json
    left = balance - 3 * TICKET_PRICE_POINTS
    promise(walk.purchase["balance_points"] == left, f"{left} points left")
    return f"3 tickets, {left} points left, once for all tries; receipt {receipt_holds(walk)}"


def receipt_holds(walk: Walk) -> str:
    """Check the receipt's signature with the key in the published terms."""
    terms = walk.anonymous.get(f"/api/v1/drawings/{walk.drawing_id}/verification").json["terms"]
    key, receipt = terms["terms"]["operator_key"], walk.purchase["receipt"]
    holds = verifier.signature_holds(key, "receipt", receipt["receipt"], receipt["sig"])
    promise(holds, "a receipt whose signature holds")
    return "signed by the operator"


def wait_for_the_draw(walk: Walk) -> str:
    wait_for(lambda: status_of(walk) == "completed", "the draw")
    path = f"/api/v1/drawings/{walk.drawing_id}"
    results = walk.anonymous.get(f"{path}/results").json
    promise(len(results["winners"]) == 1, "one winner")
    late = walk.member.post(f"{path}/tickets", {"ticket_count": 1}, expect=409, key="late")
    promise(late.json["code"] == "drawing_not_open", "drawing_not_open")
    proof = walk.member.get(f"{path}/my-tickets/proof").json["items"]
    promise(len(proof) == 1, "an inclusion proof of my entry")
    winner = results["winners"][0]
    return f"{winner['display_name']} won with ticket {winner['ticket_no']}"


def verify_without_the_server(walk: Walk) -> str:
    path = f"/api/v1/drawings/{walk.drawing_id}/verification/bundle.json"
    walk.bundle = walk.anonymous.get(path).body
    with tempfile.TemporaryDirectory() as folder:
        bundle = Path(folder) / "bundle.json"
        bundle.write_bytes(walk.bundle)
        alone = Path(shutil.copy(verifier.__file__, folder))
        for command in (
            [sys.executable, "-I", str(alone), str(bundle), "--json"],
            [sys.executable, "-m", "flask", "verify-drawing", str(bundle), "--json"],
        ):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            promise(done.returncode == 0, f"exit 0 of {command[1:3]}: {done.stdout}{done.stderr}")
            report = json.loads(done.stdout)
        tampered = walk.bundle.replace(b'"units":3', b'"units":4')
        bundle.write_bytes(tampered)
        done = subprocess.run(
            [sys.executable, "-I", str(alone), str(bundle)], capture_output=True, check=False
        )
        promise(done.returncode == 1, "exit 1 for a tampered bundle")
    passed = sum(outcome == "pass" for outcome in report["checks"].values())
    return f"{passed} checks pass, {report['assurance']}; a tampered bundle fails"


def look_for_the_notice(walk: Walk) -> str:
    notices = wait_for(
        lambda: walk.member.get("/api/v1/notifications").json["items"], "the winner's notice"
    )
    mail = wait_for(lambda: mails_to(walk, "won"), "the winner's mail")
    deliveries = walk.member.get("/api/v1/fulfillments").json["items"]
    promise(len(deliveries) == 1, "one delivery for one prize")
    titles = f"“{notices[0]['title']}”, the mail “{mail[0]['subject']}”"
    return f"{titles}, delivery {deliveries[0]['state']}"


def audit_the_books(walk: Walk) -> str:
    if urlsplit(walk.base_url).hostname not in {"127.0.0.1", "localhost"}:
        return "left out: the database of another machine can't be read from here"
    done = subprocess.run(
        [sys.executable, "-m", "flask", "ledger", "audit", "--deep"],
        capture_output=True,
        text=True,
        check=False,
    )
    promise(done.returncode == 0, f"sound books: {done.stdout}{done.stderr}")
    return done.stdout.strip().splitlines()[-1]


STEPS: tuple[Callable[[Walk], str], ...] = (
    check_health_and_documents,
    register_and_verify,
    log_in_and_refresh,
    upload_an_hour,
    follow_the_points,
    sign_in_as_admin,
    schedule_a_drawing,
    buy_tickets,
    wait_for_the_draw,
    verify_without_the_server,
    look_for_the_notice,
    audit_the_books,
)


def mailed_token(walk: Walk) -> str | None:
    for mail in mails_to(walk, ""):
        if found := re.search(r"^ *([A-Za-z0-9_.-]{30,})\s*$", mail["text"], re.MULTILINE):
            return found.group(1)
    return None


def mails_to(walk: Walk, word: str) -> list[dict[str, Any]]:
    mails = walk.anonymous.get("/api/v1/dev/mailbox", to=walk.email).json["items"]
    return [mail for mail in mails if word in mail["subject"].lower()]


def finished_import(walk: Walk, import_id: str) -> dict[str, Any] | None:
    found = walk.member.get(f"/api/v1/imports/{import_id}").json
    return found if found["state"] == "done" else None


def try_second_factor(walk: Walk, mfa_token: str, totp: pyotp.TOTP) -> str | None:
    """Return an access token, or None where this half minute's code was used already."""
    body = {"mfa_token": mfa_token, "code": totp.now()}
    try:
        return str(walk.anonymous.post("/api/v1/auth/login/mfa", body).json["access_token"])
    except NotAsPromised:
        time.sleep(2)
        return None


def status_of(walk: Walk) -> str:
    return str(walk.anonymous.get(f"/api/v1/drawings/{walk.drawing_id}").json["status"])


def wait_for(look: Callable[[], Any], what: str) -> Any:
    deadline_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline_s:
        if found := look():
            return found
        time.sleep(0.2)
    raise NotAsPromised(f"waited {PATIENCE_S} s in vain for {what}")


def promise(holds: bool, what: str) -> None:
    if not holds:
        raise NotAsPromised(f"promised: {what}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base-url", default="http://127.0.0.1:8000")
    options = parser.parse_args()
    told = subprocess.run([sys.executable, "-m", "flask", "demo", "--json"], capture_output=True)
    if told.returncode != 0:
        print(f"no demo world here (`make run` makes one): {told.stderr.decode().strip()}")
        return 1
    walk = Walk(options.base_url, json.loads(told.stdout))
    for number, step in enumerate(STEPS, start=1):
        title = step.__name__.replace("_", " ")
        try:
            print(f"{number:2}/{len(STEPS)}  {title}: {step(walk)}", flush=True)
        except NotAsPromised as error:
            print(f"{number:2}/{len(STEPS)}  {title}: FAILED: {error}", flush=True)
            return 1
    print("all as promised")
    return 0


if __name__ == "__main__":
    sys.exit(main())
