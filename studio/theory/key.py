"""Keys: a tonic and a mode."""

import re
from dataclasses import dataclass, replace

from studio.theory.pitch import FLAT_NAMES, SHARP_NAMES, pitch_class

MODES: dict[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "locrian": (0, 1, 3, 5, 6, 8, 10),
}
"""Mode name → semitones of its seven degrees above the tonic."""

MODE_ALIASES = {"maj": "major", "ionian": "major", "min": "minor", "m": "minor", "aeolian": "minor"}

FIFTHS_FROM_MAJOR = {
    "major": 0, "minor": -3, "dorian": -2, "phrygian": -4, "lydian": 1, "mixolydian": -1, "locrian": -5,
}  # fmt: skip
"""Steps on the circle of fifths from a tonic's major signature to the mode's."""

_KEY = re.compile(r"^\s*([A-Ga-g][#b♯♭]?)\s*(.*?)\s*$")


@dataclass(frozen=True)
class Key:
    """A tonic (pitch class 0–11) and the name of a mode in ``MODES``."""

    tonic: int
    mode: str

    @classmethod
    def parse(cls, text: str) -> "Key":
        """Read ``"C minor"``, ``"F# dorian"``, ``"Bb"``, ``"Am"``; raises ``ValueError``."""
        match = _KEY.match(text)
        if not match:
            raise ValueError(f"{text!r} is not a key")
        name, mode = match.group(1), match.group(2)
        mode = "minor" if mode == "m" else mode.lower() or ("minor" if name[0].islower() else "major")
        mode = MODE_ALIASES.get(mode, mode)
        if mode not in MODES:
            raise ValueError(f"{mode!r} is not a mode")
        return cls(pitch_class(name), mode)

    @property
    def is_minor(self) -> bool:
        """Whether the third above the tonic is minor."""
        return MODES[self.mode][2] == 3

    @property
    def scale(self) -> tuple[int, ...]:
        """Pitch classes of the seven degrees, from the tonic upward."""
        return tuple((self.tonic + step) % 12 for step in MODES[self.mode])

    @property
    def fifths(self) -> int:
        """Sharps (positive) or flats (negative) of the key signature, −6 … 6."""
        major = (self.tonic * 7) % 12
        count = (major + FIFTHS_FROM_MAJOR[self.mode]) % 12
        return count - 12 if count > 6 else count

    def raised(self, semitones: int) -> "Key":
        """Return the key that many semitones higher, in the same mode."""
        return replace(self, tonic=(self.tonic + semitones) % 12)

    @property
    def uses_flats(self) -> bool:
        """Whether notes in this key are spelled with flats."""
        return self.fifths < 0

    def __str__(self) -> str:
        names = FLAT_NAMES if self.uses_flats else SHARP_NAMES
        return f"{names[self.tonic]} {self.mode}"
