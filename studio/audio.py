"""What sound is in this library: arrays of shape ``(channels, frames)``, float32, nominal range ±1."""

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 44_100
"""Frames per second of everything the engine renders."""

Audio = NDArray[np.float32]
"""Stereo sound, shape ``(2, frames)``, C-contiguous."""


def silence(frames: int) -> Audio:
    """Return ``frames`` frames of stereo silence."""
    return np.zeros((2, frames), np.float32)


def decibels(ratio: float) -> float:
    """Return an amplitude ratio in dB; zero and below read as −120 dB."""
    return float(20.0 * np.log10(max(ratio, 1e-6)))


def ratio(level_db: float) -> float:
    """Return the amplitude ratio of a level in dB."""
    return float(10.0 ** (level_db / 20.0))
