"""Another sample rate, a chunk at a time (soxr, very high quality: flat to 20 kHz, images below −130 dB)."""

from collections.abc import Iterator

import numpy as np
import soxr

from studio.audio import SAMPLE_RATE, Audio
from studio.deliver.pcm import CHUNK


def resampled(audio: Audio, rate: int) -> Iterator[Audio]:
    """Yield ``audio``, shape ``(2, frames)``, at ``rate`` Hz, chunk by chunk; together ``frames_at(rate)`` frames."""
    stream = soxr.ResampleStream(SAMPLE_RATE, rate, 2, dtype="float32", quality="VHQ")
    left = frames_at(audio.shape[1], rate)
    for start in range(0, audio.shape[1], CHUNK):
        chunk = np.ascontiguousarray(audio[:, start : start + CHUNK].T)
        sound = stream.resample_chunk(chunk, last=start + CHUNK >= audio.shape[1])[:left]
        left -= len(sound)
        yield np.ascontiguousarray(sound.T)
    if left:
        yield np.zeros((2, left), np.float32)


def frames_at(frames: int, rate: int) -> int:
    """Return how many frames at ``rate`` Hz last as long as ``frames`` at the library's, to the nearest."""
    return round(frames * rate / SAMPLE_RATE)
