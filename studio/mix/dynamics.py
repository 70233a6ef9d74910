"""Level that follows level: the compressor and the ducking under a kick drum."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.audio import SAMPLE_RATE, Audio
from studio.mix.kernel import kernel

CONTROL_FRAMES = 16
"""Gains are computed this often and joined by straight lines."""


def smoothing(seconds: float, step: int = 1) -> float:
    """Return the coefficient of a one-pole smoother of that time constant, run every ``step`` frames."""
    return math.exp(-step / (SAMPLE_RATE * seconds)) if seconds > 0 else 0.0


@dataclass(frozen=True)
class Compressor:
    """A feed-forward compressor with a soft knee, both channels linked, detecting power.

    The static curve and the smoothing of the gain in dB follow Giannoulis, Massberg and Reiss, *Digital Dynamic Range
    Compressor Design* (JAES 60, 2012), equation 4 and figure 7c. ``threshold`` and ``knee`` in dB, ``attack`` and
    ``release`` in seconds; the detector does not hear what lies below ``detector_cut`` Hz.
    """

    threshold: float
    ratio: float
    attack: float = 0.02
    release: float = 0.18
    knee: float = 6.0
    detector_cut: float = 0.0

    @classmethod
    def aiming_at(cls, reduction: float, level: float, *, ratio: float = 2.0, **settings: float) -> "Compressor":
        """Return the compressor that takes ``reduction`` dB from a steady ``level`` in dB."""
        return cls(level - reduction / (1.0 - 1.0 / ratio), ratio, **settings)

    def process(self, audio: Audio) -> None:
        """Compress ``audio`` in place."""
        _compress(
            audio,
            self.threshold,
            1.0 / self.ratio - 1.0,
            max(self.knee, 1e-6),
            smoothing(self.attack, CONTROL_FRAMES),
            smoothing(self.release, CONTROL_FRAMES),
            1.0 - math.exp(-2.0 * math.pi * self.detector_cut / SAMPLE_RATE),
        )


@kernel
def _compress(audio, threshold, slope, knee, attack, release, detector):  # type: ignore[no-untyped-def]
    frames = audio.shape[1]
    power, reduction, gain = 0.0, 0.0, 1.0
    low_left, low_right = 0.0, 0.0
    hold = 0.93  # the power detector's memory: 5 ms
    for start in range(0, frames, CONTROL_FRAMES):
        end = min(frames, start + CONTROL_FRAMES)
        total = 0.0
        for i in range(start, end):
            low_left += detector * (audio[0, i] - low_left) + 1e-20
            low_right += detector * (audio[1, i] - low_right) + 1e-20
            total += (audio[0, i] - low_left) ** 2 + (audio[1, i] - low_right) ** 2
        power = hold * power + (1.0 - hold) * total / (2.0 * (end - start))
        over = 10.0 * math.log10(power + 1e-12) - threshold
        if over <= -knee / 2.0:
            wanted = 0.0
        elif over >= knee / 2.0:
            wanted = slope * over
        else:
            wanted = slope * (over + knee / 2.0) ** 2 / (2.0 * knee)
        memory = attack if wanted < reduction else release
        reduction = memory * reduction + (1.0 - memory) * wanted
        target = 10.0 ** (reduction / 20.0)
        step = (target - gain) / (end - start)
        for i in range(start, end):
            gain += step
            audio[0, i] *= gain
            audio[1, i] *= gain
        gain = target


@dataclass(frozen=True)
class Ducking:
    """Makes room for every kick: down by ``depth`` dB at each onset, back after ``release`` seconds.

    ``onsets`` are frames in ascending order. The gain falls during the 4 ms before an onset and returns on half a
    cosine, so that neither edge clicks.
    """

    onsets: NDArray[np.int64]
    depth: float
    release: float
    attack: float = 0.004

    def process(self, audio: Audio) -> None:
        """Duck ``audio`` in place."""
        if len(self.onsets) and self.depth > 0:
            _duck(audio, self.onsets, -self.depth, self.attack * SAMPLE_RATE, self.release * SAMPLE_RATE)


@kernel
def _duck(audio, onsets, depth_db, attack, release):  # type: ignore[no-untyped-def]
    frames, count = audio.shape[1], len(onsets)
    for k in range(-1, count):
        first = onsets[k] if k >= 0 else 0
        last = min(frames, onsets[k + 1]) if k + 1 < count else frames
        for i in range(max(0, first), last):
            since = (i - first) / release
            until = (last - i) / attack
            returning = 0.5 + 0.5 * math.cos(math.pi * since) if k >= 0 and since < 1.0 else 0.0
            falling = 0.5 + 0.5 * math.cos(math.pi * until) if k + 1 < count and until < 1.0 else 0.0
            duck = max(returning, falling)
            if duck > 0.0:
                gain = 10.0 ** (depth_db * duck / 20.0)
                audio[0, i] *= gain
                audio[1, i] *= gain
