"""The look-ahead true-peak limiter."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.audio import SAMPLE_RATE, Audio, decibels, ratio
from studio.mix.dynamics import smoothing
from studio.mix.kernel import kernel
from studio.mix.loudness import TAPS, peak_envelope


@dataclass(frozen=True)
class Limiter:
    """Keeps the true peak below ``ceiling`` dBTP.

    The gain begins to fall ``look_ahead`` seconds before a peak, is down for all frames that the peak is interpolated
    from, and returns with time constant ``release``. What remains above the ceiling, because the gain
    itself moves, is some thousandths of a dB, which the caller measures.
    """

    ceiling: float
    look_ahead: float = 0.003
    release: float = 0.06

    def process(self, audio: Audio) -> float:
        """Limit ``audio`` in place; return the deepest gain reduction in dB (0 or positive)."""
        gain = self.gain(audio)
        _apply(audio, gain)
        return -decibels(float(gain.min(initial=1.0)))

    def gain(self, audio: Audio) -> NDArray[np.float32]:
        """Return the gain ratio of every frame."""
        half = max(1, round(self.look_ahead * SAMPLE_RATE / 2.0))
        ceiling = np.float32(ratio(self.ceiling))
        gain = _required(peak_envelope(audio, float(ceiling)), ceiling, 2 * half)
        if gain.min(initial=1.0) < 1.0:
            _release(gain, smoothing(self.release))
            # Two moving averages, together as long as the look-ahead: each value they average was already low enough
            # for the frame they end at, so their result is too; and their corners are round.
            _average(gain, half)
            _average(gain, half)
        return gain


@kernel
def _required(peaks, ceiling, ahead):  # type: ignore[no-untyped-def]
    """The lowest gain that the peaks in reach need: half the taps to either side, and ``ahead`` frames more."""
    frames = len(peaks)
    gain = np.ones(frames, np.float32)
    for i in range(frames):
        if peaks[i] > ceiling:
            needed = ceiling / peaks[i]
            for k in range(max(0, i - ahead - TAPS // 2), min(frames, i + 1 + TAPS // 2)):
                gain[k] = min(gain[k], needed)
    return gain


@kernel
def _release(gain, memory):  # type: ignore[no-untyped-def]
    reduction = 0.0
    for i in range(len(gain)):
        reduction = max(1.0 - gain[i], reduction * memory)
        gain[i] = 1.0 - reduction


@kernel
def _average(gain, length):  # type: ignore[no-untyped-def]
    """Replace each value by the mean of itself and the ``length`` before it; before the start stands the first."""
    past = np.full(length + 1, gain[0], np.float64)
    total, slot = float(gain[0]) * (length + 1), 0
    for i in range(len(gain)):
        total += gain[i] - past[slot]
        past[slot] = gain[i]
        slot = slot + 1 if slot < length else 0
        gain[i] = total / (length + 1)


@kernel
def _apply(audio, gain):  # type: ignore[no-untyped-def]
    for c in range(2):
        for i in range(audio.shape[1]):
            audio[c, i] *= gain[i]
