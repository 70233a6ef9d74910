"""How players join, shorten, accent and repeat notes: one table, a row a family."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from studio.audio import SAMPLE_RATE, ratio
from studio.instruments import Instrument
from studio.sound.events import Events
from studio.sound.placing import VELOCITY_STEP, Sound

TOUCH = np.dtype([("head", "i8"), ("rise", "f8"), ("fall", "f8"), ("glide", "f8"), ("speed", "f8"), ("accent", "f8")])
"""How a voice begins and ends: ``head`` frames into its sound, faded in over ``rise`` seconds; ``glide`` semitones off
its pitch, lost at ``speed`` e-foldings a second; with ``accent`` more amplitude at first (a ratio less 1); faded out
over ``fall`` seconds instead of released. Zeros leave all that to the preset."""

STACCATO_SECONDS = 0.2
"""Notes held for less are staccato."""

ACCENTED_FROM = 108
"""Notes at this velocity or more are accented."""

LONGEST_HEAD = 0.7
"""A slurred note goes on where the note before it was in its sample, up to this many seconds."""

VARIANTS = 2
"""Round-robin variants of a tone: one as it is; one so many cents higher, dB softer, semitones of its filter brighter
and seconds further into its sample. A third would cost more time than it is heard."""

VARIANT_CENTS, VARIANT_DB, VARIANT_CUTOFF, VARIANT_START = 3.0, 0.4, 2.0, 0.001
REPEATED_SECONDS = 0.8
"""A tone struck again within this time is a repetition."""

HANDS_SECONDS = 0.16
"""A drum struck again within this time is struck by the other hand."""

_HEAD_STEP = round(0.1 * SAMPLE_RATE)
_SHORTEST_RISE = 0.0008
_BITE_RISE = 0.008


@dataclass(frozen=True)
class Manner:
    """How a family plays; times in seconds.

    Legato: two notes cross over within ``join``; the second enters at least ``head`` into its sample and up to
    ``glide`` semitones beside its pitch, which are as good as gone after ``glide_seconds``. Staccato: the sound falls
    by 100 dB within ``tight``, and enters ``bite`` into a sample that speaks late. ``accent_db``: how much louder an
    accented note begins. ``vibrato_hz``: the rate of the vibrato lane.
    """

    join: float = 0.04
    head: float = 0.1
    glide: float = 0.3
    glide_seconds: float = 0.03
    tight: float = 0.25
    bite: float = 0.0
    accent_db: float = 3.0
    vibrato_hz: float = 5.3


FAMILIES: Mapping[str, Manner] = MappingProxyType(
    {
        "strings": Manner(join=0.06, head=0.2, glide=0.8, glide_seconds=0.05, tight=0.4, bite=0.04),
        "woodwinds": Manner(join=0.035, glide_seconds=0.025, accent_db=2.0, vibrato_hz=4.9),
        "brass": Manner(glide=0.4, vibrato_hz=5.0),
        "voices": Manner(join=0.06, head=0.25, glide=1.0, glide_seconds=0.06, tight=0.5, bite=0.06),
        "guitars": Manner(join=0.02, head=0.04, glide=0.5, glide_seconds=0.015, vibrato_hz=5.0),
        "basses": Manner(vibrato_hz=4.6),
    }
)
"""Manner by family. Only instruments whose ``articulations`` say so join, shorten or accent notes."""

_SECTION = Manner(join=0.07, head=0.2, glide=0.0, tight=0.6, bite=0.05)
OWN: Mapping[str, Manner] = MappingProxyType(
    {
        "strings": _SECTION, "slow-strings": _SECTION, "tremolo-strings": _SECTION,
        "trombone": Manner(join=0.05, glide=1.0, glide_seconds=0.05, vibrato_hz=4.8),
        "pedal-steel": Manner(join=0.03, head=0.06, glide=2.0, glide_seconds=0.06),
    }
)  # fmt: skip
"""Manner of instruments that differ from their family: in a section nobody hears one player glide."""


def manner(sound: Instrument) -> Manner:
    """Return how an instrument's players touch their notes."""
    return OWN.get(sound.id) or FAMILIES.get(sound.family) or Manner()


def heads(found: Events, sound: Instrument) -> NDArray[np.int64]:
    """Return how many frames into its sound each event enters: 0 afresh, for slurred ones where the last one was."""
    least, most = (round(seconds * SAMPLE_RATE) for seconds in (manner(sound).head, LONGEST_HEAD))
    ages = np.zeros(len(found), np.int64)
    for index in np.flatnonzero(found["slurred"]):
        age = ages[index - 1] + found["hold"][index - 1]
        ages[index] = min(max(age // _HEAD_STEP * _HEAD_STEP, least), most)
    return ages


def origin(event: np.void, sound: Instrument) -> float:
    """Return the pitch that an event glides from: that of the note before, but no further off than the table says."""
    reach = manner(sound).glide if event["slurred"] else 0.0
    return float(event["pitch"] + np.clip(int(event["from_pitch"]) - int(event["pitch"]), -reach, reach))


def touch(note: Sound, sound: Instrument) -> NDArray[np.void]:
    """Return how the voices of a note begin and end, as a TOUCH array of one."""
    how, row = manner(sound), np.zeros(1, TOUCH)
    own = row[0]
    if note.head:
        own["head"], own["rise"] = note.head, how.join
        own["glide"], own["speed"] = note.origin - note.pitch, 4.0 / how.glide_seconds
    elif is_staccato(note, sound) and how.bite:
        own["head"], own["rise"] = round(how.bite * SAMPLE_RATE), _BITE_RISE
    elif note.variant:
        own["head"], own["rise"] = round(note.variant * VARIANT_START * SAMPLE_RATE), _SHORTEST_RISE
    if note.joined:
        own["fall"] = how.join
    if note.velocity >= ACCENTED_FROM and "accent" in sound.articulations and not note.head:
        own["accent"] = ratio(how.accent_db) - 1.0
    return row


def is_staccato(note: Sound, sound: Instrument) -> bool:
    """Whether a note is so short that its player damps it."""
    short = note.hold < STACCATO_SECONDS * SAMPLE_RATE and not note.joined
    return short and "staccato" in sound.articulations


def turns(found: Events, drawn: NDArray[np.int64], sound: Instrument) -> NDArray[np.int64]:
    """Return which variant each event plays: 0, but another where a tone is soon struck again about as loud.

    ``drawn``: a variant drawn for each event.
    """
    chosen = np.zeros(len(found), np.int64)
    if "repeat" not in sound.articulations:
        return chosen
    last: dict[tuple[int, int], tuple[int, int]] = {}
    for index, (event, draw) in enumerate(zip(found, drawn, strict=True)):
        struck, start = (int(event["pitch"]), round(int(event["velocity"]) / VELOCITY_STEP)), int(event["start"])
        before, variant = last.get(struck, (-SAMPLE_RATE << 8, 0))
        if start - before < REPEATED_SECONDS * SAMPLE_RATE:
            chosen[index] = draw if draw != variant else (draw + 1) % VARIANTS
        last[struck] = start, int(chosen[index])
    return chosen


def hands(found: Events, drawn: NDArray[np.int64], count: int, sound: Instrument) -> NDArray[np.int64]:
    """Return which of ``count`` variants each hit plays: the upper half is the right hand, the lower the left.

    ``drawn``: a variant drawn for each hit; in quick succession on one drum the hands take turns, right hand first.
    """
    if "hands" not in sound.articulations:
        return drawn
    chosen, last = drawn.copy(), dict[int, tuple[int, bool]]()
    for index, event in enumerate(found):
        pitch, start = int(event["pitch"]), int(event["start"])
        before, right = last.get(pitch, (-SAMPLE_RATE << 8, False))
        right = not right if start - before < HANDS_SECONDS * SAMPLE_RATE else True
        chosen[index] = drawn[index] % (count // 2) + (count // 2 if right else 0)
        last[pitch] = start, right
    return chosen
