"""Random streams: every stage draws from its own, so that one layer can be drawn again while all others stay."""

import hashlib

import numpy as np


def stream(seed: int, stage: str, variation: int = 0) -> np.random.Generator:
    """Return the stream of ``stage`` for a piece's ``seed``; the same arguments give the same numbers for ever.

    ``stage`` names who draws (``"melody"``, ``"drums:chorus"``); ``variation`` counts how often it was drawn again.
    """
    digest = hashlib.blake2b(f"{seed}/{stage}/{variation}".encode(), digest_size=16).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "big")))
