"""Sound as overlapping spectra and back: what the mark is written into and read from."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from studio.audio import SAMPLE_RATE

FRAME, HOP = 2048, 1024
HIGHEST_HZ = 16_000.0
"""What lies above is not counted as a masker."""
BINS = int(HIGHEST_HZ * FRAME / SAMPLE_RATE) + 1

Spectra = NDArray[np.complex64]
"""Spectra of consecutive frames, shape ``(frames, FRAME // 2 + 1)``."""


@lru_cache(maxsize=1)
def window() -> NDArray[np.float32]:
    """Return the sine window, used before and after: its squares, half overlapped, add up to 1."""
    return np.sin(np.pi * (np.arange(FRAME) + 0.5) / FRAME).astype(np.float32)


def frame_count(length: int) -> int:
    """Return how many whole frames ``length`` samples hold."""
    return max((length - FRAME) // HOP + 1, 0)


def spectra(samples: NDArray[np.float32]) -> Spectra:
    """Return the spectra of all whole frames of ``samples``, shape ``(length,)``."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[::HOP]
    return fft.rfft(frames * window(), axis=1)


def add_spectra(samples: NDArray[np.float32], found: Spectra) -> None:
    """Add the sound of ``found`` to ``samples`` in place: the inverse of ``spectra`` by overlap and add."""
    frames = fft.irfft(found, FRAME, axis=1)
    frames *= window()
    count = len(frames)
    samples[: count * HOP].reshape(count, HOP)[:] += frames[:, :HOP]
    samples[HOP : (count + 1) * HOP].reshape(count, HOP)[:] += frames[:, HOP:]
