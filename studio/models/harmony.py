"""What harmony is to the network: chords over scale degrees with their lengths, and what is known of the place of each.

Roots count in semitones from the tonic. A *beat* here is what a foot taps: a bar has two, three or four of them.
A section of a song (or eight bars of a piece without named sections) is one sequence.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from studio.models.grammar import Grammar
from studio.theory.chord import TRIAD_OF
from studio.theory.key import Key
from studio.theory.numeral import chord

QUALITIES = (
    "", "m", "7", "m7", "maj7", "5", "sus4", "sus2", "add9", "madd9", "6", "m6", "7sus4", "9", "m9", "maj9", "13",
    "7b9", "7#9", "m(maj7)", "o", "o7", "h7", "+", "+7",
)  # fmt: skip
"""Chord qualities that the model knows, spelled as in `studio.theory.chord`."""

PLAINER = {
    "6/9": "6", "9sus4": "7sus4", "m11": "m9", "maj7#11": "maj7", "maj9#11": "maj9", "maj7#5": "+", "7#11": "7",
    "7b13": "7", "13b9": "7b9", "7alt": "7#9",
}  # fmt: skip
"""Quality → the one of ``QUALITIES`` that stands for it."""

LONGEST = 16
"""Beats of the longest event; what lasts longer is said again."""

FAMILIES = ("song", "standard", "lied", "chorale", "free")
"""Repertoires: charted songs, standards, art songs, chorales, loops with a mood."""

GENRES = ("any", "pop", "rock", "soul", "country")
"""What kind of artist charted, where known."""

MOODS = ("any", "bright", "tender", "tense", "dark")
KINDS = ("any", "intro", "verse", "prechorus", "chorus", "bridge", "solo", "break", "outro")
BEATS = (2, 3, 4)
"""Beats that a bar may have."""

FAR = 17

GRAMMAR = Grammar(
    parts={"root": 12, "quality": len(QUALITIES), "beats": LONGEST},
    context={
        "family": len(FAMILIES), "genre": len(GENRES), "mood": len(MOODS), "mode": 2, "kind": len(KINDS),
        "meter": len(BEATS), "place": max(BEATS), "bar": 8, "bars_left": FAR, "last": 2,
    },
)  # fmt: skip
"""``place``: beats since the bar line; ``bar``: of the section, mod 8; ``last``: whether the piece ends with it."""

ROMAN = ("I", "bII", "II", "bIII", "III", "IV", "bV", "V", "bVI", "VI", "bVII", "VII")
DIMINISHED = ("o", "o7", "h7")

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Passage:
    """What is known of a section before its first chord. ``beats`` in a bar."""

    family: str
    bars: int
    is_minor: bool
    beats: int = 4
    kind: str = "any"
    genre: str = "any"
    mood: str = "any"
    last: bool = False

    def context(self, onsets: Ints) -> Ints:
        """Return the context of events at ``onsets`` (beats from the passage's start), shape (…, features)."""
        bar = onsets // self.beats
        left = np.clip(self.bars - 1 - bar, 0, FAR - 1)
        known = (
            FAMILIES.index(self.family), GENRES.index(self.genre), MOODS.index(self.mood), int(self.is_minor),
            KINDS.index(self.kind), BEATS.index(self.beats),
        )  # fmt: skip
        fixed = [np.full(np.shape(onsets), value) for value in known]
        last = np.full(np.shape(onsets), int(self.last))
        return np.stack([*fixed, onsets % self.beats, bar % 8, left, last], axis=-1).astype(np.int64)


def numeral(root: int, quality: int) -> str:
    """Return the roman numeral of an event, as `studio.theory.numeral` reads it."""
    name, roman = QUALITIES[quality], ROMAN[root]
    if name in DIMINISHED:
        return roman_lower(roman) + name
    if name.startswith("m") and not name.startswith("maj"):
        return roman_lower(roman) + (name if name == "m(maj7)" else name[1:])
    return roman + name


def roman_lower(roman: str) -> str:
    """Return the numeral of a minor chord; the flats before it stay."""
    return roman.replace("I", "i").replace("V", "v")


@cache
def degree(text: str) -> tuple[int, int]:
    """Return root and quality index of a numeral, in the plainest spelling the model knows; its bass is dropped."""
    found = chord(text, Key(0, "major"))
    quality = PLAINER.get(found.quality, found.quality)
    return found.root, QUALITIES.index(quality if quality in QUALITIES else TRIAD_OF[quality])


def events(cells: list[tuple[int, int, int]]) -> Ints:
    """Return (root, quality, beats) rows as events: like neighbours joined, nothing longer than ``LONGEST``."""
    joined: list[list[int]] = []
    for root, quality, beats in cells:
        if joined and joined[-1][:2] == [root, quality]:
            joined[-1][2] += beats
        else:
            joined.append([root, quality, beats])
    rows = []
    for root, quality, beats in joined:
        while beats > 0:
            rows.append((root, quality, min(beats, LONGEST) - 1))
            beats -= LONGEST
    return np.array(rows, np.int64).reshape(-1, 3)


def onsets(rows: Ints) -> Ints:
    """Return the beat at which every event begins."""
    return np.concatenate([[0], np.cumsum(rows[:, 2] + 1)])[:-1].astype(np.int64)
