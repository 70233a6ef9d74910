"""What a sounding pitch is called: by the chord it belongs to, else by the key, on the line of fifths.

The line of fifths numbers names from F♭♭ to B♯♯ by fifths, C = 0. A key's seven notes stand side by side on it, its
usual chromatic ones beside them (D. Temperley, *The Cognition of Basic Musical Structures*, 2001, ch. 5).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from studio.score import ChordSpan
from studio.theory.chord import QUALITIES, Chord
from studio.theory.key import MODES, Key
from studio.theory.pitch import LETTERS

LETTER_FIFTHS = "FCGDAEB"
STEPS = "CDEFGAB"
FLATTEST_IN_MAJOR, FLATTEST_IN_MINOR = -4, -3
"""Where the twelve names in use begin, in fifths from the key signature: A flat … C sharp in C major, E flat … G sharp
in A minor (with its leading note)."""
FLATTEST, SHARPEST = -8, 1
"""Bounds of that beginning, so that no name needs a double accidental: F flat … A, G … B sharp."""

DEGREE_OF: Mapping[int, int] = {
    0: 1, 2: 2, 3: 3, 4: 3, 5: 4, 6: 5, 7: 5, 8: 5, 9: 6, 10: 7, 11: 7, 13: 9, 14: 9, 15: 9, 17: 11, 18: 11, 20: 13,
    21: 13,
}  # fmt: skip
"""Semitones above a chord's root → the number of the interval."""

_ROOT = re.compile(r"([b#]*)(VII|III|VI|IV|II|I|V)", re.IGNORECASE)
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII")


@dataclass(frozen=True)
class Name:
    """A note's letter and its alteration in semitones: −1 flat, 1 sharp."""

    step: str
    alter: int

    @property
    def pitch_class(self) -> int:
        """Return the pitch class 0–11 it sounds as."""
        return (LETTERS[self.step] + self.alter) % 12

    def octave(self, pitch: int) -> int:
        """Return the octave in which this name sounds as the MIDI ``pitch`` (C4 = 60; B♯3 is 60 too)."""
        return (pitch - LETTERS[self.step] - self.alter) // 12 - 1

    def above(self, number: int, semitones: int) -> "Name":
        """Return the name of the interval ``number`` (3 a third, 9 a ninth) of that many semitones above."""
        step = STEPS[(STEPS.index(self.step) + number - 1) % 7]
        alter = (self.pitch_class + semitones - LETTERS[step] + 6) % 12 - 6
        return Name(step, alter)


@cache
def in_key(pitch_class: int, key: Key) -> Name:
    """Return the name of a pitch class in ``key``, chromatic ones as they are most often written there."""
    first = key.fifths + (FLATTEST_IN_MINOR if key.is_minor else FLATTEST_IN_MAJOR)
    first = min(max(first, FLATTEST), SHARPEST)
    fifths = first + (pitch_class * 7 - first) % 12
    return Name(LETTER_FIFTHS[(fifths + 1) % 7], (fifths + 1) // 7)


def root_name(span: ChordSpan, key: Key) -> Name:
    """Return the name of a chord's root: its numeral's degree of the key where that is plain, else as in the key."""
    match = _ROOT.match(span.numeral)
    if match and match.group(1):
        tonic = in_key(key.tonic, key)
        degree = _ROMAN.index(match.group(2).upper())
        semitones = MODES["major"][degree] + match.group(1).count("#") - match.group(1).count("b")
        named = tonic.above(degree + 1, semitones)
        if named.pitch_class == span.chord.root and abs(named.alter) < 2:
            return named
    return in_key(span.chord.root, key)


def chord_names(chord: Chord, root: Name) -> dict[int, Name]:
    """Return the names of a chord's tones by pitch class; tones that would need a double accidental are left out."""
    names = {}
    for semitones in QUALITIES[chord.quality]:
        number = 7 if semitones == 9 and chord.quality == "o7" else DEGREE_OF[semitones]
        name = root.above(number, semitones)
        if abs(name.alter) < 2:
            names[name.pitch_class] = name
    return names


def bass_name(chord: Chord, root: Name, key: Key) -> Name:
    """Return the name of a chord's bass: as a chord tone, else as in the key."""
    return chord_names(chord, root).get(chord.bass) or in_key(chord.bass, key)
