"""What the mark says and in what secret writing: symbols, check bits and noise-like codes from a key."""

import hashlib
from functools import lru_cache
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

PERIOD = 1 << 18
"""Samples after which the mark repeats (5.9 s)."""
SYMBOL_BITS, CHECK_BITS, PAYLOAD_BITS = 12, 12, 48
SYMBOLS = (PAYLOAD_BITS + CHECK_BITS) // SYMBOL_BITS
VALUES = 1 << SYMBOL_BITS
STEP = PERIOD // VALUES
"""A symbol is told by how far its code is turned, in steps of this many samples."""
CODES = 1 + SYMBOLS
"""One code for the place, and one per symbol."""
CHECK_POLYNOMIAL = 0x80F
"""CRC-12: x¹² + x¹¹ + x³ + x² + x + 1."""

DEVELOPMENT_KEY = "songwright-development"
"""The key where none is set: public, so its marks prove nothing."""


def payload_of(track: UUID) -> int:
    """Return the 48 bits that stand for a track: the first twelve digits of its UUID, all random in version 4."""
    return track.int >> (128 - PAYLOAD_BITS)


@lru_cache(maxsize=4)
def codes(key: bytes) -> NDArray[np.int8]:
    """Return the codes of ``key``: ±1, shape ``(CODES, PERIOD)``, as good as random to whoever lacks the key.

    Drawn by SHAKE-256 (FIPS 202), so they are the same for ever, whatever becomes of random generators.
    """
    bits = [hashlib.shake_256(b"watermark/%d/" % number + key).digest(PERIOD // 8) for number in range(CODES)]
    ones = np.unpackbits(np.frombuffer(b"".join(bits), np.uint8)).reshape(CODES, PERIOD)
    return (2 * ones.astype(np.int8) - 1).astype(np.int8)


def check(payload: int) -> int:
    """Return the twelve check bits of a payload (CRC-12)."""
    rest = payload << CHECK_BITS
    for bit in range(PAYLOAD_BITS - 1, -1, -1):
        if rest >> (bit + CHECK_BITS) & 1:
            rest ^= ((1 << CHECK_BITS) | CHECK_POLYNOMIAL) << bit
    return rest ^ ((1 << CHECK_BITS) - 1)


def symbols_of(payload: int) -> tuple[int, ...]:
    """Return payload and check bits as ``SYMBOLS`` numbers below ``VALUES``; raises ``ValueError`` out of range."""
    if not 0 <= payload < 1 << PAYLOAD_BITS:
        raise ValueError(f"payload {payload} does not fit in {PAYLOAD_BITS} bits")
    word = payload << CHECK_BITS | check(payload)
    return tuple(word >> SYMBOL_BITS * place & (VALUES - 1) for place in reversed(range(SYMBOLS)))


def payload_from(symbols: tuple[int, ...]) -> int | None:
    """Return the payload that ``symbols`` spell, or None where the check bits disagree."""
    word = 0
    for symbol in symbols:
        word = word << SYMBOL_BITS | symbol
    payload = word >> CHECK_BITS
    return payload if symbols_of(payload) == tuple(symbols) else None
