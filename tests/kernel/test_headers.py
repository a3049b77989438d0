from __future__ import annotations

import dataclasses
import gzip

import pytest

from fittrack import config
from tests.probe import make_probe

GZIP = {"Accept-Encoding": "gzip"}
PROBE = "/api/v1/probes/01935d2a-7c00-7000-8000-5f3c1f0b2a10"


def test_an_answer_that_was_read_before_is_304(probe):
    first = probe.get(PROBE)
    again = probe.get(PROBE, headers={"If-None-Match": first.headers["ETag"]})
    assert first.headers["ETag"].startswith('W/"')
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


def test_another_etag_gets_the_whole_answer(probe):
    assert probe.get(PROBE, headers={"If-None-Match": 'W/"other"'}).status_code == 200


def test_personal_answers_are_kept_by_their_reader_alone(probe):
    with_token = probe.get(PROBE, headers={"Authorization": "Bearer x"})
    assert with_token.headers["Cache-Control"] == "private, no-cache"
    assert probe.get(PROBE).headers["Cache-Control"] == "no-cache"


def test_secrets_and_errors_are_never_kept(probe):
    for path in ("secret", "taken"):
        response = probe.get(f"/api/v1/probes/{path}")
        assert response.headers["Cache-Control"] == "no-store"
        assert "ETag" not in response.headers


def test_text_of_500_bytes_is_compressed_for_who_takes_it(probe):
    plain = probe.get(PROBE)
    packed = probe.get(PROBE, headers={"Accept-Encoding": "br, gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data)
    assert gzip.decompress(packed.data) == plain.data
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "Accept-Encoding" in plain.headers["Vary"]


@pytest.mark.parametrize("accepted", ["", "identity", "gzip;q=0", "br"])
def test_who_does_not_take_gzip_gets_plain_text(probe, accepted):
    response = probe.get(PROBE, headers={"Accept-Encoding": accepted})
    assert "Content-Encoding" not in response.headers


def test_short_answers_and_secrets_are_not_compressed(probe):
    for path in ("secret", "taken"):
        response = probe.get(f"/api/v1/probes/{path}", headers={"Accept-Encoding": "gzip"})
        assert "Content-Encoding" not in response.headers


def test_a_compressed_answer_still_answers_304(probe):
    headers = {"Accept-Encoding": "gzip"}
    etag = probe.get(PROBE, headers=headers).headers["ETag"]
    again = probe.get(PROBE, headers={**headers, "If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    assert "Content-Encoding" not in again.headers
    assert "Accept-Encoding" in again.headers["Vary"]  # as the whole answer says (RFC 9110, 15.4.5)


def test_a_versions_tag_comes_back_as_it_went_out_though_packed(probe):
    """If-Match compares strongly, and would refuse W/"3"."""
    packed = probe.get("/api/v1/probes/versioned", headers=GZIP)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["ETag"] == '"3"'


def test_a_static_file_is_compressed_and_validated(client):
    path = "/static/swagger-ui/swagger-ui.css"
    with client.get(path) as plain, client.get(path, headers=GZIP) as packed:
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.data) == plain.data
        etag = packed.headers["ETag"]
    with client.get(path, headers={**GZIP, "If-None-Match": etag}) as again:
        assert again.status_code == 304


def test_every_answer_carries_the_security_headers(client):
    for path in ("/health/live", "/nothing", "/docs", "/api/v1/openapi.json"):
        headers = client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert "Strict-Transport-Security" not in headers


def test_production_says_hsts(settings, probe):
    config.use(dataclasses.replace(settings, fittrack_env="production"))
    said = probe.get(PROBE).headers["Strict-Transport-Security"]
    assert said == "max-age=63072000; includeSubDomains"
    config.use(settings)


@pytest.fixture
def open_probe(settings):
    config.use(dataclasses.replace(settings, cors_origins="https://app.example, https://b.example"))
    yield make_probe()[0].test_client()
    config.use(settings)


def test_an_allowed_origin_may_read_and_ask(open_probe):
    origin = {"Origin": "https://app.example"}
    answer = open_probe.get(PROBE, headers=origin).headers
    assert answer["Access-Control-Allow-Origin"] == "https://app.example"
    assert "ETag" in answer["Access-Control-Expose-Headers"]
    assert "Origin" in answer["Vary"]
    asked = {**origin, "Access-Control-Request-Method": "POST"}
    preflight = open_probe.options("/api/v1/probes", headers=asked)
    assert preflight.status_code == 200
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    for name in ("Idempotency-Key", "If-Match", "traceparent"):
        assert name in preflight.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "https://app.example.evil.example", "null"]
)
def test_another_origin_may_not(open_probe, origin):
    answer = open_probe.get(PROBE, headers={"Origin": origin}).headers
    assert "Access-Control-Allow-Origin" not in answer
    assert "Origin" in answer["Vary"]


def test_without_an_allow_list_no_origin_may(probe):
    answer = probe.get(PROBE, headers={"Origin": "https://app.example"}).headers
    assert "Access-Control-Allow-Origin" not in answer
