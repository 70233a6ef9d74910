"""How loud a sound may be and not be heard beside another: J. D. Johnston's estimate of the masking threshold.

*Transform coding of audio signals using perceptual noise criteria*, IEEE Journal on Selected Areas in Communications
6(2), 1988: energies of critical bands → spreading along the basilar membrane → an offset by tonality → the threshold in
quiet as a floor.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from studio.audio import SAMPLE_RATE
from studio.mix.kernel import kernel
from studio.watermark.frames import BINS, FRAME, window

FULL_SCALE_SPL = 96.0
"""dB SPL of a sine at full scale, as in ISO/IEC 11172-3 annex D: someone who listens loudly."""
TONAL_FLATNESS = -60.0
"""Spectral flatness (dB) of a sound that counts as wholly tonal (Johnston, equation for α)."""
NOISE_OFFSET, TONE_OFFSET = 5.5, 14.5
"""Threshold below the energy of a band, dB: noise masking a tone; a tone masking noise, plus 1 dB per Bark."""
LANES = 64

Levels = NDArray[np.float32]
"""Energy per bin that is just masked, shape ``(frames, bands)``, in the units of ``frames.spectra``."""


def bark(hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return frequencies on the Bark scale (Zwicker and Terhardt 1980)."""
    return 13.0 * np.arctan(0.00076 * hz) + 3.5 * np.arctan((hz / 7500.0) ** 2)


@lru_cache(maxsize=1)
def edges() -> NDArray[np.int64]:
    """Return the first bin of each critical band of one Bark, and where the last one ends."""
    number = np.floor(bark(np.arange(BINS) * SAMPLE_RATE / FRAME)).astype(int)
    return np.append(np.unique(number, return_index=True)[1], BINS).astype(np.int64)


@lru_cache(maxsize=1)
def spreading() -> NDArray[np.float32]:
    """Return how the energy of one band reaches the others, ``[to, from]``; each row adds up to 1.

    M. R. Schroeder, B. S. Atal, J. L. Hall, JASA 66(6), 1979; the rows are scaled as in Johnston's renormalisation, so
    that the masking is not raised by counting an energy several times.
    """
    bands = len(edges()) - 1
    distance = np.subtract.outer(np.arange(bands), np.arange(bands)) + 0.474
    spread = 10.0 ** ((15.81 + 7.5 * distance - 17.5 * np.sqrt(1.0 + distance**2)) / 10.0)
    return (spread / spread.sum(axis=1, keepdims=True)).astype(np.float32)


@lru_cache(maxsize=1)
def quiet() -> NDArray[np.float32]:
    """Return the threshold in quiet per bin of each band (E. Terhardt 1979), in the units of ``frames.spectra``."""
    khz = np.maximum(np.arange(BINS) * SAMPLE_RATE / FRAME, 20.0) / 1000.0
    spl = 3.64 * khz**-0.8 - 6.5 * np.exp(-0.6 * (khz - 3.3) ** 2) + 1e-3 * khz**4
    lowest = np.minimum.reduceat(spl, edges()[:-1])
    full_scale = float((window() ** 2).sum()) * FRAME / 4.0
    return (full_scale * 10.0 ** ((lowest - FULL_SCALE_SPL) / 10.0) / np.diff(edges())).astype(np.float32)


def masked(spectra: NDArray[np.complex64]) -> Levels:
    """Return the masking threshold of each spectrum, shape ``(frames, BINS)``, as energy per bin of each band.

    A frame without sound masks nothing: its thresholds are 0, so that silence stays silence.
    """
    levels = np.zeros((len(spectra), len(edges()) - 1), np.float32)
    _masked(levels, spectra, edges(), spreading(), quiet())
    return levels


@kernel
def _masked(levels, spectra, edges, spreading, quiet):  # type: ignore[no-untyped-def]
    bands, bins = len(edges) - 1, edges[-1]
    energy, power, floor = np.zeros(bands, np.float32), np.zeros(bins, np.float32), np.zeros(bins, np.float32)
    product = np.zeros(LANES)
    for b in range(bands):
        floor[edges[b] : edges[b + 1]] = quiet[b]
    for t in range(len(spectra)):
        for i in range(bins):
            power[i] = spectra[t, i].real ** 2 + spectra[t, i].imag ** 2
        for b in range(bands):
            energy[b] = power[edges[b] : edges[b + 1]].sum()
        if energy.sum() == 0.0:
            continue
        total, logs = np.float32(0.0), 0.0
        for i in range(bins):
            power[i] = max(power[i], floor[i])
            total += power[i]
        product[:] = 1.0
        for row in range(bins // LANES):  # a logarithm is dear: a dozen factors fit a float
            for lane in range(LANES):
                product[lane] *= power[row * LANES + lane]
        for lane in range(LANES):
            logs += np.log10(product[lane])
        flatness = 10.0 * (logs / (bins // LANES * LANES) - np.log10(total / bins))
        tonal = min(flatness / TONAL_FLATNESS, 1.0)
        for b in range(bands):
            spread = np.float32(0.0)
            for other in range(bands):
                spread += spreading[b, other] * energy[other]
            level = (
                spread
                * 10.0 ** (-(tonal * (TONE_OFFSET + b) + (1.0 - tonal) * NOISE_OFFSET) / 10.0)
                / (edges[b + 1] - edges[b])
            )
            levels[t, b] = max(level, quiet[b])
