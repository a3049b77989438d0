"""Print how long a large drawing takes: `python -m tests.bench.draw_speed`."""

from __future__ import annotations

import hashlib
import sys
import time

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

ENTRIES, UNITS, PRIZES, MEMBERS = 100_000, 100, 9_000, 40_000
KEY, SECRET, DRAWING_ID = bytes(range(32)), bytes(32), "bench"


def large_list() -> list[dict]:
    salts = [hashlib.sha256(b"salt %d" % member).digest() for member in range(MEMBERS)]
    holders = [holder_tag(DRAWING_ID, f"m{i}", salt).hex() for i, salt in enumerate(salts)]
    return [build_entry(f"E{i:06d}", holders[i % MEMBERS], UNITS) for i in range(ENTRIES)]


def terms_of(distinct: str) -> dict:
    return build_terms(
        drawing_id=DRAWING_ID,
        sequence=1,
        opens_at=100,
        closes_at=200,
        draws_at=300,
        prizes=[("prize", PRIZES)],
        alternates=1000,
        distinct=distinct,
        rules_sha256="0" * 64,
        sources=[commit_source("operator", commitment(DRAWING_ID, "operator", SECRET).hex())],
        operator_key=public_key(KEY),
    )


def measure(distinct: str) -> None:
    terms, entries = terms_of(distinct), large_list()
    reveals = [{"id": "operator", "value": SECRET.hex()}]
    started = time.perf_counter()
    close = build_close(terms, entries, closed_at=200)
    drawn = draw(terms, close, entries, reveals, drawn_at=300)
    drawn_s = time.perf_counter() - started
    bundle = build_bundle(
        terms=Signed(terms, sign("terms", terms, KEY)),
        close=Signed(close, sign("close", close, KEY)),
        entries=entries,
        reveals=reveals,
        result=Signed(drawn.result, sign("result", drawn.result, KEY)),
    )
    data = canonical_json(bundle)
    started = time.perf_counter()
    report = verify(data)
    verified_s = time.perf_counter() - started
    print(
        f"distinct {distinct}: {ENTRIES * UNITS:,} tickets in {ENTRIES:,} entries, "
        f"{len(drawn.result['picks']):,} picks: close and draw {drawn_s:.2f} s, "
        f"verify {verified_s:.2f} s ({len(data):,} bytes), exit {report.exit}"
    )
    if report.exit:
        sys.exit(1)


if __name__ == "__main__":
    measure("holder")
    measure("entry")
