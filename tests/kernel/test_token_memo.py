from __future__ import annotations

from fittrack.token_memo import Known, TokenMemo

KEYS = {"k1"}
ANA = Known("ana", "k1", expires_s=100.0)


def memo_of(*tokens, most=10):
    memo = TokenMemo(most)
    for token in tokens:
        memo.keep(token, ANA)
    return memo


def test_a_verified_token_is_known_until_it_expires():
    memo = memo_of("t1")
    assert memo.find("t1", keys=KEYS, now_s=99.9) == "ana"
    assert memo.find("t1", keys=KEYS, now_s=100.0) is None
    assert memo.find("t1", keys=KEYS, now_s=99.9) is None


def test_another_token_is_not_known():
    assert memo_of("t1").find("t1x", keys=KEYS, now_s=0) is None


def test_a_key_that_is_no_longer_ours_ends_what_it_signed():
    memo = memo_of("t1")
    assert memo.find("t1", keys={"k2"}, now_s=0) is None
    assert memo.find("t1", keys=KEYS, now_s=0) is None


def test_the_token_that_was_not_used_longest_is_forgotten_first():
    memo = memo_of("t1", "t2", most=2)
    memo.find("t1", keys=KEYS, now_s=0)
    memo.keep("t3", ANA)
    known = [name for name in ("t1", "t2", "t3") if memo.find(name, keys=KEYS, now_s=0)]
    assert known == ["t1", "t3"]


def test_tokens_themselves_are_not_kept():
    memo = memo_of("the token itself")
    assert "the token itself" not in repr(vars(memo))
