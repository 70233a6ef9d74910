"""Second-order filters after Robert Bristow-Johnson's *Audio EQ Cookbook* (W3C note, 2021).

A *section* is the row ``b0 b1 b2 a1 a2`` with a0 = 1; a filter is a stack of sections, shape ``(sections, 5)``.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from studio.audio import SAMPLE_RATE, Audio
from studio.mix.kernel import kernel

Sections = NDArray[np.float64]

BUTTERWORTH_Q = math.sqrt(0.5)
QUIETEST_STATE = 1e-20
"""A decaying filter is set to rest here, long before the processor's slow denormal numbers."""


def _section(b: tuple[float, float, float], a: tuple[float, float, float]) -> Sections:
    return np.array([b[0], b[1], b[2], a[1], a[2]]) / a[0]


def _angle(hz: float, q: float) -> tuple[float, float]:
    """Return cos ω0 and α = sin ω0 / 2Q; frequencies stay clear of the Nyquist frequency."""
    w0 = 2.0 * math.pi * min(hz, 0.49 * SAMPLE_RATE) / SAMPLE_RATE
    return math.cos(w0), math.sin(w0) / (2.0 * q)


def peak(hz: float, gain_db: float, q: float) -> Sections:
    """Return the section that raises (or lowers) the band around ``hz`` by ``gain_db``."""
    cos, alpha = _angle(hz, q)
    a = 10.0 ** (gain_db / 40.0)
    return _section((1 + alpha * a, -2 * cos, 1 - alpha * a), (1 + alpha / a, -2 * cos, 1 - alpha / a))


def low_shelf(hz: float, gain_db: float, q: float = BUTTERWORTH_Q) -> Sections:
    """Return the section that moves everything below ``hz`` by ``gain_db``."""
    cos, alpha = _angle(hz, q)
    a = 10.0 ** (gain_db / 40.0)
    slope = 2.0 * math.sqrt(a) * alpha
    return _section(
        (a * (a + 1 - (a - 1) * cos + slope), 2 * a * (a - 1 - (a + 1) * cos), a * (a + 1 - (a - 1) * cos - slope)),
        (a + 1 + (a - 1) * cos + slope, -2 * (a - 1 + (a + 1) * cos), a + 1 + (a - 1) * cos - slope),
    )


def high_shelf(hz: float, gain_db: float, q: float = BUTTERWORTH_Q) -> Sections:
    """Return the section that moves everything above ``hz`` by ``gain_db``."""
    cos, alpha = _angle(hz, q)
    a = 10.0 ** (gain_db / 40.0)
    slope = 2.0 * math.sqrt(a) * alpha
    return _section(
        (a * (a + 1 + (a - 1) * cos + slope), -2 * a * (a - 1 + (a + 1) * cos), a * (a + 1 + (a - 1) * cos - slope)),
        (a + 1 - (a - 1) * cos + slope, 2 * (a - 1 - (a + 1) * cos), a + 1 - (a - 1) * cos - slope),
    )


def low_cut(hz: float, q: float = BUTTERWORTH_Q) -> Sections:
    """Return the section that removes what lies below ``hz``, 12 dB an octave."""
    cos, alpha = _angle(hz, q)
    return _section(((1 + cos) / 2, -(1 + cos), (1 + cos) / 2), (1 + alpha, -2 * cos, 1 - alpha))


def high_cut(hz: float, q: float = BUTTERWORTH_Q) -> Sections:
    """Return the section that removes what lies above ``hz``, 12 dB an octave."""
    cos, alpha = _angle(hz, q)
    return _section(((1 - cos) / 2, 1 - cos, (1 - cos) / 2), (1 + alpha, -2 * cos, 1 - alpha))


def all_pass(hz: float, q: float = BUTTERWORTH_Q) -> Sections:
    """Return the section that changes no level and turns the phase by 180° at ``hz``."""
    cos, alpha = _angle(hz, q)
    return _section((1 - alpha, -2 * cos, 1 + alpha), (1 + alpha, -2 * cos, 1 - alpha))


def tilt(gain_db: float, pivot_hz: float = 700.0) -> list[Sections]:
    """Return the two shelves that add ``gain_db`` at the top and take it at the bottom, level at the pivot."""
    return [low_shelf(pivot_hz / 3.0, -gain_db, 0.5), high_shelf(pivot_hz * 4.0, gain_db, 0.5)]


def response_db(sections: list[Sections], hz: ArrayLike) -> NDArray[np.float64]:
    """Return the gain in dB of the cascade at each frequency."""
    z = np.exp(-2j * np.pi * np.asarray(hz, float) / SAMPLE_RATE)
    gain = np.ones_like(z)
    for b0, b1, b2, a1, a2 in sections:
        gain = gain * (b0 + b1 * z + b2 * z**2) / (1.0 + a1 * z + a2 * z**2)
    return 20.0 * np.log10(np.maximum(np.abs(gain), 1e-12))


@dataclass(frozen=True)
class Equaliser:
    """A cascade of sections as an effect."""

    sections: tuple[Sections, ...]

    def process(self, audio: Audio) -> None:
        """Filter ``audio`` in place."""
        if self.sections:
            _cascade(audio, np.array(self.sections))


@kernel
def _cascade(audio, sections):  # type: ignore[no-untyped-def]
    """Transposed direct form II; every section of both channels advances together, which hides their latency."""
    count = sections.shape[0]
    state = np.zeros((count, 4))
    for start in range(0, audio.shape[1], 4096):
        for i in range(start, min(start + 4096, audio.shape[1])):
            left, right = float(audio[0, i]), float(audio[1, i])
            for s in range(count):
                b0, b1, b2, a1, a2 = sections[s, 0], sections[s, 1], sections[s, 2], sections[s, 3], sections[s, 4]
                y = b0 * left + state[s, 0]
                state[s, 0] = b1 * left - a1 * y + state[s, 1]
                state[s, 1] = b2 * left - a2 * y
                left = y
                y = b0 * right + state[s, 2]
                state[s, 2] = b1 * right - a1 * y + state[s, 3]
                state[s, 3] = b2 * right - a2 * y
                right = y
            audio[0, i], audio[1, i] = left, right
        for s in range(count):
            for k in range(4):
                if abs(state[s, k]) < QUIETEST_STATE:
                    state[s, k] = 0.0
