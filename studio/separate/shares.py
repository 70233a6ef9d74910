"""Who sounds in which bin: shares of drums, bass, vocals and other, 0–1, that sum to one.

Two ways to tell: ``heard`` by the trained network, ``filtered`` by rule.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from studio.audio import SAMPLE_RATE
from studio.models.separation import BINS, WINDOW
from studio.separate.spectrum import Spectrum

Shares = NDArray[np.float32]
"""Sources × BINS × steps."""

STEADY, SUDDEN = 17, 31
"""Lengths of the medians along time (steps) and along frequency (bins)."""

BASS_HZ = 180.0
VOICE_HZ = (150.0, 9000.0)
_TINY = np.float32(1e-12)


def heard(spectrum: Spectrum) -> Shares:
    """Return the shares that the shipped network hears in a stereo spectrum."""
    from studio.models.separation_network import trained  # loads PyTorch, which only this work needs

    return trained().hear(spectrum)


def filtered(spectrum: Spectrum) -> Shares:
    """Return shares without a network: medians, a low-pass, and what is in the middle.

    Drums are what medians along frequency keep (Fitzgerald, *Harmonic/Percussive Separation Using Median Filtering*,
    DAFx 2010, equations 4 to 9); of the rest, bass lies below ``BASS_HZ``, vocals are alike on both sides.
    """
    size = np.abs(spectrum)
    both = np.sqrt(np.square(size).sum(axis=0))
    steady = np.square(median_filter(both, (1, STEADY), mode="nearest"))
    sudden = np.square(median_filter(both, (SUDDEN, 1), mode="nearest"))
    tonal = steady / (steady + sudden + _TINY)
    hz = np.arange(BINS) * SAMPLE_RATE / WINDOW
    low = (1.0 / (1.0 + (hz / BASS_HZ) ** 8))[:, None]
    voice = ((hz > VOICE_HZ[0]) & (hz < VOICE_HZ[1]))[:, None]
    sides = np.abs(spectrum[0] - spectrum[1]) / (size[0] + size[1] + _TINY)
    centre = np.square(np.maximum(0.0, 1.0 - 2.0 * sides)) * voice
    rest = tonal * (1.0 - low)
    return np.stack([1.0 - tonal, tonal * low, rest * centre, rest * (1.0 - centre)]).astype(np.float32)
