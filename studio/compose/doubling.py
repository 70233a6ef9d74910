"""A second voice that sings the tune along: in thirds, in sixths or an octave below."""

from collections.abc import Mapping

from studio.compose.ensemble import Chair
from studio.compose.plan import Plan
from studio.compose.timeline import EPSILON, Changes, plays_final
from studio.score import ChordSpan, Notes, notes

BELOW: Mapping[str, tuple[int, ...]] = {"third": (3, 4), "sixth": (8, 9), "octave": (12,)}
"""Interval → semitones that it may lie below the tune."""

HELD = 1.0
"""Beats from which a note has time to rub: it takes a tone of the chord, a fourth instead of a third if need be."""


def write_double(plan: Plan, chords: tuple[ChordSpan, ...], chair: Chair, lead: Notes) -> Notes:
    """Return the tune of every section that the chair plays in, moved down by the interval it doubles at, inside the
    scale and, where a note is held, inside the chord."""
    changes, rows = Changes(chords), []
    for onset, beats, pitch, _ in lead.tolist():
        section = plan.section_at(onset)
        if not chair.plays(section) or (onset >= plan.final - EPSILON and not plays_final(plan, chair)):
            continue
        tones = changes.at(onset).chord.tones
        scale = {*plan.key.raised(section.lift).scale, *tones}
        second = _second(pitch, BELOW[chair.style.doubles], set(tones) if beats >= HELD else scale, scale)
        low, high = chair.register
        if low <= second <= high:
            rows.append((onset, beats, second, chair.style.velocity))
    return notes(rows)


def _second(pitch: int, below: tuple[int, ...], wanted: set[int], scale: set[int]) -> int:
    """Return the pitch below that is wanted; failing that one semitone further down; failing that any of the scale."""
    for choices in (below, (below[-1] + 1,)):
        for step in choices:
            if (pitch - step) % 12 in wanted:
                return pitch - step
    return next((pitch - step for step in below if (pitch - step) % 12 in scale), pitch - below[0])
