"""Short-time Fourier transforms with perfect reconstruction: Hann windows of ``WINDOW`` frames every ``HOP``."""

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, rfft
from scipy.signal import get_window

from studio.audio import Audio
from studio.models.separation import HOP, WINDOW

Spectrum = NDArray[np.complex64]
"""Stereo spectrum, shape ``(2, BINS, steps)``."""

_HANN = get_window("hann", WINDOW).astype(np.float32)
_OVERLAP = WINDOW // HOP
_GAIN = np.float32(8.0 / (3.0 * _OVERLAP))
"""One over the sum of overlapping squared windows, which is three eighths of their number."""


def analyse(audio: Audio) -> Spectrum:
    """Return the spectrum of ``audio``, shape ``(2, frames)``: a step every HOP, and those that overlap its ends."""
    front = WINDOW - HOP
    steps = -(-audio.shape[1] // HOP) + _OVERLAP - 1
    padded = np.zeros((2, (steps - 1) * HOP + WINDOW), np.float32)
    padded[:, front : front + audio.shape[1]] = audio
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW, axis=1)[:, ::HOP]
    return np.ascontiguousarray(rfft(windows * _HANN, axis=2).transpose(0, 2, 1))


def synthesise(spectrum: Spectrum, frames: int) -> Audio:
    """Return the sound of a spectrum, shape ``(2, frames)``: the inverse of ``analyse``."""
    pieces = irfft(spectrum.transpose(0, 2, 1), WINDOW, axis=2) * (_HANN * _GAIN)
    steps = pieces.shape[1]
    sound = np.zeros((2, steps + _OVERLAP - 1, HOP), np.float32)
    for part in range(_OVERLAP):
        sound[:, part : part + steps] += pieces[:, :, part * HOP : (part + 1) * HOP]
    front = WINDOW - HOP
    return np.ascontiguousarray(sound.reshape(2, -1)[:, front : front + frames])
