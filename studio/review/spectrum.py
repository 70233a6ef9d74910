"""Spectra: short ones of a decimated mono signal for pitch and rhythm, a long-term average of all of it for balance."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.fft import rfft
from scipy.signal import firwin, get_window

from studio.audio import SAMPLE_RATE, Audio
from studio.mix.kernel import kernel
from studio.mix.loudness import HOP

DECIMATION = 4
LOW_RATE = SAMPLE_RATE / DECIMATION
"""11 025 Hz: all fundamentals and most of what marks an onset lie below its half."""

OCTAVES = (31.25, 62.5, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 16000.0)
"""Middles of the octave bands (IEC 61260-1, base 2)."""
LTAS_SIZE, LTAS_HOPS, LTAS_BATCH = 16384, 4, 16
"""A window of 372 ms in every gating block of 400 ms; bins of 2.7 Hz part the lowest octaves."""
ABSOLUTE_GATE, RELATIVE_GATE = 10.0 ** ((-70.0 + 0.691) / 10.0), 0.1
"""The gates of BS.1770-5 (−70 LUFS, −10 LU) as powers."""
NOTHING = -120.0


@dataclass(frozen=True)
class Spectrum:
    """The long-term average power spectrum of both channels: ``power`` of each bin at ``hz``."""

    hz: NDArray[np.float64]
    power: NDArray[np.float64]

    @property
    def centroid(self) -> float:
        """The mean frequency in Hz, weighted by power; 0 for silence."""
        total = float(self.power.sum())
        return float((self.hz * self.power).sum() / total) if total > 0 else 0.0

    def bands(self, middles: ArrayLike = OCTAVES, octaves: float = 1.0) -> NDArray[np.float64]:
        """Return the level in dB against the whole of bands of a width of ``octaves`` around ``middles``."""
        reach, summed = 2.0 ** (octaves / 2.0), np.concatenate([[0.0], np.cumsum(self.power)])
        edges = np.append(self.hz, self.hz[-1] + self.hz[1]) - self.hz[1] / 2.0
        low, high = (np.interp(np.asarray(middles) * by, edges, summed) for by in (1.0 / reach, reach))
        share = (high - low) / max(float(summed[-1]), 1e-30)
        return np.maximum(10.0 * np.log10(np.maximum(share, 1e-12)), NOTHING)


def long_term(audio: Audio, loudness: NDArray[np.float64]) -> Spectrum:
    """Return the long-term average spectrum of ``audio``, shape ``(2, frames)`` (Welch 1967, windows 400 ms apart).

    ``loudness`` is the K-weighted power of each hop (``studio.mix.loudness.hop_power``): windows that BS.1770 would
    gate, pauses and long quiet passages, do not count.
    """
    hz = np.asarray(np.fft.rfftfreq(LTAS_SIZE, 1.0 / SAMPLE_RATE), np.float64)
    spans = loudness[: len(loudness) // LTAS_HOPS * LTAS_HOPS].reshape(-1, LTAS_HOPS).mean(axis=1)
    heard = spans[spans > ABSOLUTE_GATE]
    starts = np.flatnonzero(spans > max(ABSOLUTE_GATE, RELATIVE_GATE * heard.mean() if len(heard) else 0.0))
    power = np.zeros(len(hz), np.float64)
    if not len(starts):
        return Spectrum(hz, power)
    windows = np.lib.stride_tricks.sliding_window_view(audio, LTAS_SIZE, axis=1)[:, :: LTAS_HOPS * HOP]
    for first in range(0, len(starts), LTAS_BATCH):
        spectra = rfft(windows[:, starts[first : first + LTAS_BATCH]] * _window(LTAS_SIZE), axis=-1)
        power += (spectra.real**2 + spectra.imag**2).sum(axis=(0, 1), dtype=np.float64)
    return Spectrum(hz, power)


def decimated(audio: Audio) -> NDArray[np.float32]:
    """Return the mono sum at ``LOW_RATE``, low-passed below 5 kHz; ``audio`` has shape ``(2, frames)``."""
    return _decimate(audio, firwin(48, 4900.0, fs=SAMPLE_RATE).astype(np.float32))


@kernel
def _decimate(audio, taps):  # type: ignore[no-untyped-def]
    frames, reach = audio.shape[1], len(taps) // 2
    low = np.zeros(frames // DECIMATION, np.float32)
    for k in range(len(low)):
        first = k * DECIMATION - reach
        if first >= 0 and first + len(taps) <= frames:
            total = np.float32(0.0)
            for t in range(len(taps)):
                total += taps[t] * (audio[0, first + t] + audio[1, first + t])
            low[k] = total * np.float32(0.5)
    return low


def magnitudes(signal: NDArray[np.float32], size: int, hop: int) -> NDArray[np.float32]:
    """Return the magnitude spectra of windows of ``size`` every ``hop``, shape ``(windows, size // 2 + 1)``."""
    if len(signal) < size:
        signal = np.pad(signal, (0, size - len(signal)))
    windows = np.lib.stride_tricks.sliding_window_view(signal, size)[::hop]
    return np.abs(rfft(windows * _window(size), axis=1))


@lru_cache(maxsize=4)
def _window(size: int) -> NDArray[np.float32]:
    return np.asarray(get_window("hann", size), np.float32)
