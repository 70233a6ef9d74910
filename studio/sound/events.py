"""From notes in beats to sounds in frames: what the engines play."""

import numpy as np
from numpy.typing import NDArray

from studio.audio import SAMPLE_RATE
from studio.instruments import Instrument
from studio.score import CONTROLS, Part, Score, TempoMap
from studio.sound.kernels import BLOCK

EVENT = np.dtype(
    [
        ("start", "i8"), ("hold", "i8"), ("pitch", "i8"), ("velocity", "i8"), ("from_pitch", "i8"), ("bent", "?"),
        ("slurred", "?"), ("joined", "?"),
    ]
)  # fmt: skip
"""A sound: start and hold (key down to key up) in frames; ``from_pitch`` is the pitch a mono or legato instrument comes
from (its own when it starts afresh); ``bent`` tells that pitch moves while it may sound, ``slurred`` that it grows out
of the note before, ``joined`` that the next grows out of it."""

Events = NDArray[np.void]
Curve = NDArray[np.float64]

SHORTEST = BLOCK
"""No key is held for fewer frames than this."""

_MIX = np.array([0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB], np.uint64)
"""Odd factors that stir all bits of a number (SplitMix64)."""

_LEGATO_FRAMES = round(0.03 * SAMPLE_RATE)
_LONGEST_OVERLAP = round(0.15 * SAMPLE_RATE)
_BEND_TAIL = 2 * SAMPLE_RATE
_PEDAL_DOWN = 0.5
_WANDER, _WANDER_HZ = 0.04, 0.37


def events(part: Part, score: Score, sound: Instrument) -> Events:
    """Return the part's notes as EVENTs in order of start, sustain pedal and re-struck keys taken into account.

    Notes that start before time 0 sound from frame 0; notes that are over by then, or start after the end, are left
    out.
    """
    notes = part.notes
    starts = np.rint(score.tempo.seconds(notes["onset"]) * SAMPLE_RATE).astype(np.int64)
    ends = np.rint(score.tempo.seconds(notes["onset"] + notes["duration"]) * SAMPLE_RATE).astype(np.int64)
    ends = _pedalled(ends, part, score.tempo)
    heard = (ends > 0) & (starts < score.frames)
    order = np.argsort(starts[heard], kind="stable")
    found = np.zeros(int(heard.sum()), EVENT)
    found["start"] = np.maximum(starts[heard][order], 0)
    found["pitch"] = notes["pitch"][heard][order]
    found["velocity"] = np.clip(notes["velocity"][heard][order], 1, 127)
    ends = ends[heard][order]
    if not sound.is_kit:
        ends = _cut_short(found, ends, mono=sound.mono)
    found["from_pitch"] = found["pitch"]
    if "legato" in sound.articulations:
        ends = _slur(found, ends)
    found["hold"] = np.maximum(ends - found["start"], SHORTEST)
    if sound.mono:
        found["from_pitch"] = _previous_pitches(found)
    return found


def takes(found: Events, seed: int, count: int) -> NDArray[np.int64]:
    """Return which of ``count`` takes each event plays, drawn from where it stands: notes elsewhere change nothing."""
    place = found["start"].astype(np.uint64) * np.uint64(256) + found["pitch"].astype(np.uint64)
    mixed = (place + np.uint64(seed % 2**64)) * _MIX[0]
    for factor in _MIX[1:]:
        mixed = (mixed ^ (mixed >> np.uint64(30))) * factor
    return ((mixed >> np.uint64(33)) % np.uint64(count)).astype(np.int64)


def curve(part: Part, score: Score, lane: str) -> Curve:
    """Return a lane's value every BLOCK frames, one more than needed at the end; empty when the part lacks it.

    Before its first breakpoint a lane rests, after its last it stays.
    """
    points = part.controls.get(lane)
    if points is None or not len(points):
        return np.zeros(0)
    seconds = np.arange(score.frames // BLOCK + 2) * BLOCK / SAMPLE_RATE
    times = score.tempo.seconds(points["beat"])
    return np.interp(seconds, times, points["value"], left=CONTROLS[lane])


def pitch_curve(part: Part, score: Score, hertz: float) -> Curve:
    """Return how far a part is off its notes' pitches, in semitones every BLOCK frames: bend, and vibrato at ``hertz``.

    Empty when it has neither lane. The vibrato's rate wanders by 4 %, as a hand or a breath does.
    """
    bend, depth = curve(part, score, "bend"), curve(part, score, "vibrato")
    if not len(depth):
        return bend
    seconds = np.arange(len(depth)) * BLOCK / SAMPLE_RATE
    wander = _WANDER * hertz / _WANDER_HZ * np.sin(2 * np.pi * _WANDER_HZ * seconds)
    wave: Curve = depth * np.sin(2 * np.pi * hertz * seconds + wander)
    return bend + wave if len(bend) else wave


def mark_bent(found: Events, bend: Curve) -> None:
    """Set ``bent`` on the events during which, tails included, the pitch is not at rest."""
    if not bend.any():
        return
    moved = np.concatenate([[0], np.cumsum(bend != 0.0)])
    first = np.minimum(found["start"] // BLOCK, len(bend) - 1)
    last = np.minimum((found["start"] + found["hold"] + _BEND_TAIL) // BLOCK + 1, len(bend))
    found["bent"] = moved[last] > moved[first]


def _pedalled(ends: NDArray[np.int64], part: Part, tempo: TempoMap) -> NDArray[np.int64]:
    """Return note ends moved to the pedal's release where the pedal is down."""
    points = part.controls.get("sustain")
    if points is None or not len(points):
        return ends
    ends = ends.copy()
    for down, up in _pedal_strokes(tempo.seconds(points["beat"]), points["value"]):
        held = (ends >= down) & (ends < up)
        ends[held] = up
    return ends


def _pedal_strokes(times: Curve, values: Curve) -> list[tuple[int, int]]:
    """Return (down, up) frames between which the pedal, a line through its breakpoints, is at least half down."""
    strokes, down = [], 0 if values[0] >= _PEDAL_DOWN and times[0] <= 0 else -1
    previous_time, previous = float(times[0]), 0.0
    for time, value in zip(times, values, strict=True):
        if (value >= _PEDAL_DOWN) != (down >= 0):
            rise = value - previous
            crossing = previous_time + (_PEDAL_DOWN - previous) / rise * (time - previous_time) if rise else time
            frame = round(crossing * SAMPLE_RATE)
            if down < 0:
                down = max(frame, 0)
            else:
                strokes.append((down, frame))
                down = -1
        previous_time, previous = float(time), float(value)
    if down >= 0:
        strokes.append((down, np.iinfo(np.int64).max // 2))
    return strokes


def _cut_short(found: Events, ends: NDArray[np.int64], *, mono: bool) -> NDArray[np.int64]:
    """Return ends no later than the next start of the same key, or of any key on a mono instrument."""
    ends = ends.copy()
    following: dict[int, int] = {}
    for index in range(len(found) - 1, -1, -1):
        key = 0 if mono else int(found["pitch"][index])
        start = int(found["start"][index])
        if key in following and following[key] > start:
            ends[index] = min(ends[index], following[key])
        following[key] = start
    return ends


def _slur(found: Events, ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Mark the notes of a single line that touch, and return ends at which each gives way to the next.

    Two notes touch when the second begins before the first ends or less than 30 ms after, on another key, and no third
    sounds with them.
    """
    if len(found) < 2:
        return ends
    start = found["start"]
    gap = start[1:] - ends[:-1]
    before = np.concatenate([[0], np.maximum.accumulate(ends)[:-1]])
    alone = before - start <= _LONGEST_OVERLAP
    alone[1:] &= np.diff(start) > _LEGATO_FRAMES
    alone[:-1] &= np.diff(start) > _LEGATO_FRAMES
    touching = (gap < _LEGATO_FRAMES) & (gap >= -_LONGEST_OVERLAP) & (found["pitch"][1:] != found["pitch"][:-1])
    touching &= alone[1:] & alone[:-1]
    found["joined"][:-1], found["slurred"][1:] = touching, touching
    found["from_pitch"][1:][touching] = found["pitch"][:-1][touching]
    ends = ends.copy()
    ends[:-1][touching] = start[1:][touching]
    return ends


def _previous_pitches(found: Events) -> NDArray[np.int64]:
    """Return the pitch that each note of a mono line glides from: the note before it when the two touch."""
    origins = found["pitch"].copy()
    if len(found) > 1:
        touching = found["start"][1:] <= found["start"][:-1] + found["hold"][:-1] + _LEGATO_FRAMES
        origins[1:][touching] = found["pitch"][:-1][touching]
    return origins
