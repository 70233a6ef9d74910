"""What players do while notes sound: pedal, swell, bend, vibrato, and how a part leans into its section."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from studio.compose.ensemble import Chair
from studio.compose.plan import Plan
from studio.compose.timeline import EPSILON
from studio.score import ChordSpan, Notes, automation

Lane = NDArray[np.void]

PEDALLED = (
    "piano", "mellow-piano", "bright-piano", "electric-grand", "electric-piano", "fm-piano", "harp", "vibraphone",
    "celesta", "fm-keys",
)  # fmt: skip

SWELLING = (
    "violin", "fiddle", "viola", "cello", "contrabass", "strings", "slow-strings", "tremolo-strings", "synth-strings",
    "piccolo", "flute", "recorder", "pan-flute", "shakuhachi", "tin-whistle", "ocarina", "oboe", "english-horn",
    "clarinet", "bassoon", "soprano-sax", "alto-sax", "tenor-sax", "baritone-sax", "harmonica", "trumpet",
    "muted-trumpet", "trombone", "tuba", "horn", "brass", "choir", "voice-oohs", "accordion", "bandoneon", "harmonium",
    "warm-pad", "glass-pad", "dark-pad", "sweep-pad", "drone", "synth-brass",
)  # fmt: skip

BENDS = {
    "overdrive-guitar": (-2.0, 0.16, 0.4), "distortion-guitar": (-2.0, 0.16, 0.4), "clean-guitar": (-1.0, 0.12, 0.25),
    "jazz-guitar": (-1.0, 0.08, 0.15), "steel-guitar": (-1.0, 0.12, 0.2), "pedal-steel": (-2.0, 0.2, 0.5),
    "harmonica": (-1.0, 0.12, 0.3), "alto-sax": (-1.0, 0.08, 0.2), "tenor-sax": (-1.0, 0.08, 0.2),
    "soprano-sax": (-0.7, 0.08, 0.15), "baritone-sax": (-1.0, 0.08, 0.2), "trumpet": (-0.7, 0.07, 0.15),
    "muted-trumpet": (-0.7, 0.07, 0.15), "trombone": (-1.0, 0.09, 0.2), "fiddle": (-0.7, 0.07, 0.2),
}  # fmt: skip
"""Instrument → how its long notes are bent or scooped into: semitones below, seconds up to the note, share of notes."""

HALF_BENDS = 0.4
"""Share of a whole tone's bends that are a half tone instead."""

ALWAYS_BENDS = ("pedal-steel",)
"""Instruments that bend whatever the tune is made of: it is what they are for."""

SLIDES = {"upright-bass": 3.0, "finger-bass": 4.0, "pick-bass": 4.0, "fretless-bass": 5.0, "synth-bass": 5.0}
"""Bass → semitones below its note at which a slide begins."""

SLIDE_SECONDS, SLIDES_SHARE = 0.1, 0.08
"""A slide's time, and the share of long bass notes that have one; the first of a section always has."""

VIBRATO = {
    "overdrive-guitar": 0.22, "distortion-guitar": 0.25, "clean-guitar": 0.12, "jazz-guitar": 0.08,
    "fretless-bass": 0.12, "clarinet": 0.08, "tenor-sax": 0.18, "baritone-sax": 0.14, "ocarina": 0.1,
    "harmonica": 0.18, "trumpet": 0.12, "muted-trumpet": 0.12, "trombone": 0.12, "saw-lead": 0.15, "mono-lead": 0.18,
    "square-lead": 0.15,
}  # fmt: skip
"""Instrument → depth in semitones. Samples of bowed strings, voices and the other winds bring a vibrato along."""

VIBRATO_DELAY, VIBRATO_RISE = 0.25, 0.35
LONG_SECONDS = 0.5
PEDAL_UP_SECONDS = 0.06


def lanes(
    notes: Notes, plan: Plan, chair: Chair, chords: tuple[ChordSpan, ...], chances: NDArray[np.float64]
) -> dict[str, Lane]:
    """Return the automation lanes of a part as performed; only those that it needs.

    ``chances``: a random number 0–1 for every note.
    """
    found = {"volume": _volume(plan)}
    if chair.role in ("drums", "effects") or not len(notes):
        return found
    if chair.instrument in PEDALLED and chair.role in ("chords", "arpeggio") and chair.style.length >= 0.8:
        found["sustain"] = _pedal(notes, plan, chords)
    if chair.instrument in SWELLING:
        found["expression"] = _swells(notes, plan, solo=chair.role in ("lead", "counter"))
    if chair.role == "bass":
        found["bend"] = _slides(notes, plan, chair.instrument, chances)
    if chair.role in ("lead", "counter"):
        found["bend"] = _bends(notes, plan, chair.instrument, chances)
        found["vibrato"] = _vibrato(notes, plan, VIBRATO.get(chair.instrument, 0.0), chances)
    return {name: lane for name, lane in found.items() if len(lane)}


def _volume(plan: Plan) -> Lane:
    """A decibel or two with the section's energy; rises are reached over the bar before."""
    rows: list[tuple[float, float]] = []
    for section in plan.sections:
        level = round(3.0 * (section.energy - 0.7), 3)
        if rows:
            rows.append((section.start - 0.05, rows[-1][1]))
        rows.append((section.start, level))
    return automation(rows)


def _pedal(notes: Notes, plan: Plan, chords: tuple[ChordSpan, ...]) -> Lane:
    """Lift with every new chord and press again at once, under chords whose notes would not hold by themselves."""
    rows: list[tuple[float, float]] = []
    ends = notes["onset"] + notes["duration"]
    for span in chords:
        start, end = span.start, min(span.end, plan.end)
        inside = (notes["onset"] >= start - 0.1) & (notes["onset"] < end - 0.1)
        if not np.any(inside) or end - start < 0.75:
            continue
        held = float(np.mean(np.minimum(ends[inside], end) - np.maximum(notes["onset"][inside], start)))
        if held > 0.6 * (end - start) and np.unique(np.round(notes["onset"][inside])).size < 2:
            continue
        down = start + PEDAL_UP_SECONDS * _bpm(plan, start) / 60
        rows += [(start, 0.0), (down, 0.0), (down + 0.001, 1.0), (end - 0.002, 1.0), (end - 0.001, 0.0)]
    return automation(rows)


def _bpm(plan: Plan, beat: float) -> float:
    index = int(np.searchsorted(plan.tempo.beats, beat + EPSILON, side="right")) - 1
    return plan.tempo.bpm[max(index, 0)]


def _swells(notes: Notes, plan: Plan, *, solo: bool) -> Lane:
    """An arch over every note (or chord) longer than half a second; level on shorter ones."""
    rows: list[tuple[float, float]] = []
    onsets, first = np.unique(np.round(notes["onset"], 2), return_index=True)
    busy_until = -1.0
    for index, onset in zip(first, onsets, strict=True):
        together = np.abs(notes["onset"] - onset) < 0.06
        end = float(np.max(notes["onset"][together] + notes["duration"][together]))
        if onset < busy_until - 0.1:
            continue
        start = float(notes["onset"][index])
        seconds = float(plan.tempo.seconds(end) - plan.tempo.seconds(start))
        peak = start + (0.6 if solo else 0.5) * (end - start)
        if seconds > LONG_SECONDS:
            rows += [(start, 0.78), (peak, 1.0), (max(end - 0.02, peak + 0.01), 0.72)]
        else:
            rows += [(start, 0.92)]
        busy_until = end
    return automation(rows)


def _bends_notes(plan: Plan) -> bool:
    """Whether the style's tunes are bent: blue, pentatonic or chromatic ones, and all that swing."""
    melody = plan.style.melody
    return melody.scale != "mode" or melody.chromatic >= 0.1 or plan.style.feel.swing > 0.5


def _long(notes: Notes, plan: Plan, least: float) -> Iterator[tuple[int, float, float, float]]:
    """Yield (index, onset, end, beats a second) of notes of at least so many seconds that no other covers."""
    free = -1.0
    for index, (start, duration) in enumerate(zip(notes["onset"].tolist(), notes["duration"].tolist(), strict=True)):
        seconds = float(plan.tempo.seconds(start + duration) - plan.tempo.seconds(start))
        if start < free or seconds < least:
            continue
        free = start + duration
        yield index, start, free, duration / seconds


def _bends(notes: Notes, plan: Plan, instrument: str, chances: NDArray[np.float64]) -> Lane:
    """Bends up to some of the long notes, held for a moment at the bottom as a finger does."""
    rows: list[tuple[float, float]] = []
    if instrument not in BENDS or not (_bends_notes(plan) or instrument in ALWAYS_BENDS):
        return automation(rows)
    semitones, rise, share = BENDS[instrument]
    for index, start, end, pace in _long(notes, plan, 0.35):
        if chances[index] >= share:
            continue
        draw = chances[index] / share
        depth = semitones / 2 if semitones <= -2 and draw < HALF_BENDS else semitones
        reached = min(start + rise * pace, end)
        leaves = start + 0.3 * (reached - start)
        rows += [(max(start - 0.01, 0.0), 0.0), (start, depth), (leaves, depth), (reached, 0.0)]
    return automation(rows)


def _slides(notes: Notes, plan: Plan, instrument: str, chances: NDArray[np.float64]) -> Lane:
    """Slides up into the first long bass note of a section, and into a few others."""
    rows: list[tuple[float, float]] = []
    heard = set[float]()
    for index, start, _, pace in _long(notes, plan, LONG_SECONDS) if instrument in SLIDES else ():
        section = plan.section_at(start + EPSILON).start
        if section in heard and chances[index] >= SLIDES_SHARE:
            continue
        heard.add(section)
        low = -SLIDES[instrument]
        rows += [(max(start - 0.01, 0.0), 0.0), (start, low), (start + SLIDE_SECONDS * pace, 0.0)]
    return automation(rows)


def _vibrato(notes: Notes, plan: Plan, depth: float, chances: NDArray[np.float64]) -> Lane:
    """Vibrato that sets in after a moment on long notes and grows, no two of the same depth."""
    rows: list[tuple[float, float]] = []
    for index, start, end, pace in _long(notes, plan, VIBRATO_DELAY + 0.4) if depth else ():
        sets_in, full = start + VIBRATO_DELAY * pace, start + (VIBRATO_DELAY + VIBRATO_RISE) * pace
        last = end - 0.02 * pace
        deep = round(depth * (0.8 + 0.4 * float(chances[index])), 4)
        rows += [(sets_in, 0.0), (min(full, last), deep), (last, deep), (end, 0.0)]
    return automation(rows)
