"""From the page to the players: swing, micro-timing, touch and gestures, by the style's feel."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from studio.compose.dynamics import velocities
from studio.compose.effects import TEXTURES
from studio.compose.ensemble import Chair
from studio.compose.gestures import lanes
from studio.compose.plan import Plan
from studio.compose.timing import Band, apart, lateness, later, rolled, strummed, swung
from studio.instruments import INSTRUMENTS
from studio.score import Notes, Part, Score, Section
from studio.styles import PartStyle

ROLLED = ("piano", "mellow-piano", "harp", "nylon-guitar", "steel-guitar", "electric-piano", "jazz-guitar")
"""Instruments that roll a held last chord."""

ROLL_MS = 90.0
LEGATO_ROLES = ("lead", "counter")

SLURRING, WIDEST_SLUR, SLUR_MS = 0.85, 5, 8.0
"""How legato a style must be for its players to slur; semitones of the widest slur; how much slurred notes overlap."""


def perform(score: Score, plan: Plan) -> Score:
    """Return the same piece as played: every part swung, loosened, shaped, and doubled where its chair asks for it.

    Notes stay within the piece and never overlap themselves on one pitch. Every part draws from a stream of its own in
    every section, so that other notes elsewhere change nothing here.
    """
    chairs = {chair.id: chair for chair in plan.chairs}
    band = Band(plan)
    parts = []
    for part in score.parts:
        chair = chairs.get(part.id) or Chair(PartStyle(part.id, part.role, part.instrument), part.instrument)
        parts.append(_played(part, score, plan, chair, band))
        if chair.style.double_ms > 0 and len(part.notes):
            second = replace(part, id=f"{part.id}#2")
            parts.append(_played(second, score, plan, chair, band, late_ms=chair.style.double_ms))
    return score.with_parts(tuple(parts))


def _played(part: Part, score: Score, plan: Plan, chair: Chair, band: Band, *, late_ms: float = 0.0) -> Part:
    """Return one part as one player plays it, ``late_ms`` behind the first of two."""
    if not len(part.notes):
        return part
    streams = plan.streams("performance", part.id)
    pieces, chances = [], []
    for section, notes in _by_section(np.sort(part.notes, order=["onset", "pitch"], kind="stable"), plan):
        rng = streams(section)
        velocity = velocities(notes, plan, chair, rng)
        if chair.role != "effects":
            notes = _timed(notes, score, plan, chair, band, rng, late_ms)
        notes["velocity"] = velocity
        pieces.append(notes)
        chances.append(rng.random(len(notes)))
    played, chance = np.concatenate(pieces), np.concatenate(chances)
    order = np.argsort(played, order=["onset", "pitch"], kind="stable")
    order = order[played["onset"][order] < _limit(score, plan)]
    played = _within(played[order], score)
    if chair.instrument in TEXTURES:
        played = _ringing_on(played, score)
    controls = {**lanes(played, plan, chair, score.chords, chance[order]), **part.controls}
    if "roll" in INSTRUMENTS[chair.instrument].articulations and chair.role != "effects":
        played = rolled(played, score.tempo)
    return replace(part, notes=played, controls=controls)


def _by_section(notes: Notes, plan: Plan) -> Iterator[tuple[Section, Notes]]:
    """Yield the sections in which notes begin, with a copy of those."""
    ends = np.array([section.end for section in plan.sections[:-1]])
    index = np.searchsorted(ends, notes["onset"] + 1e-9, side="right")
    for number in np.unique(index):
        yield plan.sections[number], notes[index == number].copy()


def _timed(
    notes: Notes, score: Score, plan: Plan, chair: Chair, band: Band, rng: np.random.Generator, late_ms: float
) -> Notes:
    """Return the notes with their onsets and durations as played."""
    written, played = notes, notes.copy()
    ends = written["onset"] + written["duration"]
    if chair.role in LEGATO_ROLES:
        ends = _joined(written, ends, plan.style.melody.legato)
    late = lateness(written, plan, chair, band, rng) + late_ms + _spread(written, plan, chair, rng)
    onset = later(swung(written["onset"], plan), late, score.tempo)
    played["onset"] = np.maximum(onset, 0.0)
    end = later(swung(ends, plan), np.minimum(late, 10.0), score.tempo)
    if chair.role in LEGATO_ROLES and "legato" in INSTRUMENTS[chair.instrument].articulations:
        slurred = _slurred(written, plan)
        end[:-1][slurred] = later(played["onset"][1:], SLUR_MS, score.tempo)[slurred]
    played["duration"] = np.maximum(end - played["onset"], 0.03)
    return played


def _joined(notes: Notes, ends: NDArray[np.float64], legato: float) -> NDArray[np.float64]:
    """Let notes that reach the next one last ``legato`` of the way to it."""
    following = np.append(notes["onset"][1:], np.inf)
    touching = (following - ends < 0.05) & (following > notes["onset"])
    share = np.where(touching, following, ends) - notes["onset"]
    return np.where(touching, notes["onset"] + share * legato, ends)


def _slurred(notes: Notes, plan: Plan) -> NDArray[np.bool_]:
    """Return which notes (but the last) are slurred to the next: near ones that touch, unless a new bar is tongued."""
    if plan.style.melody.legato < SLURRING:
        return np.zeros(max(len(notes) - 1, 0), bool)
    onset, pitch = notes["onset"], notes["pitch"].astype(int)
    gap = onset[1:] - (onset + notes["duration"])[:-1]
    near = (np.abs(np.diff(pitch)) <= WIDEST_SLUR) & (np.diff(pitch) != 0)
    tongued = np.array([plan.meter.weight(beat) >= 1.0 for beat in np.round(onset[1:], 4)], bool)
    slurred: NDArray[np.bool_] = (gap < 0.05) & (np.diff(onset) > 0.05) & near & ~tongued
    return slurred


def _spread(notes: Notes, plan: Plan, chair: Chair, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the delays of strums, and of the roll on a held last chord, in ms."""
    if chair.role not in ("chords", "pad", "arpeggio"):
        return np.zeros(len(notes))
    delay = np.zeros(len(notes))
    if chair.style.strum_ms > 0:
        weak = np.array([plan.meter.weight(beat) <= 0.35 for beat in np.round(notes["onset"], 4)], bool)
        delay = strummed(notes, chair.style.strum_ms, weak, rng)
    last = notes["onset"] >= plan.final - 1e-6
    if plan.ending.kind == "hold" and chair.instrument in ROLLED and np.any(last):
        roll = strummed(notes[last], max(ROLL_MS, chair.style.strum_ms), np.zeros(int(last.sum()), bool), rng)
        delay[last] = roll
    return delay


def _limit(score: Score, plan: Plan) -> float:
    """Return the beat before which notes must begin."""
    return min(plan.end, float(score.tempo.beat(score.duration))) - 1e-6


def _within(notes: Notes, score: Score) -> Notes:
    """Keep notes inside the piece and one key from being struck while it is down."""
    notes = apart(notes, score.tempo)
    notes["duration"] = np.minimum(notes["duration"], float(score.tempo.beat(score.duration)) - notes["onset"])
    return notes


def _ringing_on(notes: Notes, score: Score) -> Notes:
    """Let a texture that lies under the last bar lie under its ring, too."""
    last = notes["onset"] + notes["duration"] >= score.end - 1e-6
    notes["duration"][last] = float(score.tempo.beat(score.duration)) - notes["onset"][last]
    return notes
