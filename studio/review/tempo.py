"""Tempo heard in a recording: the period at which its onsets repeat."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

from studio.review.spectrum import LOW_RATE, magnitudes

SIZE, HOP = 512, 128
RATE = LOW_RATE / HOP
"""Values of the onset envelope a second (86)."""
SLOWEST, FASTEST, PREFERRED = 40.0, 240.0, 115.0
FOLDS = (1.0, 2.0, 0.5, 3.0, 1 / 3, 4.0, 0.25, 1.5, 2 / 3, 4 / 3, 0.75)
"""Ratios at which a pulse is commonly mistaken for another level of the same meter."""
FOLD_TOLERANCE = 0.04
FAINT = 0.5
"""An onset envelope that never rises this high has no onsets, only the ripple of its windows."""
UNSURE = 0.08
"""Regularity below which no tempo is named."""


@dataclass(frozen=True)
class TempoReading:
    """``bpm`` in pulses a minute or ``None`` where nothing repeats; ``regularity`` 0–1 is the autocorrelation at that
    period; ``folded`` is the ratio to the tempo found without a hint (1: the same).
    """

    bpm: float | None
    regularity: float
    folded: float = 1.0


def read_tempo(signal: NDArray[np.float32], *, expected: float | None = None) -> TempoReading:
    """Read the tempo of a mono signal at ``LOW_RATE``.

    The envelope is a log-compressed spectral flux (Müller, *Fundamentals of Music Processing*, 6.1); the period is the
    one whose multiples correlate best, refined on up to 32 of them. If the result is a simple multiple of
    ``expected``, it is folded to that level of the meter, and ``folded`` says by how much.
    """
    envelope = onset_envelope(signal)
    if envelope.max(initial=0.0) < FAINT:
        return TempoReading(None, 0.0)
    correlation = _autocorrelation(envelope)
    if len(correlation) < 2 * RATE * 60.0 / SLOWEST:
        return TempoReading(None, 0.0)
    grid = np.geomspace(SLOWEST, FASTEST, 720)
    preference = np.exp(-0.5 * (np.log2(grid / PREFERRED) / 0.9) ** 2)
    found = float(grid[np.argmax(_comb(correlation, grid, 4) * preference)])
    bpm = _folded(found, expected)
    for span, multiples in ((0.03, 8), (0.008, 32)):
        near = bpm * np.linspace(1.0 - span, 1.0 + span, 241)
        bpm = float(near[np.argmax(_comb(correlation, near, multiples))])
    regularity = float(_comb(correlation, np.array([bpm]), 8)[0])
    if regularity < UNSURE:
        return TempoReading(None, max(regularity, 0.0))
    return TempoReading(bpm, regularity, min(FOLDS, key=lambda fold: abs(np.log(bpm / found / fold))))


def onset_envelope(signal: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return how much louder each moment is than the one before, over 24 bands, ``RATE`` values a second."""
    spectra = magnitudes(signal, SIZE, HOP)
    edges = np.unique(np.geomspace(2, SIZE // 2, 25).astype(int))
    bands = np.add.reduceat(spectra[:, : SIZE // 2], edges[:-1], axis=1)
    compressed = np.log1p(100.0 * bands / max(float(bands.max(initial=0.0)), 1e-9))
    return np.maximum(np.diff(compressed, axis=0), 0.0).sum(axis=1).astype(np.float64)


def _autocorrelation(envelope: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the unbiased autocorrelation of the envelope less its local mean, 1 at lag 0, lags up to 25 s."""
    window = round(RATE)
    padded = np.pad(envelope, window // 2, mode="edge")
    total = np.cumsum(np.concatenate([[0.0], padded]))
    local = (total[window:] - total[:-window])[: len(envelope)] / window
    centred = np.maximum(envelope[: len(local)] - local, 0.0)
    centred = centred - centred.mean() if len(centred) else centred
    size = next_fast_len(2 * len(centred) + 1)
    raw = irfft(np.abs(rfft(centred, size)) ** 2, size)[: len(centred) // 2]
    unbiased = raw / np.arange(len(centred), len(centred) - len(raw), -1)
    return unbiased[: round(25 * RATE)] / max(float(unbiased[0]), 1e-12) if len(raw) else np.zeros(0)


def _comb(correlation: NDArray[np.float64], bpm: NDArray[np.float64], multiples: int) -> NDArray[np.float64]:
    """Return the mean correlation at the first ``multiples`` periods of each tempo that are within reach."""
    lags = 60.0 * RATE / bpm[:, None] * np.arange(1, multiples + 1)
    values = np.interp(lags, np.arange(len(correlation)), correlation, right=np.nan)
    return np.nanmean(values, axis=1)


def _folded(bpm: float, expected: float | None) -> float:
    if expected is None:
        return bpm
    nearest = min((bpm * fold for fold in FOLDS), key=lambda tempo: abs(np.log(tempo / expected)))
    return nearest if abs(np.log(nearest / expected)) < FOLD_TOLERANCE else bpm
