"""Whole-number samples: the one rounding that every audio format shares."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from studio.audio import Audio
from studio.mix.kernel import kernel
from studio.seeds import stream

CHUNK = 1 << 16
"""Frames per chunk: small beside a track, and what libsndfile takes safely in one write."""


def chunks(audio: Audio, bits: int) -> Iterator[NDArray[np.int32]]:
    """Yield ``audio`` as interleaved samples of ``bits`` bits, shape ``(frames, 2)``, a chunk at a time."""
    for chunk in cut(audio):
        yield quantised(chunk, bits)


def cut(audio: Audio) -> Iterator[Audio]:
    """Yield ``audio`` in chunks of ``(2, CHUNK)`` frames; the last may be shorter."""
    for start in range(0, audio.shape[1], CHUNK):
        yield audio[:, start : start + CHUNK]


def dithered(sound: Iterable[Audio], bits: int) -> Iterator[Audio]:
    """Yield chunks of sound with the noise that frees a rounding to ``bits`` bits from distortion.

    Two equal distributions of a step's width make a triangular one (TPDF: Lipshitz, Wannamaker and Vanderkooy, JAES
    40, 1992, section 5). It is the same for every sound.
    """
    noise, step = stream(0, "dither"), np.float32(2.0 ** (1 - bits))
    for chunk in sound:
        first, second = (noise.random(chunk.shape, np.float32) for _ in range(2))
        yield chunk + (first - second) * step


def quantised(audio: Audio, bits: int) -> NDArray[np.int32]:
    """Return ``audio`` as interleaved whole numbers, shape ``(frames, 2)``.

    Full scale is 2^(bits − 1); values round to the nearest (ties to even) and stop at the ends of the range.
    """
    return _quantise(audio, 2.0 ** (bits - 1))


@kernel
def _quantise(audio, scale):  # type: ignore[no-untyped-def]
    samples = np.empty((audio.shape[1], 2), np.int32)
    for i in range(audio.shape[1]):
        for c in range(2):
            samples[i, c] = np.int32(min(max(np.rint(float(audio[c, i]) * scale), -scale), scale - 1.0))
    return samples
