"""What the tests of this room measure on a sound."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from studio.audio import SAMPLE_RATE, Audio
from studio.sound.library import DEFAULT_PATH

Play = Callable[..., Audio]
"""The ``play`` fixture."""

needs_library = pytest.mark.skipif(not DEFAULT_PATH.exists(), reason="the sound library is not installed: npm ci")


def pitch_of(sound: NDArray[np.float32], near: float) -> float:
    """Return the frequency in Hz of the strongest partial within a semitone of ``near``, by a parabola on the peak."""
    size = 1 << 18
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), size))
    low, high = (round(near * 2 ** (step / 12) * size / SAMPLE_RATE) for step in (-1, 1))
    peak = low + int(np.argmax(spectrum[low:high]))
    left, middle, right = np.log(spectrum[peak - 1 : peak + 2])
    return float((peak + 0.5 * (left - right) / (left - 2 * middle + right)) * SAMPLE_RATE / size)


def cents(measured: float, expected: float) -> float:
    """Return the interval between two frequencies in cents."""
    return float(1200 * np.log2(measured / expected))


def level_db(sound: NDArray[np.float32]) -> float:
    """Return the RMS level of a sound in dB."""
    return float(10 * np.log10(np.mean(sound.astype(float) ** 2) + 1e-20))


def frame(seconds: float) -> int:
    """Return the frame at a time."""
    return round(seconds * SAMPLE_RATE)
