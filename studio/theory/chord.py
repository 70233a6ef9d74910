"""Chords: a root, a quality from one table, perhaps another bass note."""

import re
from dataclasses import dataclass, replace

from studio.theory.pitch import FLAT_NAMES, SHARP_NAMES, pitch_class

QUALITIES: dict[str, tuple[int, ...]] = {
    # name: semitones above the root; the first four are the ones a voicing keeps longest
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "o": (0, 3, 6),
    "+": (0, 4, 8),
    "5": (0, 7),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "add9": (0, 4, 7, 14),
    "madd9": (0, 3, 7, 14),
    "6": (0, 4, 7, 9),
    "m6": (0, 3, 7, 9),
    "6/9": (0, 4, 9, 14, 7),
    "7": (0, 4, 10, 7),
    "maj7": (0, 4, 11, 7),
    "m7": (0, 3, 10, 7),
    "m(maj7)": (0, 3, 11, 7),
    "h7": (0, 3, 10, 6),
    "o7": (0, 3, 9, 6),
    "+7": (0, 4, 10, 8),
    "7sus4": (0, 5, 10, 7),
    "9sus4": (0, 5, 10, 14, 7),
    "9": (0, 4, 10, 14, 7),
    "maj9": (0, 4, 11, 14, 7),
    "m9": (0, 3, 10, 14, 7),
    "m11": (0, 3, 10, 17, 14),
    "13": (0, 4, 10, 21, 14),
    "maj7#11": (0, 4, 11, 18, 7),
    "maj9#11": (0, 4, 11, 18, 14),
    "maj7#5": (0, 4, 11, 8),
    "7#11": (0, 4, 10, 18, 7),
    "7b9": (0, 4, 10, 13, 7),
    "7#9": (0, 4, 10, 15, 7),
    "7b13": (0, 4, 10, 20),
    "13b9": (0, 4, 10, 13, 21),
    "7alt": (0, 4, 10, 15, 20),
}
"""Quality suffix → semitones above the root."""

TRIAD_OF = {
    quality: ("o" if {3, 6} <= set(tones) else "+" if {4, 8} <= set(tones) and 7 not in tones
              else "m" if 3 in tones else "" if 4 in tones else quality if quality in ("5", "sus2", "sus4") else "sus4")
    for quality, tones in QUALITIES.items()
}  # fmt: skip
"""Quality → the triad it grew from."""


_SYMBOL = re.compile(r"([A-G][#b]?)(.*?)(?:/([A-G][#b]?))?")


@dataclass(frozen=True)
class Chord:
    """A chord by pitch classes: ``root`` and ``bass`` 0–11, ``quality`` a key of ``QUALITIES``."""

    root: int
    quality: str
    bass: int

    @classmethod
    def parse(cls, symbol: str) -> "Chord":
        """Read what ``symbol()`` prints: ``Bbmaj7/D``; raises ``ValueError`` for anything else."""
        match = _SYMBOL.fullmatch(symbol)
        if not match or match.group(2) not in QUALITIES:
            raise ValueError(f"{symbol!r} is not a chord symbol")
        root, quality, bass = match.groups()
        return cls(pitch_class(root), quality, pitch_class(bass or root))

    @property
    def tones(self) -> tuple[int, ...]:
        """Pitch classes, root first, then in the order a voicing keeps them."""
        return tuple((self.root + step) % 12 for step in QUALITIES[self.quality])

    @property
    def is_minor(self) -> bool:
        """Whether the chord has a minor third."""
        return 3 in QUALITIES[self.quality]

    def has(self, pitch: int) -> bool:
        """Whether a MIDI pitch (or pitch class) belongs to the chord."""
        return pitch % 12 in self.tones

    def degree(self, number: int) -> int:
        """Return the pitch class of chord degree 1, 3, 5, 6, 7, 8 or 9; absent ones fall back to a near kin."""
        steps = set(QUALITIES[self.quality])
        choices = {
            1: (0,), 8: (0,), 3: (3, 4, 5, 2, 7), 5: (7, 6, 8), 6: (9, 8), 7: (10, 11, 9), 9: (14, 13, 15, 2),
        }[number]  # fmt: skip
        default = {6: 8 if self.is_minor else 9, 7: 10, 9: 2, 5: 7, 3: 7}.get(number, 0)
        return (self.root + next((step for step in choices if step in steps), default)) % 12

    def with_quality(self, quality: str) -> "Chord":
        """Return the same chord in another quality; raises ``KeyError`` for an unknown one."""
        QUALITIES[quality]
        return replace(self, quality=quality)

    def symbol(self, *, flats: bool = False) -> str:
        """Return the printed symbol: ``Bbmaj7/D``."""
        names = FLAT_NAMES if flats else SHARP_NAMES
        bass = "" if self.bass == self.root else f"/{names[self.bass]}"
        return f"{names[self.root]}{self.quality}{bass}"
