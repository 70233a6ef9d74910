"""Lossy coding: what it adds to the peaks is measured, and taken back."""

from collections.abc import Callable
from io import BytesIO

import numpy as np
import soundfile

from studio.audio import Audio, ratio
from studio.mix.limiter import Limiter
from studio.mix.loudness import true_peak

CEILING = -1.05
"""dBTP after decoding: what is promised is −1, and two meters differ by some hundredths."""
MOST_DIPS, MOST_ENCODINGS = 2, 6

Encode = Callable[[Audio], bytes]
Decode = Callable[[bytes], Audio]


def decoded(coded: bytes) -> Audio:
    """Return the sound of a file that libsndfile reads (MP3, Ogg), shape ``(2, frames)``, at the file's own rate."""
    sound, _ = soundfile.read(BytesIO(coded), dtype="float32", always_2d=True)
    return np.ascontiguousarray(sound.T)


def coded_below(audio: Audio, encode: Encode, decode: Decode = decoded, *, ceiling: float = CEILING) -> bytes:
    """Return ``audio`` encoded so that it decodes to a true peak of at most ``ceiling`` dBTP.

    A coder takes away what is masked, and what is left can peak higher than the whole did: by 0.2 dB in most music, by
    1 dB where noise is cut off sharply. So the result is decoded; where it exceeds the ceiling, the sound dips there
    and is coded again. What no dip mends is, at last, turned down as a whole.
    """
    for attempt in range(1, MOST_ENCODINGS):
        coded = encode(audio)
        heard = decode(coded)
        excess = true_peak(heard) - ceiling
        if excess <= 0.0:
            return coded
        if attempt <= MOST_DIPS:
            audio = audio * Limiter(ceiling - 0.15 * attempt).gain(heard)[: audio.shape[1]]
        else:
            audio = audio * np.float32(ratio(-excess - 0.1 * attempt))
    return encode(audio)
