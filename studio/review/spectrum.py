"""Short-time spectra: of a decimated mono signal for pitch and rhythm, and a few at the full rate for balance."""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft
from scipy.signal import firwin, get_window

from studio.audio import SAMPLE_RATE, Audio
from studio.mix.kernel import kernel

DECIMATION = 4
LOW_RATE = SAMPLE_RATE / DECIMATION
"""11 025 Hz: all fundamentals and most of what marks an onset lie below its half."""

BANDS: Mapping[str, tuple[float, float]] = {
    "sub": (20.0, 60.0),
    "bass": (60.0, 250.0),
    "mid": (250.0, 2000.0),
    "presence": (2000.0, 6000.0),
    "air": (6000.0, 20000.0),
}
BALANCE_SIZE, BALANCE_FRAMES = 4096, 400


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


def balance(audio: Audio) -> tuple[float, dict[str, float]]:
    """Return the spectral centroid in Hz and the level of each of ``BANDS`` against the whole in dB.

    Power spectra of at most 400 windows spread over the sound are averaged (Welch 1967, with gaps).
    """
    middle = audio.mean(axis=0) if audio.shape[1] < BALANCE_SIZE else None
    hop = max(BALANCE_SIZE, audio.shape[1] // BALANCE_FRAMES)
    starts = range(0, max(1, audio.shape[1] - BALANCE_SIZE + 1), hop)
    windows = [middle] if middle is not None else [audio[:, s : s + BALANCE_SIZE].mean(axis=0) for s in starts]
    power = np.mean([magnitudes(window, BALANCE_SIZE, BALANCE_SIZE)[0] ** 2 for window in windows], axis=0)
    hz = np.fft.rfftfreq(BALANCE_SIZE, 1.0 / SAMPLE_RATE)
    total = float(power.sum())
    if total <= 0:
        return 0.0, dict.fromkeys(BANDS, -120.0)
    shares = {name: power[(hz >= low) & (hz < high)].sum() / total for name, (low, high) in BANDS.items()}
    levels = {name: round(10.0 * float(np.log10(max(share, 1e-12))), 1) for name, share in shares.items()}
    return float((hz * power).sum() / total), levels
