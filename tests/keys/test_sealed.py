"""Changing ENCRYPTION_KEY: every sealed value is put under the new one, whatever happens."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fittrack import config, crypto, db
from fittrack.accounts.factors import service as factors
from fittrack.clock import utc_now
from fittrack.crypto import Unsealable
from fittrack.db.values import instant_to_text
from fittrack.drawings.conduct import values
from fittrack.keys import service
from fittrack.keys.registry import SEALED
from tests import factories_drawings as make
from tests.conformance import engines
from tests.factories_accounts import make_account, make_totp
from tests.guards.source import ROOT, python_files
from tests.real_processes import environment, flask

PURPOSE = factors.PURPOSE


@pytest.fixture
def new_key(settings, database):
    """Return settings in which a new key seals and the old one still opens."""
    former = settings.encryption_key
    return replace(settings, encryption_key=config.new_secret(), encryption_former_keys=former)


def without_the_old(settings):
    return replace(settings, encryption_former_keys="")


def rotate():
    return {done.name: done for done in service.reseal(told=lambda _batch: None)}


def sealed_before_keys_had_ids(purpose, context, secret, nonce=b"n" * 12):
    key = crypto._derived(config.current().encryption_key, purpose)
    return nonce + AESGCM(key).encrypt(nonce, secret, context.encode())


def accepts(account_id, totp):
    with db.transaction("use_code") as tx:
        return factors.use_code(tx, account_id, totp.now(), now=utc_now())


def test_what_was_sealed_before_keys_had_ids_still_opens(settings, new_key):
    config.use(settings)
    old = sealed_before_keys_had_ids("totp", "ana", b"secret")
    assert crypto.unseal("totp", "ana", old) == b"secret"
    config.use(new_key)
    assert crypto.unseal("totp", "ana", old) == b"secret"
    fresh = crypto.resealed("totp", "ana", old)
    config.use(without_the_old(new_key))
    assert crypto.unseal("totp", "ana", fresh) == b"secret"
    with pytest.raises(Unsealable):
        crypto.unseal("totp", "ana", old)


def test_an_old_value_that_happens_to_begin_like_a_new_one_is_sealed_again(new_key):
    config.use(new_key)
    like_new = b"\x01" + bytes.fromhex(crypto.encryption_key_ids()[0]) + b"n" * 7
    old = sealed_before_keys_had_ids("totp", "ana", b"secret", like_new)
    assert crypto.unseal("totp", "ana", old) == b"secret"
    fresh = crypto.resealed("totp", "ana", old)
    assert crypto.unseal("totp", "ana", fresh) == b"secret"
    assert crypto.resealed("totp", "ana", fresh) is None


def test_a_sealed_value_names_its_key(settings, new_key):
    config.use(settings)
    old = crypto.seal("totp", "ana", b"secret")
    config.use(new_key)
    assert crypto.unseal("totp", "ana", old) == b"secret"
    present, former = crypto.encryption_key_ids()
    assert old[1:5].hex() == former
    assert crypto.seal("totp", "ana", b"secret")[1:5].hex() == present


def test_what_is_under_the_present_key_is_left_alone(new_key):
    config.use(new_key)
    assert crypto.resealed("totp", "ana", crypto.seal("totp", "ana", b"secret")) is None


def test_after_a_rotation_the_old_key_may_go(new_key):
    ana = make_account()
    totp = make_totp(ana)
    drawing = make.make_open(make.start() - timedelta(hours=3), sponsor_id=make.make_sponsor())
    player = make.make_player()
    make.buy(drawing, player)

    config.use(new_key)
    counted = {one.name: service.count(one) for one in SEALED}
    first, again = rotate(), rotate()
    config.use(without_the_old(new_key))

    assert counted == {done.name: done.seen for done in first.values()}

    assert (
        first["secrets of authenticator apps"].changed
        == first["secrets of authenticator apps"].seen
    )
    assert first["kept values of drawings"].changed == 2
    assert {done.changed for done in again.values()} == {0}
    assert accepts(ana, totp)
    for at in (drawing.closes_at, drawing.draws_at):
        make.advance(drawing, at)
    assert make.get(drawing).status == "completed"


def test_without_a_rotation_the_old_key_is_needed(new_key):
    ana = make_account()
    totp = make_totp(ana)
    config.use(without_the_old(new_key))
    with pytest.raises(Unsealable):
        accepts(ana, totp)


def test_a_value_may_be_sealed_again_and_again(settings, new_key):
    drawing = make.make_open(make.start() - timedelta(hours=3))
    for _ in range(3):
        before = config.current().encryption_key
        config.use(
            replace(settings, encryption_key=config.new_secret(), encryption_former_keys=before)
        )
        assert rotate()["kept values of drawings"].changed == 1
    config.use(without_the_old(config.current()))
    with db.reading("read_kept") as tx:
        (source,) = make_sources(tx, drawing)
        assert len(values.read_kept(tx, source)) == 32


def make_sources(tx, drawing):
    return [
        source
        for source in values.repository.list_sources(tx, drawing.drawing_id)
        if source.custody == "operator"
    ]


def test_values_that_were_revealed_are_public_and_left_alone(new_key):
    drawing = make.make_open(make.start() - timedelta(hours=3))
    make.buy(drawing, make.make_player())
    for at in (drawing.closes_at, drawing.draws_at):
        make.advance(drawing, at)
    config.use(new_key)
    assert rotate()["kept values of drawings"].seen == 0


def test_a_row_that_was_copied_elsewhere_opens_neither_before_nor_after(new_key, database):
    ana, ben = make_account(), make_account()
    make_totp(ana)
    totp = make_totp(ben)
    database.raw().execute(
        "UPDATE totp_factors SET secret_bytes ="
        f" (SELECT secret_bytes FROM totp_factors WHERE account_id = '{ana}')"
        f" WHERE account_id = '{ben}'"
    )
    config.use(new_key)
    done = rotate()["secrets of authenticator apps"]
    assert done.lost == (f"the authenticator app of account {ben}",)
    assert done.changed == done.seen - 1
    with pytest.raises(Unsealable):
        accepts(ben, totp)


def test_every_seal_has_its_place_in_the_rotation():
    sealing = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in python_files()
        if "crypto.seal(" in path.read_text(encoding="utf-8")
    }
    assert sealing == {sealed.sealed_in for sealed in SEALED}


def plant(database, rows):
    """Give many members an authenticator app whose secret is sealed with the present key."""
    account_id = make_account()
    raw = database.raw()
    columns = [row[1] for row in raw.execute("PRAGMA table_info(accounts)")]
    kept = [name for name in columns if name not in {"account_id", "email", "email_key"}]
    kept = [name for name in kept if not name.startswith("display_name")]
    listed = ", ".join(kept)
    owners = [f"00000000-0000-7000-8000-{number:012}" for number in range(rows)]
    raw.execute("BEGIN")
    for number, owner in enumerate(owners):
        raw.execute(
            "INSERT INTO accounts (account_id, email, email_key, display_name, display_name_key,"
            f" {listed}) SELECT ?, ?, ?, ?, ?, {listed} FROM accounts WHERE account_id = ?",
            (owner, *[f"planted{number}@x.example"] * 2, *[f"planted{number}"] * 2, account_id),
        )
        sealed = crypto.seal(PURPOSE, owner, pyotp.random_base32().encode())
        raw.execute(
            "INSERT INTO totp_factors (account_id, secret_bytes, created_at) VALUES (?, ?, ?)",
            (owner, sealed, instant_to_text(utc_now())),
        )
    raw.execute("COMMIT")
    return owners


@pytest.mark.skipif(engines.name() != "sqlite", reason="another process reads the same file")
def test_a_rotation_that_was_killed_half_way_is_run_again(database, new_key):
    owners = plant(database, 4_000)
    command = [sys.executable, "-m", "flask", "keys", "rotate"]
    environ = environment(new_key, database.path)
    first = subprocess.Popen(command, env=environ, cwd=ROOT, stderr=subprocess.DEVNULL)
    changed = "SELECT COUNT(*) FROM totp_factors WHERE hex(substr(secret_bytes, 2, 4)) = ?"
    config.use(new_key)
    (present, _) = crypto.encryption_key_ids()
    deadline_s = time.monotonic() + 30
    while database.raw().execute(changed, (present.upper(),)).fetchone()[0] < 200:
        assert time.monotonic() < deadline_s
        time.sleep(0.002)
    first.send_signal(signal.SIGKILL)
    first.wait()
    half = database.raw().execute(changed, (present.upper(),)).fetchone()[0]

    second = flask(environ, "keys", "rotate")

    assert 200 <= half < len(owners)
    assert half % service.BATCH_ROWS == 0
    assert second.returncode == 0
    assert f"{len(owners)} looked at, {len(owners) - half} sealed again" in second.stdout
    config.use(without_the_old(new_key))
    rows = database.raw().execute("SELECT account_id, secret_bytes FROM totp_factors").fetchall()
    assert all(len(crypto.unseal(PURPOSE, owner, sealed)) == 32 for owner, sealed in rows)


@pytest.mark.skipif(engines.name() != "sqlite", reason="another process reads the same file")
def test_a_value_that_no_key_opens_is_named_and_the_status_says_so(database, new_key):
    ana = make_account()
    make_totp(ana)
    done = flask(environment(without_the_old(new_key), database.path), "keys", "rotate")
    assert done.returncode == 1
    assert f"lost: the authenticator app of account {ana} can't be opened" in done.stdout
