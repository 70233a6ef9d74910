"""Band-limited oscillators, read block by block, and the filter that halves an oversampled rate."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from studio.sound.kernels import KERNEL

SAW, SQUARE, TRIANGLE, SINE = range(4)

_HALF, _ONE, _TWO, _FOUR = np.float32(0.5), np.float32(1), np.float32(2), np.float32(4)
_QUARTER = np.float32(0.25)
# Taylor coefficients of sin(2πx); on |x| ≤ 1/4 the first term left out is under 4e−6.
_S1, _S3, _S5, _S7, _S9 = (
    np.float32(value) for value in (6.283185307, -41.34170224, 81.60524928, -76.70585975, 42.05869394)
)

DECIMATOR_TAPS = 23
"""Length of the half-band filter; an odd number whose middle tap is 1/2."""


def decimator() -> NDArray[np.float32]:
    """Return the taps of a half-band low-pass (Kaiser, β = 6): flat to 0.17, −55 dB from 0.35 of the higher rate."""
    distance = np.arange(DECIMATOR_TAPS) - DECIMATOR_TAPS // 2
    taps = np.sinc(distance / 2) / 2 * np.kaiser(DECIMATOR_TAPS, 6.0)
    return (taps / taps.sum()).astype(np.float32)


@njit(**KERNEL, inline="always")
def sine(phase):  # type: ignore[no-untyped-def]
    """Return sin(2π·phase) for a phase in [0, 1), float32."""
    x = phase - _HALF
    folded = _QUARTER - abs(abs(x) - _QUARTER)
    square = folded * folded
    value = folded * (_S1 + square * (_S3 + square * (_S5 + square * (_S7 + square * _S9))))
    return -value if x > 0 else value


@njit(**KERNEL, inline="always")
def _saw(phase, over):  # type: ignore[no-untyped-def]
    """Return a falling-edge saw, its step rounded off over one frame each side (polyBLEP)."""
    rising = _ONE - min(_ONE, phase * over)
    falling = _ONE - min(_ONE, (_ONE - phase) * over)
    return _TWO * phase - _ONE + rising * rising - falling * falling


@njit(**KERNEL)
def add_wave(wave, phase, step, count, gain_left, gain_right, left, right):  # type: ignore[no-untyped-def]
    """Add ``count`` frames of a wave to ``left`` and ``right``; return the phase after them.

    ``phase`` in turns, ``step`` in turns a frame. Inner loops are plain float32 so that they vectorise.
    """
    p0, dt = np.float32(phase), np.float32(step)
    over, gl, gr = _ONE / dt, np.float32(gain_left), np.float32(gain_right)
    if wave == SAW:
        for k in range(count):
            p = p0 + np.float32(k) * dt
            p -= np.floor(p)
            y = _saw(p, over)
            left[k] += y * gl
            right[k] += y * gr
    elif wave == SQUARE:
        for k in range(count):
            p = p0 + np.float32(k) * dt
            p -= np.floor(p)
            q = p + _HALF
            q -= np.floor(q)
            y = _saw(p, over) - _saw(q, over)
            left[k] += y * gl
            right[k] += y * gr
    elif wave == TRIANGLE:
        for k in range(count):
            p = p0 + np.float32(k) * dt + _QUARTER
            p -= np.floor(p)
            y = _ONE - _FOUR * abs(p - _HALF)
            left[k] -= y * gl
            right[k] -= y * gr
    else:
        for k in range(count):
            p = p0 + np.float32(k) * dt
            p -= np.floor(p)
            y = sine(p)
            left[k] += y * gl
            right[k] += y * gr
    after = phase + count * step
    return after - np.floor(after)


@njit(**KERNEL)
def halve(fast, taps, history, count, slow):  # type: ignore[no-untyped-def]
    """Filter ``2 * count`` frames of ``fast`` and keep every second in ``slow``.

    ``history`` carries the last frames from block to block: (DECIMATOR_TAPS − 1,).
    """
    span = len(taps) - 1
    joined = np.empty(span + 2 * count, np.float32)
    joined[:span] = history
    joined[span:] = fast[: 2 * count]
    middle = span // 2
    for k in range(count):
        total = joined[2 * k + middle] * taps[middle]
        for tap in range(middle - 1, -1, -2):
            total += taps[tap] * (joined[2 * k + tap] + joined[2 * k + span - tap])
        slow[k] = total
    history[:] = joined[2 * count :]
