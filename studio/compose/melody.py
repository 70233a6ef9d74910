"""Melody: themes sung over the chords.

A section *name* owns a theme (``studio.compose.theme``). Every return of the section states it again, its ending
changed and its long notes decorated; solos improvise anew each time.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from studio.compose.ensemble import Chair
from studio.compose.harmony import chord_index
from studio.compose.line import LineTaste, Slot, scale_of, solve
from studio.compose.plan import Plan
from studio.compose.theme import Sketch, write_theme
from studio.compose.timeline import final_beats
from studio.instruments import INSTRUMENTS
from studio.score import ChordSpan, Notes, Section, notes

SEMITONES_PER_STEP = 12 / 7

DARING = {"simple": 0.4, "moderate": 1.0, "complex": 1.4}
"""Complexity → factor on chromatic notes and ornaments."""

MORDENT = 0.25
"""Beats of each of the first two notes of a mordent."""


def write_melody(plan: Plan, chords: Sequence[ChordSpan]) -> dict[str, Notes]:
    """Return the notes of every lead chair, by chair id."""
    themes: dict[str, tuple[Sketch, ...]] = {}
    longest = {section.name: section for section in sorted(plan.sections, key=lambda section: section.bars)}
    lines: dict[str, list[tuple[float, float, int, int]]] = {
        chair.id: [] for chair in plan.chairs if chair.role == "lead"
    }
    for section in plan.sections:
        chair = lead_of(plan, section)
        if chair is None:
            continue
        label = f"{section.name} {section.start}" if section.kind == "solo" else section.name
        if label not in themes:
            themes[label] = write_theme(plan, section if section.kind == "solo" else longest[section.name], label)
        sketch = _varied(themes[label], plan, section)
        lines[chair.id] += _sung(sketch, plan, section, chair, chords)
    return {chair_id: notes(rows) for chair_id, rows in lines.items()}


def lead_of(plan: Plan, section: Section) -> Chair | None:
    """Return who has the tune in a section: chairs made for its kind first, then by turns."""
    playing = [chair for chair in plan.chairs if chair.role == "lead" and chair.plays(section)]
    special = [chair for chair in playing if section.kind in chair.style.kinds or section.name in chair.style.kinds]
    choices = special or [chair for chair in playing if not chair.style.kinds] or playing
    return choices[plan.occurrence(section) % len(choices)] if choices else None


def _varied(theme: tuple[Sketch, ...], plan: Plan, section: Section) -> list[Sketch]:
    """Change a theme for its return: another end the second time, decorated long notes from then on."""
    count = 0 if section.kind == "solo" else plan.occurrence(section)
    sketch = _cut(theme, section.beats)
    if not count or not sketch:
        return sketch
    rng = plan.stream("melody", f"return {section.name} {count}")
    shift = int(rng.choice([-2, 1, 2]))
    tail = max(1, len(sketch) // 8)
    sketch[-tail:] = [replace(note, height=note.height + shift, idea="") for note in sketch[-tail:]]
    if count < 2 or plan.brief.complexity == "simple":
        return sketch
    decorated: list[Sketch] = []
    for note in sketch:
        if note.beats >= 1.0 and not note.close and rng.random() < 0.35:
            half = note.beats / 2
            decorated += [
                replace(note, beats=half),
                replace(note, onset=note.onset + half, beats=half, height=note.height + 1, idea=""),
            ]
        else:
            decorated.append(note)
    return decorated


def _cut(theme: Sequence[Sketch], beats: float) -> list[Sketch]:
    """Keep what a section of ``beats`` has room for; its last note comes to rest."""
    kept = [replace(note, beats=min(note.beats, beats - note.onset)) for note in theme if note.onset < beats - 1e-9]
    if kept and not kept[-1].close:
        kept[-1] = replace(kept[-1], close=1)
    return kept


def _sung(
    sketch: Sequence[Sketch], plan: Plan, section: Section, chair: Chair, chords: Sequence[ChordSpan]
) -> list[tuple[float, float, int, int]]:
    """Find the pitches of a sketch over the chords that are there, and the last note of the piece."""
    taste = _taste(plan, chair)
    centre = taste.low + 0.48 * (taste.high - taste.low) + 4.0 * (section.energy - 0.5)
    sketch = [note for note in sketch if section.start + note.onset < plan.final - 1e-9]
    if section is plan.sections[-1] and plan.final < plan.end:
        height = sketch[-1].height if sketch else 0.0
        sketch.append(Sketch(plan.final - section.start, min(plan.bar, final_beats(plan)), height, close=2))
    onsets = np.array([section.start + note.onset for note in sketch])
    spans = chord_index(chords, onsets)
    slots = [
        Slot(
            float(onset), note.beats, plan.meter.weight(onset), centre + SEMITONES_PER_STEP * note.height,
            chords[span].chord, note.close, note.starts_phrase,
        )
        for onset, note, span in zip(onsets, sketch, spans, strict=True)
    ]  # fmt: skip
    pitches = solve(slots, taste)
    pitches = solve(_recalled(slots, sketch, pitches), taste)
    pitches = _approached(pitches, slots, plan, section)
    ornate = _ornate(plan, section, sketch)
    rows = []
    for slot, pitch, wanted in zip(slots, pitches, ornate, strict=True):
        note = (slot.onset, slot.beats, int(pitch), chair.style.velocity)
        rows += _mordent(note, scale_of(taste, slot.chord)) if wanted and slot.onset < plan.final else [note]
    return rows


def _ornate(plan: Plan, section: Section, sketch: Sequence[Sketch]) -> list[bool]:
    """Choose the long notes that get a mordent; a phrase that comes back is decorated as it was."""
    rng = plan.stream("melody", f"ornaments {section.name}")
    share = plan.style.melody.ornaments * DARING[plan.brief.complexity]
    chosen: dict[str, bool] = {}
    wanted = [bool(rng.random() < share) for _ in sketch]
    return [
        note.beats >= 1.0 and (chosen.setdefault(note.idea, want) if note.idea else want)
        for note, want in zip(sketch, wanted, strict=True)
    ]


def _mordent(note: tuple[float, float, int, int], scale: Sequence[int]) -> list[tuple[float, float, int, int]]:
    """Touch the scale note above a note, quickly, and come back."""
    onset, beats, pitch, velocity = note
    above = next((step for step in (1, 2) if (pitch + step) % 12 in scale), 0)
    if not above:
        return [note]
    return [
        (onset, MORDENT, pitch, velocity),
        (onset + MORDENT, MORDENT, pitch + above, velocity - 8),
        (onset + 2 * MORDENT, beats - 2 * MORDENT, pitch, velocity - 4),
    ]


def _recalled(slots: Sequence[Slot], sketch: Sequence[Sketch], pitches: np.ndarray) -> list[Slot]:
    """Let what comes back aim at the very pitches it had first: a listener knows a tune by its intervals."""
    first: dict[str, float] = {}
    aimed = []
    for slot, note, pitch in zip(slots, sketch, pitches, strict=True):
        target = first.setdefault(note.idea, float(pitch)) if note.idea else slot.target
        aimed.append(replace(slot, target=target))
    return aimed


def _taste(plan: Plan, chair: Chair) -> LineTaste:
    melody = plan.style.melody
    low, high = chair.register
    instrument = INSTRUMENTS[chair.instrument]
    shift = int(np.clip(plan.mood.register, max(-5, instrument.low - low), min(5, instrument.high - high)))
    leap = melody.leap + {"simple": -2, "moderate": 0, "complex": 2}[plan.brief.complexity]
    return LineTaste(plan.key, melody.scale, low + shift, high + shift, leap, melody.steps)


def _approached(pitches: np.ndarray, slots: Sequence[Slot], plan: Plan, section: Section) -> np.ndarray:
    """Turn some short weak notes into chromatic neighbours of the chord tone that follows."""
    share = plan.style.melody.chromatic * DARING[plan.brief.complexity]
    if share <= 0:
        return pitches
    rng = plan.stream("melody", f"approach {section.start}")
    result = pitches.copy()
    for index in range(1, len(slots) - 1):
        note, after = slots[index], slots[index + 1]
        joined = after.onset - (note.onset + note.beats) < 0.1 and note.beats <= 0.5
        onto_strong = note.weight < 0.5 <= after.weight and after.chord.has(int(result[index + 1]))
        if joined and onto_strong and not note.close and rng.random() < share:
            side = 1 if result[index - 1] >= result[index + 1] else -1
            result[index] = result[index + 1] + side
    return result
