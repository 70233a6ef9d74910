"""A singer for training only: harmonics under moving formants, noise for breath and consonants.

After the source-filter model of Fant (*Acoustic Theory of Speech Production*, 1960). It sings syllables without words,
so that the separation network has something to learn voices from that nobody owns.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import istft, stft

from studio.audio import SAMPLE_RATE

Floats = NDArray[np.float64]

STEP = 256
"""Frames between two points of every curve."""

VOWELS: dict[str, tuple[float, ...]] = {
    "a": (800, 1200, 2500, 3500), "e": (500, 1900, 2550, 3500), "i": (300, 2250, 2950, 3650),
    "o": (480, 850, 2450, 3400), "u": (330, 780, 2350, 3300), "ae": (680, 1700, 2450, 3500),
    "er": (480, 1350, 1700, 3300), "m": (260, 1100, 2200, 3200),
}  # fmt: skip
"""First four formants of a grown man in Hz, after Peterson and Barney (JASA 24, 1952); a woman's are a sixth higher."""

WIDTHS = (80.0, 100.0, 140.0, 220.0)
"""Widths of the formants in Hz."""

CONSONANTS: dict[str, tuple[float, float, float, float]] = {
    "": (0, 0, 0, 0), "s": (5200, 11000, 0.11, 0.30), "sh": (2300, 7000, 0.10, 0.30), "f": (1500, 12000, 0.08, 0.10),
    "t": (3000, 9000, 0.03, 0.45), "k": (1400, 4000, 0.03, 0.40), "h": (600, 5000, 0.07, 0.10),
}  # fmt: skip
"""Consonant → its noise: lowest and highest Hz, seconds, strength beside a vowel. The first is none."""


@dataclass(frozen=True)
class Voice:
    """A singer. ``size`` scales the formants, ``tilt`` is the fall of the source in dB an octave, ``vibrato`` in Hz,
    ``depth`` in cents, ``glide`` in seconds, ``breath`` and ``ring`` (the singer's formant) 0–1."""

    size: float
    tilt: float
    vibrato: float
    depth: float
    glide: float
    breath: float
    ring: float

    @staticmethod
    def drawn(rng: np.random.Generator, *, low: bool) -> "Voice":
        """Return a voice of its own; a ``low`` one has the longer throat."""
        return Voice(
            size=rng.uniform(0.9, 1.08) if low else rng.uniform(1.05, 1.3),
            tilt=rng.uniform(7.0, 13.0),
            vibrato=rng.uniform(4.6, 6.6),
            depth=rng.choice([0.0, 1.0]) * rng.uniform(15.0, 70.0),
            glide=rng.uniform(0.02, 0.1),
            breath=rng.uniform(0.0, 1.0) ** 2,
            ring=rng.uniform(0.0, 1.0),
        )


def sing(
    onsets: Floats, lengths: Floats, pitches: Floats, frames: int, voice: Voice, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Return a sung line, shape ``(frames,)``: notes one at a time, onsets and lengths in seconds, MIDI pitches."""
    points = frames // STEP + 2
    time = np.arange(points) * STEP / SAMPLE_RATE
    pitch, loud = _melody(onsets, lengths, pitches, time, voice, rng)
    formants, noise = _syllables(onsets, lengths, time, loud, voice, rng)
    hz = 440.0 * 2.0 ** ((pitch - 69.0) / 12.0)
    hz *= 2.0 ** (rng.normal(0.0, 4.0, points) / 1200.0)  # no throat holds a pitch perfectly
    sound = _voiced(hz, loud * (1.0 - np.minimum(1.0, 1.5 * noise.max(axis=0))), formants, voice, frames)
    breath = _shape(np.linspace(0.0, SAMPLE_RATE / 2, 129), formants, voice).T * loud * 0.06 * voice.breath
    return sound + _hissed(breath + 0.5 * noise, frames, rng)


def _melody(
    onsets: Floats, lengths: Floats, pitches: Floats, time: Floats, voice: Voice, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return pitch (with glides and vibrato) and loudness 0–1 along ``time``."""
    loud = np.zeros(len(time))
    index = np.clip(np.searchsorted(onsets, time, side="right") - 1, 0, len(onsets) - 1)
    within = time - onsets[index]
    for onset, length, strength in zip(onsets, lengths, rng.uniform(0.5, 1.0, len(onsets)), strict=True):
        attack, release = rng.uniform(0.02, 0.07), rng.uniform(0.05, 0.12)
        swell = np.interp(time, [onset, onset + attack, onset + length, onset + length + release], [0.0, 1.0, 0.8, 0.0])
        loud = np.maximum(loud, strength * swell)
    target = np.concatenate([[pitches[0]], pitches])
    glide = np.clip(within / voice.glide, 0.0, 1.0)
    near = np.abs(target[index + 1] - target[index]) <= 7
    pitch = np.where(near, target[index] + (target[index + 1] - target[index]) * glide, target[index + 1])
    swing = np.sin(2 * np.pi * np.cumsum(voice.vibrato * (1 + rng.normal(0, 0.1, len(time)))) * STEP / SAMPLE_RATE)
    return pitch + swing * voice.depth / 100.0 * np.clip((within - 0.15) / 0.3, 0.0, 1.0), loud


def _syllables(
    onsets: Floats, lengths: Floats, time: Floats, loud: Floats, voice: Voice, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return the formants in Hz, shape ``(points, 4)``, and the noise of consonants, shape ``(129, points)``."""
    names, bins = list(VOWELS), np.linspace(0.0, SAMPLE_RATE / 2, 129)
    noise = np.zeros((129, len(time)))
    keys, values = [0.0], [VOWELS["a"]]
    for onset, length in zip(onsets, lengths, strict=True):
        first, last = rng.integers(len(names) - 1, size=2)
        nasal = rng.random() < 0.2
        keys += [onset, onset + 0.08, onset + max(0.1, length)]
        values += [VOWELS["m"] if nasal else values[-1], VOWELS[names[first]], VOWELS[names[last]]]
        low, high, seconds, strength = CONSONANTS[str(rng.choice(list(CONSONANTS)))]
        if not nasal and seconds:
            hump = np.interp(time, [onset - seconds / 2, onset, onset + seconds / 2], [0.0, 1.0, 0.0])
            band = 1.0 / (1.0 + np.exp(-(bins - low) / 250)) / (1.0 + np.exp((bins - high) / 600))
            noise += strength * rng.uniform(0.4, 1.0) * band[:, None] * hump
    order = np.argsort(keys, kind="stable")
    track = np.array(values, float)[order]
    formants = np.stack([np.interp(time, np.array(keys)[order], track[:, k]) for k in range(4)], axis=1)
    return formants * voice.size, noise * (loud.max() if len(onsets) else 0.0)


def _shape(hz: Floats, formants: Floats, voice: Voice) -> Floats:
    """Return the throat's gain at ``hz`` for every row of formants, shape ``(points, len(hz))``."""
    gain = np.full((len(formants), len(np.atleast_1d(hz).T)), 0.015)
    strength = (1.0, 0.7, 0.35 + 0.8 * voice.ring, 0.25 + 0.6 * voice.ring)
    for k, width in enumerate(WIDTHS):
        gain = gain + strength[k] / np.sqrt(1.0 + ((hz - formants[:, k : k + 1]) / width) ** 2)
    return gain


def _voiced(hz: Floats, loud: Floats, formants: Floats, voice: Voice, frames: int) -> NDArray[np.float32]:
    """Return the sum of the harmonics below 14 kHz."""
    at = np.arange(frames)
    points = np.arange(len(hz)) * STEP
    phase = 2 * np.pi * np.cumsum(np.interp(at, points, hz)) / SAMPLE_RATE
    formants = formants.copy()
    formants[:, 0] = np.maximum(formants[:, 0], hz)  # high voices tune the first formant to the note
    sound = np.zeros(frames)
    for number in range(1, int(min(60, 14_000 / hz.min())) + 1):
        partial = number * hz
        level = loud * _shape(partial[:, None], formants, voice)[:, 0] * number ** (-voice.tilt / 6.02)
        level[partial > 14_000] = 0.0
        if level.max() > 1e-5:
            sound += np.interp(at, points, level) * np.sin(number * phase)
    return sound.astype(np.float32)


def _hissed(gains: Floats, frames: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return noise under ``gains``, shape ``(129, points)``."""
    _, _, spectrum = stft(rng.normal(0.0, 0.3, frames), nperseg=256, noverlap=128)
    places = np.linspace(0, gains.shape[1] - 1, spectrum.shape[1]).astype(int)
    _, noise = istft(spectrum * gains[:, places], nperseg=256, noverlap=128)
    return np.resize(noise, frames).astype(np.float32)
