"""Key heard in a recording, by its pitch classes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.review.spectrum import LOW_RATE, magnitudes
from studio.theory.key import Key

SIZE, HOP = 8192, 4096
LOWEST_HZ, HIGHEST_HZ = 65.0, 2100.0
A4_HZ, A4_CLASS = 440.0, 9
IN_TUNE = 0.35
"""A spectral peak further than this from every semitone belongs to no pitch class."""

KRUMHANSL_KESSLER = {
    "major": (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
    "minor": (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
}
"""Probe-tone ratings (Krumhansl and Kessler, *Psychological Review* 89, 1982)."""


@dataclass(frozen=True)
class KeyReading:
    """The major or minor key that fits best, its correlation, and by how much it leads the second."""

    key: Key | None
    correlation: float
    lead: float


def read_key(signal: NDArray[np.float32]) -> KeyReading:
    """Read the key of a mono signal at ``LOW_RATE``; ``key`` is ``None`` where there is no pitch."""
    return fit_key(chroma(signal))


def fit_key(classes: NDArray[np.float64]) -> KeyReading:
    """Return the key whose profile correlates best with the weights of the twelve pitch classes."""
    if float(np.ptp(classes)) <= 1e-9:
        return KeyReading(None, 0.0, 0.0)
    fits = {
        Key(tonic, mode): float(np.corrcoef(np.roll(profile, tonic), classes)[0, 1])
        for mode, profile in KRUMHANSL_KESSLER.items()
        for tonic in range(12)
    }
    first, second = sorted(fits, key=lambda key: -fits[key])[:2]
    return KeyReading(first, fits[first], fits[first] - fits[second])


def chroma(signal: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return how much sounds of each pitch class, C first: spectral peaks only, so that drums weigh little."""
    spectra = magnitudes(signal, SIZE, HOP)
    hz = np.arange(spectra.shape[1]) * LOW_RATE / SIZE
    inside = np.flatnonzero((hz > LOWEST_HZ) & (hz < HIGHEST_HZ))
    here, below, above = spectra[:, inside], spectra[:, inside - 1], spectra[:, inside + 1]
    floor = np.maximum(4.0 * np.median(here, axis=1, keepdims=True), 1e-3)
    is_peak = (here > below) & (here >= above) & (here > floor)
    # Where the peak lies between two bins: a parabola through three (Smith, Spectral Audio Signal Processing).
    bend = below - 2.0 * here + above
    shift = np.where(is_peak, 0.5 * (below - above) / np.where(bend == 0, 1.0, bend), 0.0)
    pitch = 12.0 * np.log2((inside + shift) * LOW_RATE / SIZE / A4_HZ)
    nearest = np.round(pitch)
    is_peak &= np.abs(pitch - nearest) < IN_TUNE
    classes = ((nearest + A4_CLASS) % 12).astype(int)
    return np.bincount(classes[is_peak], np.sqrt(here[is_peak]), minlength=12).astype(float)


def relation(asked: Key, read: Key) -> str:
    """Return how the key read stands to that asked for: ``same``, ``same notes``, ``parallel``, ``fifth`` or ``other``.

    ``same``: tonic and kind of third agree (a mode counts as its kin with that third). ``same notes``: the relative
    key, or a mode's parent: the ear tells them apart by phrasing, a profile hardly.
    """
    if read.tonic == asked.tonic:
        return "same" if read.is_minor == asked.is_minor else "parallel"
    if set(read.scale) == set(asked.scale):
        return "same notes"
    if read.is_minor == asked.is_minor and (read.tonic - asked.tonic) % 12 in (5, 7):
        return "fifth"
    return "other"
