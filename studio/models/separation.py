"""Which source sounds where: a network gives every band of a spectrum its shares of drums, bass, vocals and other.

Spectra are short-time Fourier transforms with a Hann window of ``WINDOW`` frames every ``HOP``. Their power is
gathered in ``BANDS`` overlapping triangles, a bin wide up to 600 Hz and 1.8 % of their frequency above, so that the
partials of a voice stand apart; the shares of the bands are spread over the bins by the same triangles.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

SOURCES = ("drums", "bass", "vocals", "other")

WINDOW, HOP = 4096, 1024
BINS = WINDOW // 2 + 1
BANDS = 256
FEATURES = 4
"""What the network reads of a band: level, share of the sides, sidedness, place."""

FLOOR = 1e-10
"""Power below which a band counts as silent, beside the mean of the stretch."""

Floats = NDArray[np.float32]


@cache
def bands() -> csr_array:
    """Return the triangles, shape ``(BANDS, BINS)``; those of any bin sum to one, two at most are not zero."""
    step = 0.018
    centres = [0.0]
    while len(centres) < BANDS:
        centres.append(centres[-1] + max(1.0, step * centres[-1]))
    places = np.array(centres) * (BINS - 1) / centres[-1]
    triangles = np.stack([np.interp(np.arange(BINS), places, row) for row in np.eye(BANDS)])
    return csr_array(triangles.astype(np.float32))


def gathered(power: Floats) -> Floats:
    """Return what lies in every band of ``power``, shape ``(…, BINS, steps)``."""
    return np.stack([bands() @ row for row in power])


def spread(shares: Floats) -> Floats:
    """Return the shares of bins, shape ``(…, BINS, steps)``, from those of bands."""
    return np.stack([bands().T @ row for row in shares])


def features(spectrum: NDArray[np.complex64]) -> Floats:
    """Return what the network reads of a stereo spectrum ``(2, BINS, steps)``: shape ``(FEATURES, BANDS, steps)``."""
    (x, y), (u, v) = np.real(spectrum), np.imag(spectrum)
    left, right, cross = x * x + u * u, y * y + v * v, x * y + u * v
    pooled = gathered(np.stack([left, right, cross]))
    power, sides = pooled[0] + pooled[1], pooled[0] + pooled[1] - 2.0 * pooled[2]
    mean = float(power.mean()) or 1.0
    level = np.log10(power / mean + FLOOR) / 4.0 + 0.5
    share = np.sqrt(np.maximum(sides, 0.0) / (2.0 * power + FLOOR * mean))
    sided = np.abs(pooled[0] - pooled[1]) / (power + FLOOR * mean)
    place = np.broadcast_to(np.linspace(-1.0, 1.0, BANDS)[:, None], power.shape)
    return np.stack([level, share, sided, place]).astype(np.float32)
