"""How strong the mark is in each place, and how much the reader trusts that place: shared by writer and reader."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from studio.audio import SAMPLE_RATE
from studio.mix.kernel import kernel
from studio.watermark.frames import FRAME, Spectra
from studio.watermark.masking import Levels, edges

BELOW_MASKING = 20.0
"""dB from the masking threshold down to the mark where it is strongest."""
LOWEST_HZ, HIGHEST_HZ = 100.0, 8000.0
"""The mark's band: above, coding at 192 kbit/s leaves nothing of it, and half the sample rate keeps all of it."""
CODING_NOISE = (
    -26, -25, -25, -24, -24, -23, -23, -22, -21, -20, -18, -16, -15, -13, -11, -9, -7, -6, -5, -3, -1, 0, 1, 1, 1,
)  # fmt: skip
"""What MP3 at 192 kbit/s adds in each critical band, dB above the masking threshold: medians over five tracks."""

CODE_POWER = FRAME / 2.0
"""Mean energy per bin of a code's spectra: of ±1 under the sine window."""


@lru_cache(maxsize=1)
def bins() -> tuple[int, int]:
    """Return the first bin of the mark's band and the one after its last."""
    return round(LOWEST_HZ * FRAME / SAMPLE_RATE), round(HIGHEST_HZ * FRAME / SAMPLE_RATE) + 1


@lru_cache(maxsize=1)
def bands() -> NDArray[np.int64]:
    """Return the critical band of each bin of the mark's band."""
    first, end = bins()
    return np.searchsorted(edges(), np.arange(first, end), side="right") - 1


def gains(levels: Levels) -> NDArray[np.float32]:
    """Return the amplitude of the mark by frame and critical band, from thresholds of one frame more at either end.

    The lowest threshold of a frame and its two neighbours counts, so that nothing of the mark comes before its masker.
    """
    least = np.minimum(np.minimum(levels[:-2], levels[1:-1]), levels[2:])
    return np.sqrt(least * np.float32(10.0 ** (-BELOW_MASKING / 10.0) / CODE_POWER))


@lru_cache(maxsize=1)
def _noise() -> NDArray[np.float32]:
    return (10.0 ** (np.array(CODING_NOISE)[bands()] / 10.0)).astype(np.float32)


def weights(middle: Spectra, levels: Levels) -> NDArray[np.float32]:
    """Return what the reader multiplies the mark's band with, a matched filter: mark over noise in each place.

    ``levels`` are the thresholds of ``middle``. What disturbs the mark is the music itself and what coding adds.
    """
    first, end = bins()
    found = np.empty((len(middle), end - first), np.float32)
    _weigh(found, middle, levels, first, bands(), _noise())
    return found


@kernel
def _weigh(found, middle, levels, first, bands, noise):  # type: ignore[no-untyped-def]
    bins = found.shape[1]
    power = np.empty(bins + 2, np.float32)
    for t in range(len(found)):
        for i in range(bins + 2):
            x = middle[t, first + i - 1]
            power[i] = x.real * x.real + x.imag * x.imag
        for i in range(bins):
            level = levels[t, bands[i]]
            disturbed = (power[i] + 4.0 * power[i + 1] + power[i + 2]) / 6.0 + noise[i] * level
            found[t, i] = np.sqrt(level) / disturbed if disturbed > 0.0 else 0.0
