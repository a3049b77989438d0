"""Recovery codes: what they look like, and the hash that is stored instead of them."""

from __future__ import annotations

import re

from fittrack import crypto, entropy

CODES = 10
CODE_BYTES = 15
CODE_LETTERS = CODE_BYTES * 8 // 5
GROUP = 4
# Crockford's base32: no I, L, O or U, so that a code read from paper is typed right.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES = str.maketrans("OIL", "011")
_CODE = re.compile(rf"[{ALPHABET}]{{{CODE_LETTERS}}}")


def new_codes() -> tuple[str, ...]:
    """Return 10 fresh codes of 120 random bits each, such as `7Q2M-9XKD-0HTV-4RBE-81ZC-WN5G`."""
    return tuple(written(entropy.random_bytes(CODE_BYTES)) for _ in range(CODES))


def written(raw: bytes) -> str:
    """Return 15 bytes as a code: six groups of four letters and digits."""
    number = int.from_bytes(raw, "big")
    letters = [ALPHABET[number >> shift & 31] for shift in range(8 * CODE_BYTES - 5, -1, -5)]
    text = "".join(letters)
    return "-".join(text[at : at + GROUP] for at in range(0, len(text), GROUP))


def normal_form(text: str) -> str | None:
    """Return a code without dashes, spaces and case, or None where it can't be one."""
    plain = text.replace("-", "").replace(" ", "").upper().translate(_LOOKALIKES)
    return plain if _CODE.fullmatch(plain) else None


def hash_of(account_id: str, normal: str) -> str:
    """Return what is stored of a code, SHA-256 in hex.

    120 random bits need no slow hash (OWASP ASVS 5.0, 6.5.2, asks for 112) and no key, which would
    void all codes when it changes; the account's id keeps one guess from being a guess at
    everybody's codes.
    """
    return crypto.digest(f"recovery_code:{account_id}:{normal}")
