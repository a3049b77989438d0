"""The two ceremonies by themselves: whatever a stranger sends either holds or does not."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fittrack.accounts.passkeys import ceremonies, rules
from fittrack.accounts.passkeys.ceremonies import DoesNotHold
from tests.authenticator import Authenticator, decoded, encoded

ORIGIN = "http://localhost:8000"
OPTIONS = {"rp": {"id": "localhost"}, "user": {"id": "AAAA"}}
REGISTERED = ("attestationObject", "clientDataJSON")
ASSERTED = ("authenticatorData", "clientDataJSON")
PARTY = rules.RelyingParty("localhost", (ORIGIN,))
CHALLENGE = encoded(b"c" * 32)


def mutated(data, credential, part):
    """Return an answer with some bytes of one part replaced, cut or added."""
    raw = bytearray(decoded(credential["response"][part]))
    at = data.draw(st.integers(0, len(raw)))
    length = data.draw(st.integers(0, 8))
    raw[at : at + length] = data.draw(st.binary(max_size=8))
    response = credential["response"] | {part: encoded(bytes(raw))}
    return bytes(raw), credential | {"response": response}


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_whatever_is_sent_as_registration_either_holds_or_does_not(data):
    device = Authenticator(ORIGIN)
    credential = device.create(OPTIONS | {"challenge": CHALLENGE})
    _, sent = mutated(data, credential, data.draw(st.sampled_from(REGISTERED)))

    ceremonies.challenge_of(sent)
    try:
        attested = ceremonies.check_registration(sent, PARTY, challenge=CHALLENGE)
    except DoesNotHold:
        return
    assert 0 < len(attested.credential_bytes) <= 1023


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_an_assertion_holds_only_as_it_was_signed(data):
    device = Authenticator(ORIGIN, data.draw(st.sampled_from(["ES256", "EdDSA"])))
    made = device.create(OPTIONS | {"challenge": CHALLENGE})
    attested = ceremonies.check_registration(made, PARTY, challenge=CHALLENGE)
    passkey = SimpleNamespace(public_key_bytes=attested.public_key_bytes)
    credential = device.get({"challenge": CHALLENGE})
    part = data.draw(st.sampled_from(ASSERTED))
    raw, sent = mutated(data, credential, part)

    ceremonies.challenge_of(sent)
    is_untouched = raw == decoded(credential["response"][part])
    try:
        ceremonies.check_assertion(sent, PARTY, passkey, challenge=CHALLENGE)
    except DoesNotHold:
        assert not is_untouched
    else:
        assert is_untouched


def settings_of(base_url, cors="", rp_id="", origins=""):
    return SimpleNamespace(
        base_url=base_url,
        origins=frozenset(filter(None, cors.split(","))),
        webauthn_rp_id=rp_id,
        webauthn_origins=origins,
    )


@pytest.mark.parametrize(
    ("given_settings", "rp_id", "origins"),
    [
        (
            settings_of("http://127.0.0.1:8000"),
            "localhost",
            ("http://127.0.0.1:8000", "http://localhost:8000"),
        ),
        (
            settings_of("https://fittrack.example/api", "https://app.fittrack.example,*"),
            "fittrack.example",
            ("https://app.fittrack.example", "https://fittrack.example"),
        ),
        (
            settings_of("HTTPS://FitTrack.example:443"),
            "fittrack.example",
            ("https://fittrack.example",),
        ),
        (
            settings_of("http://[::1]:8000"),
            "localhost",
            ("http://[::1]:8000", "http://localhost:8000"),
        ),
        (
            settings_of("https://api.x.example", rp_id="x.example", origins="https://x.example, "),
            "x.example",
            ("https://x.example",),
        ),
    ],
)
def test_domain_and_origins_follow_from_the_settings(given_settings, rp_id, origins):
    party = rules.relying_party(given_settings)

    assert (party.rp_id, party.origins) == (rp_id, origins)


@pytest.mark.parametrize(
    ("stored", "told", "is_regressed"),
    [(0, 0, False), (0, 1, False), (5, 6, False), (5, 5, True), (5, 4, True), (5, 0, True)],
)
def test_a_counter_rises_or_is_not_kept_at_all(stored, told, is_regressed):
    assert rules.is_regressed(stored=stored, told=told) is is_regressed
