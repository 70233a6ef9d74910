"""How a mix becomes loud: glue, press and limiter, as one gain over time whose amounts are solved for.

A mix is heard once: its K-weighted power and its true peak in every step of a third of a millisecond. All that follows
is worked out on these two rows, a thirtieth of the sound, and only the finished gain goes through the sound itself.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from studio.audio import SAMPLE_RATE, Audio, decibels, ratio
from studio.mix.dynamics import smoothing
from studio.mix.gain import STEP, Curve, under
from studio.mix.kernel import kernel
from studio.mix.limiter import Limiter
from studio.mix.loudness import HOP, Power, integrated_of, short_term_of, step_peaks, step_power

WORKING_LOUDNESS = -18.0
"""The press hears every mix at this loudness (LUFS), so that its thresholds mean the same."""
DETECTOR_SECONDS = 0.005
GLUE_DEPTH, PRESS_DEPTH = 3.0, 9.0
"""Glue begins so far (dB) below the working loudness; the press, fully in, so much further down."""
PRESS_SLOPE = 0.8
"""What the press, fully in, takes from what is above its threshold: a ratio of 5:1."""
KNEE = 6.0
GLUE_TIMES, PRESS_TIMES = (0.03, 0.3), (0.002, 0.05)
"""Attack and release in seconds."""
LASTING = 6.0
"""How many times slower a second detector is. It holds down what stays loud, so that only the rest comes back fast."""
PRESS_LOOK_AHEAD = 0.006

AMOUNTS = tuple(step / 8.0 for step in range(9))
"""How far in the press is tried; 0 is glue alone."""
LOST = 2.5
"""The limiter may take this much loudness (LU) before the press comes in to share the work."""
LEAST_DYNAMICS = 8.1
"""Peak to loudest short-term loudness (LU) that stays, unless the target or the mix leaves less."""
PRESS_COST, DYNAMICS_COST, MISSED_COST = 1.5, 5.0, 10.0
"""What one amount of press, an LU of missing dynamics and an LU of missed loudness weigh against an LU lost."""
LOUDEST_PART = 2.5
"""How much louder (LU) than all of it the loudest three seconds of a very loud master may be."""
MISSED = 0.1
"""A target this near (LU) is reached."""
MOST_LIMITED = 40.0
"""The limiter never takes more from a peak (dB) …"""
MOST_FOR_NOTHING = 12.0
"""… nor more than this where the target is out of reach all the same."""
TOLERANCE = 0.02
MOST_STEPS = 10


@dataclass(frozen=True)
class Solution:
    """The gain found and what it does.

    ``press`` 0–1, ``drive`` dB into the limiter, ``limited`` dB its deepest reduction, ``lost`` LU what it took from
    the loudness; ``loudness`` LUFS and ``dynamics`` LU (peak to loudest short-term loudness) of what comes out.
    """

    ratios: Curve
    press: float
    drive: float
    limited: float
    lost: float
    loudness: float
    dynamics: float

    def harm(self, lufs: float, floor: float) -> float:
        """Return what was done to the sound beyond what is heard as gentle, and how far it is from its aims, in LU."""
        return (
            max(0.0, self.lost - LOST)
            + DYNAMICS_COST * max(0.0, floor - self.dynamics)
            + MISSED_COST * max(0.0, lufs - self.loudness - MISSED)
        )


@dataclass(frozen=True)
class Maximiser:
    """Finds the gain that brings a mix to a loudness below a ceiling, with no more press than it takes.

    ``power`` and ``peaks`` are what was heard in each step, ``fade`` lies between press and limiter, and ``glue`` dB
    come off a steady sound in any case.
    """

    power: NDArray[np.float32]
    peaks: Curve
    fade: Curve
    glue: float

    @classmethod
    def hearing(cls, mix: Audio, fade: Curve, glue: float) -> "Maximiser":
        """Measure a mix of shape ``(2, frames)``."""
        return cls(step_power(mix), step_peaks(mix), fade, glue)

    @cached_property
    def loudness(self) -> float:
        """The integrated loudness in LUFS of the mix under its fade."""
        return integrated_of(self._hops(self.fade))

    def solve(self, lufs: float, ceiling: float) -> Solution:
        """Return the gain to ``lufs`` below ``ceiling`` dBTP.

        Where even the deepest limiting does not reach it, the gain is the loudest that harms nothing.
        """
        floor = min(LEAST_DYNAMICS, ceiling - lufs - LOUDEST_PART, self._natural_dynamics() - 0.3)
        tried: list[tuple[float, Solution]] = []
        for press in AMOUNTS:
            found = self.driven(press, lufs, ceiling, start=tried[-1][1].drive if tried else None)
            harm = found.harm(lufs, floor)
            tried.append((harm + PRESS_COST * press, found))
            if not harm:
                break
        best = min(tried, key=itemgetter(0))[1]
        if best.loudness < lufs - MISSED:
            return self.driven(0.0, lufs, ceiling, most_limited=MOST_FOR_NOTHING)
        return best

    def driven(
        self,
        press: float,
        lufs: float,
        ceiling: float,
        *,
        most_limited: float = MOST_LIMITED,
        start: float | None = None,
    ) -> Solution:
        """Return the gain to ``lufs`` with this amount of press, by secant steps from a ``start`` in dB."""
        pressed = self._press(press) * self.fade
        peaks = under(self.peaks, pressed)
        before, highest = integrated_of(self._hops(pressed)), decibels(float(peaks.max(initial=0.0)))
        most = most_limited + ceiling - highest
        drive, slope, last = min(lufs - before if start is None else start, most), 1.0, (0.0, math.nan)
        for _ in range(MOST_STEPS):
            limiting = Limiter(ceiling - drive).curve(peaks)
            ratios = pressed * limiting * np.float32(ratio(drive))
            hops = self._hops(ratios)
            loudness = integrated_of(hops)
            missing = lufs - loudness
            if abs(missing) <= TOLERANCE or (missing > 0 and drive >= most):
                break
            if abs(drive - last[0]) > TOLERANCE and not math.isnan(last[1]):
                slope = min(max((loudness - last[1]) / (drive - last[0]), 0.1), 1.0)
            last, drive = (drive, loudness), min(drive + missing / slope, most)
        dynamics = min(ceiling, highest + drive) - float(short_term_of(hops).max())
        limited = -decibels(float(limiting.min()))
        return Solution(ratios, press, drive, limited, before + drive - loudness, loudness, dynamics)

    def _natural_dynamics(self) -> float:
        hops = self._hops(self.fade)
        return decibels(float(under(self.peaks, self.fade).max())) - float(short_term_of(hops).max())

    def _hops(self, ratios: Curve) -> Power:
        return _hops(self.power, ratios, HOP // STEP)

    @cached_property
    def _level(self) -> Curve:
        unfaded = integrated_of(self._hops(np.ones_like(self.fade)))
        return _level(self.power, smoothing(DETECTOR_SECONDS, STEP), np.float32(WORKING_LOUDNESS - unfaded))

    def _press(self, amount: float) -> Curve:
        """Return the gain of a compressor that is the glue at amount 0, and at 1 deep, steep and quick."""
        gentle = self.glue / GLUE_DEPTH
        attack, release = (
            glue ** (1.0 - amount) * press**amount for glue, press in zip(GLUE_TIMES, PRESS_TIMES, strict=True)
        )
        times = np.array([attack, release, attack * LASTING, release * LASTING])
        return _compressed(
            self._level,
            WORKING_LOUDNESS - GLUE_DEPTH - PRESS_DEPTH * amount,
            gentle + (PRESS_SLOPE - gentle) * amount,
            np.exp(-STEP / (SAMPLE_RATE * times)),
            round(amount * PRESS_LOOK_AHEAD * SAMPLE_RATE / STEP),
        )


@kernel
def _hops(power, ratios, length):  # type: ignore[no-untyped-def]
    """The power of each whole hop under a gain."""
    hops = np.zeros(len(power) // length)
    for h in range(len(hops)):
        total = np.float32(0.0)
        for i in range(h * length, (h + 1) * length):
            mean = np.float32(0.5) * (ratios[i] + ratios[i + 1])
            total += power[i] * mean * mean
        hops[h] = total / length
    return hops


@kernel
def _level(power, memory, gain_db):  # type: ignore[no-untyped-def]
    """The level in LUFS of every step, a gain added."""
    level = np.empty(len(power), np.float32)
    mean = 0.0
    for i in range(len(power)):
        mean = memory * mean + (1.0 - memory) * power[i]
        level[i] = gain_db - 0.691 + 10.0 * math.log10(mean + 1e-15)
    return level


@kernel
def _compressed(level, threshold, slope, memories, ahead):  # type: ignore[no-untyped-def]
    """The gain of a compressor with a soft knee and a quick and a slow detector, hearing ``ahead`` steps early.

    Curve and smoothing after Giannoulis, Massberg and Reiss (see ``dynamics.Compressor``).
    """
    attack, release, slow_attack, slow_release = memories
    ratios = np.empty(len(level) + 1, np.float32)
    quick, slow = 0.0, 0.0
    for i in range(len(ratios)):
        over = level[min(i + ahead, len(level) - 1)] - threshold
        if over <= -KNEE / 2.0:
            wanted = 0.0
        elif over >= KNEE / 2.0:
            wanted = slope * over
        else:
            wanted = slope * (over + KNEE / 2.0) ** 2 / (2.0 * KNEE)
        memory = attack if wanted > quick else release
        quick = memory * quick + (1.0 - memory) * wanted
        memory = slow_attack if wanted > slow else slow_release
        slow = memory * slow + (1.0 - memory) * wanted
        ratios[i] = 10.0 ** (-max(quick, slow) / 20.0)
    return ratios
