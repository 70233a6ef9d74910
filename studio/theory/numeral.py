"""Roman numerals to chords.

Every numeral counts from the tonic's *major* scale, whatever the mode of the key: the minor key's sixth degree is
``bVI``. Lower case is minor. After the numeral stands a quality (``7 maj9 h7 o7 +7 sus4 7b9 …``), then perhaps
``/V`` (applied to a degree: ``V7/ii``) or ``/3``, ``/b7`` (that major-scale degree *of the key* in the bass).
"""

import re
from functools import lru_cache

from studio.theory.chord import QUALITIES, Chord
from studio.theory.key import MODES, Key

DEGREES = {"I": 0, "II": 1, "III": 2, "IV": 3, "V": 4, "VI": 5, "VII": 6}
_NUMERAL = re.compile(r"^([b#]*)(VII|III|VI|IV|II|I|V|vii|iii|vi|iv|ii|i|v)(.*)$")
_BASS = re.compile(r"^([b#]*)([1-7])$")
_SPELLINGS = {"dim": "o", "dim7": "o7", "aug": "+", "69": "6/9", "sus": "sus4", "7sus": "7sus4", "9sus": "9sus4"}


def _degree(accidentals: str, index: int) -> int:
    return (MODES["major"][index] + accidentals.count("#") - accidentals.count("b")) % 12


@lru_cache(maxsize=2048)
def _relative(numeral: str) -> tuple[int, str, int]:
    """Return root, quality and bass of a numeral, semitones above the tonic; raises ``ValueError``."""
    match = _NUMERAL.match(numeral)
    if not match:
        raise ValueError(f"{numeral!r} is not a roman numeral")
    accidentals, roman, rest = match.groups()
    suffix, _, below = rest.partition("/")
    if below == "9" or below.startswith("9/"):  # the 6/9 chord
        suffix, below = f"{suffix}/9", below[2:]
    suffix = _SPELLINGS.get(suffix, suffix)
    root = _degree(accidentals, DEGREES[roman.upper()])
    minor = roman.islower()
    quality = f"m{suffix}" if minor and f"m{suffix}" in QUALITIES else suffix
    if quality not in QUALITIES:
        raise ValueError(f"{numeral!r}: unknown chord quality {suffix!r}")
    if not below:
        return root, quality, root
    if bass := _BASS.match(below):
        return root, quality, _degree(bass.group(1), int(bass.group(2)) - 1)
    target, _, _ = _relative(below)
    return (root + target) % 12, quality, (root + target) % 12


def chord(numeral: str, key: Key) -> Chord:
    """Return the chord a numeral names in ``key``; raises ``ValueError`` if it cannot be read."""
    root, quality, bass = _relative(numeral)
    return Chord((key.tonic + root) % 12, quality, (key.tonic + bass) % 12)


def parse_progression(text: str) -> tuple[tuple[str, ...], ...]:
    """Read ``"I | IV V | I x2"`` into bars of numerals; ``xN`` repeats its bar. Raises ``ValueError``."""
    bars: list[tuple[str, ...]] = []
    for cell in text.split("|"):
        numerals = cell.split()
        times = 1
        if numerals and re.fullmatch(r"x\d+", numerals[-1]):
            times = int(numerals.pop()[1:])
        if not numerals:
            raise ValueError(f"{text!r} has an empty bar")
        for numeral in numerals:
            _relative(numeral)
        bars += [tuple(numerals)] * times
    return tuple(bars)
