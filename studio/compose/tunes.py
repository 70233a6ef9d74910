"""Tunes: themes with pitches, found by the trained model or by rule over the chords of the section that is longest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from studio.compose.cells import Wish, sung_cells
from studio.compose.ensemble import Chair
from studio.compose.harmony import chord_index
from studio.compose.line import LineTaste, Pitches, Slot, solve
from studio.compose.plan import Plan
from studio.compose.singing import Echo, Line, sing
from studio.compose.theme import Rhythm, Sketch, busyness, rhythms_of, shortened, write_theme
from studio.instruments import INSTRUMENTS
from studio.models.melody import TICKS, Frame, quality_index
from studio.score import ChordSpan, Section

SEMITONES_PER_STEP = 12 / 7

ARCH_PULL, ARCH, CLIMAX = 0.16, 4.0, 0.68
"""A sung theme rises by ARCH semitones to where CLIMAX of it is over; cost of every semitone away from that curve."""

SUMMIT = 7.0
"""Semitones by which a section of full energy is sung higher than one without any: a chorus stands above its verse."""

DEEPEST = 48
"""MIDI pitch below which no mood takes the register of a tune: what is lower belongs to the bass."""

TRIES = 3
"""How often each theme is sung; the best is kept."""


@dataclass(frozen=True)
class Tune:
    """A theme where it was first worked out: its notes, their pitches, the middle of its register, its key's lift."""

    sketch: Sequence[Sketch]
    pitches: Pitches
    centre: float
    lift: int


@dataclass(frozen=True)
class Stage:
    """Where a theme is stated: a section, and who sings."""

    section: Section
    chair: Chair
    label: str


def worked_out(plan: Plan, chords: Sequence[ChordSpan], homes: Sequence[Stage]) -> dict[str, Tune]:
    """Write the themes of a piece, each for the section it is at home in, and find their pitches, all at once."""
    by_model = plan.style.melody.writer == "model"
    rhythms = _sung_rhythms(plan, chords, homes) if plan.style.melody.cells == "model" else {}
    sketches = [
        shortened(write_theme(plan, home.section, home.label, rhythms.get(home.label, ())), home.section.beats)
        for home in homes
    ]
    slots = [slots_of(sketch, plan, home, chords) for sketch, home in zip(sketches, homes, strict=True)]
    if by_model:
        lines = [_line(*row, plan, chords) for row in zip(slots, sketches, homes, strict=True)]
        pitches = sing(lines, TRIES)
    else:
        rows = zip(slots, sketches, homes, strict=True)
        pitches = [_solved(row, sketch, taste_of(plan, home)) for row, sketch, home in rows]
    return {
        home.label: Tune(sketch, found, centre_of(plan, home), home.section.lift)
        for home, sketch, found in zip(homes, sketches, pitches, strict=True)
    }


def _sung_rhythms(plan: Plan, chords: Sequence[ChordSpan], homes: Sequence[Stage]) -> dict[str, list[Rhythm]]:
    """Return rhythms of motif and contrast of every theme, as the model sings them, as busy as the style's own."""
    wishes = []
    for home in homes:
        own = rhythms_of(plan, home.section)
        length = own[0].beats
        density = float(np.mean([len(rhythm.steps) / rhythm.beats for rhythm in own])) * busyness(plan, home.section)
        frame = _frame(plan, home.section, chords)
        rng = plan.stream("melody", f"rhythm {home.label}", home.section.name)
        wishes += [Wish(frame, start, length, max(2.0, density * length), rng) for start in (0.0, length)]
    found = iter(sung_cells(wishes))
    return {
        home.label: [Rhythm(next(found), wishes[2 * number].beats) for _ in range(2)]
        for number, home in enumerate(homes)
    }


def slots_of(sketch: Sequence[Sketch], plan: Plan, stage: Stage, chords: Sequence[ChordSpan]) -> list[Slot]:
    """Return the notes of a sketch over the chords that are there, aiming at the heights of its contour."""
    section, centre = stage.section, centre_of(plan, stage)
    onsets = np.array([section.start + note.onset for note in sketch])
    spans = chord_index(chords, onsets)
    return [
        Slot(
            float(onset), note.beats, plan.meter.weight(onset), centre + SEMITONES_PER_STEP * note.height,
            chords[span].chord, note.close, note.starts_phrase,
        )
        for onset, note, span in zip(onsets, sketch, spans, strict=True)
    ]  # fmt: skip


def _solved(slots: Sequence[Slot], sketch: Sequence[Sketch], taste: LineTaste) -> Pitches:
    """Find pitches by rule; what comes back aims at the pitches it had first."""
    first: dict[str, float] = {}
    aimed = [
        replace(slot, target=first.setdefault(note.idea, float(pitch)) if note.idea else slot.target)
        for slot, note, pitch in zip(slots, sketch, solve(slots, taste), strict=True)
    ]
    return solve(aimed, taste)


def _line(
    slots: Sequence[Slot], sketch: Sequence[Sketch], home: Stage, plan: Plan, chords: Sequence[ChordSpan]
) -> Line:
    """Return a theme as the model sings it: free of its contour, but for an arch and for what is made from what."""
    section = home.section
    arch = [_arch((slot.onset - section.start) / section.beats) for slot in slots]
    free = [
        replace(slot, target=centre_of(plan, home) + rise, pull=ARCH_PULL)
        for slot, rise in zip(slots, arch, strict=True)
    ]
    places: dict[str, int] = {}
    echoes: list[Echo | None] = []
    for number, note in enumerate(sketch):
        echoes.append(_echo(note, places))
        if note.idea:
            places.setdefault(note.idea, number)
    rng = plan.stream("melody", f"sung {home.label}", section.name)
    return Line(free, echoes, taste_of(plan, home), _frame(plan, section, chords), section.start, rng)


def _arch(place: float) -> float:
    """Return by how many semitones a theme stands above its middle at a place 0–1 of it."""
    return ARCH * (float(np.interp(place, (0.0, CLIMAX, 1.0), (0.0, 1.0, 0.0))) - 0.5)


def _echo(note: Sketch, places: Mapping[str, int]) -> Echo | None:
    """Return what a note is made from, by the number of the note in the line."""
    if note.idea in places:
        return Echo(places[note.idea])
    like = note.like
    if like is None or like.idea not in places:
        return None
    return Echo(places[like.idea], like.steps, like.mirrored, places.get(like.about, places[like.idea]))


def _frame(plan: Plan, section: Section, chords: Sequence[ChordSpan]) -> Frame:
    """Return bars and chords of a section as the model knows them."""
    home = (plan.key.tonic + section.lift - (9 if plan.key.is_minor else 0)) % 12
    spans = [span for span in chords if span.end > section.start + 1e-6 and span.start < section.end - 1e-6]
    rows = [
        (
            round(max(0.0, span.start - section.start) * TICKS),
            (span.chord.root - home) % 12,
            quality_index(span.chord.quality),
        )
        for span in spans
    ]
    bars = np.round(np.arange(section.bars + 1) * plan.bar * TICKS).astype(np.int64)
    return Frame(bars, np.array(rows, np.int64), plan.style.melody.voice, plan.meter, plan.key.is_minor)


def taste_of(plan: Plan, stage: Stage) -> LineTaste:
    melody = plan.style.melody
    low, high = stage.chair.register
    instrument = INSTRUMENTS[stage.chair.instrument]
    deepest = min(0, max(-5, instrument.low - low, DEEPEST - low))
    shift = int(np.clip(plan.mood.register, deepest, min(5, instrument.high - high)))
    leap = melody.leap + {"simple": -2, "moderate": 0, "complex": 2}[plan.brief.complexity]
    return LineTaste(plan.key.raised(stage.section.lift), melody.scale, low + shift, high + shift, leap, melody.steps)


def centre_of(plan: Plan, stage: Stage) -> float:
    """Return the pitch about which a section is sung: higher with its energy."""
    taste = taste_of(plan, stage)
    return taste.low + 0.48 * (taste.high - taste.low) + SUMMIT * (stage.section.energy - 0.5)
