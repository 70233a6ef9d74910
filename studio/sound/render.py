"""Rendering a part: notes to an engine, then DC, level and automation."""

import math
from collections.abc import Callable

import numpy as np
from numba import njit

from studio.audio import SAMPLE_RATE, Audio, ratio, silence
from studio.instruments import Instrument, instrument
from studio.score import Part, Score
from studio.sound import drum_machine, effects, sampler, synth
from studio.sound.articulation import manner
from studio.sound.events import Curve, Events, curve, events, mark_bent, pitch_curve
from studio.sound.kernels import BLOCK, KERNEL

Engine = Callable[[Instrument, Events, Curve, Audio, int], None]

ENGINES: dict[str, Engine] = {
    "preset": sampler.play,
    "kit": sampler.play,
    "synth": synth.play,
    "machine": drum_machine.play,
    "effect": effects.play,
}
"""What plays an instrument, by its ``source``."""

_END_FADE = round(0.01 * SAMPLE_RATE)
_DC_HZ = 12.0
_DC_COEFFICIENT = 1.0 - math.exp(-2.0 * math.pi * _DC_HZ / SAMPLE_RATE)
_NOTHING = 1e-12


def render_part(part: Part, score: Score, *, seed: int) -> Audio:
    """Return the dry stem of a part: shape ``(2, score.frames)``, not normalised.

    A line at velocity 80 lands near −20 LUFS on every instrument. The same part, score and seed give the same bytes.
    Raises ``RenderError`` for an unknown instrument, ``SoundLibraryError`` when the sound library is unusable.
    """
    sound = instrument(part.instrument)
    stem = silence(score.frames)
    found = events(part, score, sound)
    if len(found):
        bend = pitch_curve(part, score, manner(sound).vibrato_hz)
        mark_bent(found, bend)
        ENGINES[sound.source](sound, found, bend, stem, seed)
        finish(stem, _gains(part, score, sound.trim_db))
        _fade_end(stem)
    return stem


def _gains(part: Part, score: Score, trim_db: float) -> Curve:
    """Return the amplitude every BLOCK frames: trim, volume in dB, and expression, which General MIDI squares."""
    gains = np.full(score.frames // BLOCK + 2, ratio(trim_db))
    volume, expression = curve(part, score, "volume"), curve(part, score, "expression")
    if len(volume):
        gains *= 10.0 ** (volume / 20.0)
    if len(expression):
        gains *= np.clip(expression, 0.0, 1.0) ** 2
    return gains


@njit(**KERNEL)
def finish(stem, gains):  # type: ignore[no-untyped-def]
    """Take DC from ``stem`` (2, n) in place and scale it by a gain given every BLOCK frames, straight lines between."""
    lows = np.zeros(2)
    for start in range(0, stem.shape[1], BLOCK):
        gain = gains[start // BLOCK]
        slope = (gains[start // BLOCK + 1] - gain) / BLOCK
        left, right = lows[0], lows[1]
        for k in range(start, min(start + BLOCK, stem.shape[1])):
            x, y = float(stem[0, k]), float(stem[1, k])
            left += _DC_COEFFICIENT * (x - left)
            right += _DC_COEFFICIENT * (y - right)
            stem[0, k], stem[1, k] = (x - left) * gain, (y - right) * gain
            gain += slope
        # Flushed once inaudible: numbers on their way to nothing slow a processor down a hundredfold.
        lows[0] = left if abs(left) > _NOTHING else 0.0
        lows[1] = right if abs(right) > _NOTHING else 0.0


def _fade_end(stem: Audio) -> None:
    """Fade the last 10 ms, so that what still rings at the end does not click."""
    count = min(_END_FADE, stem.shape[1])
    stem[:, stem.shape[1] - count :] *= np.linspace(1.0, 0.0, count, dtype=np.float32)
