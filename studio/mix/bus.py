"""A bus: where stems meet. It adds in whole numbers, which do not care in what order they come.

Floating-point addition is not associative, so two threads that finish in another order would give other bytes. A bus
therefore counts in steps of 2⁻²⁴ (−144 dB, finer than a 24-bit file) in 32-bit integers, ±128 full scale.
"""

from threading import Lock

import numpy as np
from numpy.typing import NDArray

from studio.audio import Audio
from studio.mix.kernel import kernel

STEP = 2.0**-24
ENVELOPE_FRAMES = 512
"""Distance of the gain breakpoints of an envelope."""


class Bus:
    """A sum of stems of ``frames`` frames, or of their middles alone. Memory is taken when the first stem comes."""

    def __init__(self, frames: int, *, mono: bool = False) -> None:
        self._shape = (1 if mono else 2, frames)
        self._sum: NDArray[np.int32] | None = None
        self._lock = Lock()

    def add(self, stem: Audio, envelope: NDArray[np.float32]) -> None:
        """Add ``stem`` times ``envelope`` (a ratio every ``ENVELOPE_FRAMES``, joined by lines). Thread-safe."""
        with self._lock:
            if self._sum is None:
                self._sum = np.zeros(self._shape, np.int32)
            _add(self._sum, stem, envelope, np.float32(1.0 / STEP))

    def take(self) -> Audio | None:
        """Return the sum as sound, ``(2 or 1, frames)``, and leave the bus empty; ``None`` if nothing was added."""
        total, self._sum = self._sum, None
        if total is None:
            return None
        audio = total.view(np.float32)  # the same memory: a bus of ten minutes weighs 200 MB
        _to_float(audio, total, np.float32(STEP))
        return audio


@kernel
def _add(total, stem, envelope, scale):  # type: ignore[no-untyped-def]
    frames = min(total.shape[1], stem.shape[1])
    limit = np.float32(32.0)  # +30 dB: four such stems still fit
    for block in range((frames + ENVELOPE_FRAMES - 1) // ENVELOPE_FRAMES):
        start = block * ENVELOPE_FRAMES
        first = envelope[block]
        slope = (envelope[block + 1] - first) / np.float32(ENVELOPE_FRAMES)
        for c in range(total.shape[0]):
            for i in range(start, min(start + ENVELOPE_FRAMES, frames)):
                heard = stem[c, i] if total.shape[0] == 2 else np.float32(0.5) * (stem[0, i] + stem[1, i])
                value = heard * (first + slope * np.float32(i - start))
                total[c, i] += np.int32(min(max(value, -limit), limit) * scale)


@kernel
def _to_float(audio, total, step):  # type: ignore[no-untyped-def]
    for c in range(total.shape[0]):
        for i in range(total.shape[1]):
            audio[c, i] = np.float32(total[c, i]) * step
