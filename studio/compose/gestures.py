"""What players do while notes sound: pedal, swell, bend, vibrato, and how a part leans into its section."""

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

SCOOPS = {
    "overdrive-guitar": (-2.0, 0.10), "distortion-guitar": (-2.0, 0.10), "clean-guitar": (-1.0, 0.09),
    "jazz-guitar": (-1.0, 0.08), "pedal-steel": (-2.0, 0.12), "harmonica": (-1.0, 0.09), "alto-sax": (-1.0, 0.08),
    "tenor-sax": (-1.0, 0.08), "soprano-sax": (-0.7, 0.08), "baritone-sax": (-1.0, 0.08), "trumpet": (-0.7, 0.07),
    "muted-trumpet": (-0.7, 0.07), "trombone": (-1.0, 0.09), "fiddle": (-0.7, 0.07),
}  # fmt: skip
"""Instrument → (semitones below, seconds up to the note) of its scoops."""

SCOOPED = 0.15
"""Share of long lead notes that are scooped into."""

VIBRATO = {
    "overdrive-guitar": 0.22, "distortion-guitar": 0.25, "pedal-steel": 0.15, "saw-lead": 0.15, "mono-lead": 0.18,
    "square-lead": 0.15,
}  # fmt: skip
"""Instrument → depth in semitones; sampled strings, winds and voices bring theirs along."""

VIBRATO_HZ, VIBRATO_DELAY = 5.3, 0.25
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
    if chair.role == "lead":
        found["bend"] = _bends(notes, plan, chair.instrument, chances)
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


def _bends(notes: Notes, plan: Plan, instrument: str, chances: NDArray[np.float64]) -> Lane:
    """Scoops into some of the long notes, vibrato after a while on long ones."""
    rows: list[tuple[float, float]] = []
    scoop = SCOOPS.get(instrument) if _bends_notes(plan) else None
    depth = VIBRATO.get(instrument, 0.0)
    free = -1.0
    for note, chance in zip(notes, chances, strict=True):
        start, end = float(note["onset"]), float(note["onset"] + note["duration"])
        seconds = float(plan.tempo.seconds(end) - plan.tempo.seconds(start))
        if start < free or seconds < 0.35:
            continue
        per_second = (end - start) / seconds
        if scoop and chance < SCOOPED:
            semitones, rise = scoop
            rows += [(max(start - 0.01, 0.0), 0.0), (start, semitones), (start + rise * per_second, 0.0)]
        if depth and seconds > VIBRATO_DELAY + 0.4:
            rows += _wave(start, seconds, per_second, depth)
        free = end
    return automation(rows)


def _wave(start: float, seconds: float, per_second: float, depth: float) -> list[tuple[float, float]]:
    """Vibrato that sets in after a moment and grows, as breakpoints eight to a period."""
    times = np.arange(VIBRATO_DELAY, seconds - 0.03, 1 / (8 * VIBRATO_HZ))
    grown = np.clip((times - VIBRATO_DELAY) / 0.3, 0, 1)
    values = depth * grown * np.sin(2 * np.pi * VIBRATO_HZ * (times - VIBRATO_DELAY))
    rows = list(zip((start + times * per_second).tolist(), values.tolist(), strict=True))
    return [*rows, (start + (seconds - 0.02) * per_second, 0.0)]
