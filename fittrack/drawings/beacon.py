"""A round of a drand chain, scheme `bls-unchained-g1-rfc9380` (docs/drawing-protocol.md, 5).

The verifier asks here where FitTrack is installed; the pairing needs `py_ecc`, which is optional.
"""

from __future__ import annotations

import hashlib
import sys
from functools import lru_cache

DRAND_TAG = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"


@lru_cache(maxsize=256)
def drand_signature_holds(public_key: str, round_number: int, signature: str) -> bool:
    """Say whether a chain signed a round; key and signature are compressed points in hex.

    The pairing takes a while, so its answers are kept. Raises: ImportError without `py_ecc`.
    """
    limit = sys.getrecursionlimit()
    try:
        from py_ecc.bls import point_compression as points
        from py_ecc.bls.g2_primitives import subgroup_check
        from py_ecc.bls.hash_to_curve import hash_to_G1
        from py_ecc.bls.typing import G1Compressed, G2Compressed
        from py_ecc.optimized_bls12_381 import optimized_curve as curve
        from py_ecc.optimized_bls12_381.optimized_pairing import final_exponentiate, pairing
    finally:
        sys.setrecursionlimit(limit)  # py_ecc raises it past what the stack can hold
    try:
        halves = int(public_key[:96], 16), int(public_key[96:], 16)
        key = points.decompress_G2(G2Compressed(halves))
        point = points.decompress_G1(G1Compressed(int(signature, 16)))
    except ValueError:
        return False
    if curve.is_inf(key) or curve.is_inf(point):
        return False
    if not (subgroup_check(key) and subgroup_check(point)):
        return False
    message = hashlib.sha256(round_number.to_bytes(8)).digest()
    hashed = hash_to_G1(message, DRAND_TAG, hashlib.sha256)  # type: ignore[arg-type] # their hint
    # e(signature, g2) / e(hash, key) = 1: one final exponentiation, the slowest step, for both.
    signed = pairing(curve.G2, point, final_exponentiate=False)
    expected = pairing(key, curve.neg(hashed), final_exponentiate=False)
    quotient = final_exponentiate(signed * expected)
    return bool(quotient == quotient.one())
