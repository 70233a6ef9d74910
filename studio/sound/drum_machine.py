"""The drum machine: strikes the electronic kits of ``studio.sound.kits``, on General MIDI percussion keys."""

import logging
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from studio.audio import SAMPLE_RATE, Audio, ratio
from studio.instruments import Instrument
from studio.sound.events import Curve, Events, takes
from studio.sound.kits import ALIASES, KITS, Drum, Noise, Tone
from studio.sound.placing import Sound, add_copies, place, rounded
from studio.sound.sampler import choke_frames

logger = logging.getLogger(__name__)

VARIANTS = 3
"""Versions of each noisy sound: the noise of a machine is never twice the same."""

VELOCITY_EXPONENT = 1.6

_CHOKE_SECONDS = 0.004
_METAL_HZ = (2050, 3069, 3690, 4230, 5220, 5540)
_TAIL = 1.7

Mono = NDArray[np.float64]


def play(sound: Instrument, found: Events, bend: Curve, stem: Audio, seed: int) -> None:
    """Add a part played on a kit to ``stem``. Kits do not bend; keys that no drum answers to are left out, logged."""
    del bend
    kit = KITS[sound.patch]
    keys = np.array([ALIASES.get(int(pitch), int(pitch)) for pitch in found["pitch"]])
    known = np.isin(keys, list(kit))
    for key in sorted(set(keys[~known].tolist())):
        logger.warning("%s has no drum on key %d", sound.id, key)
    hits = found[known].copy()
    hits["pitch"] = keys[known]
    chokes = choke_frames(hits, {key: drum.choke for key, drum in kit.items() if drum.choke})
    variants = takes(hits, seed, VARIANTS)
    sounds = []
    for hit, choke, variant in zip(hits, chokes, variants, strict=True):
        velocity, _, gain = rounded(hit, VELOCITY_EXPONENT)
        gain *= (velocity / 127) ** VELOCITY_EXPONENT
        # A machine's timbre does not follow velocity, so one rendering serves them all.
        sounds.append((Sound(int(hit["pitch"]), 127, 1, choke, int(variant)), int(hit["start"]), gain))

    def make(note: Sound, gain: float, out: Audio, start: int) -> int:
        return _strike(sound.patch, note, gain, out, start)

    place(sounds, make, stem)


def _strike(kit: str, note: Sound, gain: float, out: Audio, start: int) -> int:
    """Add one hit to ``out``, faded from its choke on; return its length in frames."""
    hit = drum_sound(kit, note.pitch, note.variant)
    if 0 <= note.choke < hit.shape[1]:
        tail = np.arange(hit.shape[1] - note.choke) / SAMPLE_RATE
        hit = hit.copy()
        hit[:, note.choke :] *= np.exp(-tail / _CHOKE_SECONDS)
        hit = np.ascontiguousarray(hit[:, : note.choke + round(12 * _CHOKE_SECONDS * SAMPLE_RATE)])
    add_copies(hit, hit.shape[1], np.array([start]), np.array([gain], np.float32), out)
    return min(hit.shape[1], out.shape[1] - start)


@lru_cache(maxsize=512)
def drum_sound(kit: str, key: int, variant: int) -> Audio:
    """Return a drum struck with full force: shape ``(2, frames)``, ending in silence. Do not write to it."""
    drum: Drum = KITS[kit][key]
    rows: tuple[Tone | Noise, ...] = (*drum.tones, *drum.noises)
    longest = max(row.decay for row in rows)
    time = np.arange(round(_TAIL * 2 * longest * SAMPLE_RATE) + 1024) / SAMPLE_RATE
    noise = np.random.default_rng([key, variant, sum(kit.encode())])
    mono = np.zeros(len(time))
    for tone in drum.tones:
        mono += ratio(tone.level) * _tone(tone, time, noise)
    for row in drum.noises:
        mono += ratio(row.level) * _noise(row, time, noise)
    mono *= ratio(drum.level) * np.minimum(1.0, (time[-1] - time) / 0.01)
    angle = (drum.pan + 1) * np.pi / 4
    stereo = np.sqrt(2) * np.array([np.cos(angle), np.sin(angle)])[:, None] * mono
    return np.ascontiguousarray(stereo, np.float32)


def _fading(time: Mono, decay: float) -> Mono:
    """Return a decay that reaches −26 dB after ``decay`` seconds."""
    return np.exp(-3.0 * time / decay)


def _tone(row: Tone, time: Mono, noise: np.random.Generator) -> Mono:
    hertz = row.hertz * (1 + (row.sweep - 1) * np.exp(-3 * time / row.sweep_seconds))
    wave = np.sin(2 * np.pi * np.cumsum(hertz) / SAMPLE_RATE)
    if row.click > -60:
        burst = noise.standard_normal(len(time)) * np.exp(-time / 0.0012)
        click = signal.sosfilt(signal.butter(2, [1500, 6000], "band", fs=SAMPLE_RATE, output="sos"), burst)
        wave += ratio(row.click) * 2 * click
    wave *= _fading(time, row.decay) * np.minimum(1.0, time / 0.0008)
    if row.drive:
        push = 1 + 3 * row.drive
        wave = np.tanh(push * wave) / np.tanh(push)
    return wave


def _noise(row: Noise, time: Mono, noise: np.random.Generator) -> Mono:
    source = (1 - row.metal) * noise.standard_normal(len(time)) * 0.5
    if row.metal:
        squares = [_square(hertz, time, noise.random()) for hertz in _METAL_HZ]
        # Squares multiplied in pairs ring at every sum and difference: dense as metal, where their sum is a chord.
        pairs = sum(low * high for low, high in pairwise(squares))
        source = source + row.metal * (sum(squares) / 10 + pairs / 8)
    band = signal.butter(2, [row.low, row.high], "band", fs=SAMPLE_RATE, output="sos")
    shaped = signal.sosfilt(band, source)
    level = _fading(np.maximum(time - row.bursts * row.gap, 0), row.decay)
    for burst in range(row.bursts):
        inside = (time >= burst * row.gap) & (time < (burst + 1) * row.gap)
        level = np.where(inside, np.exp(-(time - burst * row.gap) / (row.gap * 0.4)), level)
    return shaped * level * np.minimum(1.0, time / 0.0005)


def _square(hertz: float, time: Mono, phase: float) -> Mono:
    """Return a square wave made of its harmonics below 16 kHz."""
    harmonics = np.arange(1, 16_000 / hertz, 2)
    return sum((np.sin(2 * np.pi * (hertz * time + phase) * n) / n for n in harmonics), np.zeros(len(time))) * 4 / np.pi
