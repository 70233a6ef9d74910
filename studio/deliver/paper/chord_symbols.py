"""Chord qualities as MusicXML writes them: a kind, the words printed, and degrees added or altered.

Degrees are counted from a dominant chord: an added seventh is a minor one (MusicXML 4.0, *degree-alter*).
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Degree:
    """One changed degree: its number, alteration in semitones, and ``add``, ``alter`` or ``subtract``."""

    number: int
    alter: int = 0
    type: str = "add"


@dataclass(frozen=True)
class Kind:
    """A MusicXML kind, the words after the root, and changed degrees."""

    value: str
    text: str
    degrees: tuple[Degree, ...] = ()


KINDS: Mapping[str, Kind] = {
    "": Kind("major", ""),
    "m": Kind("minor", "m"),
    "o": Kind("diminished", "dim"),
    "+": Kind("augmented", "+"),
    "5": Kind("power", "5"),
    "sus2": Kind("suspended-second", "sus2"),
    "sus4": Kind("suspended-fourth", "sus4"),
    "add9": Kind("major", "add9", (Degree(9),)),
    "madd9": Kind("minor", "m(add9)", (Degree(9),)),
    "6": Kind("major-sixth", "6"),
    "m6": Kind("minor-sixth", "m6"),
    "6/9": Kind("major-sixth", "6/9", (Degree(9),)),
    "7": Kind("dominant", "7"),
    "maj7": Kind("major-seventh", "maj7"),
    "m7": Kind("minor-seventh", "m7"),
    "m(maj7)": Kind("major-minor", "m(maj7)"),
    "h7": Kind("half-diminished", "m7b5"),
    "o7": Kind("diminished-seventh", "dim7"),
    "+7": Kind("augmented-seventh", "+7"),
    "7sus4": Kind("suspended-fourth", "7sus4", (Degree(7),)),
    "9sus4": Kind("suspended-fourth", "9sus4", (Degree(7), Degree(9))),
    "9": Kind("dominant-ninth", "9"),
    "maj9": Kind("major-ninth", "maj9"),
    "m9": Kind("minor-ninth", "m9"),
    "m11": Kind("minor-11th", "m11"),
    "13": Kind("dominant-13th", "13"),
    "maj7#11": Kind("major-seventh", "maj7#11", (Degree(11, 1),)),
    "maj9#11": Kind("major-ninth", "maj9#11", (Degree(11, 1),)),
    "maj7#5": Kind("major-seventh", "maj7#5", (Degree(5, 1, "alter"),)),
    "7#11": Kind("dominant", "7#11", (Degree(11, 1),)),
    "7b9": Kind("dominant", "7b9", (Degree(9, -1),)),
    "7#9": Kind("dominant", "7#9", (Degree(9, 1),)),
    "7b13": Kind("dominant", "7b13", (Degree(13, -1),)),
    "13b9": Kind("dominant-13th", "13b9", (Degree(9, -1, "alter"),)),
    "7alt": Kind("dominant", "7alt", (Degree(9, 1), Degree(13, -1))),
}
"""Every quality of ``studio.theory.chord.QUALITIES``."""
