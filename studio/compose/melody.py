"""Melody: themes sung over the chords.

A section *name* owns a theme (``studio.compose.theme``), which gets its pitches where it is longest: by the trained
model (``studio.compose.singing``) or, where the style says so, by rule (``studio.compose.line``). Every return of the
section states it again, its ending changed and its long notes decorated; solos improvise anew each time.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from studio.compose.ensemble import Chair
from studio.compose.harmony import chord_index
from studio.compose.line import LineTaste, Pitches, Slot, scale_of, solve
from studio.compose.plan import Plan
from studio.compose.singing import Echo, Line, sing
from studio.compose.theme import Sketch, write_theme
from studio.compose.timeline import final_beats
from studio.instruments import INSTRUMENTS
from studio.models.melody import TICKS, Frame, quality_index
from studio.score import ChordSpan, Notes, Section, notes

SEMITONES_PER_STEP = 12 / 7

DARING = {"simple": 0.4, "moderate": 1.0, "complex": 1.4}
"""Complexity → factor on chromatic notes and ornaments."""

MORDENT = 0.25
"""Beats of each of the first two notes of a mordent."""

HELD = 6.0
"""Cost of every semitone by which a theme that comes back leaves the pitches it had."""

ARCH_PULL, ARCH, CLIMAX = 0.1, 4.0, 0.68
"""A sung theme rises by ARCH semitones to where CLIMAX of it is over; cost of every semitone away from that curve."""

TRIES = 2
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


def write_melody(plan: Plan, chords: Sequence[ChordSpan]) -> dict[str, Notes]:
    """Return the notes of every lead chair, by chair id."""
    stages = list(_stages(plan))
    homes: dict[str, Stage] = {}
    for stage in sorted(stages, key=lambda stage: -stage.section.bars):
        homes.setdefault(stage.label, stage)
    tunes = _worked_out(plan, chords, sorted(homes.values(), key=lambda stage: stage.section.start))
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


def _worked_out(plan: Plan, chords: Sequence[ChordSpan], homes: Sequence[Stage]) -> dict[str, Tune]:
    """Write the themes of a piece and find their pitches, all at once."""
    by_model = plan.style.melody.writer == "model"
    sketches = [_cut(write_theme(plan, home.section, home.label), home.section.beats) for home in homes]
    slots = [_slots(sketch, plan, home, chords) for sketch, home in zip(sketches, homes, strict=True)]
    if by_model:
        lines = [_line(*row, plan, chords) for row in zip(slots, sketches, homes, strict=True)]
        pitches = sing(lines, TRIES)
    else:
        rows = zip(slots, sketches, homes, strict=True)
        pitches = [_solved(row, sketch, _taste(plan, home)) for row, sketch, home in rows]
    return {
        home.label: Tune(sketch, found, _centre(plan, home), home.section.lift)
        for home, sketch, found in zip(homes, sketches, pitches, strict=True)
    }


def _slots(sketch: Sequence[Sketch], plan: Plan, stage: Stage, chords: Sequence[ChordSpan]) -> list[Slot]:
    """Return the notes of a sketch over the chords that are there, aiming at the heights of its contour."""
    section, centre = stage.section, _centre(plan, stage)
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
        replace(slot, target=_centre(plan, home) + rise, pull=ARCH_PULL) for slot, rise in zip(slots, arch, strict=True)
    ]
    places: dict[str, int] = {}
    echoes: list[Echo | None] = []
    for number, note in enumerate(sketch):
        echoes.append(_echo(note, places))
        if note.idea:
            places.setdefault(note.idea, number)
    rng = plan.stream("melody", f"sung {home.label}", section.name)
    return Line(free, echoes, _taste(plan, home), _frame(plan, section, chords), section.start, rng)


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


def _stated(tune: Tune, plan: Plan, stage: Stage, chords: Sequence[ChordSpan]) -> list[tuple[float, float, int, int]]:
    """State a theme where it stands now: its pitches as far as the chords allow, and the last note of the piece."""
    section, taste = stage.section, _taste(plan, stage)
    moved = 12 * round((_centre(plan, stage) - tune.centre) / 12) + section.lift - tune.lift
    sketch = [note for note in _varied(tune.sketch, plan, section) if section.start + note.onset < plan.final - 1e-9]
    if section is plan.sections[-1] and plan.final < plan.end:
        height = sketch[-1].height if sketch else 0.0
        sketch.append(Sketch(plan.final - section.start, min(plan.bar, final_beats(plan)), height, close=2))
    slots = [
        replace(slot, target=aim + moved, pull=pull)
        for slot, (aim, pull) in zip(_slots(sketch, plan, stage, chords), _aims(sketch, tune), strict=True)
    ]
    pitches = _approached(solve(slots, taste), slots, plan, section)
    ornate = _ornate(plan, section, sketch)
    rows = []
    for slot, pitch, wanted in zip(slots, pitches, ornate, strict=True):
        note = (slot.onset, slot.beats, int(pitch), stage.chair.style.velocity)
        rows += _mordent(note, scale_of(taste, slot.chord)) if wanted and slot.onset < plan.final else [note]
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
        yield aim, HELD if same else 0.22


def lead_of(plan: Plan, section: Section) -> Chair | None:
    """Return who has the tune in a section: chairs made for its kind first, then by turns."""
    playing = [chair for chair in plan.chairs if chair.role == "lead" and chair.plays(section)]
    special = [chair for chair in playing if section.kind in chair.style.kinds or section.name in chair.style.kinds]
    choices = special or [chair for chair in playing if not chair.style.kinds] or playing
    return choices[plan.occurrence(section) % len(choices)] if choices else None


def _varied(theme: Sequence[Sketch], plan: Plan, section: Section) -> list[Sketch]:
    """Change a theme for its return: another end the second time, decorated long notes from then on."""
    count = 0 if section.kind == "solo" else plan.occurrence(section)
    sketch = _cut(theme, section.beats)
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


def _cut(theme: Sequence[Sketch], beats: float) -> list[Sketch]:
    """Keep what a section of ``beats`` has room for; its last note comes to rest."""
    kept = [replace(note, beats=min(note.beats, beats - note.onset)) for note in theme if note.onset < beats - 1e-9]
    if kept and not kept[-1].close:
        kept[-1] = replace(kept[-1], close=1)
    return kept


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


def _taste(plan: Plan, stage: Stage) -> LineTaste:
    melody = plan.style.melody
    low, high = stage.chair.register
    instrument = INSTRUMENTS[stage.chair.instrument]
    shift = int(np.clip(plan.mood.register, max(-5, instrument.low - low), min(5, instrument.high - high)))
    leap = melody.leap + {"simple": -2, "moderate": 0, "complex": 2}[plan.brief.complexity]
    return LineTaste(plan.key.raised(stage.section.lift), melody.scale, low + shift, high + shift, leap, melody.steps)


def _centre(plan: Plan, stage: Stage) -> float:
    """Return the pitch about which a section is sung: higher with its energy."""
    taste = _taste(plan, stage)
    return taste.low + 0.48 * (taste.high - taste.low) + 4.0 * (stage.section.energy - 0.5)


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
