"""A gain over time, the same for both channels: what a master does to a mix, and to each of its stems."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.audio import Audio
from studio.mix.kernel import kernel

STEP = 15
"""Frames between two values of a curve (0.34 ms): a divisor of the 100 ms in which loudness is counted."""

Curve = NDArray[np.float32]


def steps_of(frames: int) -> int:
    """Return how many steps, the last one perhaps short, a sound of ``frames`` frames has."""
    return -(-frames // STEP)


@dataclass(frozen=True)
class Gain:
    """A gain ratio every ``STEP`` frames, from frame 0 to the first at or after the end, joined by straight lines."""

    ratios: Curve

    def process(self, audio: Audio) -> None:
        """Multiply ``audio``, shape ``(2, frames)``, in place."""
        _multiply(audio, self.ratios, audio)

    def apply(self, audio: Audio, out: Audio) -> None:
        """Write the product with ``audio`` to ``out``."""
        _multiply(audio, self.ratios, out)

    def by_frame(self, frames: int) -> NDArray[np.float32]:
        """Return the ratio of every frame."""
        ratios = np.ones((1, frames), np.float32)
        self.process(ratios)
        return ratios[0]


@kernel
def under(peaks, ratios):  # type: ignore[no-untyped-def]
    """Return what a gain leaves of the ``peaks`` of every step."""
    scaled = np.empty_like(peaks)
    for i in range(len(peaks)):
        scaled[i] = peaks[i] * max(ratios[i], ratios[i + 1])
    return scaled


@kernel
def _multiply(audio, ratios, out):  # type: ignore[no-untyped-def]
    frames = audio.shape[1]
    for step in range((frames + STEP - 1) // STEP):
        start = step * STEP
        first = ratios[step]
        slope = (ratios[step + 1] - first) / np.float32(STEP)
        for c in range(audio.shape[0]):
            for i in range(start, min(start + STEP, frames)):
                out[c, i] = audio[c, i] * (first + slope * np.float32(i - start))
