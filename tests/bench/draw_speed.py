"""Print how long a large drawing takes, and its verification in a browser too, where there is one:
`python -m tests.bench.draw_speed`.
"""

from __future__ import annotations

import hashlib
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from fittrack.drawings.protocol import (
    Signed,
    build_bundle,
    build_close,
    build_entry,
    build_terms,
    commit_source,
    draw,
    holder_tag,
    public_key,
    sign,
)
from fittrack.drawings.verifier import canonical_json, commitment, verify
from tests.drawings.browser import browser, find_program, kept_page, shown

ENTRIES, UNITS, PRIZES, MEMBERS = 100_000, 100, 9_000, 40_000
KEY, SECRET, DRAWING_ID = bytes(range(32)), bytes(32), "bench"


def large_list(entries: int) -> list[dict]:
    members = min(MEMBERS, entries)
    salts = [hashlib.sha256(b"salt %d" % member).digest() for member in range(members)]
    holders = [holder_tag(DRAWING_ID, f"m{i}", salt).hex() for i, salt in enumerate(salts)]
    return [build_entry(f"E{i:06d}", holders[i % members], UNITS) for i in range(entries)]


def terms_of(distinct: str, prizes: int) -> dict:
    return build_terms(
        drawing_id=DRAWING_ID,
        sequence=1,
        opens_at=100,
        closes_at=200,
        draws_at=300,
        prizes=[("prize", prizes)],
        alternates=1000,
        distinct=distinct,
        rules_sha256="0" * 64,
        sources=[commit_source("operator", commitment(DRAWING_ID, "operator", SECRET).hex())],
        operator_key=public_key(KEY),
    )


def drawn_bundle(distinct: str, *, entries: int = ENTRIES, prizes: int = PRIZES) -> tuple:
    """Return a bundle, and the seconds that close and draw took."""
    terms, listed = terms_of(distinct, prizes), large_list(entries)
    reveals = [{"id": "operator", "value": SECRET.hex()}]
    started = time.perf_counter()
    close = build_close(terms, listed, closed_at=200)
    drawn = draw(terms, close, listed, reveals, drawn_at=300)
    drawn_s = time.perf_counter() - started
    bundle = build_bundle(
        terms=Signed(terms, sign("terms", terms, KEY)),
        close=Signed(close, sign("close", close, KEY)),
        entries=listed,
        reveals=reveals,
        result=Signed(drawn.result, sign("result", drawn.result, KEY)),
    )
    return bundle, drawn_s


def measure(distinct: str) -> None:
    bundle, drawn_s = drawn_bundle(distinct)
    data = canonical_json(bundle)
    started = time.perf_counter()
    report = verify(data)
    verified_s = time.perf_counter() - started
    print(
        f"distinct {distinct}: {ENTRIES * UNITS:,} tickets in {ENTRIES:,} entries, "
        f"{len(bundle['result']['picks']):,} picks: close and draw {drawn_s:.2f} s, "
        f"verify {verified_s:.2f} s ({len(data):,} bytes), exit {report.exit}"
    )
    if report.exit:
        sys.exit(1)


def measure_browser(entries: int) -> None:
    """Print how long the page's own code takes in a real browser."""
    bundle, _ = drawn_bundle("holder", entries=entries, prizes=entries // 100)
    with TemporaryDirectory() as folder, browser(Path(folder) / "profile") as page:
        page.open(kept_page(Path(folder)).as_uri())
        seen = shown(page, Path(folder), canonical_json(bundle))
        said = page.run("document.getElementById('said').firstChild.textContent")
    print(f"in a browser, {entries:,} entries: {said}, exit {seen['exit']}")
    if seen["exit"]:
        sys.exit(1)


if __name__ == "__main__":
    measure("holder")
    measure("entry")
    if find_program():
        measure_browser(10_000)
        measure_browser(100_000)
    else:
        print("in a browser: no browser is on the path")
