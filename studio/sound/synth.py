"""The synthesiser: plays the patches of ``studio.sound.patches``."""

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from studio.audio import Audio, ratio
from studio.instruments import Instrument
from studio.sound.events import Curve, Events, takes
from studio.sound.fm_voice import PAIR, render_fm_note
from studio.sound.oscillators import decimator
from studio.sound.patches import FM_PATCHES, PATCHES, WAVES, FmPatch, Patch
from studio.sound.placing import Make, Sound, place, rounded
from studio.sound.synth_voice import OSCILLATOR, render_note

VELOCITY_EXPONENT = 1.5
"""Gain is velocity (0–1) to this power: a little less steep than the sound library's."""

_VARIANTS = 2
_TAPS = decimator()
_NO_BEND = np.zeros(0)


def play(sound: Instrument, found: Events, bend: Curve, stem: Audio, seed: int) -> None:
    """Add a part played on a patch to ``stem``. Notes under a moving bend are rendered one by one, others reused."""
    still = found[~found["bent"]]
    place(_sounds(still, seed), _maker(sound.patch, seed, _NO_BEND), stem)
    bent = _maker(sound.patch, seed, bend)
    for event in found[found["bent"]]:
        note = Sound(int(event["pitch"]), int(event["velocity"]), int(event["hold"]), origin=int(event["from_pitch"]))
        bent(note, 1.0, stem, int(event["start"]))


def _sounds(found: Events, seed: int) -> list[tuple[Sound, int, float]]:
    """Return the events as rounded sounds, of two variants, so that repeated notes differ in phase."""
    sounds = []
    for event, variant in zip(found, takes(found, seed, _VARIANTS), strict=True):
        velocity, hold, gain = rounded(event, VELOCITY_EXPONENT)
        note = Sound(int(event["pitch"]), velocity, hold, variant=int(variant), origin=int(event["from_pitch"]))
        sounds.append((note, int(event["start"]), gain))
    return sounds


def _maker(name: str, seed: int, bend: Curve) -> Make:
    """Return the function that adds one note of a patch to audio."""

    def make(note: Sound, gain: float, out: Audio, start: int) -> int:
        loudness = note.velocity / 127
        played = (float(note.pitch), float(note.origin), loudness, note.hold)
        gain *= loudness**VELOCITY_EXPONENT
        if name in FM_PATCHES:
            numbers, pairs = _fm_numbers(name)
            return int(render_fm_note(numbers, pairs, played, gain, bend, out, start))
        numbers, oscillators = _numbers(name)
        start_seed = (seed * 7919 + note.pitch * 31 + note.variant * 104729 + 1) & 0x7FFFFFFF
        return int(render_note(numbers, oscillators, _TAPS, played, gain, start_seed, bend, out, start))

    return make


def _row(values: dict[str, float]) -> NDArray[np.void]:
    """Return numbers as a structured array of one row, which kernels read by name."""
    return np.array([tuple(values.values())], [(name, "f8") for name in values])


@cache
def _numbers(name: str) -> tuple[NDArray[np.void], NDArray[np.void]]:
    """Return a patch as kernel arrays: its numbers, and its OSCILLATORs at a power of one together."""
    patch: Patch = PATCHES[name]
    skipped = ("oscillators", "sub_db", "sub_semitones")
    values = {key: float(value) for key, value in vars(patch).items() if key not in skipped}
    values["sub"] = ratio(patch.sub_db) if patch.sub_db > -99 else 0.0
    values["sub_ratio"] = 2.0 ** (patch.sub_semitones / 12)
    power = math.sqrt(sum(ratio(row.level_db) ** 2 for row in patch.oscillators))
    rows = []
    for row in patch.oscillators:
        gain, angle = ratio(row.level_db) / power, (row.pan + 1) * math.pi / 4
        rate = 1 / row.swell_seconds if row.swell_seconds else 0.0
        pitch = 2.0 ** ((row.semitones + row.cents / 100) / 12)
        rows.append((WAVES.index(row.wave), pitch, gain * math.cos(angle), gain * math.sin(angle), rate))
    return _row(values), np.array(rows, OSCILLATOR)


@cache
def _fm_numbers(name: str) -> tuple[NDArray[np.void], NDArray[np.void]]:
    """Return a frequency-modulation patch as kernel arrays: its numbers and its PAIRs."""
    patch: FmPatch = FM_PATCHES[name]
    values = {key: float(value) for key, value in vars(patch).items() if key != "pairs"}
    rows = [
        (pair.carrier, pair.modulator, pair.index, pair.index_decay, ratio(pair.level_db) / 2, pair.decay)
        for pair in patch.pairs
    ]
    return _row(values), np.array(rows, PAIR)
