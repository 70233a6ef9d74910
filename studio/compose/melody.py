"""Melody: themes sung over the chords.

A section *name* owns a theme (``studio.compose.theme``), which gets its pitches where it is longest: by the trained
model (``studio.compose.singing``) or, where the style says so, by rule (``studio.compose.line``). Every return of the
section states it again, its ending changed and its long notes decorated; solos improvise anew each time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from studio.compose.ensemble import Chair
from studio.compose.held import resolved
from studio.compose.line import Slot, scale_of, solve
from studio.compose.plan import Plan
from studio.compose.theme import Sketch, shortened
from studio.compose.timeline import final_beats
from studio.compose.tunes import ARCH_PULL, SEMITONES_PER_STEP, Stage, Tune, centre_of, slots_of, taste_of, worked_out
from studio.score import ChordSpan, Notes, Section, notes

HELD, FREE = 3.0, 0.22
"""Cost of every semitone by which a theme that comes back leaves the pitches it had; of leaving what is new."""

DARING = {"simple": 0.4, "moderate": 1.0, "complex": 1.4}
"""Complexity → factor on chromatic notes and ornaments."""

MORDENT = 0.25
"""Beats of each of the first two notes of a mordent."""


def write_melody(plan: Plan, chords: Sequence[ChordSpan]) -> dict[str, Notes]:
    """Return the notes of every lead chair, by chair id."""
    stages = list(_stages(plan))
    homes: dict[str, Stage] = {}
    for stage in sorted(stages, key=lambda stage: -stage.section.bars):
        homes.setdefault(stage.label, stage)
    stages = [stage for stage in stages if stage.section in plan.written]
    heard = {stage.label: homes[stage.label] for stage in stages}
    tunes = worked_out(plan, chords, sorted(heard.values(), key=lambda stage: stage.section.start))
    rows: dict[str, list[tuple[float, float, int, int]]] = {
        chair.id: [] for chair in plan.chairs if chair.role == "lead"
    }
    for stage in stages:
        rows[stage.chair.id] += _stated(tunes[stage.label], plan, stage, chords)
    return {chair_id: notes(found) for chair_id, found in rows.items()}


def _stages(plan: Plan) -> Iterator[Stage]:
    """Yield the sections that have a tune. A solo is a theme of its own; any other theme goes by the section's name."""
    for section in plan.sections:
        if (chair := lead_of(plan, section)) is not None:
            solo = f"{section.name} {plan.occurrence(section)}"
            yield Stage(section, chair, solo if section.kind == "solo" else section.name)


def _stated(tune: Tune, plan: Plan, stage: Stage, chords: Sequence[ChordSpan]) -> list[tuple[float, float, int, int]]:
    """State a theme where it stands now: its pitches as far as the chords allow, and the last note of the piece."""
    section, taste = stage.section, taste_of(plan, stage)
    moved = 12 * round((centre_of(plan, stage) - tune.centre) / 12) + section.lift - tune.lift
    sketch = [note for note in _varied(tune.sketch, plan, section) if section.start + note.onset < plan.final - 1e-9]
    aims = [(aim + moved, pull) for aim, pull in _aims(sketch, tune)]
    if section is plan.sections[-1] and plan.final < plan.end:
        sketch.append(Sketch(plan.final - section.start, min(plan.bar, final_beats(plan)), 0.0, close=2))
        aims.append((aims[-1][0] if aims else tune.centre + moved, FREE))
    slots = [
        replace(slot, target=aim, pull=pull)
        for slot, (aim, pull) in zip(slots_of(sketch, plan, stage, chords), aims, strict=True)
    ]
    pitches = _approached(solve(slots, taste), slots, plan, section)
    ornate = _ornate(plan, section, sketch)
    rows = []
    for slot, pitch, wanted in zip(slots, pitches, ornate, strict=True):
        beats = min(slot.beats, plan.final - slot.onset) if slot.onset < plan.final - 1e-9 else slot.beats
        note = (slot.onset, beats, int(pitch), stage.chair.style.velocity)
        stated = _mordent(note, scale_of(taste, slot.chord)) if wanted and slot.onset < plan.final else [note]
        rows += stated if taste.scale == "blues" else [*stated[:-1], *resolved(stated[-1], chords)]  # blue notes rub
    return rows


def _aims(sketch: Sequence[Sketch], tune: Tune) -> Iterator[tuple[float, float]]:
    """Yield for every note the pitch it aims at and how hard: the theme's own, or so many steps from it."""
    onsets = np.array([note.onset for note in tune.sketch])
    for note in sketch:
        place = max(0, int(np.searchsorted(onsets, note.onset + 1e-6, side="right")) - 1)
        if not len(onsets):
            yield tune.centre, ARCH_PULL
            continue
        first = tune.sketch[place]
        same = abs(first.onset - note.onset) < 1e-6 and first.height == note.height
        aim = float(tune.pitches[place]) + SEMITONES_PER_STEP * (note.height - first.height)
        yield aim, HELD if same else FREE


def lead_of(plan: Plan, section: Section) -> Chair | None:
    """Return who has the tune in a section: chairs made for its kind first, then by turns."""
    playing = [chair for chair in plan.chairs if chair.role == "lead" and chair.plays(section)]
    special = [chair for chair in playing if section.kind in chair.style.kinds or section.name in chair.style.kinds]
    choices = special or [chair for chair in playing if not chair.style.kinds] or playing
    return choices[plan.occurrence(section) % len(choices)] if choices else None


def _varied(theme: Sequence[Sketch], plan: Plan, section: Section) -> list[Sketch]:
    """Change a theme for its return: another end the second time, decorated long notes from then on."""
    count = 0 if section.kind == "solo" else plan.occurrence(section)
    sketch = shortened(theme, section.beats)
    if not count or not sketch:
        return sketch
    rng = plan.stream("melody", f"return {section.name} {count}", section.name)
    shift = int(rng.choice([-2, 1, 2]))
    tail = max(1, len(sketch) // 8)
    sketch[-tail:] = [replace(note, height=note.height + shift, idea="", like=None) for note in sketch[-tail:]]
    if count < 2 or plan.brief.complexity == "simple":
        return sketch
    decorated: list[Sketch] = []
    for note in sketch:
        if note.beats >= 1.0 and not note.close and rng.random() < 0.35:
            half = note.beats / 2
            decorated += [
                replace(note, beats=half),
                replace(note, onset=note.onset + half, beats=half, height=note.height + 1, idea="", like=None),
            ]
        else:
            decorated.append(note)
    return decorated


def _ornate(plan: Plan, section: Section, sketch: Sequence[Sketch]) -> list[bool]:
    """Choose the long notes that get a mordent; a phrase that comes back is decorated as it was."""
    rng = plan.stream("melody", f"ornaments {section.name}", section.name)
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


def _approached(pitches: np.ndarray, slots: Sequence[Slot], plan: Plan, section: Section) -> np.ndarray:
    """Turn some short weak notes into chromatic neighbours of the chord tone that follows."""
    share = plan.style.melody.chromatic * DARING[plan.brief.complexity]
    if share <= 0:
        return pitches
    rng = plan.stream("melody", f"approach {section.name} {plan.occurrence(section)}", section.name)
    result = pitches.copy()
    for index in range(1, len(slots) - 1):
        note, after = slots[index], slots[index + 1]
        joined = after.onset - (note.onset + note.beats) < 0.1 and note.beats <= 0.5
        onto_strong = note.weight < 0.5 <= after.weight and after.chord.has(int(result[index + 1]))
        if joined and onto_strong and not note.close and rng.random() < share:
            side = 1 if result[index - 1] >= result[index + 1] else -1
            result[index] = result[index + 1] + side
    return result
