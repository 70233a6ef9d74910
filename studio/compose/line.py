"""From a rhythm, a contour and chords to pitches: the line that costs least, by dynamic programming.

``studio.compose.singing`` fills the same ``Slot``s by the trained model; the costs below bind both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from studio.theory.chord import Chord
from studio.theory.key import MODES, Key

Pitches = NDArray[np.int64]


@dataclass(frozen=True)
class Slot:
    """A note that has a time but no pitch yet.

    ``onset`` and ``beats`` in beats; ``weight`` metrical 0–1; ``target`` the height the contour wants, as a MIDI
    pitch that need not be whole, ``pull`` the cost of every semitone away from it; ``close`` 0 inside a phrase, 1 at
    its open end, 2 where it comes to rest.
    """

    onset: float
    beats: float
    weight: float
    target: float
    chord: Chord
    close: int = 0
    starts_phrase: bool = False
    pull: float = 0.22


@dataclass(frozen=True)
class LineTaste:
    """What a melody of this style may do: ``scale`` as in ``Melody``, ``leap`` in semitones, ``steps`` 0–1."""

    key: Key
    scale: str
    low: int
    high: int
    leap: int
    steps: float


PENTATONIC = {"major": (0, 2, 4, 7, 9), "minor": (0, 3, 5, 7, 10)}
BLUE = (0, 3, 5, 6, 7, 10)

INTERVAL_COST = np.array([0.75, 0.0, 0.0, 0.6, 0.65, 0.9, 3.2, 0.9, 1.6, 1.6, 3.0, 3.5, 1.5] + [4.0] * 116)
"""Cost of moving by so many semitones: steps are free, the tritone and sevenths dear."""

SHAPE_PULL = 0.28
"""Cost per semitone of changing the wished interval."""

OUTSIDE_CHORD = 2.0
AVOID_NOTE = 1.8
UNRESOLVED = 2.4
UNPREPARED = 1.2
OUTSIDE_SCALE = 50.0
"""Costs of a strong, long non-chord tone; of a semitone above a chord tone; of leaving or reaching one by leap; of a
note that the scale does not have."""


def scale_of(taste: LineTaste, chord: Chord) -> tuple[int, ...]:
    """Return the pitch classes that suit a chord: the style's scale, bent where the chord has other notes."""
    side = "minor" if taste.key.is_minor else "major"
    steps = {"pentatonic": PENTATONIC[side], "blues": BLUE}.get(taste.scale, MODES[taste.key.mode])
    notes = {(taste.key.tonic + step) % 12 for step in steps}
    foreign = {tone for tone in chord.tones if tone not in notes}
    if taste.scale == "mode":
        notes -= {(tone + shift) % 12 for tone in foreign for shift in (-1, 1)} - set(chord.tones)
    return tuple(sorted(notes | foreign))


def solve(slots: Sequence[Slot], taste: LineTaste) -> Pitches:
    """Return a pitch for every slot, shape ``(slots,)``: the cheapest path through all that the scale allows."""
    if not slots:
        return np.zeros(0, np.int64)
    pitches = np.arange(taste.low, taste.high + 1)
    tables = {chord: table(chord, taste, pitches) for chord in {slot.chord for slot in slots}}
    steps = np.abs(pitches[:, None] - pitches[None, :])
    moves = INTERVAL_COST[steps] * (0.4 + taste.steps)
    moves = np.where(steps > taste.leap, moves + 6.0, moves)
    signed = pitches[None, :] - pitches[:, None]
    total = cost(slots[0], tables, pitches)
    back: list[NDArray[np.int64]] = []
    for before, slot in pairwise(slots):
        step = moves if not slot.starts_phrase else moves * 0.4
        shape = SHAPE_PULL * np.abs(signed - (slot.target - before.target))
        outside_before, outside = ~tables[before.chord][1], ~tables[slot.chord][1]
        leaps = steps > 2
        broken = leaps * (UNRESOLVED * outside_before[:, None] * before.weight + UNPREPARED * outside[None, :])
        paths = total[:, None] + step + shape + broken
        back.append(paths.argmin(axis=0))
        total = paths.min(axis=0) + cost(slot, tables, pitches)
    path = [int(total.argmin())]
    for choice in reversed(back):
        path.append(int(choice[path[-1]]))
    return pitches[path[::-1]]


Table = tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]


def table(chord: Chord, taste: LineTaste, pitches: Pitches) -> Table:
    """Return masks over ``pitches``: in the scale, in the chord, to avoid, and root or third."""
    classes = pitches % 12
    allowed = np.isin(classes, scale_of(taste, chord))
    tones = np.isin(classes, chord.tones)
    avoid = ~tones & np.isin((classes - 1) % 12, chord.tones)
    rest = np.isin(classes, (chord.degree(1), chord.degree(3)))
    return allowed, tones, avoid, rest


def cost(slot: Slot, tables: Mapping[Chord, Table], pitches: Pitches, *, strict: float = 1.0) -> NDArray[np.float64]:
    """Return the cost of each of ``pitches`` at a slot by itself; ``strict``: how dear notes outside the chord are."""
    allowed, tones, avoid, rest = tables[slot.chord]
    stress = slot.weight * min(slot.beats, 2.0) ** 0.5 + 0.25 * (slot.beats >= 1)
    total = slot.pull * np.abs(pitches - slot.target)
    total = total + np.where(tones, 0.0, strict * OUTSIDE_CHORD * stress)
    total += np.where(avoid, strict * AVOID_NOTE * stress, 0.0)
    total += np.where(allowed, 0.0, OUTSIDE_SCALE)
    if slot.close:
        total += np.where(tones, 0.0, 6.0)
    if slot.close == 2:
        total += np.where(rest, 0.0, 5.0)
    return total
