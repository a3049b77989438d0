"""What an identity token has to say, and how a provider is asked for one."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack import config
from fittrack.accounts.oidc import rules
from fittrack.accounts.oidc.providers import Provider
from fittrack.accounts.oidc.rules import NoProof
from fittrack.clock import epoch_s

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NOW_S = epoch_s(NOW)
ISSUER = "https://issuer.test"
OURS = "fittrack.test"
GOOGLE = Provider("google", ISSUER, OURS, "openid email", {"prompt": "select_account"})
ACCESS = "an-access-token"


def base64url(data):
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def half_hash(text):
    return base64url(hashlib.sha256(text.encode()).digest()[:16])


TOLD = {
    "iss": ISSUER,
    "aud": OURS,
    "sub": "1089",
    "iat": NOW_S,
    "exp": NOW_S + 3600,
    "nonce": "the-nonce",
    "at_hash": half_hash(ACCESS),
    "email": "ana@gmail.test",
    "email_verified": True,
}


def check(told, *, access_token=ACCESS, algorithm="RS256"):
    return rules.check_claims(
        told,
        GOOGLE,
        algorithm=algorithm,
        nonce="the-nonce",
        access_token=access_token,
        now=NOW,
    )


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"aud": [OURS]},
        {"aud": [OURS, "another"], "azp": OURS},
        {"azp": OURS},
        {"exp": NOW_S - 59},
        {"iat": NOW_S + 60},
        {"iat": NOW_S - 660},
        {"iat": NOW_S - 0.5, "exp": NOW_S + 0.5},
        {"nbf": NOW_S + 60},
        {"auth_time": NOW_S, "amr": ["pwd"], "jti": "x", "": 1, "__class__": 1},
        {"sub": "x" * 255},
    ],
)
@pytest.mark.parametrize("algorithm", rules.ALGORITHMS)
def test_a_token_that_says_what_it_should_is_a_proof(said, algorithm):
    claims = check(TOLD | said, algorithm=algorithm)
    assert (claims.provider, claims.email) == ("google", "ana@gmail.test")
    assert claims.subject == (TOLD | said)["sub"]


@pytest.mark.parametrize(
    ("claim", "values"),
    [
        ("iss", ["https://other.test", f"{ISSUER}/", "", None, [ISSUER], 7]),
        ("aud", ["another", "", [], ["another"], [OURS, 7], [[OURS]], {OURS: 1}, None, 7]),
        ("azp", ["another", "", None, 0, False, [], [OURS], {}, {"a": 1}]),
        ("exp", [NOW_S - 60, "9999999999", True, None, float("nan"), float("inf"), [NOW_S]]),
        ("iat", [NOW_S + 61, NOW_S - 661, "1", True, None, float("-inf"), 10**400, -(10**400)]),
        ("nbf", [NOW_S + 61, "1", True]),
        ("nonce", ["another", "", None, 7, ["the-nonce"], {"the-nonce": 1}]),
        ("at_hash", [half_hash("x"), "", None, 0, False, 7, [], [300], [[1]], {"a": 1}, "\xfc"]),
        ("sub", ["", "x" * 256, "ä", "a\nb", "a\x00", 1089, None, ["1089"]]),
    ],
)
def test_a_claim_that_says_anything_else_is_no_proof_and_is_named(claim, values):
    for value in values:
        with pytest.raises(NoProof, match=claim):
            check(TOLD | {claim: value})


@pytest.mark.parametrize("claim", ["iss", "aud", "exp", "iat", "nonce", "sub"])
def test_a_claim_that_every_token_has_must_be_there(claim):
    with pytest.raises(NoProof, match=claim):
        check({name: value for name, value in TOLD.items() if name != claim})


def test_of_several_audiences_the_token_says_that_it_is_for_us():
    with pytest.raises(NoProof, match="azp"):
        check(TOLD | {"aud": [OURS, "another"]})


def test_without_a_hash_or_an_access_token_nothing_is_compared():
    assert check({name: TOLD[name] for name in TOLD if name != "at_hash"}).subject
    assert check(TOLD, access_token=None).subject


@pytest.mark.parametrize(
    ("verified", "email"),
    [(True, TOLD["email"]), ("true", TOLD["email"]), *((no, None) for no in (False, "false", 1))],
)
def test_an_address_counts_where_it_is_verified_in_apples_words_too(verified, email):
    assert check(TOLD | {"email_verified": verified}).email == email


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from([*TOLD, "azp", "nbf", "amr", "auth_time", "jti"]), JSON))
def test_whatever_a_token_says_it_is_a_proof_or_none(said):
    told = TOLD | said
    try:
        check(told)
    except NoProof:
        return
    assert (told["iss"], told["nonce"]) == (ISSUER, "the-nonce")
    assert told["exp"] > NOW_S - 60
    assert abs(told["iat"] - NOW_S) <= 660


def address(endpoint, attempt_token="kept"):
    return rules.authorization_url(endpoint, GOOGLE, state="S", attempt_token=attempt_token)


@pytest.fixture(autouse=True)
def at_home(settings):
    config.use(replace(settings, base_url="https://fittrack.test/"))
    yield
    config.use(settings)


def test_a_provider_is_asked_for_a_code_of_this_visit_and_no_other():
    digest = hashlib.sha256(rules.verifier_of("kept").encode()).digest()
    url = urlsplit(address("https://issuer.test/auth"))
    assert (url.scheme, url.netloc, url.path, url.fragment) == ("https", "issuer.test", "/auth", "")
    assert dict(parse_qsl(url.query, strict_parsing=True)) == {
        "response_type": "code",
        "client_id": OURS,
        "redirect_uri": "https://fittrack.test/api/v1/auth/oidc/google/landing",
        "scope": "openid email",
        "state": "S",
        "nonce": rules.nonce_of("kept"),
        "code_challenge": base64url(digest),
        "code_challenge_method": "S256",
        "prompt": "select_account",
    }
    assert address("https://issuer.test/auth", "another") != url.geturl()


def test_what_stands_in_a_providers_address_already_stays():
    url = urlsplit(address("https://issuer.test/auth?tenant=a%26b&empty=#top"))
    told = parse_qs(url.query, keep_blank_values=True)
    assert (told["tenant"], told["empty"], told["client_id"]) == (["a&b"], [""], [OURS])
    assert url.fragment == "top"


@pytest.mark.parametrize("code", ["4/0AX4XfWh", "a b+c&client_id=evil;d=%41#é", "0"])
def test_a_code_is_exchanged_in_a_form_that_nothing_in_it_can_add_to(code):
    form = rules.token_request(GOOGLE, "s&cret+%", code=code, attempt_token="kept")
    assert form.isascii()
    assert sorted(parse_qsl(form, strict_parsing=True)) == sorted(
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": GOOGLE.redirect_uri,
            "client_id": OURS,
            "client_secret": "s&cret+%",
            "code_verifier": rules.verifier_of("kept"),
        }.items()
    )


@pytest.mark.parametrize("kept", ["fittrack:///done", "fittrack://signed-in", "com.fittrack:/cb"])
def test_a_clients_own_address_is_added_to_and_not_rewritten(kept):
    assert rules.with_query(kept, {"state": "a b"}) == f"{kept}?state=a+b"
