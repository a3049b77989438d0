from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack import crypto
from fittrack.crypto import Unsealable

pytestmark = pytest.mark.usefixtures("probe")


@given(st.binary(max_size=200))
def test_a_sealed_secret_opens_where_it_is_kept(secret):
    sealed = crypto.seal("totp", "account-1", secret)
    assert crypto.unseal("totp", "account-1", sealed) == secret
    assert len(secret) < 8 or secret not in sealed


@pytest.mark.parametrize(("purpose", "context"), [("totp", "account-2"), ("prize", "account-1")])
def test_a_sealed_secret_opens_nowhere_else(purpose, context):
    sealed = crypto.seal("totp", "account-1", b"secret")
    with pytest.raises(Unsealable):
        crypto.unseal(purpose, context, sealed)


@given(st.integers(0, 8 * (12 + 6 + 16) - 1))
def test_a_sealed_secret_with_any_bit_changed_does_not_open(bit):
    sealed = bytearray(crypto.seal("totp", "account-1", b"secret"))
    sealed[bit // 8] ^= 1 << (bit % 8)
    with pytest.raises(Unsealable):
        crypto.unseal("totp", "account-1", bytes(sealed))


@pytest.mark.parametrize("sealed", [b"", b"short", b"\0" * 12])
def test_what_was_never_sealed_does_not_open(sealed):
    with pytest.raises(Unsealable):
        crypto.unseal("totp", "account-1", sealed)


def test_a_secret_is_never_sealed_alike_twice():
    assert crypto.seal("totp", "a", b"secret") != crypto.seal("totp", "a", b"secret")


def test_each_purpose_has_a_key_of_its_own():
    assert crypto.mac("cursor", b"m") != crypto.mac("mail", b"m")
    assert crypto.mac("cursor", b"m") == crypto.mac("cursor", b"m")


@given(st.binary(max_size=50))
def test_base64url_has_no_padding_and_reads_back(raw):
    text = crypto.base64url(raw)
    assert "=" not in text
    assert base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)) == raw


def test_the_operators_key_signs():
    key = crypto.operator_key()
    key.public_key().verify(key.sign(b"terms"), b"terms")
