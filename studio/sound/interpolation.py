"""Reading a sample between its frames: an 8-point windowed sinc."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from studio.sound.kernels import KERNEL

POINTS = 8
PHASES = 512
_CUTOFF = 0.96
_KAISER_BETA = 7.0

# Unsigned numbers index arrays without the test for negative indices, which is a third of the kernel's time.
_ONE, _TWO, _THREE, _FOUR = np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(4)
_FIVE, _SIX, _SEVEN = np.uint64(5), np.uint64(6), np.uint64(7)
_WHOLE, _PHASE = np.uint64(32), np.uint64(23)
_FRACTION = np.uint64(0xFFFFFFFF)
_FIXED = 4294967296.0


def sinc_table() -> NDArray[np.float32]:
    """Return ``(PHASES, POINTS)`` filter taps: row ``p`` reads the point ``p / PHASES`` after the fourth frame.

    Kaiser-windowed (β = 7) sinc, cutoff 0.96 of Nyquist; every row sums to 1, so no ripple at DC.
    """
    phase = np.arange(PHASES)[:, None] / PHASES
    distance = np.arange(POINTS)[None, :] - (POINTS // 2 - 1) - phase
    window = np.i0(_KAISER_BETA * np.sqrt(np.maximum(0, 1 - (distance / (POINTS / 2)) ** 2)))
    taps = np.sinc(distance * _CUTOFF) * window
    return np.ascontiguousarray(taps / taps.sum(1, keepdims=True), np.float32)


@njit(**KERNEL)
def read(frames, taps, position, step, count, out, first):  # type: ignore[no-untyped-def]
    """Read ``count`` points of ``frames`` from ``position`` on, ``step`` apart, into ``out[first:]``.

    Positions are in 32.32 fixed point inside, so that the loop carries no rounding. ``frames`` must reach
    ``POINTS // 2`` frames beyond the points read, on both sides.
    """
    whole = int(position)
    head = np.uint64((whole - (POINTS // 2 - 1)) * 1)
    offset = np.uint64((position - whole) * _FIXED)
    advance = np.uint64(step * _FIXED)
    for k in range(count):
        j = head + (offset >> _WHOLE)
        p = (offset & _FRACTION) >> _PHASE
        out[first + k] = (
            frames[j] * taps[p, 0]
            + frames[j + _ONE] * taps[p, 1]
            + frames[j + _TWO] * taps[p, 2]
            + frames[j + _THREE] * taps[p, 3]
            + frames[j + _FOUR] * taps[p, 4]
            + frames[j + _FIVE] * taps[p, 5]
            + frames[j + _SIX] * taps[p, 6]
            + frames[j + _SEVEN] * taps[p, 7]
        )
        offset += advance
