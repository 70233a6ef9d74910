"""A second voice that sings the tune along: in thirds, in sixths or an octave below."""

from collections.abc import Iterable, Mapping, Sequence

from studio.compose.ensemble import Chair
from studio.compose.plan import Plan
from studio.compose.timeline import EPSILON, Changes, plays_final
from studio.score import ChordSpan, Notes, notes

BELOW: Mapping[str, tuple[int, ...]] = {"third": (3, 4), "sixth": (8, 9), "octave": (12,)}
"""Interval → semitones that it may lie below the tune."""

Row = tuple[float, float, int, int]
"""Onset and duration in beats, pitch, velocity."""

HELD = 1.0
"""Beats from which a note has time to rub: it takes a tone of the chord, a fourth instead of a third if need be."""


def write_double(plan: Plan, chords: tuple[ChordSpan, ...], chair: Chair, lead: Notes) -> Notes:
    """Return the tune of every section that the chair plays in, moved down by the interval it doubles at, inside the
    scale and, where a note is held, inside the chord; in every section an octave lower, where the chair then reaches
    more of its notes."""
    changes = Changes(chords)
    rows: list[Row] = []
    for section in plan.sections:
        heard = [note for note in lead.tolist() if plan.section_at(note[0]) is section and chair.plays(section)]
        found: list[Row] = []
        for onset, beats, pitch, _ in heard:
            if onset >= plan.final - EPSILON and not plays_final(plan, chair):
                continue
            tones = set(changes.at(onset).chord.tones)
            scale = _bent(plan.key.raised(section.lift).scale, tones)
            second = _second(pitch, BELOW[chair.style.doubles], tones if beats >= HELD else scale, scale)
            found.append((onset, beats, second, chair.style.velocity))
        rows += _reached(found, *chair.register)
    return notes(rows)


def _bent(scale: Iterable[int], tones: set[int]) -> set[int]:
    """Return the pitch classes of a scale and a chord; where the chord has a foreign tone, not the tone it replaces."""
    own = set(scale)
    replaced = {(tone + step) % 12 for tone in tones - own for step in (-1, 1)}
    return own - replaced | tones


def _reached(rows: Sequence[Row], low: int, high: int) -> list[Row]:
    """Return what lies in the register of a section's voice, as it stands or all of it an octave lower."""
    kept = [[(*row[:2], row[2] - down, row[3]) for row in rows if low <= row[2] - down <= high] for down in (0, 12)]
    return max(kept, key=len)


def _second(pitch: int, below: tuple[int, ...], wanted: set[int], scale: set[int]) -> int:
    """Return the pitch below that is wanted; failing that one semitone further down; failing that any of the scale."""
    for choices in (below, (below[-1] + 1,)):
        for step in choices:
            if (pitch - step) % 12 in wanted:
                return pitch - step
    return next((pitch - step for step in below if (pitch - step) % 12 in scale), pitch - below[0])
