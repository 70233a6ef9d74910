"""Rendering each different sound once and adding it wherever it is played.

Music repeats itself: a three-minute part of thousands of notes holds a few hundred different ones. Velocities are
rounded to steps (the gain makes up for the rounding) and lengths to steps too short to hear.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numba import njit

from studio.audio import SAMPLE_RATE, Audio
from studio.sound.kernels import KERNEL

VELOCITY_STEP = 8
"""Velocities are rounded to multiples of this before a sound is made."""

_JOINT, _FINE, _COARSE, _LONG = (round(seconds * SAMPLE_RATE) for seconds in (0.005, 0.02, 0.05, 0.6))
_LONGEST_SCRATCH = 20 * SAMPLE_RATE
_LONGEST_TAIL = 8 * SAMPLE_RATE


@dataclass(frozen=True)
class Sound:
    """One sound to be made: frames held, frames to the choke (−1: none), which of its variants to use, the pitch it
    glides from, frames into it at which it enters, and whether it is ``joined`` to the next."""

    pitch: int
    velocity: int
    hold: int
    choke: int = -1
    variant: int = 0
    origin: float = -1.0
    head: int = 0
    joined: bool = False


Make = Callable[[Sound, float, Audio, int], int]
"""Adds a sound with a gain to audio from a frame on; returns the frames it sounded."""


def place(sounds: list[tuple[Sound, int, float]], make: Make, stem: Audio) -> None:
    """Add sounds, each with its start frame and gain, to ``stem``; equal sounds are made once.

    The order in which they are added depends on the sounds alone, so the sum is the same to the bit each time.
    """
    groups: dict[Sound, list[tuple[int, float]]] = {}
    for sound, start, gain in sounds:
        groups.setdefault(sound, []).append((start, gain))
    scratch = np.zeros((2, min(_LONGEST_SCRATCH, stem.shape[1])), np.float32)
    for sound, plays in groups.items():
        fits = sound.hold + _LONGEST_TAIL < scratch.shape[1]
        if len(plays) == 1 or not fits:
            for start, gain in plays:
                make(sound, gain, stem, start)
            continue
        length = make(sound, 1.0, scratch, 0)
        starts, gains = zip(*plays, strict=True)
        add_copies(scratch, length, np.array(starts), np.array(gains, np.float32), stem)
        scratch[:, :length] = 0.0


def rounded(event: np.void, exponent: float) -> tuple[int, int, float]:
    """Return an event's velocity and hold rounded to their steps, and the gain that restores its loudness.

    ``exponent``: the engine's gain is proportional to velocity to this power.
    """
    velocity = int(event["velocity"])
    stepped = min(max(round(velocity / VELOCITY_STEP), 1) * VELOCITY_STEP, 127)
    hold = int(event["hold"])
    step = _JOINT if event["joined"] else _FINE if hold < _LONG else _COARSE
    return stepped, max(round(hold / step), 1) * step, (velocity / stepped) ** exponent


@njit(**KERNEL)
def add_copies(source, length, starts, gains, out):  # type: ignore[no-untyped-def]
    """Add ``length`` frames of ``source`` (2, m) to ``out`` (2, n) at each start with its gain."""
    for play in range(len(starts)):
        start, gain = starts[play], gains[play]
        count = min(length, out.shape[1] - start)
        for channel in range(2):
            for k in range(count):
                out[channel, start + k] += source[channel, k] * gain
