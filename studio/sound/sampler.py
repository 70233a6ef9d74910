"""The sampler: plays presets and drum kits of the sound library."""

import numpy as np

from studio.audio import SAMPLE_RATE, Audio
from studio.instruments import Instrument
from studio.sound.events import SHORTEST, Curve, Events, takes
from studio.sound.interpolation import sinc_table
from studio.sound.library import SoundLibrary
from studio.sound.placing import Sound, place, rounded
from studio.sound.sampler_voice import render_voice
from studio.sound.voices import exclusive_classes, layers

VARIANTS = 4
"""Round-robin variants of a drum hit."""

_VARIANT_CENTS = 7.0
_VARIANT_DB = 0.5
_DRUM_HOLD = 10 * SAMPLE_RATE
_CHOKE_STEP = round(0.01 * SAMPLE_RATE)
_TAPS = sinc_table()
_NO_BEND = np.zeros(0)


def play(sound: Instrument, found: Events, bend: Curve, stem: Audio, seed: int) -> None:
    """Add a part played on a preset to ``stem``. Notes under a moving bend are rendered one by one, others reused."""
    library = SoundLibrary.open()
    drums = _kit_sounds(sound, found, library, seed) if sound.source == "kit" else None

    def make(note: Sound, gain: float, out: Audio, start: int) -> int:
        return _note(library, sound, note, gain, _NO_BEND, out, start)

    if drums is not None:
        place(drums, make, stem)
        return
    place(_tones(sound, found[~found["bent"]], library), make, stem)
    for event in found[found["bent"]]:
        note = Sound(int(event["pitch"]), int(event["velocity"]), int(event["hold"]))
        _note(library, sound, note, 1.0, bend, stem, int(event["start"]))


def _tones(sound: Instrument, found: Events, library: SoundLibrary) -> list[tuple[Sound, int, float]]:
    """Return the events as rounded sounds with their starts and gains."""
    tones = []
    for event in found:
        pitch = int(event["pitch"])
        exponent = _exponent(library, sound, pitch, int(event["velocity"]))
        velocity, hold, gain = rounded(event, exponent)
        tones.append((Sound(pitch, velocity, hold), int(event["start"]), gain))
    return tones


def _exponent(library: SoundLibrary, sound: Instrument, pitch: int, velocity: int) -> float:
    """Return the power of velocity that the loudest layer's gain follows."""
    voices = layers(library, sound.bank, sound.program, pitch, velocity)
    return voices[0].loudness_exponent if voices else 0.0


def _kit_sounds(sound: Instrument, found: Events, library: SoundLibrary, seed: int) -> list[tuple[Sound, int, float]]:
    """Return drum hits: chokes worked out, a round-robin variant drawn for each, lengths left to the samples."""
    chokes = choke_frames(found, exclusive_classes(library, sound.bank, sound.program))
    variants = takes(found, seed, VARIANTS)
    hits = []
    for event, choke, variant in zip(found, chokes, variants, strict=True):
        pitch = int(event["pitch"])
        velocity, _, gain = rounded(event, _exponent(library, sound, pitch, int(event["velocity"])))
        hits.append((Sound(pitch, velocity, _DRUM_HOLD, choke, int(variant)), int(event["start"]), gain))
    return hits


def choke_frames(found: Events, classes: dict[int, int]) -> list[int]:
    """Return for each hit the frames until a later hit of its exclusive class cuts it off; −1 when none does."""
    chokes, following = [-1] * len(found), dict[int, int]()
    for index in range(len(found) - 1, -1, -1):
        group = classes.get(int(found["pitch"][index]))
        if group is None:
            continue
        start = int(found["start"][index])
        gap = following.get(group, start) - start
        if 0 < gap < _DRUM_HOLD:
            chokes[index] = max(gap // _CHOKE_STEP * _CHOKE_STEP, SHORTEST)
        following[group] = start
    return chokes


def _note(
    library: SoundLibrary, sound: Instrument, note: Sound, gain: float, bend: Curve, out: Audio, start: int
) -> int:
    """Add every layer of a note to ``out``; return the frames it sounded."""
    length = 0
    detune = (note.variant - (VARIANTS - 1) / 2) / VARIANTS * 2 if sound.source == "kit" else 0.0
    for layer in layers(library, sound.bank, sound.program, note.pitch, note.velocity):
        voice = layer.voice
        if detune:
            voice = voice.copy()
            voice["step"] *= 2.0 ** (detune * _VARIANT_CENTS / 1200)
        level = gain * 10.0 ** (detune * _VARIANT_DB / 20)
        frames = library.sample(layer.zone).frames
        length = max(length, render_voice(voice, frames, _TAPS, note.hold, note.choke, level, bend, out, start))
    return length
