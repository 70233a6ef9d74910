"""Melody: a motif stated, repeated, sequenced, varied and answered over the chords.

A section *name* owns a theme: phrases of motifs, each a rhythm cell with a contour. Every return of the section
states its theme again, its ending changed and its long notes decorated; solos improvise anew each time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from studio.compose.ensemble import Chair
from studio.compose.harmony import chord_index
from studio.compose.line import LineTaste, Slot, solve
from studio.compose.patterns import read
from studio.compose.plan import Plan
from studio.instruments import INSTRUMENTS
from studio.score import ChordSpan, Notes, Section, notes
from studio.styles import Melody

PHRASE_SCHEMES = {
    1: ("a",), 2: ("a", "a'"), 3: ("a", "a", "b"), 4: ("a", "a'", "b", "a'"),
}  # fmt: skip
"""Number of phrases in a section → which return; a prime keeps the phrase and changes its end."""

UNIT_SCHEMES = {
    1: (("m",),),
    2: (("m", "n"), ("m", "m")),
    4: (("m", "m", "n", "c"), ("m", "n", "m", "c"), ("m", "m", "m", "c")),
}
"""Units in a phrase → orders of motif ``m``, contrast ``n`` and close ``c``."""

ARCHES = ((0, 1, 3, 0), (0, 2, 4, 1), (2, 3, 1, 0), (0, -1, 2, 0), (3, 2, 1, 0))
"""Scale steps by which the units of a phrase stand higher than its first."""

SEMITONES_PER_STEP = 12 / 7


@dataclass(frozen=True)
class Motif:
    """A rhythm cell (onset and length in beats, weights) and a contour in scale steps, one entry per onset."""

    onsets: tuple[float, ...]
    lengths: tuple[float, ...]
    contour: tuple[int, ...]
    beats: float


@dataclass(frozen=True)
class Sketch:
    """A note of a theme before the chords are known: beats from the section's start, height in scale steps."""

    onset: float
    beats: float
    height: float
    close: int = 0
    starts_phrase: bool = False


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
            themes[label] = _theme(plan, section if section.kind == "solo" else longest[section.name], label)
        sketch = _varied(themes[label], plan, section)
        lines[chair.id] += _sung(sketch, plan, section, chair, chords)
    return {chair_id: notes(rows) for chair_id, rows in lines.items()}


def lead_of(plan: Plan, section: Section) -> Chair | None:
    """Return who has the tune in a section: chairs made for its kind first, then by turns."""
    playing = [chair for chair in plan.chairs if chair.role == "lead" and chair.plays(section)]
    special = [chair for chair in playing if section.kind in chair.style.kinds or section.name in chair.style.kinds]
    choices = special or [chair for chair in playing if not chair.style.kinds] or playing
    return choices[plan.occurrence(section) % len(choices)] if choices else None


# ------------------------------------------------------------------------------------------------ making a theme
def _theme(plan: Plan, section: Section, label: str) -> tuple[Sketch, ...]:
    """Write the theme of a section name: phrases by scheme, the same letter sharing motifs."""
    rng = plan.stream("melody", label)
    taste = plan.style.melody
    cells = _cells(plan, section, rng)
    phrase_bars = min(taste.phrase_bars, section.bars)
    count = max(1, round(section.bars / phrase_bars))
    scheme = _scheme(count)
    phrases: dict[str, tuple[Sketch, ...]] = {}
    theme: list[Sketch] = []
    for index, letter in enumerate(scheme):
        bars = min(phrase_bars, section.bars - index * phrase_bars)
        if bars <= 0:
            break
        plain = letter[0]
        if plain not in phrases:
            phrases[plain] = _phrase(plan, cells, bars, rng)
        phrase = _answer(phrases[plain], rng) if letter != plain else phrases[plain]
        at_rest = index == len(scheme) - 1 or letter != plain
        offset = index * phrase_bars * plan.bar
        theme += _closed(phrase, offset, bars * plan.bar * (1 - taste.rest), 2 if at_rest else 1, plan)
    return tuple(_centred(_with_pickups(theme, taste, plan, rng)))


def _scheme(count: int) -> tuple[str, ...]:
    """Return the letters of ``count`` phrases; long sections chain schemes of four."""
    if count in PHRASE_SCHEMES:
        return PHRASE_SCHEMES[count]
    return tuple(PHRASE_SCHEMES[4][index % 4] for index in range(count))


def _cells(plan: Plan, section: Section, rng: np.random.Generator) -> tuple[Motif, Motif]:
    """Choose the rhythm of the motif and of its contrast, as busy as mood, energy and complexity ask."""
    rhythms = plan.style.melody.rhythms
    rows = rhythms.get(section.kind) or rhythms["any"]
    swung = plan.style.feel.swing > 0.5
    ranked = sorted(rows, key=lambda row: len(read(row, plan.meter, swung=swung).steps) / len(row.split("|")))
    busy = busyness(plan, section)
    place = float(np.clip((busy - 0.4) / 1.0, 0, 1)) * (len(ranked) - 1)
    first = ranked[int(np.clip(round(place + rng.normal(0, 0.6)), 0, len(ranked) - 1))]
    others = [row for row in ranked if row != first] or [first]
    second = others[int(rng.integers(len(others)))]
    return _motif(first, plan, busy, rng), _motif(second, plan, busy, rng)


def busyness(plan: Plan, section: Section) -> float:
    """Return the factor on onsets: energy's law times mood and complexity; 1 is the style as written."""
    complexity = {"simple": 0.85, "moderate": 1.0, "complex": 1.15}[plan.brief.complexity]
    return (0.55 + 0.7 * section.energy) * plan.mood.density * complexity


def _motif(row: str, plan: Plan, busy: float, rng: np.random.Generator) -> Motif:
    """Give a rhythm a contour: mostly steps, at most one leap, seldom more than a sixth across."""
    pattern = read(row, plan.meter, swung=plan.style.feel.swing > 0.5)
    steps = [(step.beat, step.beats) for step in pattern.steps]
    steps = _thinned(steps, plan, busy, rng)
    heights, here, leapt = [0], 0, False
    for _ in steps[1:]:
        if not leapt and rng.random() < 0.3:
            move, leapt = int(rng.choice([-4, -3, 2, 3, 4, 5])), True
        else:
            move = int(rng.choice([-1, 1, 0, -2, 2], p=[0.34, 0.34, 0.1, 0.12, 0.1]))
        if abs(here + move) > 5:
            move = -move
        here += move
        heights.append(here)
    beats = pattern.bars * plan.bar
    return Motif(tuple(at for at, _ in steps), tuple(length for _, length in steps), tuple(heights), beats)


def _thinned(
    steps: list[tuple[float, float]], plan: Plan, busy: float, rng: np.random.Generator
) -> list[tuple[float, float]]:
    """Drop the weakest onsets when little is wanted, split the longest when much is."""
    steps = list(steps)
    for _ in range(len(steps)):
        if len(steps) > 2 and rng.random() > busy / 0.75:
            weakest = min(range(1, len(steps)), key=lambda i: (plan.meter.weight(steps[i][0]), steps[i][0]))
            before, gone = steps[weakest - 1], steps.pop(weakest)
            steps[weakest - 1] = (before[0], max(before[1], gone[0] + gone[1] - before[0]))
    if busy > 1.2 and rng.random() < busy - 1.0:
        longest = max(range(len(steps)), key=lambda i: steps[i][1])
        at, beats = steps[longest]
        if beats >= 1.0:
            steps[longest : longest + 1] = [(at, beats / 2), (at + beats / 2, beats / 2)]
    return steps


def _phrase(plan: Plan, cells: tuple[Motif, Motif], bars: int, rng: np.random.Generator) -> tuple[Sketch, ...]:
    """Set motif and contrast one after the other under an arch; the motif returns as a sequence."""
    motif, contrast = cells
    beats, arch = bars * plan.bar, ARCHES[int(rng.integers(len(ARCHES)))]
    units = max(1, round(beats / motif.beats))
    schemes = UNIT_SCHEMES.get(units) or (tuple("mnmc"[i % 4] for i in range(units)),)
    scheme = schemes[int(rng.integers(len(schemes)))]
    sketch: list[Sketch] = []
    start = 0.0
    for index, letter in enumerate(scheme):
        unit = {"m": motif, "n": _shaped(contrast, rng), "c": _shaped(motif, rng)}[letter]
        lift = arch[index * len(arch) // max(units, 1) % len(arch)]
        room = min(motif.beats, beats - start)
        sketch += [
            Sketch(start + at, min(length, room - at), height + lift, starts_phrase=index == 0 and at == unit.onsets[0])
            for at, length, height in zip(unit.onsets, unit.lengths, unit.contour, strict=True)
            if at < room - 1e-9
        ]
        start += room
    return tuple(sketch)


def _shaped(motif: Motif, rng: np.random.Generator) -> Motif:
    """Vary a motif: as it is, inverted, or with its tail bent down to a close."""
    choice = rng.integers(3)
    if choice == 0:
        return motif
    if choice == 1:
        return replace(motif, contour=tuple(-height for height in motif.contour))
    middle = len(motif.contour) // 2
    falling = [motif.contour[middle] - index for index in range(len(motif.contour) - middle)]
    return replace(motif, contour=(*motif.contour[:middle], *falling))


def _answer(phrase: tuple[Sketch, ...], rng: np.random.Generator) -> tuple[Sketch, ...]:
    """Keep the question's beginning, lead its last third elsewhere."""
    turn = len(phrase) * 2 // 3
    shift = int(rng.choice([-3, -2, 2]))
    return tuple(replace(note, height=note.height + (shift if i >= turn else 0)) for i, note in enumerate(phrase))


def _closed(phrase: Sequence[Sketch], offset: float, sounding: float, close: int, plan: Plan) -> list[Sketch]:
    """Place a phrase at ``offset``, let it breathe after ``sounding`` beats and rest on a last note with weight."""
    kept = [note for note in phrase if note.onset <= sounding - 1.0] or list(phrase[:1])
    while len(kept) > 2 and plan.meter.weight(kept[-1].onset) < 0.5:
        kept.pop()
    last = kept[-1]
    kept[-1] = replace(last, beats=max(sounding - last.onset, 1.0), close=close)
    return [replace(note, onset=note.onset + offset) for note in kept]


def _centred(theme: list[Sketch]) -> list[Sketch]:
    """Shift a theme so that its middle height is 0: the singer's comfortable middle."""
    heights = [note.height for note in theme]
    middle = (min(heights) + max(heights)) / 2
    return [replace(note, height=note.height - middle) for note in theme]


def _with_pickups(theme: list[Sketch], taste: Melody, plan: Plan, rng: np.random.Generator) -> list[Sketch]:
    """Lead into some phrases with two notes from below, where the phrase before has left room."""
    result: list[Sketch] = []
    for note in theme:
        free = note.onset - (result[-1].onset + result[-1].beats) if result else 0.0
        if note.starts_phrase and free >= 1.0 and rng.random() < taste.anticipation and not plan.meter.is_compound:
            result.append(Sketch(note.onset - 1.0, 0.5, note.height - 2, starts_phrase=True))
            result.append(Sketch(note.onset - 0.5, 0.5, note.height - 1))
            note = replace(note, starts_phrase=False)
        result.append(note)
    return result


# --------------------------------------------------------------------------------------------- singing a theme
def _varied(theme: tuple[Sketch, ...], plan: Plan, section: Section) -> list[Sketch]:
    """Change a theme for its return: another end the second time, decorated long notes from then on."""
    count = 0 if section.kind == "solo" else plan.occurrence(section)
    sketch = _cut(theme, section.beats)
    if not count or not sketch:
        return sketch
    rng = plan.stream("melody", f"return {section.name} {count}")
    shift = int(rng.choice([-2, 1, 2]))
    tail = max(1, len(sketch) // 8)
    sketch[-tail:] = [replace(note, height=note.height + shift) for note in sketch[-tail:]]
    if count < 2 or plan.brief.complexity == "simple":
        return sketch
    decorated: list[Sketch] = []
    for note in sketch:
        if note.beats >= 1.0 and not note.close and rng.random() < 0.35:
            half = note.beats / 2
            decorated += [
                replace(note, beats=half),
                replace(note, onset=note.onset + half, beats=half, height=note.height + 1),
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
        sketch.append(Sketch(plan.final - section.start, plan.bar, 0.0, close=2, starts_phrase=True))
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
    pitches = _approached(pitches, slots, plan, section)
    return [
        (slot.onset, slot.beats, int(pitch), chair.style.velocity) for slot, pitch in zip(slots, pitches, strict=True)
    ]


def _taste(plan: Plan, chair: Chair) -> LineTaste:
    melody = plan.style.melody
    low, high = chair.register
    instrument = INSTRUMENTS[chair.instrument]
    shift = int(np.clip(plan.mood.register, max(-5, instrument.low - low), min(5, instrument.high - high)))
    leap = melody.leap + {"simple": -2, "moderate": 0, "complex": 2}[plan.brief.complexity]
    return LineTaste(plan.key, melody.scale, low + shift, high + shift, leap, melody.steps)


def _approached(pitches: np.ndarray, slots: Sequence[Slot], plan: Plan, section: Section) -> np.ndarray:
    """Turn some short weak notes into chromatic neighbours of the chord tone that follows."""
    share = plan.style.melody.chromatic * {"simple": 0.4, "moderate": 1.0, "complex": 1.4}[plan.brief.complexity]
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
