"""Transitions and textures: a note is an effect that lasts as long as the note."""

from dataclasses import dataclass

import numpy as np
from numba import njit

from studio.audio import SAMPLE_RATE, Audio, ratio
from studio.instruments import Instrument, instrument
from studio.sound import sampler
from studio.sound.events import EVENT, SHORTEST, Curve, Events
from studio.sound.kernels import BLOCK, KERNEL
from studio.sound.oscillators import SAW, SINE, add_wave
from studio.sound.synth_voice import low_pass
from studio.sound.textures import TEXTURES, add_texture

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
    "noise-sweep": Effect((250, 14_000), (-30, 0), (0, 0), -99),
    "sub-drop": Effect((120, 40), (0, -30), (0, -14), 10, wave=SINE, seconds=2.4),
}
"""Every swept effect by its name."""

PLAYED = ("cymbal-swell", "reverse-piano")
"""Effects that are made of the sound library's instruments."""

ALL = (*EFFECTS, *PLAYED, *TEXTURES)
"""The names of all effects."""

_ROLL_SECONDS = 0.062
_CYMBAL = 57


def play(sound: Instrument, found: Events, bend: Curve, stem: Audio, seed: int) -> None:
    """Add a part of effects to ``stem``: onset and length of each note, its pitch for the tone. They do not bend."""
    del bend
    if sound.patch in TEXTURES:
        for event in found:
            add_texture(sound.patch, int(event["velocity"]), int(event["start"]), int(event["hold"]), seed, stem)
    elif sound.patch == "cymbal-swell":
        _swell(found, stem, seed)
    elif sound.patch == "reverse-piano":
        _reverse(found, stem, seed)
    else:
        _play_swept(EFFECTS[sound.patch], found, stem, seed)


def _swell(found: Events, stem: Audio, seed: int) -> None:
    """Add rolls of soft mallets on a cymbal, from nearly nothing up to each note's end."""
    for event in found:
        count = max(2, round(int(event["hold"]) / SAMPLE_RATE / _ROLL_SECONDS))
        share = np.arange(count) / (count - 1)
        hits = np.zeros(count, EVENT)
        hits["start"] = event["start"] + np.rint(share * int(event["hold"])).astype(int)
        hits["pitch"], hits["from_pitch"], hits["hold"] = _CYMBAL, _CYMBAL, SHORTEST
        hits["velocity"] = np.maximum(8, np.rint(int(event["velocity"]) * (0.08 + 0.92 * share**1.6)))
        sampler.play(instrument("kit-orchestra"), hits[hits["start"] < stem.shape[1]], np.zeros(0), stem, seed)


def _reverse(found: Events, stem: Audio, seed: int) -> None:
    """Add piano notes played backwards, so that each ends where its hammer strikes."""
    for event in found:
        struck = np.zeros(1, EVENT)
        struck[["pitch", "from_pitch", "velocity", "hold"]] = event[["pitch", "from_pitch", "velocity", "hold"]]
        count = min(int(event["hold"]), stem.shape[1] - int(event["start"]))
        note = np.zeros((2, int(event["hold"])), np.float32)
        sampler.play(instrument("piano"), struck, np.zeros(0), note, seed)
        backwards = note[:, ::-1][:, :count]
        fade = min(_FADE, count)
        stem[:, event["start"] : event["start"] + count] += backwards * np.minimum(np.arange(count) / fade, 1.0)


def _play_swept(effect: Effect, found: Events, stem: Audio, seed: int) -> None:
    """Add swept noise and a gliding tone for each note."""
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
