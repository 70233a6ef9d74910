"""The look-ahead true-peak limiter."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.audio import SAMPLE_RATE, Audio, decibels, ratio
from studio.mix.dynamics import smoothing
from studio.mix.gain import STEP, Curve, Gain, under
from studio.mix.kernel import kernel
from studio.mix.loudness import step_peaks

SPIKE_LOOK_AHEAD, SPIKE_RELEASE = 0.0014, 0.004


@dataclass(frozen=True)
class Limiter:
    """Keeps the true peak below ``ceiling`` dBTP.

    The gain begins to fall ``look_ahead`` seconds before a peak, is down for all frames that the peak is interpolated
    from, and returns with time constant ``release``. Of a peak that is more than ``body`` dB too high, the top is a
    spike, and is taken off in a few milliseconds, so that it leaves no hole behind. What remains above the ceiling,
    because the gain itself moves, is some thousandths of a dB, which the caller measures.
    """

    ceiling: float
    look_ahead: float = 0.003
    release: float = 0.06
    body: float = 3.0

    def process(self, audio: Audio) -> float:
        """Limit ``audio`` in place; return the deepest gain reduction in dB (0 or positive)."""
        curve = self.curve(step_peaks(audio, ratio(self.ceiling)))
        Gain(curve).process(audio)
        return -decibels(float(curve.min(initial=1.0)))

    def gain(self, audio: Audio) -> NDArray[np.float32]:
        """Return the gain ratio of every frame."""
        return Gain(self.curve(step_peaks(audio, ratio(self.ceiling)))).by_frame(audio.shape[1])

    def curve(self, peaks: Curve) -> Curve:
        """Return the gain for the true ``peaks`` (ratios) of every step, one value more than there are steps."""
        spikes = _limited(peaks, ratio(self.ceiling + self.body), SPIKE_LOOK_AHEAD, SPIKE_RELEASE)
        return spikes * _limited(under(peaks, spikes), ratio(self.ceiling), self.look_ahead, self.release)


def _limited(peaks: Curve, ceiling: float, look_ahead: float, release: float) -> Curve:
    half = max(1, round(look_ahead * SAMPLE_RATE / 2.0 / STEP))
    gain = _required(peaks, np.float32(ceiling), 2 * half)
    if gain.min(initial=1.0) < 1.0:
        _release(gain, smoothing(release, STEP))
        # Two moving averages, together as long as the look-ahead: each value they average was already low enough
        # for the step they end at, so their result is too; and their corners are round.
        _average(gain, half)
        _average(gain, half)
    return gain


@kernel
def _required(peaks, ceiling, ahead):  # type: ignore[no-untyped-def]
    """The lowest gain that the peaks in reach need: the steps on either side of a value and one more each, since a true
    peak is interpolated from six frames around it, and ``ahead`` steps more.
    """
    steps = len(peaks)
    gain = np.ones(steps + 1, np.float32)
    for i in range(steps):
        if peaks[i] > ceiling:
            needed = ceiling / peaks[i]
            for k in range(max(0, i - ahead - 1), min(steps + 1, i + 3)):
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
