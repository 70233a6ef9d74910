"""Cutting a score like tape: stretches of whole bars, laid one after the other."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from studio.compose.timing import apart
from studio.score import CONTROLS, NOTE, ChordSpan, Notes, Part, Score, Section, TempoMap, automation

Stretch = tuple[float, float]
"""From and to: beats of a score, on bar lines."""

EARLY_SECONDS, EARLY_BEATS = 0.07, 0.2
"""A player is no earlier than this: a note so near before a bar line belongs to the bar."""

HELD = ("chords", "pad", "bass", "effects")
"""Roles whose notes, held over a cut, are struck anew: nobody else would sound what the bar stands on."""

STILL_HELD, OVERLAP = 1.0, 0.1
"""Beats that a note must still last to be struck anew, and by which it may reach over the end of a stretch."""

EPSILON = 1e-6


def spliced(score: Score, stretches: Sequence[Stretch]) -> Score:
    """Return the stretches of a score as one piece: notes, automation, chords, sections and tempo.

    ``duration`` is up to the end of the last bar. Parts that have nothing to play are left out. Works on what is
    written as on what is played.
    """
    joined = merged(stretches)
    starts = np.concatenate([[0.0], np.cumsum([end - start for start, end in joined])])
    places = list(zip(joined, starts[:-1].tolist(), strict=True))
    tempo = _tempo(score.tempo, places)
    parts = (_part(part, score, tempo, places) for part in score.parts)
    return replace(
        score,
        tempo=tempo,
        duration=float(tempo.seconds(starts[-1])),
        sections=tuple(section for place in places for section in _sections(score, *place)),
        chords=tuple(span for place in places for span in _chords(score, *place)),
        parts=tuple(part for part in parts if len(part.notes)),
    )


def merged(stretches: Sequence[Stretch]) -> list[Stretch]:
    """Join stretches that follow each other without a cut."""
    joined: list[Stretch] = []
    for start, end in stretches:
        if end - start < EPSILON:
            continue
        if joined and abs(joined[-1][1] - start) < EPSILON:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def lasting(score: Score, stretches: Sequence[Stretch]) -> float:
    """Return how many seconds stretches last."""
    return sum(float(score.tempo.seconds(end) - score.tempo.seconds(start)) for start, end in stretches)


def early(score: Score, beat: float) -> float:
    """Return the beat from which on notes belong to the bar that begins at ``beat``."""
    return max(float(score.tempo.beat(score.tempo.seconds(beat) - EARLY_SECONDS)), beat - EARLY_BEATS)


def _tempo(tempo: TempoMap, places: Sequence[tuple[Stretch, float]]) -> TempoMap:
    beats: list[float] = []
    bpm: list[float] = []
    for (start, end), at in places:
        first = max(int(np.searchsorted(tempo.beats, start + EPSILON, side="right")) - 1, 0)
        for change, pace in zip(tempo.beats[first:], tempo.bpm[first:], strict=True):
            if change < end - EPSILON and (not bpm or pace != bpm[-1]):
                beats.append(at + max(change - start, 0.0))
                bpm.append(pace)
    return TempoMap((0.0, *beats[1:]), tuple(bpm), tempo.lead_in)


def _sections(score: Score, stretch: Stretch, at: float) -> Iterator[Section]:
    for section in score.sections:
        start, end = max(section.start, stretch[0]), min(section.end, stretch[1])
        if end - start > EPSILON:
            bars = round((end - start) / score.meter.bar_beats)
            yield replace(section, start=at + start - stretch[0], beats=end - start, bars=bars)


def _chords(score: Score, stretch: Stretch, at: float) -> Iterator[ChordSpan]:
    for span in score.chords:
        start, end = max(span.start, stretch[0]), min(span.end, stretch[1])
        if end - start > EPSILON:
            yield replace(span, start=at + start - stretch[0], beats=end - start)


# ------------------------------------------------------------------------------------------------------------- parts
def _part(part: Part, score: Score, tempo: TempoMap, places: Sequence[tuple[Stretch, float]]) -> Part:
    pieces = [np.zeros(0, NOTE), *(_notes(part, score, *place) for place in places)]
    found = np.sort(np.concatenate(pieces), order=["onset", "pitch"], kind="stable")
    if part.role != "drums":
        found = apart(found, tempo) if len(places) > 1 else found
    lanes = {}
    for name, lane in part.controls.items():
        rows = [row for place in places for row in _lane(lane, CONTROLS[name], *place)]
        lanes[name] = automation(rows)
    return replace(part, notes=found, controls=lanes)


def _notes(part: Part, score: Score, stretch: Stretch, at: float) -> Notes:
    """Return the notes of a stretch where it now stands; what hangs over its end is let go there."""
    start, end = stretch
    first, last = early(score, start), early(score, end)
    onset, ends = part.notes["onset"], part.notes["onset"] + part.notes["duration"]
    inside = (onset >= first) & (onset < last)
    if part.role == "effects":  # a riser that does not arrive, or arrives elsewhere, is left out
        inside &= ends <= end + OVERLAP
    found = part.notes[inside].copy()
    if start > EPSILON and part.role in HELD:
        over = part.notes[(onset < first) & (ends > start + STILL_HELD)].copy()
        over["duration"] -= start - over["onset"]
        over["onset"] = start
        found = np.concatenate([over, found])
    found["duration"] = np.minimum(found["duration"], end + OVERLAP * (found["duration"] > 1.0) - found["onset"])
    found["onset"] = np.maximum(found["onset"] - start + at, 0.0)
    return found


def _lane(lane: NDArray[np.void], rest: float, stretch: Stretch, at: float) -> Iterator[tuple[float, float]]:
    """Yield the breakpoints of a stretch, with those that hold the values at its edges."""
    start, end = stretch
    if not len(lane):
        return
    inside = lane[(lane["beat"] > start + EPSILON) & (lane["beat"] < end - EPSILON)]
    first, last = np.interp([start + EPSILON, end - EPSILON], lane["beat"], lane["value"], left=rest)
    yield at, float(first)
    for beat, value in inside.tolist():
        yield at + beat - start, value
    yield at + end - start - EPSILON, float(last)
