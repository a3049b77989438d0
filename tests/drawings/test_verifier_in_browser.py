"""The page and the command give one verdict on every bundle that the protocol publishes."""

from __future__ import annotations

import time

import pytest

from fittrack.drawings import verifier
from tests.bench.draw_speed import drawn_bundle
from tests.drawings import vectors
from tests.drawings.browser import browser, kept_page, shown

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


def test_the_page_and_the_command_agree_on_every_bundle(page, tmp_path):
    differ = {}
    for number, (name, bundle) in enumerate(CASES.items()):
        data = vectors.as_bytes(bundle)
        seen = shown(page, tmp_path, data, f"{number}.json")
        if seen != told(data):
            differ[name] = seen
    assert differ == {}
    assert page.problems == []


def test_the_page_refuses_every_text_that_the_command_refuses(page, tmp_path):
    for number, data in enumerate([*TEXTS, *ODD]):
        assert shown(page, tmp_path, data, f"{number}.txt") == told(data), data[:60]


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


def test_ten_thousand_entries_are_verified_in_seconds(page, tmp_path):
    bundle, _ = drawn_bundle("holder", entries=10_000, prizes=100)
    data = vectors.as_bytes(bundle)
    started_s = time.monotonic()
    assert shown(page, tmp_path, data, "large.json") == told(data)
    taken_s = time.monotonic() - started_s
    assert taken_s < 10
