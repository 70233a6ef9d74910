"""When things really sound: swing, lateness, looseness, strums and how long notes last."""

from collections.abc import Mapping
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from studio.compose.ensemble import Chair
from studio.compose.plan import Plan
from studio.score import Notes, TempoMap
from studio.score import notes as as_notes

Beats = NDArray[np.float64]

JITTER_MS: Mapping[str, float] = {
    "lead": 9, "counter": 9, "chords": 7, "pad": 8, "arpeggio": 6, "bass": 5, "effects": 0,
    "kick": 4, "snare": 4, "hat": 5, "drums": 5,
}  # fmt: skip
"""Standard deviation of a good player's onsets by role, where the style says nothing."""

SPEAKS_MS: Mapping[str, float] = {
    "strings": 20, "slow-strings": 40, "tremolo-strings": 15, "choir": 40, "voice-oohs": 30, "horn": 12,
    "synth-strings": 15,
}  # fmt: skip
"""How early slow speakers begin, to be heard on the beat."""

CLIP = 2.2
SHARED = 0.6
"""Share of a player's looseness that the whole rhythm section has in common, and the clip of all noise in sd."""

DRIFT_MS, DRIFT_MEMORY = 4.0, 0.9
"""How far a band drifts, and the share of a bar's drift that the next one keeps."""

REPEAT_GAP_SECONDS = 0.025

ROLL_HZ, ROLLED_SECONDS = 12.0, 0.7
"""Strokes a second of a roll, and from what length on a note of kettledrums and bars is one."""

KICKS, SNARES = (35, 36), (37, 38, 39, 40)


def off_beat(plan: Plan) -> float:
    """Return where the off-beat of a swung pair falls, 0.5 (straight) … 0.78.

    A style may fix the length of the short note instead: 1 − short/1000 · bpm/60.
    """
    feel = plan.style.feel
    if plan.meter.is_compound:
        return 0.5
    if feel.short_note_ms <= 0:
        return feel.swing
    return max(0.5, min(0.78, 1 - feel.short_note_ms / 1000 * plan.tempo.bpm[0] / 60))


def swung(beats: Beats, plan: Plan) -> Beats:
    """Warp beats so that the off-beat of every pair comes late."""
    position = off_beat(plan)
    if abs(position - 0.5) < 1e-9:
        return beats
    unit = 0.5 if plan.style.feel.swing_unit == "sixteenth" else 1.0
    pair = np.floor(beats / unit + 1e-9)
    within = np.maximum(beats / unit - pair, 0.0)
    early = within * position / 0.5
    late = position + (within - 0.5) * (1 - position) / 0.5
    warped: Beats = (pair + np.where(within < 0.5, early, late)) * unit
    return warped


def later(beats: Beats, ms: Beats | float, tempo: TempoMap) -> Beats:
    """Move beats by milliseconds (negative: earlier) at the tempo that reigns there."""
    moved: Beats = tempo.beat(tempo.seconds(beats) + np.asarray(ms) / 1000)
    return moved


def voices(notes: Notes, role: str) -> list[str]:
    """Return what each note is called in the tables of a feel: its role, or the drum voice it is."""
    if role != "drums":
        return [role] * len(notes)
    return ["kick" if key in KICKS else "snare" if key in SNARES else "hat" for key in notes["pitch"].tolist()]


def tightness(plan: Plan) -> float:
    """Return how loose the style's players are beside ordinary ones: 0 machines, 1 a band."""
    given = plan.style.feel.jitter_ms
    known = [given[role] / JITTER_MS[role] for role in given if JITTER_MS.get(role)]
    return float(np.clip(np.mean(known), 0.0, 1.5)) if known else 1.0


class Band:
    """What players share: a slow drift by bars, and the small unrest of every grid place."""

    def __init__(self, plan: Plan) -> None:
        count = int(np.ceil(plan.end / plan.bar)) + 2
        pushes = plan.stream("performance", "drift").normal(0, 1, count)
        pushes *= np.sqrt(1 - DRIFT_MEMORY**2)
        drift = np.array(list(accumulate(pushes, lambda before, push: push + DRIFT_MEMORY * before)))
        self.bars = np.arange(count) * plan.bar
        self.drift = np.clip(drift / 2, -1, 1) * DRIFT_MS
        self.noise = plan.stream("performance", "unrest").normal(0, 1, int(np.ceil(plan.end * 4)) + 8)

    def shared(self, beats: Beats) -> Beats:
        """Return the unrest that everybody has at these beats, in standard deviations."""
        shared: Beats = self.noise[np.clip(np.round(beats * 4).astype(int), 0, len(self.noise) - 1)]
        return shared


def lateness(notes: Notes, plan: Plan, chair: Chair, band: Band, rng: np.random.Generator) -> Beats:
    """Return how late each note is in milliseconds: constant offset, drift, shared and own noise, loudness."""
    feel, loose = plan.style.feel, tightness(plan)
    names = voices(notes, chair.role)
    offset = np.array([feel.offset_ms.get(name, feel.offset_ms.get(chair.role, 0.0)) for name in names])
    spread = np.array([_spread(name, chair.role, plan, loose) for name in names])
    own = rng.normal(0, 1, len(notes))
    _, first = np.unique(np.round(notes["onset"], 4), return_inverse=True)
    hand = rng.normal(0, 1, int(first.max()) + 1 if len(notes) else 0)[first]  # one hand plays a chord
    own = hand if chair.role != "drums" else 0.75 * own + 0.4 * hand
    rhythm = chair.role in ("bass", "drums")
    share = SHARED if rhythm else 0.25
    noise = np.clip(share * band.shared(notes["onset"]) + np.sqrt(1 - share**2) * own, -CLIP, CLIP) * spread
    drift = np.interp(notes["onset"], band.bars, band.drift) * min(loose, 1.0)
    loudness = np.interp(notes["velocity"], (30, 80, 110), (4.0, 0.0, -2.0)) * min(loose, 1.0)
    late: Beats = offset + noise + drift + loudness - SPEAKS_MS.get(chair.instrument, 0.0)
    return late


def _spread(name: str, role: str, plan: Plan, loose: float) -> float:
    given = plan.style.feel.jitter_ms
    return given.get(name, given.get(role, JITTER_MS[name] * loose))


def strummed(notes: Notes, ms: float, up: NDArray[np.bool_], rng: np.random.Generator) -> Beats:
    """Return the delay in ms of every note of chords whose notes spread over about ``ms``: soft chords slower.

    ``notes`` sorted by onset, then pitch; ``up`` marks notes of up-strokes, which start at the top.
    """
    delay = np.zeros(len(notes))
    _, starts = np.unique(np.round(notes["onset"], 6), return_index=True)
    for start, end in zip(starts, [*starts[1:], len(notes)], strict=True):
        count = end - start
        if count < 2:
            continue
        total = ms * (1.45 - notes["velocity"][start] / 150) * rng.uniform(0.85, 1.15)
        places = np.linspace(0, total, count)
        delay[start:end] = places[::-1] if up[start] else places
    return delay


def apart(notes: Notes, tempo: TempoMap) -> Notes:
    """Shorten notes so that a key is up for 25 ms before it is struck again, and never struck while down."""
    notes = notes.copy()
    for pitch in np.unique(notes["pitch"]):
        index = np.flatnonzero(notes["pitch"] == pitch)
        if len(index) < 2:
            continue
        onset = notes["onset"][index]
        limit = later(onset[1:], -1000 * REPEAT_GAP_SECONDS, tempo)
        room = np.maximum(limit - onset[:-1], 0.5 * (onset[1:] - onset[:-1]))
        notes["duration"][index[:-1]] = np.minimum(notes["duration"][index[:-1]], room)
    return notes


def rolled(notes: Notes, tempo: TempoMap) -> Notes:
    """Return notes with every long one played as a roll: a stroke, then soft ones that grow, hand by hand."""
    rows: list[tuple[float, float, int, int]] = []
    for onset, duration, pitch, velocity in notes.tolist():
        start, end = tempo.seconds([onset, onset + duration]).tolist()
        strokes = round((end - start) * ROLL_HZ)
        if end - start < ROLLED_SECONDS:
            rows.append((onset, duration, pitch, velocity))
            continue
        share = np.arange(strokes) / strokes
        uneven = 0.004 * np.sin(2.4 * np.arange(strokes))  # no hand is a clock
        times = start + share * (end - start) + np.where(share > 0, uneven, 0.0)
        force = np.where(share > 0, velocity * (0.5 + 0.42 * share) - 4 * (np.arange(strokes) % 2), velocity)
        lengths = np.diff(np.append(times, end)) - REPEAT_GAP_SECONDS
        beats, ends = tempo.beat(times), tempo.beat(times + lengths)
        loud = np.clip(np.rint(force), 1, 127).astype(int)
        rows += zip(beats.tolist(), (ends - beats).tolist(), [pitch] * strokes, loud.tolist(), strict=True)
    return as_notes(rows)
