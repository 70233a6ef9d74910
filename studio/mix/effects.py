"""Small effects: each is one object whose ``process`` changes stereo sound in place; a chain is a list of them."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from studio.audio import SAMPLE_RATE, Audio
from studio.mix.bus import ENVELOPE_FRAMES
from studio.mix.filters import all_pass, low_cut
from studio.mix.kernel import kernel

HALF_POWER = np.float32(10.0 ** (-3.0 / 20.0))
"""What each of two takes gives up."""


class Effect(Protocol):
    """Anything that changes sound of shape ``(2, frames)`` in place."""

    def process(self, audio: Audio) -> None:
        """Change ``audio`` in place; its length stays."""


def run(chain: Iterable[Effect], audio: Audio) -> None:
    """Pass ``audio`` through each effect in turn, in place."""
    for effect in chain:
        effect.process(audio)


# --------------------------------------------------------------------------------------------------------- saturation
@dataclass(frozen=True)
class Saturation:
    """Warmth: a tanh-shaped curve that keeps small values as they are and rounds large ones.

    ``level`` is the sound's own in dB. At ``drive`` 0 it lies 18 dB below the curve's knee (only peaks are touched),
    at 1 it lies 6 dB above (everything is).
    """

    drive: float
    level: float

    def process(self, audio: Audio) -> None:
        """Saturate ``audio`` in place."""
        if self.drive > 0:
            _saturate(audio, np.float32(10.0 ** ((24.0 * self.drive - 18.0 - self.level) / 20.0)))


@kernel
def _saturate(audio, push):  # type: ignore[no-untyped-def]
    """x (27 + x²) / (27 + 9 x²) on |x| ≤ 3: the Padé approximant of tanh, within 2.4 % of it and smooth at 3."""
    pull = np.float32(1.0) / push
    for c in range(2):
        for i in range(audio.shape[1]):
            x = min(max(audio[c, i] * push, np.float32(-3.0)), np.float32(3.0))
            square = x * x
            audio[c, i] = pull * x * (np.float32(27.0) + square) / (np.float32(27.0) + np.float32(9.0) * square)


# ---------------------------------------------------------------------------------------------------------- automation
@dataclass(frozen=True)
class Fader:
    """Rides the level: ``envelope`` holds a ratio every ``ENVELOPE_FRAMES`` frames, joined by lines."""

    envelope: NDArray[np.float32]

    def process(self, audio: Audio) -> None:
        """Scale ``audio`` in place."""
        _ride(audio, self.envelope)


@kernel
def _ride(audio, envelope):  # type: ignore[no-untyped-def]
    for c in range(audio.shape[0]):
        for block in range(len(envelope) - 1):
            start = block * ENVELOPE_FRAMES
            slope = (envelope[block + 1] - envelope[block]) / np.float32(ENVELOPE_FRAMES)
            for i in range(start, min(start + ENVELOPE_FRAMES, audio.shape[1])):
                audio[c, i] *= envelope[block] + slope * np.float32(i - start)


@dataclass(frozen=True)
class Sweep:
    """A low-pass that moves: ``cutoffs`` in Hz every ``ENVELOPE_FRAMES`` frames, 12 dB an octave, no resonance.

    A state-variable filter with trapezoidal integrators (Zavalishin, *The Art of VA Filter Design*, 2012, 4.1), which
    stays stable while its cut moves.
    """

    cutoffs: NDArray[np.float32]

    def process(self, audio: Audio) -> None:
        """Filter ``audio`` in place."""
        _sweep(audio, np.tan(np.pi * self.cutoffs.astype(np.float64) / SAMPLE_RATE))


@kernel
def _sweep(audio, warped):  # type: ignore[no-untyped-def]
    damping = math.sqrt(2.0)
    for c in range(audio.shape[0]):
        first, second = 0.0, 0.0
        for block in range(len(warped) - 1):
            start = block * ENVELOPE_FRAMES
            g = warped[block]
            slope = (warped[block + 1] - g) / ENVELOPE_FRAMES
            for i in range(start, min(start + ENVELOPE_FRAMES, audio.shape[1])):
                x = float(audio[c, i]) + 1e-20
                high = (x - (damping + g) * first - second) / (1.0 + damping * g + g * g)
                band = g * high + first
                low = g * band + second
                first, second = g * high + band, g * band + low
                audio[c, i] = low
                g += slope


# ------------------------------------------------------------------------------------------------------------- stereo
@dataclass(frozen=True)
class Panorama:
    """Width and place of a stereo stem.

    ``pan`` −1 … 1 at constant power (cos² + sin² = 1), unity in the middle; a stem narrows as it leaves the middle so
    that its far side is not lost. ``width`` 0 mono, 1 as recorded, up to 1.5.
    """

    pan: float
    width: float = 1.0

    def process(self, audio: Audio) -> None:
        """Place ``audio`` in place."""
        _matrix(audio, *self.matrix())

    def matrix(self) -> tuple[NDArray[np.float32], np.float32]:
        """Return the gains of left and right, and that of the sides."""
        angle = (self.pan + 1.0) * math.pi / 4.0
        left, right = math.sqrt(2.0) * math.cos(angle), math.sqrt(2.0) * math.sin(angle)
        return np.array([left, right], np.float32), np.float32(self.width * (1.0 - abs(self.pan)))


@kernel
def _matrix(audio, gains, side_gain):  # type: ignore[no-untyped-def]
    half = np.float32(0.5)
    for i in range(audio.shape[1]):
        middle = half * (audio[0, i] + audio[1, i])
        side = half * (audio[0, i] - audio[1, i]) * side_gain
        audio[0, i] = (middle + side) * gains[0]
        audio[1, i] = (middle - side) * gains[1]


@dataclass(frozen=True)
class Width:
    """Scales the side signal by ``gain`` and removes it below ``mono_below`` Hz.

    The sides pass the upper half of a fourth-order crossover (Linkwitz and Riley, JAES 24, 1976); the middle passes
    the all-pass that both halves sum to, so that the two stay in phase and nothing wanders in the panorama.
    """

    gain: float
    mono_below: float = 120.0

    def process(self, audio: Audio) -> None:
        """Widen ``audio`` in place."""
        _widen(audio, self.gain, low_cut(self.mono_below), all_pass(self.mono_below))


@kernel
def _widen(audio, gain, cut, turn):  # type: ignore[no-untyped-def]
    side_1 = side_2 = side_3 = side_4 = middle_1 = middle_2 = 0.0
    for i in range(audio.shape[1]):
        side = 0.5 * (float(audio[0, i]) - float(audio[1, i])) * gain + 1e-20
        once = cut[0] * side + side_1
        side_1 = cut[1] * side - cut[3] * once + side_2
        side_2 = cut[2] * side - cut[4] * once
        twice = cut[0] * once + side_3
        side_3 = cut[1] * once - cut[3] * twice + side_4
        side_4 = cut[2] * once - cut[4] * twice
        middle = 0.5 * (float(audio[0, i]) + float(audio[1, i])) + 1e-20
        turned = turn[0] * middle + middle_1
        middle_1 = turn[1] * middle - turn[3] * turned + middle_2
        middle_2 = turn[2] * middle - turn[4] * turned
        audio[0, i] = turned + twice
        audio[1, i] = turned - twice


# -------------------------------------------------------------------------------------------------------------- delay
@dataclass(frozen=True)
class Doubling:
    """Plays a stem twice: as it is at ``panorama``, and mirrored a second time, as another take of itself.

    The second take comes later by ``milliseconds``, with a slow drift of ±1 ms around it. Both are 3 dB down.
    """

    milliseconds: float
    panorama: Panorama
    drift_ms: float = 1.0
    drift_hz: float = 0.31

    def process(self, audio: Audio) -> None:
        """Double ``audio`` in place."""
        gains, side = self.panorama.matrix()
        gains *= HALF_POWER
        per_ms = SAMPLE_RATE / 1000.0
        step = 2.0 * math.pi * self.drift_hz / SAMPLE_RATE
        _double(audio, gains, side, self.milliseconds * per_ms, self.drift_ms * per_ms, step)


@kernel
def _double(audio, gains, side_gain, delay, depth, step):  # type: ignore[no-untyped-def]
    """Backwards from the end, so that the second take reads what is not yet overwritten; Catmull–Rom interpolation."""
    half = np.float32(0.5)
    near, late = np.zeros(4, np.float32), np.zeros(2, np.float32)
    for i in range(audio.shape[1] - 1, -1, -1):
        position = i - max(delay + depth * math.sin(step * i), 2.0)
        whole = math.floor(position)
        t = np.float32(position - whole)
        for c in range(2):
            for k in range(4):
                near[k] = audio[c, whole + k - 1] if whole + k >= 1 else np.float32(0.0)
            curve = near[3] - near[0] + np.float32(3.0) * (near[1] - near[2])
            bend = np.float32(2.0) * near[0] - np.float32(5.0) * near[1] + np.float32(4.0) * near[2] - near[3]
            late[c] = near[1] + half * t * (near[2] - near[0] + t * (bend + t * curve))
        middle, side = half * (audio[0, i] + audio[1, i]), half * (audio[0, i] - audio[1, i]) * side_gain
        later, beside = half * (late[0] + late[1]), half * (late[0] - late[1]) * side_gain
        audio[0, i] = (middle + side) * gains[0] + (later + beside) * gains[1]
        audio[1, i] = (middle - side) * gains[1] + (later - beside) * gains[0]


@dataclass(frozen=True)
class PingPongDelay:
    """Echoes that cross from left to right every ``seconds``, each ``feedback`` times the one before.

    The echoes lose what lies outside ``low_hz`` … ``high_hz`` a little more each time. Only echoes come out.
    """

    seconds: float
    feedback: float
    low_hz: float = 250.0
    high_hz: float = 4500.0

    def process(self, audio: Audio) -> None:
        """Replace ``audio``, of which only the middle echoes, by its echoes, in place."""
        frames = max(1, round(self.seconds * SAMPLE_RATE))
        coefficients = [1.0 - math.exp(-2.0 * math.pi * hz / SAMPLE_RATE) for hz in (self.low_hz, self.high_hz)]
        _ping_pong(audio, frames, min(self.feedback, 0.9), coefficients[0], coefficients[1])


@kernel
def _ping_pong(audio, delay, feedback, low, high):  # type: ignore[no-untyped-def]
    line = np.zeros((2, delay), np.float32)
    dark, rumble = np.zeros(2), np.zeros(2)
    slot = 0
    for i in range(audio.shape[1]):
        dry = 0.5 * (audio[0, i] + audio[1, i]) + 1e-20
        left, right = float(line[0, slot]), float(line[1, slot])
        audio[0, i], audio[1, i] = left, right
        for c in range(2):
            entering = dry + feedback * right if c == 0 else left * feedback
            dark[c] += high * (entering - dark[c])
            rumble[c] += low * (dark[c] - rumble[c])
            line[c, slot] = dark[c] - rumble[c]
        slot += 1
        if slot == delay:
            slot = 0
