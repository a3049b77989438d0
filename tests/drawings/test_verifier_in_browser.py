"""The page and the command give one verdict on every bundle that the protocol publishes."""

from __future__ import annotations

import base64
import itertools
import json
import os
import threading
import time

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from werkzeug.serving import make_server

from fittrack.drawings import verifier
from fittrack.drawings.beacon import drand_signature_holds
from fittrack.simulator.server import QuietHandler
from tests import factories_drawings as make
from tests.bench.draw_speed import drawn_bundle
from tests.drawings import mutations, vectors
from tests.drawings.browser import WAIT, browser, kept_page, shown

CASES = {
    **{f"valid {one['name']}": one["bundle"] for one in vectors.groups()["bundles_valid"]},
    **{f"bad {one['name']}": vectors.patched(one) for one in vectors.groups()["bundles_invalid"]},
}
TEXTS = [one["text"].encode("utf-8", "surrogatepass") for one in vectors.groups()["json_reject"]]
ODD = [
    b"",
    b"{}",
    b"[]",
    b"null",
    b"\xff",
    b"\xef\xbb\xbf{}",
    b'{"v":"FTD1-bundle"}',
    b"[" * 501 + b"]" * 501,
    b'{"__proto__":{"v":"FTD1-bundle"}}',
]


EDGES = [
    *(one.ljust(64, "0") for one in ("01", "00", "02")),
    *("0" * 62 + "80", "01" + "0" * 60 + "80", "ec" + "ff" * 30 + "7f", "ec" + "ff" * 31),
    *("ee" + "ff" * 30 + "7f", "ed" + "ff" * 30 + "7f", "ee" + "ff" * 31),
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
]
ORDER = 2**252 + 27742317777372353535851937790883648493
CHANGED = int(os.environ.get("FITTRACK_CHANGED", "60"))
SEED = int(os.environ.get("FITTRACK_SEED", "1"))
OTHER_ID = "01935d2a-7c00-7000-8000-5f3c1f0b2a10"
VERDICT = """(({ checks, assurance, exit }) => ({ checks, assurance, exit }))(
  FTD1.verify(Uint8Array.from(atob(one), (letter) => letter.charCodeAt(0))))"""


WIDTH_PX = 390
PHONE = {"width": WIDTH_PX, "height": 844, "deviceScaleFactor": 1, "mobile": True}
TOO_WIDE = f"""[innerWidth, ...[...document.querySelectorAll('body *')]
  .filter((one) => !one.closest('pre') && one.getBoundingClientRect().right > {WIDTH_PX})
  .map((one) => one.outerHTML.slice(0, 200))]"""


def verdicts(page, bundles: list[bytes]):
    """Return what the page's own code says of many bundles."""
    packed = json.dumps([base64.b64encode(data).decode() for data in bundles])
    return page.run(f"{packed}.map((one) => {VERDICT})")


def is_signed(key, signature):
    try:
        found = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        found.verify(bytes.fromhex(signature), b"a")
    except (InvalidSignature, ValueError):
        return False
    return True


def with_torsion(signature):
    """Return a signature plus a point of the curve whose order divides the cofactor."""
    # Only here, once the verifier has imported it: by itself it raises the limit of recursion.
    from py_ecc import optimized_bls12_381 as bls
    from py_ecc.bls import point_compression as points

    x = next(
        x
        for x in itertools.count(1)
        if pow(x**3 + 4, (bls.field_modulus - 1) // 2, bls.field_modulus) == 1
    )
    y = pow(x**3 + 4, (bls.field_modulus + 1) // 4, bls.field_modulus)
    torsion = bls.multiply((bls.FQ(x), bls.FQ(y), bls.FQ.one()), bls.curve_order)
    assert not bls.is_inf(torsion)
    moved = bls.add(points.decompress_G1(int(signature, 16)), torsion)
    return f"{points.compress_G1(moved):096x}"


def told(data: bytes) -> dict[str, object]:
    """Return what the command says of a bundle."""
    report = verifier.verify(data)
    return {"checks": report.checks, "assurance": report.assurance, "exit": report.exit}


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The page as it is handed out to be kept, opened from a disk."""
    folder = tmp_path_factory.mktemp("browser")
    with browser(folder / "profile") as page:
        page.open(kept_page(folder).as_uri())
        yield page


@pytest.fixture
def page_of_server(app, database, page):
    """A page of the application's own server, where a drawing has been drawn."""
    drawing = make.make_open(make.start(), sponsor_id=make.make_sponsor())
    make.buy(drawing, make.make_player())
    make.advance(drawing, drawing.closes_at)
    make.advance(drawing, drawing.draws_at)
    server = make_server("127.0.0.1", 0, app, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    page.problems.clear()
    yield page, f"http://127.0.0.1:{server.port}", drawing.drawing_id
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_page_and_the_command_agree_on_every_bundle(page):
    bundles = {name: vectors.as_bytes(bundle) for name, bundle in CASES.items()}
    seen = dict(zip(bundles, verdicts(page, list(bundles.values())), strict=True))
    assert seen == {name: told(data) for name, data in bundles.items()}
    assert len(seen) > 90


def test_a_bundle_that_is_chosen_as_a_file_is_judged_as_the_command_judges_it(page, tmp_path):
    chosen = [name for name in CASES if name.startswith("valid")] + list(CASES)[-6:]
    for number, name in enumerate(chosen):
        data = vectors.as_bytes(CASES[name])
        assert shown(page, tmp_path, data, f"{number}.json") == told(data), name
    assert page.problems == []


def test_the_page_refuses_every_text_that_the_command_refuses(page, tmp_path):
    for number, data in enumerate([*TEXTS, *ODD]):
        assert shown(page, tmp_path, data, f"{number}.txt") == told(data), data[:60]


@pytest.mark.parametrize(
    ("old", "new", "exit_status"),
    [
        ('"v": "FTD1-bundle"', '"v": "FTD1-bundle", "v": "FTD1-bundle"', 2),
        ('"alternates": ', '"alternates": 1, "alternates": ', 2),
        ('"unfilled": 0', '"unfilled": -0', 0),
        ('"unfilled": 0', '"unfilled": 0.0', 2),
        ('"unfilled": 0', '"unfilled": 0e0', 2),
        ('"unfilled": 0', '"unfilled": 00', 2),
        ('"unfilled": 0', '"unfilled": false', 2),
        ('"unfilled": 0', '"unfilled": 9007199254740992', 2),
        ('"v": "FTD1-bundle"', '"v": "FTD1\\u002dbundle"', 0),
        ('"v": "FTD1-bundle"', '"\\u0076": "FTD1-bundle"', 0),
        ('"v": "FTD1-bundle"', '"v": "FTD1-bundle\\n"', 2),
        ('"v": "FTD1-bundle"', '"v": "FTD1-bundle\\ud800"', 2),
        ('"v": "FTD1-bundle"', '"v": "FTD1-bundle", "é": 1', 2),
        ('"v": "FTD1-bundle"', '"v": "FTD1-bundle",', 2),
    ],
)
def test_what_a_text_spells_is_read_as_the_command_reads_it(page, old, new, exit_status):
    text = json.dumps(CASES["valid witnessed"])
    assert old in text
    data = text.replace(old, new, 1).encode()
    assert told(data)["exit"] == exit_status
    assert verdicts(page, [data]) == [told(data)]


def test_a_signature_with_a_part_outside_of_the_group_is_false_on_the_page_too(page):
    """The pairing alone would let it pass: what has another order counts as nothing there."""
    real = next(one for one in vectors.groups()["beacon_signature"] if one["valid"])
    key, number, signature = real["public_key"], real["round"], real["signature"]
    assert drand_signature_holds(key, number, signature)
    shifted = with_torsion(signature)
    assert not drand_signature_holds(key, number, shifted)
    call = f"FTD1.drandHolds('{key}', {number}, one)"
    seen = page.run(f"{json.dumps([signature, shifted])}.map((one) => {call})")
    assert seen == [True, False]


def test_the_page_tells_its_verdict_to_the_eye(page, tmp_path):
    shown(page, tmp_path, vectors.as_bytes(CASES["valid witnessed"]), "good.json")
    seen = page.run("document.body.innerText")
    assert "Everything holds" in seen
    assert verifier.LEVELS["witnessed"] in seen
    shown(page, tmp_path, vectors.as_bytes(CASES["bad picks-entry-swapped-in"]), "bad.json")
    seen = page.run("document.body.innerText")
    assert "It does not hold" in seen
    assert "the seed gives other picks" in seen


def test_a_known_key_that_is_another_is_told(page, tmp_path):
    data = vectors.as_bytes(CASES["valid witnessed"])
    page.run("document.getElementById('key').value = 'ab'.repeat(32)")
    try:
        assert shown(page, tmp_path, data, "key.json")["exit"] == 1
        assert "the operator's key is another" in page.run("document.body.innerText")
    finally:
        page.run("document.getElementById('key').value = ''")
    assert shown(page, tmp_path, data, "nokey.json")["exit"] == 0


def test_the_page_and_the_command_agree_on_bundles_changed_at_random(page):
    """By its code at once, without choosing files; FITTRACK_CHANGED takes more of them."""
    changed = mutations.bundles(CHANGED, SEED)
    seen = verdicts(page, changed)
    for data, verdict in zip(changed, seen, strict=True):
        assert verdict == told(data), data[:300]
    assert {verdict["exit"] for verdict in seen} == {0, 1, 2}


def test_the_pages_signatures_are_those_of_openssl_at_every_edge(page):
    cases = [
        (key, f"{point}{number.to_bytes(32, 'little').hex()}")
        for key in EDGES
        for point in EDGES
        for number in (0, 1, ORDER - 1, ORDER)
    ]
    call = "(([key, sig]) => FTD1.ed25519Holds(key, new Uint8Array([97]), sig))"
    seen = page.run(f"{json.dumps(cases)}.map({call})")
    assert seen == [is_signed(key, signature) for key, signature in cases]
    assert {True, False} == set(seen)


def test_ten_thousand_entries_are_verified_in_seconds(page, tmp_path):
    bundle, _ = drawn_bundle("holder", entries=10_000, prizes=100)
    data = vectors.as_bytes(bundle)
    started_s = time.monotonic()
    assert shown(page, tmp_path, data, "large.json") == told(data)
    taken_s = time.monotonic() - started_s
    assert taken_s < 30  # a second or two where nothing else runs


def test_a_link_names_a_bundle_of_the_same_server_alone(page_of_server):
    page, url, drawing_id = page_of_server
    bundle = f"/api/v1/drawings/{drawing_id}/verification/bundle.json"
    page.open(f"{url}/fair/verify?bundle={bundle}")
    assert json.loads(page.run(WAIT))["exit"] == 0
    page.open(f"{url}/fair/verify?bundle=https://fittrack.example/bundle.json")
    assert "leads to another server" in page.run(WAIT)
    page.open(f"{url}/fair/verify?bundle=/api/v1/drawings/{OTHER_ID}/verification/bundle.json")
    assert "can't be read: the server answered 404" in page.run(WAIT)
    assert [one for one in page.problems if "404" not in one] == []


def test_no_public_page_is_wider_than_a_phone(page_of_server):
    page, url, drawing_id = page_of_server
    drawing = f"/api/v1/drawings/{drawing_id}"
    page.call("Emulation.setDeviceMetricsOverride", **PHONE)
    for path in (
        f"{drawing}/rules?format=html",
        f"/fair/drawings/{drawing_id}",
        f"/fair/verify?bundle={drawing}/verification/bundle.json",
        "/fair/how",
        "/fair",
    ):
        page.open(f"{url}{path}")
        if "bundle" in path:
            assert json.loads(page.run(WAIT))["exit"] == 0
        assert page.run(TOO_WIDE) == [WIDTH_PX], path
    page.call("Emulation.clearDeviceMetricsOverride")
