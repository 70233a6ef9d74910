"""Reverberation by a feedback delay network.

Jot and Chaigne, *Digital Delay Networks for Designing Artificial Reverberators* (AES 90, 1991): eight delay lines whose
outputs return through a lossless matrix (here Hadamard's), each line damped so that all lose 60 dB in the same time.
Four Schroeder all-passes per channel before the network make the onset dense; a pre-delay keeps the source in front.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from studio.audio import SAMPLE_RATE, Audio, silence
from studio.mix.filters import Equaliser, high_cut, low_cut
from studio.mix.kernel import kernel

LINE = 8192
"""Capacity of a delay line in frames; a power of two, so that positions wrap by masking."""
DIFFUSION = 0.6
DIFFUSERS = np.array([[211, 158, 563, 409], [223, 167, 547, 397]])
"""Lengths in frames of each channel's all-passes: those of Dattorro's plate (JAES 45, 1997) at our sample rate."""


@dataclass(frozen=True)
class Space:
    """A place to play in: line lengths in frames (mutually prime), pre-delay in seconds, and what enters it in Hz."""

    lines: tuple[int, ...]
    predelay: float
    low_hz: float
    high_hz: float


ROOM = Space((601, 691, 773, 839, 919, 997, 1061, 1129), 0.006, 140.0, 9000.0)
HALL = Space((1447, 1663, 1873, 2039, 2203, 2383, 2593, 2819), 0.024, 180.0, 8000.0)


@dataclass(frozen=True)
class Reverb:
    """A ``space`` whose sound falls by 60 dB in ``seconds``, and twice as fast at ``damping`` Hz.

    Its gain is such that a steady noise comes out as loud as it goes in: send levels mean what they say.
    """

    space: Space
    seconds: float
    damping: float

    def process(self, audio: Audio) -> None:
        """Replace ``audio`` by its reverberation, in place."""
        Equaliser((low_cut(self.space.low_hz), high_cut(self.space.high_hz))).process(audio)
        _network(audio, *self._lines(), np.float32(_unity_gain(self)))

    def _lines(self) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], int]:
        lengths = np.array(self.space.lines)
        gains = 10.0 ** (-3.0 * lengths / (SAMPLE_RATE * self.seconds))  # Jot 1991: −60 dB in `seconds`
        return lengths, gains, _damping(gains, self.damping), round(self.space.predelay * SAMPLE_RATE)


def _damping(gains: NDArray[np.float64], hz: float) -> NDArray[np.float64]:
    """Return each line's one-pole coefficient p that halves the decay time at ``hz``.

    The filter (1 − p) / (1 − p z⁻¹) must pass ``hz`` at the line's own gain g, so that the line loses g² there:
    (1 − p)² = g² (1 − 2 p cos ω + p²), solved for the root inside the unit circle.
    """
    cos = math.cos(2.0 * math.pi * min(hz, 0.45 * SAMPLE_RATE) / SAMPLE_RATE)
    square = np.minimum(gains, 0.9999) ** 2
    middle = 1.0 - square * cos
    return (middle - np.sqrt(middle**2 - (1.0 - square) ** 2)) / (1.0 - square)


@lru_cache(maxsize=64)
def _unity_gain(reverb: Reverb) -> float:
    """Return the gain that makes the energy of the network's impulse response 1 per channel."""
    impulse = silence(round(SAMPLE_RATE * (1.2 * reverb.seconds + 0.1)))
    impulse[:, 0] = (1.0, 0.0)
    _network(impulse, *reverb._lines(), np.float32(1.0))
    # Left and right enter uncorrelated: each output hears both, so the energy of one input over both outputs is 1.
    return 1.0 / math.sqrt(float(np.square(impulse, dtype=np.float64).sum()))


@kernel
def _network(audio, lengths, gains, damping, predelay, level):  # type: ignore[no-untyped-def]
    lines, mask = np.zeros((8, LINE), np.float32), LINE - 1
    entry = np.zeros((2, LINE), np.float32)
    passes, pass_mask = np.zeros((2, 4, 1024), np.float32), 1023
    out, turn, dark = np.zeros(8), np.zeros(8), np.zeros(8)
    fed, diffusion, share = np.zeros(2), DIFFUSION, math.sqrt(1.0 / 8.0)
    for i in range(audio.shape[1]):
        slot = i & mask
        for c in range(2):
            entry[c, slot] = audio[c, i] + np.float32(1e-18)  # keeps decaying states clear of denormal numbers
            v = float(entry[c, (i - predelay) & mask])
            for k in range(4):
                back = float(passes[c, k, (i - DIFFUSERS[c, k]) & pass_mask])
                v -= diffusion * back
                passes[c, k, i & pass_mask] = v
                v = back + diffusion * v
            fed[c] = v
        for k in range(8):
            dark[k] = damping[k] * dark[k] + (1.0 - damping[k]) * lines[k, (i - lengths[k]) & mask]
            out[k] = dark[k] * gains[k]
        for k in range(4):  # Hadamard's matrix as three rounds of sums and differences
            turn[k], turn[k + 4] = out[k] + out[k + 4], out[k] - out[k + 4]
        for k in range(2):
            turn[k], turn[k + 2] = turn[k] + turn[k + 2], turn[k] - turn[k + 2]
            turn[k + 4], turn[k + 6] = turn[k + 4] + turn[k + 6], turn[k + 4] - turn[k + 6]
        for k in range(0, 8, 2):
            a, b = (turn[k] + turn[k + 1]) * share, (turn[k] - turn[k + 1]) * share
            lines[k, slot], lines[k + 1, slot] = a + fed[0], b + fed[1]
        audio[0, i] = level * (out[0] + out[2] - out[4] - out[6])
        audio[1, i] = level * (out[1] - out[3] + out[5] - out[7])
