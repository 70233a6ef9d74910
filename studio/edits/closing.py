"""Endings: the last chord of a piece, or one made of a bar that stands on the tonic, struck once and left to ring."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from studio.edits.splice import EPSILON, early
from studio.score import CONTROLS, Notes, Part, Score, automation

STRUCK_SECONDS = 0.16
"""A chord that is strummed or rolled is all there after so long."""

LAST_RELEASE, RELEASE_SHARE = 1.5, 0.4
"""Seconds at the very end, or share of the ring, in which the last chord only dies away."""

COLD, LONGEST_STOP = 1.0, 2.0
"""A last chord that was written shorter than so many beats is meant to stop; seconds that may follow one."""

CRASH, FORCE = 49, 96
RESTING = ("bend", "vibrato", "sustain")


def own_closing(score: Score) -> float | None:
    """Return the beat of the piece's own last chord; None where it fades and has none."""
    final = score.end - score.meter.bar_beats
    after = final + _reach(score, final)
    tones = [part.notes["onset"] for part in score.parts if part.role not in ("effects", "drums")]
    onsets = np.concatenate([np.zeros(0), *tones])
    struck = (onsets >= early(score, final)) & (onsets < after)
    return final if np.any(struck) and not np.any(onsets >= after) else None


def tonic_bars(score: Score) -> list[float]:
    """Return the beats of bars that begin with a chord on the tonic of their section's key."""
    found = []
    bar = score.meter.bar_beats
    for beat in np.arange(0.0, score.end - EPSILON, bar):
        span = next(span for span in reversed(score.chords) if span.start < beat + EPSILON)
        if span.chord.root == (score.key.tonic + int(score.lift(beat))) % 12:
            found.append(float(beat))
    return found


def closed(score: Score, seconds: float, *, own: bool) -> Score:
    """Let the last bar be struck once and ring to the end of ``seconds``, dying away before it.

    The piece's ``own`` last chord, if it is a short one, stays short where not much time is left after it.
    """
    final = score.end - score.meter.bar_beats
    ring = seconds - float(score.tempo.seconds(final))
    held = float(score.tempo.beat(seconds - min(LAST_RELEASE, RELEASE_SHARE * ring)))
    after = final + _reach(score, final)
    short = own and ring <= LONGEST_STOP
    parts = tuple(_closed(part, early(score, final), after, held, short=short) for part in score.parts)
    chords = [span for span in score.chords if span.start < final + EPSILON]
    chords[-1] = replace(chords[-1], beats=score.end - chords[-1].start)
    return replace(score, duration=seconds, parts=parts, chords=tuple(chords))


def last_ring(score: Score) -> float:
    """Return the seconds from the last chord of a closed score to its end."""
    return score.duration - float(score.tempo.seconds(score.end - score.meter.bar_beats))


def _reach(score: Score, beat: float) -> float:
    """Return the beats in which all strike what is struck together, at most a quarter of a beat."""
    pace = float(score.tempo.beat(score.tempo.seconds(beat) + STRUCK_SECONDS)) - beat
    return min(max(pace, 0.2), 0.45)


def _closed(part: Part, first: float, after: float, held: float, *, short: bool) -> Part:
    notes = part.notes[part.notes["onset"] < after].copy()
    last = notes["onset"] >= first
    if part.role == "drums":
        notes = _crashed(part, notes, last)
    elif part.role != "effects" and np.any(last) and not (short and float(notes["duration"][last].max()) < COLD):
        notes["duration"][last] = held - notes["onset"][last]
    notes["duration"] = np.minimum(notes["duration"], held - notes["onset"])
    lanes = {name: _ended(lane, name, after) for name, lane in part.controls.items()}
    return replace(part, notes=notes, controls=lanes)


def _crashed(part: Part, notes: Notes, last: NDArray[np.bool_]) -> Notes:
    """Keep of the drums what is struck with the last chord, and let the crash ring if the kit plays one."""
    if not np.any(last) or CRASH not in part.notes["pitch"] or CRASH in notes["pitch"][last]:
        return notes
    crash = notes[last][:1].copy()
    crash["pitch"], crash["velocity"], crash["duration"] = CRASH, FORCE, 2.0
    return np.sort(np.concatenate([notes, crash]), order=["onset", "pitch"], kind="stable")


def _ended(lane: NDArray[np.void], name: str, after: float) -> NDArray[np.void]:
    """Return a lane that does nothing after the last chord is struck; pitches come to rest."""
    rows = [tuple(row) for row in lane[lane["beat"] < after].tolist()]
    if name in RESTING:
        rows.append((after, CONTROLS[name]))
    return automation(rows)
