"""Transitions for electronic music: a note is an effect that lasts as long as the note."""

from dataclasses import dataclass

import numpy as np
from numba import njit

from studio.audio import SAMPLE_RATE, Audio, ratio
from studio.instruments import Instrument
from studio.sound.events import Curve, Events
from studio.sound.kernels import BLOCK, KERNEL
from studio.sound.oscillators import SAW, SINE, add_wave
from studio.sound.synth_voice import low_pass

_FADE = round(0.04 * SAMPLE_RATE)
_QUALITY = 0.9


@dataclass(frozen=True)
class Effect:
    """Noise in a moving band and a gliding tone. Pairs are values at the start and at the end.

    ``band``: upper edge of the noise in Hz (its lower edge is two octaves below); ``level_db``; ``glide``: semitones
    from the note, for the tone; ``tone_db``: its level beside the noise; ``tremolo``: Hz; ``seconds``: length of its
    own (0: the note's).
    """

    band: tuple[float, float]
    level_db: tuple[float, float]
    glide: tuple[float, float]
    tone_db: float
    wave: int = SAW
    tremolo: tuple[float, float] = (0.0, 0.0)
    seconds: float = 0.0


EFFECTS: dict[str, Effect] = {
    "riser": Effect((400, 15_000), (-24, 0), (0, 12), -12, tremolo=(2, 16)),
    "downlifter": Effect((15_000, 300), (0, -36), (12, -12), -14, tremolo=(8, 1)),
    "impact": Effect((9_000, 90), (0, -66), (0, -14), 6, wave=SINE, seconds=2.6),
    "reverse-cymbal": Effect((9_000, 18_000), (-48, 0), (0, 0), -99),
}
"""Every effect by its name."""


def play(sound: Instrument, found: Events, bend: Curve, stem: Audio, seed: int) -> None:
    """Add a part of effects to ``stem``: onset and length of each note, its pitch for the tone. They do not bend."""
    del bend
    effect = EFFECTS[sound.patch]
    pairs = np.array([effect.band, effect.level_db, effect.glide, effect.tremolo])
    for index, event in enumerate(found):
        hold = round(effect.seconds * SAMPLE_RATE) or int(event["hold"])
        frames = min(hold + _FADE, stem.shape[1] - int(event["start"]))
        noise = np.random.default_rng([seed, index]).standard_normal((2, frames)).astype(np.float32)
        gain = (int(event["velocity"]) / 127) ** 1.5 * 0.4
        tone = ratio(effect.tone_db) if effect.tone_db > -99 else 0.0
        _sweep(noise, pairs, tone, effect.wave, float(event["pitch"]), hold, gain, stem, int(event["start"]))


@njit(**KERNEL)
def _between(pair, share):  # type: ignore[no-untyped-def]
    return pair[0] + (pair[1] - pair[0]) * share


@njit(**KERNEL)
def _sweep(noise, pairs, tone, wave, pitch, hold, gain, out, start):  # type: ignore[no-untyped-def]
    """Add an effect to ``out`` (2, n): ``noise`` (2, frames) filtered in place, ``hold`` frames and a short fade."""
    band, level_db, glide, tremolo = pairs[0], pairs[1], pairs[2], pairs[3]
    states, phase, beat, level = np.zeros((2, 4)), 0.0, 0.0, 0.0
    sides, low = np.zeros((2, BLOCK), np.float32), np.zeros((2, BLOCK), np.float32)
    for frame in range(0, noise.shape[1], BLOCK):
        count = min(BLOCK, noise.shape[1] - frame)
        share = min(frame / hold, 1.0)
        edge = min(band[0] * (band[1] / band[0]) ** share, 0.44 * SAMPLE_RATE)
        for channel in range(2):
            sides[channel, :count] = noise[channel, frame : frame + count]
        low_pass(sides[0], sides[1], count, edge, _QUALITY, states[0])
        low[:] = sides
        low_pass(low[0], low[1], count, edge / 4.0, _QUALITY, states[1])
        sides -= low
        if tone > 0.0:
            hertz = 440.0 * 2.0 ** ((pitch + _between(glide, share) - 69.0) / 12.0)
            phase = add_wave(wave, phase, hertz / SAMPLE_RATE, count, tone, tone, sides[0], sides[1])
        beat += _between(tremolo, share) * count / SAMPLE_RATE
        target = gain * 10.0 ** (_between(level_db, share) / 20.0) * (0.75 + 0.25 * np.cos(2.0 * np.pi * beat))
        if frame > hold:
            target *= max(0.0, 1.0 - (frame + count - hold) / _FADE)
        for channel in range(2):
            for k in range(count):
                moved = np.float32(level + (target - level) * (k + 1) / count)
                out[channel, start + frame + k] += sides[channel, k] * moved
        level = target
