"""Percussion on paper: what each General MIDI key is called, and where it stands on a five-line staff.

Places and heads follow N. Weinberg, *Guidelines for Drumset Notation*, Percussive Notes 32/3 (1994).
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Stroke:
    """One percussion sound: its ``name``, a ``label`` for narrow places, ``step`` and ``octave`` of its place on the
    staff as if in the treble clef, and its MusicXML ``head``. ``foot`` is played by the feet: stems down."""

    name: str
    label: str
    step: str
    octave: int
    head: str = "normal"
    foot: bool = False


STROKES: Mapping[int, Stroke] = {
    35: Stroke("Acoustic bass drum", "kick 2", "E", 4, foot=True),
    36: Stroke("Bass drum", "kick", "F", 4, foot=True),
    37: Stroke("Side stick", "stick", "C", 5, "x"),
    38: Stroke("Snare drum", "snare", "C", 5),
    39: Stroke("Hand clap", "clap", "D", 5, "x"),
    40: Stroke("Electric snare", "snare 2", "C", 5, "diamond"),
    41: Stroke("Low floor tom", "tom 6", "G", 4),
    42: Stroke("Closed hi-hat", "hat", "G", 5, "x"),
    43: Stroke("High floor tom", "tom 5", "A", 4),
    44: Stroke("Pedal hi-hat", "pedal", "D", 4, "x", foot=True),
    45: Stroke("Low tom", "tom 4", "B", 4),
    46: Stroke("Open hi-hat", "open", "G", 5, "circle-x"),
    47: Stroke("Low-mid tom", "tom 3", "D", 5),
    48: Stroke("High-mid tom", "tom 2", "D", 5, "diamond"),
    49: Stroke("Crash cymbal", "crash", "A", 5, "x"),
    50: Stroke("High tom", "tom 1", "E", 5),
    51: Stroke("Ride cymbal", "ride", "F", 5, "x"),
    52: Stroke("China cymbal", "china", "B", 5, "x"),
    53: Stroke("Ride bell", "bell", "F", 5, "diamond"),
    54: Stroke("Tambourine", "tamb", "B", 4, "triangle"),
    55: Stroke("Splash cymbal", "splash", "A", 5, "diamond"),
    56: Stroke("Cowbell", "cowbell", "E", 5, "triangle"),
    57: Stroke("Second crash cymbal", "crash 2", "B", 5, "diamond"),
    59: Stroke("Second ride cymbal", "ride 2", "F", 5, "circle-x"),
    60: Stroke("High bongo", "bongo", "E", 5, "slash"),
    61: Stroke("Low bongo", "bongo L", "D", 5, "slash"),
    62: Stroke("Muted conga", "conga m", "C", 5, "cross"),
    63: Stroke("Open conga", "conga", "C", 5, "slash"),
    64: Stroke("Low conga", "conga L", "A", 4, "slash"),
    65: Stroke("High timbale", "timbale", "E", 5, "square"),
    66: Stroke("Low timbale", "timbale L", "C", 5, "square"),
    69: Stroke("Cabasa", "cabasa", "G", 5, "slash"),
    70: Stroke("Maracas", "maracas", "G", 5, "slashed"),
    73: Stroke("Short guiro", "guiro", "F", 5, "slash"),
    74: Stroke("Long guiro", "guiro l", "F", 5, "slashed"),
    75: Stroke("Claves", "claves", "D", 5, "triangle"),
    76: Stroke("High wood block", "block", "E", 5, "cross"),
    77: Stroke("Low wood block", "block L", "D", 5, "cross"),
    81: Stroke("Triangle", "triangle", "A", 5, "triangle"),
    82: Stroke("Shaker", "shaker", "G", 5, "cross"),
}
"""General MIDI key → stroke."""


def stroke(key: int) -> Stroke:
    """Return the stroke of a General MIDI key; a key outside the table is unnamed percussion on the middle line."""
    return STROKES.get(key, Stroke(f"Percussion {key}", f"key {key}", "B", 4, "diamond"))
