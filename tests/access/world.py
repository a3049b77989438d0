"""One of everything, owned by Ana, and all who ask for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pyotp
from flask.testing import FlaskClient
from PIL import Image

from fittrack import auth, config, crypto, db
from fittrack.accounts.sessions import service as sessions
from fittrack.accounts.sessions.models import Device
from fittrack.clock import rfc3339, utc_now
from fittrack.dev.files import make_gpx
from tests import factories_drawings as drawings
from tests import factories_templates as templates
from tests.access import rows
from tests.accounts.steps import log_in, mails_to, register, run_jobs, token_in
from tests.authenticator import Authenticator
from tests.factories_accounts import PASSWORD, login, make_account, make_totp
from tests.factories_activities import Member, execute
from tests.factories_fulfilment import make_awards, open_awards

Headers = dict[str, str]


def _png() -> bytes:
    """Return a small picture."""
    content = BytesIO()
    Image.new("RGB", (64, 48), "teal").save(content, "PNG")
    return content.getvalue()


# What only Ana and operators may be shown.
PRIVATE = ("owner_email", "activity", "import", "session", "delivery", "notification", "export")
PNG = _png()
GPX = make_gpx(utc_now() - timedelta(days=2), 900)


class World:
    """The things of the matrix by name, the identities' headers, and what is Ana's alone."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.things: dict[str, str | Callable[[], Any]] = {"password": PASSWORD}
        self.headers: dict[str, Headers] = {rows.NOBODY: {}}
        self.private: set[str] = set()
        self._make_people()
        self._make_activity()
        self._make_zone()
        self._make_review()
        self._make_drawings()
        self._make_sessions()
        self._make_factors()
        self._make_newcomer()
        self._make_reset()
        self._make_profile()
        self._make_passkey()
        self._make_export()
        self._make_invitation()
        self._make_new_address()
        self._make_provided()
        self._make_lockout()
        self._make_appeal()
        self._make_adjustments()
        self.private |= {
            str(self.things[name])
            for name in (
                "owner_email",
                "activity",
                "import",
                "session",
                "delivery",
                "notification",
                "export",
            )
        }

    def value(self, given: Any) -> Any:
        """Return what a row gives, with the names of things replaced by the things."""
        if isinstance(given, dict):
            return {name: self.value(inner) for name, inner in given.items()}
        if isinstance(given, list):
            return [self.value(inner) for inner in given]
        if isinstance(given, str) and given.startswith("$"):
            thing = self.things[given[1:]]
            return thing() if callable(thing) else thing
        return given

    def done(self, who: str | Headers, operation: str, body: Any = None, **sent: Any) -> Any:
        """Return the JSON of an answer that must be good."""
        method, path = operation.split(" ")
        headers = self.headers[who] if isinstance(who, str) else who
        sent |= {"json": body} if body is not None else {}
        answer = self.client.open(f"/api/v1/{path}", method=method, headers=headers, **sent)
        assert answer.status_code < 400, (operation, answer.json)
        return answer.get_json(silent=True)

    def _make_people(self) -> None:
        self.owner = Member(self.client)
        self.things["owner"] = self.owner.account_id
        self.things["owner_email"] = self.owner.get("users/me").json["email"]
        self.headers[rows.OWNER] = self.owner.headers
        self.headers[rows.TIRED_OWNER] = login(
            self.client, self.owner.account_id, is_stepped_up=False
        )
        premium = make_account(role="premium")
        make_totp(premium)
        self.headers[rows.PREMIUM] = login(self.client, premium)
        for name, role in ((rows.OTHER, "user"), (rows.AUDITOR, "auditor")):
            self.headers[name] = login(self.client, make_account(role=role))
        self._make_sponsors()
        self._make_admins()
        self._make_outsiders()

    def _make_sponsors(self) -> None:
        for name, thing in ((rows.SPONSOR, "sponsor"), (rows.OTHER_SPONSOR, "other_sponsor")):
            sponsor_id = drawings.make_sponsor()
            self.things[thing] = sponsor_id
            self.headers[name] = login(self.client, drawings.make_sponsor_account(sponsor_id))
        offered = {"name": "Running shoes", "value_cents": 4000}
        self.things["prize"] = self.done(rows.SPONSOR, "POST prizes", offered)["prize_id"]

    def _make_admins(self) -> None:
        admin, bare = make_account(role="admin"), make_account(role="admin")
        execute("DELETE FROM totp_factors WHERE account_id = :account_id", account_id=bare)
        self.headers[rows.ADMIN] = login(self.client, admin)
        self.headers[rows.TIRED_ADMIN] = login(self.client, admin, is_stepped_up=False)
        self.headers[rows.BARE_ADMIN] = login(self.client, bare)

    def _make_outsiders(self) -> None:
        """Sign Ana in with a token that has expired, and in a session that has ended."""
        self.headers[rows.EXPIRED] = expired(self.owner.headers)
        self.headers[rows.REVOKED] = login(self.client, self.owner.account_id)
        self.done(rows.REVOKED, "POST auth/logout")

    def _make_activity(self) -> None:
        detail = self.owner.upload(("run.gpx", GPX))
        self.things["import"] = detail["import_id"]
        self.things["activity"] = detail["files"][0]["activity_ids"][0]

    def _make_zone(self) -> None:
        """Let the owner hide a place."""
        body = {"name": "Home", "latitude_deg": 52.5, "longitude_deg": 13.4, "radius_m": 300}
        zone = self.done(rows.OWNER, "POST users/me/privacy-zones", body)
        self.things["zone"] = zone["zone_id"]

    def _make_review(self) -> None:
        """Let a run of the owner's be held: it lies in the future."""
        self.owner.run(duration_s=120, started_at=utc_now() + timedelta(days=2))
        self.things["review"] = self._first("reviews", "review_id")

    def _make_drawings(self) -> None:
        """Make a drawing in each status that a step starts from; Ana wins the one that is drawn."""
        now, minute = drawings.start(), timedelta(minutes=1)
        witness = {"sponsor_id": self.things["sponsor"]}
        opened = now - timedelta(hours=1) - minute
        closed = now - timedelta(hours=2) - minute
        drawn = now - timedelta(hours=3)
        drawings.give_points(self.owner.account_id, 5_000)
        # In the order of their beginnings, for the public log only goes forward.
        made = {
            "drawn": drawings.make_open(drawn),
            "due_to_draw": drawings.make_open(drawn),
            "due_to_close": drawings.make_open(closed),
            "due_to_open": drawings.make_scheduled(opened),
            "open": drawings.make_open(opened, **witness),
            "scheduled": drawings.make_scheduled(now),
            "draft": drawings.make_draft(now),
            "witnessed_draft": drawings.make_draft(now, **witness),
        }
        self.things |= {name: drawing.drawing_id for name, drawing in made.items()}
        for name in ("open", "due_to_draw", "drawn"):
            drawings.buy(made[name], self.owner.account_id)
        drawings.advance(made["due_to_draw"], made["due_to_draw"].closes_at)
        for moment in (made["drawn"].closes_at, made["drawn"].draws_at, made["drawn"].draws_at):
            drawings.advance(made["drawn"], moment)
        self.things["delivery"] = self._first("fulfillments", "fulfilment_id")
        self.things["voucher"] = self._make_voucher()
        self.things["ticket"] = self._first("tickets", "entry_id")
        self.things["notification"] = self._first("notifications", "notification_id")
        self.things["template"] = templates.make_template(now).template_id
        self.things["opens_at"] = rfc3339(now + timedelta(hours=1))
        self.things["draws_at"] = rfc3339(now + timedelta(hours=2))

    def _make_voucher(self) -> str:
        """Let Ana win a digital prize whose code is still to come."""
        awards = make_awards((self.owner.account_id, "Voucher"))
        open_awards(*awards)
        return self._first("fulfillments", "fulfilment_id")

    def _make_sessions(self) -> None:
        now = utc_now()
        with db.transaction("open_session_for_test") as tx:
            opened = sessions.open_session(
                tx,
                self.owner.account_id,
                "user",
                Device("Ana's watch", None, None),
                stepped_up_at=None,
                now=now,
            )
        self.things["session"] = opened.session_id
        self.things["refresh_token"] = opened.refresh_token

    def _make_factors(self) -> None:
        """Let Ana be about to confirm an app, and another member about to show one."""
        enrolled = self.done(rows.OWNER, "POST auth/mfa/totp/enrol")
        self.things["enrolled_code"] = pyotp.TOTP(enrolled["secret"]).now
        account_id = make_account(email="with-app@example.com")
        self.things["with_app"] = account_id
        self.things["code"] = make_totp(account_id).now
        asked = log_in(self.client, "with-app@example.com")
        self.things["mfa_token"] = asked.json["mfa_token"]

    def _make_reset(self) -> None:
        """Let an admin have begun to remove a member's lost second factors."""
        address = "lost-app@example.com"
        account_id = make_account(email=address)
        make_totp(account_id)
        self.things["resetting"] = account_id
        body = {"reason": "Phone lost."}
        self.done(rows.ADMIN, f"POST users/{account_id}/second-factor-reset", body)
        self.things["keep_factors"] = token_in(mails_to(address)[0])

    def _make_profile(self) -> None:
        """Show Ana to herself alone, with a picture."""
        self.done(rows.OWNER, "PATCH users/me/preferences", {"privacy": {"profile": "private"}})
        picture = {"data": PNG, "content_type": "image/png"}
        self.done(rows.OWNER, "PUT users/me/profile/image", **picture)

    def _make_passkey(self) -> None:
        """Give the premium member a passkey, and a log-in with it to whoever has the device."""
        device = Authenticator(config.current().base_url)
        options = self.done(rows.PREMIUM, "POST auth/passkeys/options")
        body = {"name": "Phone", "credential": device.create(options)}
        made = self.done(rows.PREMIUM, "POST auth/passkeys", body)
        self.things["passkey"] = made["passkey"]["passkey_id"]
        self.things["signed"] = lambda: device.get(
            self.done(rows.NOBODY, "POST auth/passkeys/login/options", {})
        )

    def _make_export(self) -> None:
        """Let an archive of everything about Ana be ready."""
        export_id = self.done(rows.OWNER, "POST users/me/export")["export_id"]
        run_jobs()
        shown = self.done(rows.OWNER, f"GET users/me/export/{export_id}")
        link = parse_qs(urlsplit(shown["download_url"]).query)
        self.things["export"] = export_id
        self.things |= {f"export_{name}": text for name, (text,) in link.items()}

    def _make_invitation(self) -> None:
        """Invite somebody who has not come yet."""
        body = {"email": "invited@example.com", "display_name": "Invited", "role": "user"}
        body |= {"date_of_birth": "1990-05-17", "state": "CA"}
        self.things["invited"] = self.done(rows.ADMIN, "POST users", body)["account_id"]
        self.things["invitation"] = token_in(mails_to("invited@example.com")[0])

    def _make_new_address(self) -> None:
        """Let a member have moved to another address, so that the former one may take it back."""
        old, new = "old@example.com", "new@example.com"
        account_id = make_account(email=old)
        headers = login(self.client, account_id)
        self.done(headers, "PUT users/me/email", {"email": new, "password": PASSWORD})
        body = {"token": token_in(mails_to(new)[0])}
        self.done(rows.NOBODY, "POST auth/verify-email", body)
        self.things["undo"] = token_in(mails_to(old)[0])

    def _make_provided(self) -> None:
        """Let Ana sign in with Google, and what Google has proved be waiting for two others."""
        now = utc_now()
        told = {"provider": "google", "subject": "1", "email": None}
        linked = {"account_id": self.owner.account_id, "linked_at": now, "last_used_at": now}
        insert("external_identities", **told, **linked)
        self._prove("register", "provided@example.com", None)
        self._prove("link", "linked@example.com", make_account(email="linked@example.com"))

    def _prove(self, purpose: str, email: str, account_id: str | None) -> None:
        token = f"proof-to-{purpose}"
        self.things[f"proof_to_{purpose}"] = token
        insert(
            "oidc_proofs",
            token_hash=crypto.digest(token),
            purpose=purpose,
            provider="google",
            subject=purpose,
            email=email,
            email_key=email,
            account_id=account_id,
            expires_at=utc_now() + timedelta(minutes=10),
        )

    def _make_lockout(self) -> None:
        """Lock a member's log-in by wrong passwords, so that a mail tells how to unlock it."""
        address = "locked-out@example.com"
        make_account(email=address)
        for _ in range(5):
            log_in(self.client, address, "not the password")
        self.things["unlock"] = token_in(mails_to(address)[0])

    def _make_appeal(self) -> None:
        """Suspend two members, one of whom appeals."""
        judge = login(self.client, make_account(role="admin"))
        appellant, silent = make_account(), make_account()
        headers = {name: login(self.client, name) for name in (appellant, silent)}
        for account_id in (appellant, silent):
            body = {"status": "suspended", "suspension_reason": "A bus ride."}
            self.done(judge, f"PATCH users/{account_id}", body)
        body = {"text": "It was a bus ride, I am sorry."}
        appeal = self.done(headers[appellant], "POST users/me/appeals", body)
        self.things["appeal"] = appeal["appeal_id"]
        self.headers[rows.SUSPENDED] = headers[silent]

    def _make_adjustments(self) -> None:
        """Let an admin have adjusted Ana's points a little, and asked for a second one for more."""
        colleague = login(self.client, make_account(role="admin"))
        for points, key in ((5, "little"), (50_000, "much")):
            body = {"amount_points": points, "reason": "A step counter was not read."}
            headers = colleague | {"Idempotency-Key": key}
            made = self.done(
                headers, f"POST admin/users/{self.owner.account_id}/adjust-points", body
            )
        self.things["adjustment"] = made["adjustment_id"]
        booked = self.done(colleague, "GET transactions?kind=adjustment")
        self.things["transaction"] = booked["items"][0]["transaction_id"]

    def _make_newcomer(self) -> None:
        """Let somebody have registered whose address is not verified yet."""
        form = register(self.client)
        self.things["verification"] = token_in(mails_to(form["email"])[0])

    def _first(self, path: str, name: str) -> str:
        """Return the id of the newest thing that the owner is shown."""
        found: str = self.owner.get(path).json["items"][0][name]
        return found


def expired(headers: Headers) -> Headers:
    """Return headers with the same token, signed anew as one that has just expired."""
    token = headers["Authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, options={"verify_signature": False})
    past = claims | {"exp": int(utc_now().timestamp()) - 1}
    header = {"kid": jwt.get_unverified_header(token)["kid"]}
    return {
        "Authorization": "Bearer "
        + jwt.encode(past, auth.signing_key(), algorithm="EdDSA", headers=header)
    }


def insert(table: str, **row: Any) -> None:
    """Store a row as it is."""
    names = ", ".join(row)
    execute(
        f"INSERT INTO {table} ({names}) VALUES ({', '.join(f':{name}' for name in row)})", **row
    )
