"""The sampler: plays presets and drum kits of the sound library."""

from dataclasses import replace

import numpy as np

from studio.audio import SAMPLE_RATE, Audio
from studio.instruments import Instrument
from studio.sound import articulation
from studio.sound.articulation import VARIANT_CENTS, VARIANT_CUTOFF, VARIANT_DB, is_staccato, manner, touch
from studio.sound.drum_places import placed
from studio.sound.events import SHORTEST, Curve, Events, takes
from studio.sound.interpolation import sinc_table
from studio.sound.library import SoundLibrary
from studio.sound.placing import Sound, place, rounded
from studio.sound.sampler_voice import render_voice
from studio.sound.voices import exclusive_classes, layers

VARIANTS = 4
"""Round-robin variants of a drum hit: two of the left hand, two of the right, which is the higher and the louder."""

_DRUM_CENTS = 7.0
_DRUM_DB = 0.5
UNPLACED = "kit-orchestra"
"""Its keys are other drums than a drummer's."""
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
    tones = _tones(sound, found, seed)
    place([_rounded(library, sound, tone, event) for tone, event in tones if not event["bent"]], make, stem)
    for tone, event in tones:
        if event["bent"]:
            _note(library, sound, tone, 1.0, bend, stem, int(event["start"]))


def _tones(sound: Instrument, found: Events, seed: int) -> list[tuple[Sound, np.void]]:
    """Return the events as sounds: where each enters, what it glides from and which variant it plays."""
    heads = articulation.heads(found, sound)
    variants = articulation.turns(found, takes(found, seed, articulation.VARIANTS), sound)
    return [
        (
            Sound(
                int(event["pitch"]), int(event["velocity"]), int(event["hold"]), variant=int(variant),
                origin=articulation.origin(event, sound), head=int(head), joined=bool(event["joined"]),
            ),
            event,
        )
        for event, head, variant in zip(found, heads, variants, strict=True)
    ]  # fmt: skip


def _rounded(library: SoundLibrary, sound: Instrument, tone: Sound, event: np.void) -> tuple[Sound, int, float]:
    """Return a sound in the steps of velocity and length in which sounds are kept, with its start and gain."""
    velocity, hold, gain = rounded(event, _exponent(library, sound, tone.pitch, tone.velocity))
    return replace(tone, velocity=velocity, hold=hold), int(event["start"]), gain


def _exponent(library: SoundLibrary, sound: Instrument, pitch: int, velocity: int) -> float:
    """Return the power of velocity that the loudest layer's gain follows."""
    voices = layers(library, sound.bank, sound.program, pitch, velocity)
    return voices[0].loudness_exponent if voices else 0.0


def _kit_sounds(sound: Instrument, found: Events, library: SoundLibrary, seed: int) -> list[tuple[Sound, int, float]]:
    """Return drum hits: chokes worked out, a round-robin variant drawn for each, lengths left to the samples."""
    chokes = choke_frames(found, exclusive_classes(library, sound.bank, sound.program))
    variants = articulation.hands(found, takes(found, seed, VARIANTS), VARIANTS, sound)
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
    length, own = 0, touch(note, sound)
    cents, decibels, cutoff = _variation(note, sound)
    for layer in layers(library, sound.bank, sound.program, note.pitch, note.velocity):
        voice = placed(layer.voice, note.pitch) if sound.source == "kit" and sound.id != UNPLACED else layer.voice
        if cents or is_staccato(note, sound):
            voice = voice.copy()
            voice["step"] *= 2.0 ** (cents / 1200)
            voice["cutoff"] += cutoff
            if is_staccato(note, sound):
                voice["release"] = np.minimum(voice["release"], manner(sound).tight)
        level = gain * 10.0 ** (decibels / 20)
        frames = library.sample(layer.zone).frames
        length = max(length, render_voice(voice, own, frames, _TAPS, note.hold, note.choke, level, bend, out, start))
    return length


def _variation(note: Sound, sound: Instrument) -> tuple[float, float, float]:
    """Return by how many cents, dB and semitones of its filter a variant differs."""
    if sound.source == "kit":
        share = (note.variant - (VARIANTS - 1) / 2) / VARIANTS * 2
        return share * _DRUM_CENTS, share * _DRUM_DB, 0.0
    return note.variant * VARIANT_CENTS, -note.variant * VARIANT_DB, note.variant * VARIANT_CUTOFF
