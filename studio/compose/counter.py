"""The second voice: guide tones while the lead holds, echoes of its motif while it rests."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from studio.compose.doubling import write_double
from studio.compose.ensemble import Chair
from studio.compose.line import LineTaste, scale_of
from studio.compose.plan import Plan, Streams
from studio.compose.timeline import EPSILON, Changes, bars, final_beats, plays_final
from studio.score import ChordSpan, Notes, notes
from studio.theory.chord import Chord
from studio.theory.pitch import nearest

GAP = 2.0
"""A rest of the lead at least this long (beats) is answered."""

APART = 3
"""Semitones that the counter line keeps from the lead."""

OVERLAP = 0.3
"""Largest share of its onsets that may coincide with the lead's."""

MOTIF = 5
"""Notes of the lead, at most, that an echo takes up."""

FULL = 0.8
"""Energy from which everybody may play at once."""

STAYED, STAYED_ON = 2.0, 4.0
"""Cost of a guide tone that stays where it was; what is added each time it has stayed before: a line, no drone."""

Row = tuple[float, float, int, int]


def write_counter(plan: Plan, chords: tuple[ChordSpan, ...], chair: Chair, lead: Notes, streams: Streams) -> Notes:
    """Return the counter line: one note at a time, never nearer than a third to the lead.

    While a theme is heard for the first time it only answers. A chair that doubles sings the lead along instead.
    """
    if chair.style.doubles:
        return write_double(plan, chords, chair, lead)
    line = _Counter(plan, chords, chair, lead, streams)
    stretches = _stretches(plan, chair)
    for start, end in stretches:
        free = [(start, end)]
        for gap_start, gap_end in _rests(lead, start, end):
            if echo := line.echo(gap_start, gap_end):
                line.rows += echo
                free = _without(free, echo[0][0] - 0.5, echo[-1][0] + echo[-1][1])
        if not _first_hearing(plan, start):
            for free_start, free_end in free:
                line.guide(free_start, free_end)
    rows = _one_at_a_time(line.rows)
    if plan.until >= plan.end:  # an opening has its share of the whole to spend
        rows = _thinned(rows, lead)
    if plays_final(plan, chair):
        rows.append(line.final())
    return notes(rows)


def _first_hearing(plan: Plan, start: float) -> bool:
    """Whether a section states its theme for the first time, and not at full strength."""
    section = plan.section_at(start)
    return plan.occurrence(section) == 0 and section.energy < FULL


def _stretches(plan: Plan, chair: Chair) -> list[tuple[float, float]]:
    """Return from where to where the chair plays without a break, section by section."""
    result: dict[float, float] = {}
    for bar in bars(plan, chair):
        result[bar.section.start] = bar.start + plan.bar
    return sorted(result.items())


def _rests(lead: Notes, start: float, end: float) -> list[tuple[float, float]]:
    """Return the rests of the lead of ``GAP`` beats or more that follow a note of it, within a stretch."""
    ends = lead["onset"] + lead["duration"]
    gaps = []
    for index in range(len(lead)):
        silence = float(np.max(ends[: index + 1]))
        after = float(lead["onset"][index + 1]) if index + 1 < len(lead) else end
        gap = max(silence, start), min(after, end)
        if gap[1] - gap[0] >= GAP - EPSILON and start - EPSILON <= silence:
            gaps.append(gap)
    return gaps


def _without(free: list[tuple[float, float]], start: float, end: float) -> list[tuple[float, float]]:
    """Cut ``[start, end)`` out of free stretches."""
    pieces = [piece for a, b in free for piece in ((a, min(b, start)), (max(a, end), b))]
    return [(a, b) for a, b in pieces if b - a > 0.5]


def _one_at_a_time(rows: Sequence[Row]) -> list[Row]:
    """Let every note give way to the next."""
    rows = sorted(rows)
    return [
        (onset, min(length, after - onset), pitch, velocity)
        for (onset, length, pitch, velocity), after in zip(rows, [*(row[0] for row in rows[1:]), np.inf], strict=False)
        if after - onset > EPSILON
    ]


def _thinned(rows: list[Row], lead: Notes) -> list[Row]:
    """Leave out notes that start with the lead's until they are few enough."""
    together = [bool(np.any(np.abs(lead["onset"] - row[0]) < 0.05)) for row in rows]
    allowed = int(OVERLAP * together.count(False) / (1 - OVERLAP))
    kept = []
    for row, coincides in zip(rows, together, strict=True):
        allowed -= coincides
        if not coincides or allowed >= 0:
            kept.append(row)
    return kept


class _Counter:
    """Writes the line piece by piece and remembers where it stands."""

    def __init__(self, plan: Plan, chords: Sequence[ChordSpan], chair: Chair, lead: Notes, streams: Streams) -> None:
        self.plan, self.chair, self.lead, self.streams = plan, chair, lead, streams
        self.changes = Changes(chords)
        self.low, self.high = chair.register
        self.home = (self.low + self.high) / 2
        self.previous = self.home
        self.stays = 0
        self.lead_before: float | None = None
        self.rows: list[Row] = []
        self._ends = lead["onset"] + lead["duration"]

    def guide(self, start: float, end: float) -> None:
        """Move through the guide tones of the chords between two beats."""
        bar = self.plan.bar
        for span in self.changes.spans:
            first, last = max(span.start, start), min(span.end, end)
            while last - first > 0.5 + EPSILON:
                until = min(first + bar, last)
                self._guide_tone(span.chord, first, until)
                first = until

    def _guide_tone(self, chord: Chord, start: float, end: float) -> None:
        onset = self._moment(start, end)
        pitch = self._pitch(chord, onset, end)
        if pitch is None or self._draw(start) < 0.12:  # a line that never rests is a pad
            return
        self.rows.append((onset, (end - onset) * self.chair.style.length, pitch, self.chair.style.velocity))
        self.stays = self.stays + 1 if pitch == self.previous else 0
        self.previous = pitch
        heard = self._lead_during(onset, end)
        self.lead_before = float(heard.mean()) if len(heard) else None

    def _draw(self, beat: float) -> float:
        return float(self.streams(self.plan.section_at(beat)).random())

    def _moment(self, start: float, end: float) -> float:
        """Return where the lead lets the line move: at ``start`` or the half beat after it that is free."""
        step = 0.5
        for place in np.arange(start, min(start + 2.0, end - 1.0) + EPSILON, step):
            if not np.any(np.abs(self.lead["onset"] - place) < 0.05):
                return float(place)
        return start

    def _pitch(self, chord: Chord, onset: float, end: float) -> int | None:
        """Return the guide tone that moves least, against the lead's direction, away from all it sounds meanwhile."""
        near = self._lead_during(onset, end)
        motion = float(near.mean()) - self.lead_before if len(near) and self.lead_before is not None else 0.0
        best, best_cost = None, np.inf
        for rank, degree in enumerate((3, 7, 5, 9) if len(chord.tones) > 3 else (3, 5, 1)):
            for pitch in _places(chord.degree(degree), self.low, self.high):
                if len(near) and np.min(np.abs(near - pitch)) < APART:
                    continue
                step = pitch - self.previous
                cost = abs(step) + 1.2 * rank + 0.15 * abs(pitch - self.home)
                cost += (STAYED + STAYED_ON * self.stays) * (step == 0) + 6.0 * (step * motion > 0)
                if cost < best_cost:
                    best, best_cost = pitch, cost
        return best

    def _lead_during(self, onset: float, end: float) -> NDArray[np.int64]:
        """Return the pitches the lead sounds between two beats."""
        sounding = (self.lead["onset"] < end - EPSILON) & (self._ends > onset + EPSILON)
        pitches: NDArray[np.int64] = self.lead["pitch"][sounding].astype(int)
        return pitches

    def echo(self, start: float, end: float) -> list[Row]:
        """Return the lead's last motif, moved onto the chord of the gap; empty where it does not fit."""
        before = self.lead[self.lead["onset"] < start - EPSILON]
        motif = before[before["onset"] >= start - self.plan.bar - EPSILON][-MOTIF:]
        if len(motif) < 2 or self._draw(start) < 0.25:
            return []
        first = float(np.ceil((start + 0.25) * 2 - EPSILON) / 2)
        offsets = motif["onset"] - motif["onset"][0]
        fits = first + offsets + 0.5 <= end + EPSILON
        if fits.sum() < 2:
            return []
        motif, offsets = motif[fits], offsets[fits]
        shift = self._shift(self.changes.at(first).chord, motif)
        rows: list[Row] = []
        for number, (offset, note) in enumerate(zip(offsets, motif, strict=True)):
            onset = first + float(offset)
            strong = number in (0, len(motif) - 1)
            pitch = self._onto(int(note["pitch"]) + shift, onset, strong)
            length = min(float(note["duration"]), end - onset, 2.0)
            rows.append((onset, length, pitch, max(self.chair.style.velocity - 4, 12)))
        self.previous = rows[-1][2]
        return rows

    def _shift(self, chord: Chord, motif: Notes) -> int:
        """Return the transposition that brings the motif into the register, its first note onto the chord."""
        middle = round(float(motif["pitch"].mean()))
        octave = round((self.home - middle) / 12) * 12
        first = int(motif["pitch"][0]) + octave
        return (
            min((nearest(tone, first) for tone in chord.tones), key=lambda pitch: abs(pitch - first)) - first + octave
        )

    def _onto(self, pitch: int, beat: float, strong: bool) -> int:
        """Move a pitch to the nearest tone of the chord (strong notes) or of chord and scale, inside the register."""
        chord = self.changes.at(beat).chord
        key = self.plan.key.raised(self.plan.section_at(beat).lift)
        allowed = chord.tones if strong else scale_of(LineTaste(key, "mode", self.low, self.high, 12, 1.0), chord)
        places = [place for tone in allowed for place in _places(tone, self.low, self.high)]
        return min(places, key=lambda place: (abs(place - pitch), place)) if places else pitch

    def final(self) -> Row:
        """Return the last note: a tone of the final chord."""
        chord = self.changes.at(self.plan.final).chord
        length = final_beats(self.plan)
        pitch = self._pitch(chord, self.plan.final, self.plan.final + length)
        return self.plan.final, length, pitch if pitch is not None else round(self.previous), self.chair.style.velocity


def _places(pitch_class: int, low: int, high: int) -> range:
    first = low + (pitch_class - low) % 12
    return range(first, max(high, first) + 1, 12)
