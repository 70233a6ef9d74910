"""Harmony: progressions of the style laid under the sections, with turnarounds, cadences and a final chord."""

import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from studio.compose.learned_harmony import Request, written
from studio.compose.plan import Plan
from studio.score import ChordSpan, Section
from studio.theory.chord import TRIAD_OF, Chord
from studio.theory.numeral import chord, parse_progression

Bars = tuple[tuple[str, ...], ...]
"""Numerals by bar."""

KIN = {
    "bright": ("tender", "dark"),
    "tender": ("bright", "dark"),
    "tense": ("dark", "tender"),
    "dark": ("tense", "tender"),
}
"""Colour → where to look when a style has nothing in it; the first is also the contrast a bridge brings."""

EXTENDED = {
    "": "add9", "m": "m7", "7": "9", "maj7": "maj9", "m7": "m9", "6": "6/9", "7b9": "13b9", "7sus4": "9sus4",
}  # fmt: skip
"""Chord quality → the richer one that complex harmony prefers."""

MODAL = {
    "dorian": {"iv": "IV", "bVI": "IV", "iio": "ii", "V": "v"},
    "phrygian": {"V": "bII", "v": "bvii", "ii": "bII", "iio": "bII", "IV": "iv"},
    "locrian": {"V": "bV", "v": "bV", "ii": "bII", "iio": "bII", "IV": "iv"},
    "lydian": {"IV": "II", "iv": "II", "ii": "II"},
    "mixolydian": {"V": "bVII", "vii": "v", "viio": "bVII"},
}
"""Mode → chords of plain major or minor that its scale denies, and what stands for them."""

_HEAD = re.compile(r"^([b#]*[ivIV]+o?)(.*)$")

CONTRASTING = ("bridge", "break")
"""Kinds of section whose harmony has another colour than the rest."""


def harmonise(plan: Plan) -> tuple[ChordSpan, ...]:
    """Return the chords of the whole piece, without gaps from beat 0 to ``plan.end``."""
    laid = progressions(plan)
    spans: list[ChordSpan] = []
    for section in plan.sections:
        cells = _tiled(laid[section.name], plan, section)
        cells = _closed(cells, plan, section)
        spans += _merged(
            ChordSpan(start, beats, _chord(numeral, plan, section), numeral) for start, beats, numeral in cells
        )
    return tuple(spans)


def progressions(plan: Plan) -> dict[str, Bars]:
    """Choose a progression for every section name; different names get different ones while there are any."""
    learned = _learned(plan)
    chosen: dict[str, Bars] = {}
    for section in plan.sections:
        if section.name in chosen:
            continue
        options = learned.get(section.name) or [parse_progression(text) for text in _candidates(plan, section)]
        fresh = [bars for bars in options if bars not in chosen.values()] or options
        fitting = [bars for bars in fresh if section.bars % len(bars) == 0 or len(bars) == section.bars] or fresh
        chosen[section.name] = fitting[plan.card("harmony", section.name, section, len(fitting))]
    return chosen


def _learned(plan: Plan) -> Mapping[str, list[Bars]]:
    """Return what the harmony model writes for the sections that no table is pinned to, where the style has it so."""
    if not plan.style.harmony.learned:
        return {}
    free = {section.name: section for section in reversed(plan.sections) if not _pinned(plan, section)}
    requests = [Request(section, *_idiom(plan, section)) for section in free.values()]
    return written(plan, requests) if requests else {}


def _pinned(plan: Plan, section: Section) -> Sequence[str]:
    for label in (section.name, section.kind):
        if texts := plan.style.harmony.sections.get(label, {}).get(plan.mode):
            return texts
    return ()


def _candidates(plan: Plan, section: Section) -> Sequence[str]:
    return _pinned(plan, section) or _tables(plan, section)[0][1]


def _tables(plan: Plan, section: Section) -> list[tuple[str, tuple[str, ...]]]:
    """Return (colour, progressions) of the style that are not empty, the section's own colour first, then its kin."""
    harmony = plan.style.harmony
    table: Mapping[str, tuple[str, ...]] = harmony.minor if plan.mode == "minor" else harmony.major
    colour = KIN[plan.mood.colour][0] if section.kind in CONTRASTING else plan.mood.colour
    order = dict.fromkeys((colour, *KIN[colour], *table))
    if found := [(name, table[name]) for name in order if table.get(name)]:
        return found
    raise AssertionError(f"{plan.style.genre}/{plan.style.id} has no {plan.mode} harmony")


def _idiom(plan: Plan, section: Section) -> tuple[str, tuple[Bars, ...], tuple[Bars, ...]]:
    """Return the colour of a section, the style's progressions in it and those of the kindred colours."""
    (colour, own), *others = _tables(plan, section)
    kin = [text for name, texts in others if name in KIN[colour] for text in texts]
    read = [tuple(_bent(parse_progression(text), plan.key.mode) for text in texts) for texts in (own, kin)]
    return colour, read[0], read[1]


def _bent(bars: Bars, mode: str) -> Bars:
    return tuple(tuple(_modal(numeral, mode) for numeral in bar) for bar in bars)


def _tiled(bars: Bars, plan: Plan, section: Section) -> list[tuple[float, float, str]]:
    """Repeat a progression to the section's end: rows of (start, beats, numeral)."""
    length = plan.bar * plan.style.harmony.bars_per_chord
    cells: list[tuple[float, float, str]] = []
    start, index = section.start, 0
    while start < section.end - 1e-9:
        numerals = bars[index % len(bars)]
        share = min(length, section.end - start) / len(numerals)
        cells += [(start + i * share, share, _modal(numeral, plan.key.mode)) for i, numeral in enumerate(numerals)]
        start, index = start + length, index + 1
    return cells


def _closed(cells: list[tuple[float, float, str]], plan: Plan, section: Section) -> list[tuple[float, float, str]]:
    """Put the turnaround at the end of a section that goes on, the cadence and the final chord at the very end."""
    harmony, complexity = plan.style.harmony, plan.brief.complexity
    if section is plan.sections[-1]:
        if plan.ending.kind == "fade":
            return cells
        texts = harmony.cadences.get(plan.mode, {}).get(complexity, ())
        closed = _ended_with(cells, _drawn(texts, plan, "cadence", section), plan, plan.final, section)
        return [*closed, (plan.final, plan.bar, harmony.final[plan.mode])]
    texts = harmony.turnarounds.get(plan.mode, {}).get(complexity, ())
    if section.bars < 8 or not texts:
        return cells
    return _ended_with(cells, _drawn(texts, plan, "turnaround", section), plan, section.end, section)


def _drawn(texts: Sequence[str], plan: Plan, detail: str, section: Section) -> Bars:
    if not texts:
        return ()
    return parse_progression(texts[plan.card("harmony", f"{detail} {section.start}", section, len(texts))])


def _ended_with(
    cells: list[tuple[float, float, str]], bars: Bars, plan: Plan, end: float, section: Section
) -> list[tuple[float, float, str]]:
    """Let ``bars`` stand right before ``end``, as many of them as the section has room for."""
    room = round((end - section.start) / plan.bar)
    bars = bars[max(0, len(bars) - room) :]
    start = end - len(bars) * plan.bar
    kept = [(at, min(beats, start - at), numeral) for at, beats, numeral in cells if at < start - 1e-9]
    for index, numerals in enumerate(bars):
        share = plan.bar / len(numerals)
        kept += [(start + index * plan.bar + i * share, share, numeral) for i, numeral in enumerate(numerals)]
    return kept


def _modal(numeral: str, mode: str) -> str:
    """Replace a numeral that the mode's scale denies; what stood above its triad stays where it can."""
    match = _HEAD.match(numeral)
    substitute = MODAL.get(mode, {}).get(match.group(1)) if match else None
    if not match or substitute is None or "/" in match.group(2):
        return numeral
    richer = substitute + re.sub("maj|h|o", "", match.group(2))
    try:
        parse_progression(richer)
    except ValueError:
        return substitute
    return richer


def _chord(numeral: str, plan: Plan, section: Section) -> Chord:
    plain = chord(numeral, plan.key.raised(section.lift))
    richness = plan.style.harmony.richness.get(plan.brief.complexity, "asis")
    if richness == "triad":
        return plain.with_quality(TRIAD_OF[plain.quality])
    if richness == "extended":
        return plain.with_quality(EXTENDED.get(plain.quality, plain.quality))
    return plain


def _merged(spans: Iterable[ChordSpan]) -> list[ChordSpan]:
    """Join neighbours that are the same chord."""
    joined: list[ChordSpan] = []
    for span in spans:
        if joined and joined[-1].chord == span.chord and joined[-1].numeral == span.numeral:
            last = joined[-1]
            joined[-1] = ChordSpan(last.start, last.beats + span.beats, last.chord, last.numeral)
        else:
            joined.append(span)
    return joined


def chord_index(spans: Sequence[ChordSpan], beats: np.ndarray) -> np.ndarray:
    """Return for each beat the index of the chord that sounds."""
    starts = np.array([span.start for span in spans])
    return np.clip(np.searchsorted(starts, np.asarray(beats) + 1e-9, side="right") - 1, 0, len(spans) - 1)
