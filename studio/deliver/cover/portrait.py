"""What a picture is made of: how a recording's spectrum and sections run through its time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from studio.audio import SAMPLE_RATE, Audio
from studio.score import Score

Floats = NDArray[np.float64]

MOMENTS, WINDOW = 256, 4096
LOW, HIGH = 45.0, 11_000.0
"""The range of frequencies that is looked at, in Hz."""
RANGE_DB = 45.0


@dataclass(frozen=True)
class Portrait:
    """``spectrum``: level 0–1 by band (low first) and moment, shape ``(bands, MOMENTS)``. ``sections``: (start, end,
    energy), times as shares of the whole."""

    spectrum: Floats
    sections: tuple[tuple[float, float, float], ...]

    @property
    def loudness(self) -> Floats:
        """Mean level 0–1 by moment, spread over the whole range."""
        return spread(self.spectrum.mean(axis=0))

    @property
    def restlessness(self) -> float:
        """How much levels change from moment to moment: 0.06 for long chords, 0.19 for a groove."""
        return float(np.abs(np.diff(self.spectrum, axis=1)).mean())


def portrait(score: Score, audio: Audio, bands: int = 48) -> Portrait:
    """Return the portrait of a master, shape ``(2, frames)``; its cost does not depend on the length."""
    audio = np.pad(audio, ((0, 0), (0, max(0, WINDOW - audio.shape[1]))))
    starts = np.linspace(0, audio.shape[1] - WINDOW, MOMENTS).astype(int)
    frames = audio[:, starts[:, None] + np.arange(WINDOW)].mean(axis=0) * np.hanning(WINDOW).astype(np.float32)
    power = np.abs(np.fft.rfft(frames)) ** 2
    level = 10.0 * np.log10(_in_bands(power, bands) + 1e-9)
    level -= np.percentile(level, 99, axis=1, keepdims=True)  # each band beside its own loudest
    length = score.duration
    sections = tuple(
        (
            float(np.clip(score.tempo.seconds(section.start) / length, 0, 1)),
            float(np.clip(score.tempo.seconds(section.end) / length, 0, 1)),
            section.energy,
        )
        for section in score.sections
    )
    return Portrait(np.clip(1.0 + level / RANGE_DB, 0.0, 1.0), sections)


def _in_bands(power: NDArray[np.float32], bands: int) -> Floats:
    """Return the power in bands of equal ratio, shape ``(bands, moments)``; bins are shared where a band cuts them."""
    edges = np.geomspace(LOW, HIGH, bands + 1) * WINDOW / SAMPLE_RATE
    whole = edges.astype(int)
    below = np.cumsum(power, axis=1, dtype=float)[:, whole - 1]
    return np.diff(below + power[:, whole] * (edges - whole), axis=1).T


def spread(values: Floats) -> Floats:
    """Return values spread over 0–1 by their own range; flat ones stand in the middle."""
    low, high = np.percentile(values, 3), np.percentile(values, 97)
    return np.clip((values - low) / (high - low), 0.0, 1.0) if high - low > 1e-6 else np.full_like(values, 0.5)


def smooth(values: Floats, share: float, *, around: bool) -> Floats:
    """Return a curve smoothed over a share of its length; ``around`` when its end meets its beginning."""
    return gaussian_filter1d(values, share * len(values), mode="wrap" if around else "nearest")
