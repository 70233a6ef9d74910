"""Whole-number samples: the one rounding that every audio format shares."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from studio.audio import Audio
from studio.mix.kernel import kernel

CHUNK = 1 << 16
"""Frames per chunk: small beside a track, and what libsndfile takes safely in one write."""


def chunks(audio: Audio, bits: int) -> Iterator[NDArray[np.int32]]:
    """Yield ``audio`` as interleaved samples of ``bits`` bits, shape ``(frames, 2)``, a chunk at a time.

    Full scale is 2^(bits − 1); values round to the nearest (ties to even) and stop at the ends of the range.
    """
    for start in range(0, audio.shape[1], CHUNK):
        yield _quantise(audio[:, start : start + CHUNK], 2.0 ** (bits - 1))


@kernel
def _quantise(audio, scale):  # type: ignore[no-untyped-def]
    samples = np.empty((audio.shape[1], 2), np.int32)
    for i in range(audio.shape[1]):
        for c in range(2):
            samples[i, c] = np.int32(min(max(np.rint(float(audio[c, i]) * scale), -scale), scale - 1.0))
    return samples
