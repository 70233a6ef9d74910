"""Pitch classes, note names and registers. MIDI numbering: C4 = 60."""

LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
SHARP_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
FLAT_NAMES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")


def pitch_class(name: str) -> int:
    """Return the pitch class 0–11 of a note name such as ``F#`` or ``Bb``.

    Raises ``ValueError`` for anything else.
    """
    letter, accidentals = name[:1].upper(), name[1:].replace("♯", "#").replace("♭", "b")
    if letter not in LETTERS or accidentals.strip("#b"):
        raise ValueError(f"{name!r} is not a note name")
    return (LETTERS[letter] + accidentals.count("#") - accidentals.count("b")) % 12


def nearest(pitch_class_: int, to: int) -> int:
    """Return the pitch of class ``pitch_class_`` nearest to the MIDI pitch ``to`` (the lower of two)."""
    return to + (pitch_class_ - to + 6) % 12 - 6
