from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack import config
from fittrack.clock import from_epoch_s
from fittrack.pagination import Cursor, InvalidCursor, Page

pytestmark = pytest.mark.usefixtures("probe")


def page_of(rows, cursor, limit):
    after = cursor.number(default=-1)
    rest = [row for row in rows if row > after][: limit + 1]
    return Page.of(rest, limit=limit, cursor=cursor, key=lambda row: row)


@given(st.lists(st.integers(0, 10**9), unique=True).map(sorted), st.integers(1, 7))
def test_pages_lose_nothing_and_repeat_nothing(rows, limit):
    seen, cursor = [], Cursor("things")
    while True:
        page = page_of(rows, cursor, limit)
        assert len(page.items) <= limit
        seen += page.items
        if page.next_cursor is None:
            break
        cursor = Cursor.parse(page.next_cursor, scope="things")
    assert seen == rows


def test_a_cursor_keeps_instants_text_and_numbers():
    instant = from_epoch_s(1_750_000_000).replace(microsecond=7)
    text = Cursor("things", (instant, "id-1", 9)).encode()
    parsed = Cursor.parse(text, scope="things")
    assert parsed.instant(default=from_epoch_s(0)) == instant
    assert parsed.text(default="", at=1) == "id-1"
    assert parsed.number(default=0, at=2) == 9


def test_no_cursor_is_the_first_page():
    cursor = Cursor.parse(None, scope="things")
    assert cursor.number(default=5) == 5
    assert cursor.text(default="x") == "x"
    assert cursor.instant(default=from_epoch_s(1)) == from_epoch_s(1)


@pytest.mark.parametrize("values", [(1,), (12,), (123,)])
def test_a_cursor_has_one_spelling(values):
    text = Cursor("things", values).encode()
    last = text[-1]
    others = [text[:-1] + chr(ord(last) + 1), f"{text}=", f"{text}!", f" {text}", f"{text}\n"]
    for other in others:
        with pytest.raises(InvalidCursor):
            Cursor.parse(other, scope="things")


def test_a_cursor_of_another_list_is_refused():
    text = Cursor("activities", (1,)).encode()
    with pytest.raises(InvalidCursor):
        Cursor.parse(text, scope="drawings")


@given(st.text(max_size=60))
def test_made_up_cursors_are_refused(text):
    with pytest.raises(InvalidCursor):
        Cursor.parse(text, scope="things")


@given(st.data())
def test_a_cursor_with_any_bit_changed_is_refused(data):
    text = Cursor("things", (123, "abc")).encode()
    raw = bytearray(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    at = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[at // 8] ^= 1 << (at % 8)
    with pytest.raises(InvalidCursor):
        Cursor.parse(base64.urlsafe_b64encode(raw).decode(), scope="things")


def test_a_cursor_of_another_secret_is_refused(settings, monkeypatch):
    text = Cursor("things", (1,)).encode()
    monkeypatch.setattr(config, "_current", None)
    config.use(type(settings)(secret_key=config.new_secret()))
    with pytest.raises(InvalidCursor):
        Cursor.parse(text, scope="things")
    config.use(settings)


def test_a_tampered_cursor_is_400_over_http(probe):
    first = probe.get("/api/v1/probes?limit=3").json
    assert [item["count"] for item in first["items"]] == [1, 2, 3]
    second = probe.get(f"/api/v1/probes?limit=3&cursor={first['next_cursor']}").json
    assert [item["count"] for item in second["items"]] == [4, 5, 6]
    bad = probe.get(f"/api/v1/probes?cursor=A{first['next_cursor']}")
    assert (bad.status_code, bad.json["code"]) == (400, "invalid_cursor")
    long = probe.get(f"/api/v1/probes?cursor={'A' * 3000}")
    assert (long.status_code, long.json["code"]) == (400, "invalid_cursor")
