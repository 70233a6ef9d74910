"""Versions and fades: the same piece with fewer players, or with other edges."""

from dataclasses import replace

from studio.brief import BriefError, Problem
from studio.edits.closing import own_closing
from studio.edits.edit import VERSIONS
from studio.edits.splice import spliced
from studio.instruments import INSTRUMENTS
from studio.score import Part, Score, TempoMap

SINGING, SUNG = "voices", ("lead", "counter")
RITARD_BARS = 3
"""Bars before the end in which a piece may slow down for an ending that a fade does not have."""


def without(score: Score, roles: tuple[str, ...]) -> Score:
    """Return a score without the parts of these roles."""
    return score.with_parts(tuple(part for part in score.parts if part.role not in roles))


def version(score: Score, name: str) -> Score:
    """Return a version of ``VERSIONS``. Raises ``BriefError`` where nobody is left to play it."""
    kept = tuple(
        part
        for part in score.parts
        if part.role in VERSIONS[name] and not (name == "instrumental" and _sings(part)) and len(part.notes)
    )
    if not any(part.role != "effects" for part in kept):
        message = f"version: in a {name} version of this piece nobody would play"
        raise BriefError((Problem("version", "nobody_left", message, tuple(VERSIONS)),))
    return score.with_parts(kept)


def _sings(part: Part) -> bool:
    return part.role in SUNG and INSTRUMENTS[part.instrument].family == SINGING


def open_ended(score: Score, written: Score) -> Score:
    """Return a score that stops before its last chord, in time, as one that fades must."""
    own = own_closing(written)
    if own is None:
        return score
    steady = own - RITARD_BARS * score.meter.bar_beats
    pairs = zip(score.tempo.beats, score.tempo.bpm, strict=True)
    kept = [(beat, bpm) for beat, bpm in pairs if not beat or beat < steady]
    tempo = TempoMap(tuple(beat for beat, _ in kept), tuple(bpm for _, bpm in kept), score.tempo.lead_in)
    return spliced(replace(score, tempo=tempo), [(0.0, own)])
