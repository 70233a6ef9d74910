"""Themes: a rhythm cell with a contour, worked in phrases that repeat, answer and breathe; no pitches yet.

A phrase states its motif and then says it again, higher, mirrored, in fragments, in longer notes
(``studio.compose.motif``), or brings a contrasting cell; each note remembers which it was made from (``Like``).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from studio.compose.motif import OPERATORS, Motif, Tone
from studio.compose.patterns import read
from studio.compose.plan import Plan
from studio.score import Section
from studio.styles import Melody
from studio.theory.meter import Meter

PHRASE_SCHEMES = {
    1: ("a",), 2: ("a", "a'"), 3: ("a", "a", "b"), 4: ("a", "a'", "b", "a'"),
}  # fmt: skip
"""Number of phrases in a section → which return; a prime keeps the phrase and changes its end."""

UNIT_SCHEMES = {
    1: ("m",),
    2: ("mn", "mm", "mi", "mo"),
    4: ("mmnc", "mnmc", "mmmc", "mmfc", "mimc", "mnac", "mofc"),
}
"""Units in a phrase → orders of motif ``m``, contrasting cell ``n`` and what ``OPERATORS`` make of the motif."""

ARCHES = ((0, 1, 3, 0), (0, 2, 4, 1), (2, 3, 1, 0), (0, -1, 2, 0), (3, 2, 1, 0))
"""Scale steps by which the units of a phrase stand higher than its first: a motif said again is a sequence."""

SUNG_ON = 1.8
"""Seconds: thinning a rhythm makes no note longer than this, or a slow tune would stand still."""

KEPT = 0.6
"""Share of a rhythm's onsets that thinning leaves at least: the cell must be known again."""


RESTING = 0.5
"""Metrical weight of a note on which a phrase may come to rest."""

SHORTEST = 0.25
"""Beats that a note lasts at least."""

HELD_OUT = 2.6
"""Seconds at most that the last note of a phrase is held: then somebody else may answer."""


@dataclass(frozen=True)
class Like:
    """What a note is made from: the note of that ``idea``, ``steps`` scale steps higher.

    A ``mirrored`` one lies as far below the motif's first note (its idea is ``about``) as the other lies above.
    """

    idea: str
    steps: int = 0
    mirrored: bool = False
    about: str = ""


@dataclass(frozen=True)
class Rhythm:
    """A rhythm cell: onset and length of its notes in beats, ``beats`` in all."""

    steps: tuple[tuple[float, float], ...]
    beats: float


@dataclass(frozen=True)
class Sketch:
    """A note of a theme before the chords are known: beats from the section's start, height in scale steps.

    Notes of one ``idea`` are the same note of a phrase that comes back.
    """

    onset: float
    beats: float
    height: float
    close: int = 0
    starts_phrase: bool = False
    idea: str = ""
    like: Like | None = None


def write_theme(plan: Plan, section: Section, label: str, rhythms: Sequence[Rhythm] = ()) -> tuple[Sketch, ...]:
    """Write the theme of a section name: phrases by scheme, the same letter sharing motifs.

    ``rhythms`` of motif and contrast, where they are given; else the style's own.
    """
    rng = plan.stream("melody", label, section.name)
    taste = plan.style.melody
    busy = busyness(plan, section)
    chosen = rhythms or [_thinned(rhythm, plan, busy, rng) for rhythm in _rhythms(plan, section, busy, rng)]
    cells = [_motif(rhythm, rng) for rhythm in chosen]
    phrase_bars = min(taste.phrase_bars, section.bars)
    count = max(1, round(section.bars / phrase_bars))
    scheme = _scheme(count, improvised=section.kind == "solo")
    phrases: dict[str, tuple[Sketch, ...]] = {}
    theme: list[Sketch] = []
    for index, letter in enumerate(scheme):
        bars = min(phrase_bars, section.bars - index * phrase_bars)
        if bars <= 0:
            break
        plain = letter[0]
        if plain not in phrases:
            notes = _phrase(plan, cells, bars, rng)
            phrases[plain] = tuple(_named(note, plain, number) for number, note in enumerate(notes))
        phrase = _answer(phrases[plain], rng) if letter != plain else phrases[plain]
        at_rest = index == len(scheme) - 1 or letter != plain
        offset = index * phrase_bars * plan.bar
        theme += _closed(phrase, offset, bars * plan.bar * (1 - taste.rest), 2 if at_rest else 1, plan)
    return tuple(_centred(_with_pickups(theme, taste, plan, rng)))


def _scheme(count: int, *, improvised: bool = False) -> tuple[str, ...]:
    """Return the letters of ``count`` phrases; long sections chain schemes of four. Who improvises goes on to other
    phrases every time."""
    if count in PHRASE_SCHEMES:
        return PHRASE_SCHEMES[count]
    letters, on = (PHRASE_SCHEMES[4][index % 4] for index in range(count)), 2 * improvised
    return tuple(chr(ord(letter[0]) + on * (index // 4)) + letter[1:] for index, letter in enumerate(letters))


def rhythms_of(plan: Plan, section: Section) -> list[Rhythm]:
    """Return the style's rhythms for a section, the sparse ones first."""
    rows = plan.style.melody.rhythms
    found = []
    for row in rows.get(section.kind) or rows["any"]:
        pattern = read(row, plan.meter, swung=plan.style.feel.swing > 0.5)
        steps = tuple((step.beat, step.beats) for step in pattern.steps) or ((0.0, plan.bar),)
        found.append(Rhythm(steps, pattern.bars * plan.bar))
    return sorted(found, key=lambda rhythm: len(rhythm.steps) / rhythm.beats)


def _rhythms(plan: Plan, section: Section, busy: float, rng: np.random.Generator) -> tuple[Rhythm, Rhythm]:
    """Choose the rhythm of the motif and of its contrast, as busy as mood, energy and complexity ask."""
    ranked = rhythms_of(plan, section)
    place = float(np.clip((busy - 0.4) / 1.0, 0, 1)) * (len(ranked) - 1)
    first = ranked[int(np.clip(round(place + rng.normal(0, 0.6)), 0, len(ranked) - 1))]
    others = [rhythm for rhythm in ranked if rhythm != first] or [first]
    return first, others[int(rng.integers(len(others)))]


def busyness(plan: Plan, section: Section) -> float:
    """Return the factor on onsets: energy's law times mood and complexity; 1 is the style as written."""
    complexity = {"simple": 0.85, "moderate": 1.0, "complex": 1.15}[plan.brief.complexity]
    return (0.55 + 0.7 * section.energy) * plan.mood.density * complexity


def _motif(rhythm: Rhythm, rng: np.random.Generator) -> Motif:
    """Give a rhythm a contour: mostly steps, at most one leap, seldom more than a sixth across."""
    heights, here, leapt = [0], 0, False
    for _ in rhythm.steps[1:]:
        if not leapt and rng.random() < 0.3:
            move, leapt = int(rng.choice([-4, -3, 2, 3, 4, 5])), True
        else:
            move = int(rng.choice([-1, 1, 0, -2, 2], p=[0.34, 0.34, 0.1, 0.12, 0.1]))
        if abs(here + move) > 5:
            move = -move
        here += move
        heights.append(here)
    return Motif(
        tuple(Tone(at, length, height) for (at, length), height in zip(rhythm.steps, heights, strict=True)),
        rhythm.beats,
    )


def _thinned(rhythm: Rhythm, plan: Plan, busy: float, rng: np.random.Generator) -> Rhythm:
    """Drop the weakest onsets when little is wanted, split the longest when much is."""
    steps = list(rhythm.steps)
    longest_beats, fewest = SUNG_ON * plan.tempo.bpm[0] / 60, max(2, round(KEPT * len(steps)))
    for _ in range(len(steps)):
        if len(steps) > fewest and rng.random() > busy / 0.75:
            weakest = min(range(1, len(steps)), key=lambda i: (plan.meter.weight(steps[i][0]), steps[i][0]))
            if steps[weakest][0] + steps[weakest][1] - steps[weakest - 1][0] > longest_beats:
                continue
            before, gone = steps[weakest - 1], steps.pop(weakest)
            steps[weakest - 1] = (before[0], max(before[1], gone[0] + gone[1] - before[0]))
    if busy > 1.2 and rng.random() < busy - 1.0:
        longest = max(range(len(steps)), key=lambda i: steps[i][1])
        at, beats = steps[longest]
        if beats >= 1.0:
            steps[longest : longest + 1] = [(at, beats / 2), (at + beats / 2, beats / 2)]
    return replace(rhythm, steps=tuple(steps))


def _phrase(plan: Plan, cells: Sequence[Motif], bars: int, rng: np.random.Generator) -> tuple[Sketch, ...]:
    """Work a motif and its contrast into a phrase of units that stand under an arch."""
    motif, contrast = cells[0], _filled(cells[1], cells[0].beats)
    beats, arch = bars * plan.bar, ARCHES[int(rng.integers(len(ARCHES)))]
    count = max(1, round(beats / motif.beats))
    schemes = UNIT_SCHEMES.get(count) or ("".join("mnmc"[i % 4] for i in range(count)),)
    scheme = schemes[int(rng.integers(len(schemes)))]
    sketch: list[Sketch] = []
    start = 0.0
    for index, letter in enumerate(scheme):
        tones = motif.tones if index == 0 else OPERATORS[letter](contrast if letter == "n" else motif, rng)
        lift = arch[index * len(arch) // max(count, 1) % len(arch)]
        room = min(motif.beats, beats - start)
        sketch += [
            Sketch(
                start + tone.at, min(tone.beats, room - tone.at), tone.height + lift,
                starts_phrase=index == 0 and tone is tones[0],
                like=_like(tone, lift - arch[0]),
            )
            for tone in tones
            if tone.at < room - 1e-9
        ]  # fmt: skip
        start += room
    return tuple(sketch)


def _like(tone: Tone, lift: int) -> Like | None:
    """Return what a tone that stands ``lift`` steps above the motif is made from, not yet named by its phrase."""
    return None if tone.source is None else Like(str(tone.source), lift + tone.steps, tone.mirrored, "0")


def _named(note: Sketch, phrase: str, number: int) -> Sketch:
    """Name a note of a phrase, and what it is made from, by the phrase's letter."""
    like = note.like and replace(note.like, idea=phrase + note.like.idea, about=phrase + note.like.about)
    return replace(note, idea=f"{phrase}{number}", like=like)


def _filled(motif: Motif, beats: float) -> Motif:
    """Say a cell as often as it takes to last ``beats``."""
    times = max(1, round(beats / motif.beats))
    tones = tuple(replace(tone, at=tone.at + turn * motif.beats) for turn in range(times) for tone in motif.tones)
    return Motif(tones, motif.beats * times)


def _answer(phrase: tuple[Sketch, ...], rng: np.random.Generator) -> tuple[Sketch, ...]:
    """Keep the question's beginning, lead its last third elsewhere."""
    turn = len(phrase) * 2 // 3
    shift = int(rng.choice([-3, -2, 2]))
    turned = (replace(note, height=note.height + shift, idea="", like=None) for note in phrase[turn:])
    return (*phrase[:turn], *turned)


def _closed(phrase: Sequence[Sketch], offset: float, sounding: float, close: int, plan: Plan) -> list[Sketch]:
    """Place a phrase at ``offset``, let it breathe after ``sounding`` beats and rest on a last note with weight."""
    heard = [note for note in phrase if note.onset <= sounding - 1.0] or list(phrase[:1])
    kept = _to_strong(heard, plan.meter)
    if heard[-1].onset - kept[-1].onset >= plan.bar / 2:
        kept = _on_strong(heard, plan.meter)
    last = kept[-1]
    longest = max(1.0, HELD_OUT * plan.tempo.bpm[0] / 60)
    kept[-1] = replace(last, beats=min(max(sounding - last.onset, 1.0), longest), close=close)
    return [replace(note, onset=note.onset + offset) for note in kept]


def _to_strong(phrase: Sequence[Sketch], meter: Meter) -> list[Sketch]:
    """Return a phrase as far as its last note with weight."""
    kept = list(phrase)
    while len(kept) > 2 and meter.weight(kept[-1].onset) < RESTING:
        kept.pop()
    return kept


def _on_strong(phrase: Sequence[Sketch], meter: Meter) -> list[Sketch]:
    """Return a phrase whose last note comes early, on the pulse before it: notes that all stand off the beat would
    leave the phrase nowhere to rest."""
    kept = list(phrase)
    while len(kept) > 2:
        last = kept.pop()
        pulse = last.onset - last.onset % meter.pulse_beats
        free = pulse - kept[-1].onset
        if free >= SHORTEST:
            return [*kept[:-1], replace(kept[-1], beats=min(kept[-1].beats, free)), replace(last, onset=pulse)]
    return _to_strong(phrase, meter)


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


def shortened(theme: Sequence[Sketch], beats: float) -> list[Sketch]:
    """Keep what a section of ``beats`` has room for; its last note comes to rest."""
    kept = [replace(note, beats=min(note.beats, beats - note.onset)) for note in theme if note.onset < beats - 1e-9]
    if kept and not kept[-1].close:
        kept[-1] = replace(kept[-1], close=1)
    return kept
