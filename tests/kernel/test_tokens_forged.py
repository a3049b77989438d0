"""Whatever is wrong with an access token makes it none: the confusions of RFC 8725."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from dataclasses import replace

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fittrack import auth, config
from tests.accounts.steps import bearer, log_in
from tests.factories_accounts import make_account

FAR_S = 4_000_000_000  # in 2096
ME = "/api/v1/users/me"


@pytest.fixture
def tokens(client):
    """Return a member's real tokens."""
    make_account(email="ana@example.com")
    return log_in(client, "ana@example.com").json


@pytest.fixture
def claims(tokens):
    """Return what a real token claims."""
    return jwt.decode(tokens["access_token"], options={"verify_signature": False})


@pytest.fixture
def head(tokens):
    """Return the header of a real token."""
    return jwt.get_unverified_header(tokens["access_token"])


@pytest.fixture
def refused(client):
    """Return a function that says with which code a token is refused; the second time too."""

    def answer(token):
        headers = {"Authorization": f"Bearer {token}"}
        answers = [client.get(ME, headers=headers) for _ in range(2)]
        assert [each.status_code for each in answers] == [401, 401]
        assert answers[0].headers["WWW-Authenticate"].startswith("Bearer")
        return answers[1].json["code"]

    return answer


def part(content):
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def assembled(header, claims, sign):
    text = f"{part(header)}.{part(claims)}"
    return f"{text}.{part(sign(text.encode()))}"


def by_us(header, claims):
    """Return a token that our own key signed: only what it says can be wrong."""
    return assembled(header, claims, auth.signing_key().sign)


def test_what_our_key_signs_is_let_in(client, head, claims):
    assert client.get(ME, headers=bearer({"access_token": by_us(head, claims)})).status_code == 200


@pytest.mark.parametrize("word", ["none", "None", "NONE", "nOnE", ""])
@pytest.mark.parametrize("signature", [b"", b"x"])
def test_a_token_without_a_signature_is_none(refused, head, claims, word, signature):
    token = assembled({**head, "alg": word}, claims, lambda _text: signature)
    assert refused(token) == "invalid_token"


def test_a_token_of_two_parts_is_none(refused, head, claims):
    assert refused(f"{part(head)}.{part(claims)}") == "invalid_token"
    assert refused(f"{part({**head, 'alg': 'none'})}.{part(claims)}.") == "invalid_token"


def public_forms():
    key = auth.signing_key().public_key()
    (jwk,) = auth.public_keys()
    return {
        "raw": key.public_bytes_raw(),
        "x": jwk["x"].encode(),
        "jwk": json.dumps(jwk).encode(),
        "pem": key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "der": key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "empty": b"",
    }


@pytest.mark.parametrize("word", ["HS256", "HS384", "HS512"])
@pytest.mark.parametrize("form", ["raw", "x", "jwk", "pem", "der", "empty"])
def test_the_public_key_is_no_shared_secret(refused, head, claims, word, form):
    digest = getattr(hashlib, f"sha{word[2:]}")
    secret = public_forms()[form]
    token = assembled({**head, "alg": word}, claims, lambda text: hmac.digest(secret, text, digest))
    assert refused(token) == "invalid_token"


def test_hs256_is_never_accepted_not_even_with_our_secrets(refused, head, claims):
    for name in config.SECRETS:
        text = getattr(config.current(), name)
        for secret in (text.encode(), config.secret_bytes(text)):
            token = jwt.encode(claims, secret, "HS256", headers={"kid": head["kid"]})
            assert refused(token) == "invalid_token"


def test_another_kind_of_key_is_not_ours(refused, head, claims):
    keys = {
        "RS256": rsa.generate_private_key(public_exponent=65537, key_size=2048),
        "ES256": ec.generate_private_key(ec.SECP256R1()),
        "EdDSA": ed25519.Ed25519PrivateKey.generate(),
    }
    for word, key in keys.items():
        token = jwt.encode(claims, key, word, headers={"kid": head["kid"]})
        assert refused(token) == "invalid_token"


@pytest.mark.parametrize("word", ["RS256", "ES256", "PS256", "ES256K", "Ed448", 7, None, ["EdDSA"]])
def test_our_signature_under_another_name_is_none(refused, head, claims, word):
    assert refused(by_us({**head, "alg": word}, claims)) == "invalid_token"


@pytest.mark.parametrize(
    "kid",
    [
        "",
        "unknown",
        "../../../../dev/null",
        "/dev/null",
        "0 UNION SELECT 1",
        "a" * 3000,
        None,
        7,
        [],
        {},
        ["x"],
        "\x00",
        "é",
    ],
    ids=repr,
)
def test_a_key_is_found_by_its_exact_id_alone(refused, head, claims, kid):
    assert refused(by_us({**head, "kid": kid}, claims)) == "invalid_token"


def test_a_token_must_name_its_key(refused, head, claims):
    del head["kid"]
    assert refused(by_us(head, claims)) == "invalid_token"


def test_a_token_brings_no_key_of_its_own(refused, head, claims):
    mine = ed25519.Ed25519PrivateKey.generate()
    raw = mine.public_key().public_bytes_raw()
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": part(raw), "kid": head["kid"]}
    for more in (
        {"jwk": jwk},
        {"jku": "http://127.0.0.1:1/jwks.json"},
        {"x5u": "http://127.0.0.1:1/chain.pem"},
        {"x5c": [base64.b64encode(raw).decode()]},
        {"kid": part(raw), "jwk": jwk},
    ):
        assert refused(assembled({**head, **more}, claims, mine.sign)) == "invalid_token"


@pytest.mark.parametrize(
    "crit", [["exp"], ["b64"], ["https://example.com/unknown"], [], "b64", None], ids=repr
)
def test_what_must_be_understood_and_is_not_makes_it_none(refused, head, claims, crit):
    assert refused(by_us({**head, "crit": crit, "b64": False}, claims)) == "invalid_token"


@pytest.mark.parametrize(
    "over",
    [
        {"aud": "another"},
        {"aud": ["another"]},
        {"aud": None},
        {"iss": "another"},
        {"iss": ["fittrack"]},
        {"iss": None},
        {"nbf": FAR_S},
        {"iat": FAR_S},
        {"exp": "tomorrow"},
        {"exp": None},
        {"type": "refresh"},
        {"sub": None},
        {"sub": 7},
        {"sub": ["a"]},
        {"sid": None},
        {"sid": 7},
        {"sid": {}},
        {"role": None},
        {"role": ["admin"]},
    ],
    ids=repr,
)
def test_a_claim_that_is_wrong_makes_it_none(refused, head, claims, over):
    assert refused(by_us(head, {**claims, **over})) == "invalid_token"


@pytest.mark.parametrize("name", ["sub", "sid", "role", "exp", "iss", "aud"])
def test_a_claim_that_is_missing_makes_it_none(refused, head, claims, name):
    del claims[name]
    assert refused(by_us(head, claims)) == "invalid_token"


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"null", b"7", b"{", b"\xff", b""])
def test_a_body_that_is_no_object_makes_it_none(refused, head, body):
    assert refused(by_us(head, body)) == "invalid_token"


@pytest.mark.parametrize("header", [b"[]", b"null", b"{", b"", b'{"alg":"EdDSA","alg":"none"}'])
def test_a_header_that_is_no_object_makes_it_none(refused, claims, header):
    assert refused(by_us(header, claims)) == "invalid_token"


def test_it_ends_on_its_second(client, refused, head, claims):
    now = int(time.time())
    assert refused(by_us(head, {**claims, "exp": now - 1})) == "token_expired"
    assert refused(by_us(head, {**claims, "exp": now})) == "token_expired"
    alive = by_us(head, {**claims, "exp": now + 30})
    assert client.get(ME, headers={"Authorization": f"Bearer {alive}"}).status_code == 200


def test_a_refresh_token_is_no_access_token(refused, tokens):
    assert refused(tokens["refresh_token"]) == "invalid_token"


def test_an_access_token_is_no_refresh_token(client, tokens):
    body = {"refresh_token": tokens["access_token"]}
    assert client.post("/api/v1/auth/refresh", json=body).status_code in {401, 422}


@pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
def test_the_scheme_is_known_in_any_case(client, tokens, scheme):
    headers = {"Authorization": f"{scheme} {tokens['access_token']}"}
    assert client.get(ME, headers=headers).status_code == 200
    headers["Authorization"] += "x"
    assert client.get(ME, headers=headers).json["code"] == "invalid_token"


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer ", "Bearer  x", "Basic {}", "bearer\t{}", "Token {}", "Bearer {} {}", "{}"],
)
def test_a_header_of_another_form_lets_nobody_in(client, tokens, header):
    text = header.format(*[tokens["access_token"]] * 2)
    assert client.get(ME, headers={"Authorization": text}).status_code == 401


def test_a_token_lies_in_the_one_header_alone(client, tokens):
    token = tokens["access_token"]
    assert client.get(f"{ME}?jwt={token}&access_token={token}").status_code == 401
    client.set_cookie("access_token_cookie", token)
    assert client.get(ME).status_code == 401


def test_a_huge_token_is_refused_quickly(refused, head, claims):
    started_s = time.process_time()
    assert refused(by_us(head, {**claims, "more": "x" * 1_000_000})) == "invalid_token"
    assert refused(".".join(["A" * 400_000] * 3)) == "invalid_token"
    assert refused("." * 100_000) == "invalid_token"
    assert time.process_time() - started_s < 2


def test_a_role_that_is_claimed_is_not_a_role_that_one_has(client, head, claims):
    token = by_us(head, {**claims, "role": "admin"})
    answer = client.get("/api/v1/sponsors", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 403


def test_a_key_that_was_dropped_signs_nothing_any_more(refused, settings, head, claims):
    token = by_us(head, claims)
    config.use(replace(settings, jwt_signing_key=config.new_secret()))
    assert refused(token) == "invalid_token"
