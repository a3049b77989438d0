"""Someone else's object is 404, never 403 and never 200, whatever is asked of it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from fittrack import db
from fittrack.clock import utc_now
from fittrack.ids import new_id
from fittrack.notifications import service as notifications
from tests import factories_drawings as drawings
from tests.accounts.steps import run_jobs
from tests.authenticator import Authenticator
from tests.factories_activities import Member

PASSKEYS = "/api/v1/auth/passkeys"
# Things that everybody may see, or that only a role may change; each domain tests its own.
SHARED = {
    "account_id",
    "adjustment_id",
    "appeal_id",
    "drawing_id",
    "fulfilment_id",
    "prize_id",
    "review_id",
    "sponsor_id",
    "template_id",
    "transaction_id",
}


def make_activity(ana):
    return ana.run(duration_s=60)


def make_import(ana):
    return ana.upload(("run.gpx", b"no gpx"))["import_id"]


def make_session(ana):
    return ana.get("auth/sessions").json["items"][0]["session_id"]


def make_notification(ana):
    with db.transaction("tell") as tx:
        words = {"title": "t", "body": "b", "data": {}}
        notifications.notify(tx, ana.account_id, "k", key="k", now=utc_now(), **words)
    return ana.get("notifications").json["items"][0]["notification_id"]


def make_ticket(ana):
    drawing = drawings.make_open(drawings.start() - timedelta(hours=1, minutes=1))
    drawings.give_points(ana.account_id, 100)
    return drawings.buy(drawing, ana.account_id).entry.entry_id


def make_zone(ana):
    home = {"name": "Home", "latitude_deg": 52.5, "longitude_deg": 13.4, "radius_m": 300}
    made = ana.client.post("/api/v1/users/me/privacy-zones", headers=ana.headers, json=home)
    return made.json["zone_id"]


def make_export(ana):
    answer = ana.client.post("/api/v1/users/me/export", headers=ana.headers)
    run_jobs()
    return answer.json["export_id"]


def make_passkey(ana):
    device = Authenticator("http://localhost:8000")
    options = ana.client.post(f"{PASSKEYS}/options", headers=ana.headers).json
    body = {"credential": device.create(options)}
    made = ana.client.post(PASSKEYS, json=body, headers=ana.headers)
    return made.json["passkey"]["passkey_id"]


PERSONAL = {
    "activity_id": make_activity,
    "export_id": make_export,
    "import_id": make_import,
    "notification_id": make_notification,
    "passkey_id": make_passkey,
    "session_id": make_session,
    "ticket_id": make_ticket,
    "zone_id": make_zone,
}


@pytest.fixture(scope="module")
def addressed(app):
    """Return (method, address, parameter) of everything that has an id."""
    return [
        (method, rule.rule, parameter)
        for rule in app.url_map.iter_rules()
        for parameter in re.findall(r"<uuid:(\w+)>", rule.rule)
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
    ]


def test_every_address_with_an_id_is_personal_or_shared(addressed):
    assert {parameter for _, _, parameter in addressed} == PERSONAL.keys() | SHARED


@pytest.mark.parametrize("parameter", PERSONAL)
def test_a_stranger_can_not_tell_whether_a_thing_exists(client, addressed, parameter):
    ana, cem = Member(client), Member(client)
    thing = PERSONAL[parameter](ana)
    for method, address, named in addressed:
        if named == parameter:
            real = client.open(_at(address, thing), method=method, headers=cem.headers)
            made_up = client.open(_at(address, new_id()), method=method, headers=cem.headers)
            assert real.status_code == made_up.status_code == 404, (method, address)
            assert real.json["code"] == made_up.json["code"]
    for method, address, named in sorted(addressed):  # DELETE comes before GET: it ends the thing
        if named == parameter and method != "DELETE":
            own = client.open(_at(address, thing), method=method, headers=ana.headers)
            assert own.status_code < 300, (method, address, own.data[:200])


def _at(address, identifier):
    return re.sub(r"<uuid:\w+>", identifier, address)
