"""Held notes under which the chord changes: those that rub against the new chord resolve by step, or let go."""

from collections.abc import Sequence

import numpy as np

from studio.compose.harmony import chord_index
from studio.score import ChordSpan
from studio.theory.chord import Chord

EPSILON = 1e-6

Row = tuple[float, float, int, int]

AHEAD = 0.5
"""Beats: a note that begins so short before a chord, and sounds longer with it, belongs to it already."""

RESOLVED = 1.0
"""Beats that must be left for a resolution to be sung; with fewer the note ends where the chord does."""

SOFTER = 6
"""By how much velocity a resolution is softer than the note it resolves."""


def resolved(row: Row, chords: Sequence[ChordSpan]) -> list[Row]:
    """Return a note of (onset, beats, pitch, velocity), its chord's own, as it goes on over the chords that follow.

    A note fits a chord as long as it is in it or a whole tone from all of its notes. Else it moves a semitone into the
    new chord where that comes in; an anticipation does so from the start.
    """
    onset, beats, pitch, velocity = row
    for span in chords[int(chord_index(chords, np.array([onset]))[0]) + 1 :]:
        left = onset + beats - span.start
        if left <= EPSILON:
            break
        step = _resolution(pitch, span.chord)
        if not step:
            continue
        before = span.start - onset
        if before <= min(AHEAD, left) + EPSILON:
            return resolved((onset, beats, pitch + step, velocity), chords)
        held = (onset, before, pitch, velocity)
        if left < RESOLVED - EPSILON:
            return [held]
        return [held, *resolved((span.start, left, pitch + step, velocity - SOFTER), chords)]
    return [row]


def _resolution(pitch: int, chord: Chord) -> int:
    """Return the semitone, down rather than up, by which a note comes into a chord; 0 where it does not rub."""
    if chord.has(pitch):
        return 0
    return next((step for step in (-1, 1) if chord.has(pitch + step)), 0)
