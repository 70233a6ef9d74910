"""The bass line: pattern rows relative to the chord, roots where chords change, approaches to the next one."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from studio.compose.ensemble import Chair
from studio.compose.patterns import Step
from studio.compose.plan import Plan, Streams
from studio.compose.timeline import EPSILON, Changes, Onset, bars, final_beats, fitted, onsets, plays_final
from studio.score import ChordSpan, Notes, notes
from studio.theory.chord import Chord

ABOVE_ROOT = {"2": 2, "4": 5}
"""Digits that are no chord degrees, as semitones above the root: passing tones of walking lines."""

CROWDED = 10.0
"""Cost in semitones of a root whose octave the register does not hold: the octave would jump below it."""

GHOST = 0.45
"""A ghost note's velocity as a share of the part's."""


def write_bass(
    plan: Plan,
    chords: tuple[ChordSpan, ...],
    chair: Chair,
    streams: Streams,
    *,
    kicks: ArrayLike | None = None,
) -> Notes:
    """Return the bass part.

    ``kicks``: onsets of the kick drum in beats; notes that fall on one are played a little louder.
    """
    changes = Changes(chords)
    walking = walks(plan, chair)
    line = _Line(chair, changes, plan, streams, walking)
    rows: list[tuple[float, float, int, int]] = []
    struck = np.sort(np.asarray(kicks if kicks is not None else [], float))
    steps = _on_changes(onsets(plan, chair, streams, restless=walking), changes, plan)
    if not chair.style.patterns:
        steps = _long_roots(plan, chair, changes)
    for onset in steps:
        if not _tuned(chair, plan, changes.at(onset.beat)):
            continue
        pitch = line.next(onset)
        force = GHOST if onset.step.symbol == "g" else 0.93 if onset.step.symbol in "<>" else 1.0
        with_kick = len(struck) > 0 and float(np.min(np.abs(struck - onset.beat))) < 0.02
        velocity = round(chair.style.velocity * force) + 6 * with_kick
        length = onset.step.beats if onset.literal else onset.gap * chair.style.length
        rows.append((onset.beat, min(length, onset.gap), pitch, min(velocity, 127)))
    if plays_final(plan, chair) and _tuned(chair, plan, changes.at(plan.final)):
        rows.append((plan.final, final_beats(plan), line.final(changes.at(plan.final)), chair.style.velocity))
    return notes(rows)


def _tuned(chair: Chair, plan: Plan, span: ChordSpan) -> bool:
    """Whether a chair has the root of a chord: kettledrums are tuned to two."""
    tonic = plan.key.tonic + plan.section_at(span.start).lift
    return not chair.style.roots or (span.chord.root - tonic) % 12 in chair.style.roots


def walks(plan: Plan, chair: Chair) -> bool:
    """Whether a chair walks: a note on every pulse, and approaches among them."""
    rows = [fitted(plan, row) for row in chair.style.patterns]
    pulses = plan.meter.pulses
    return (
        bool(rows)
        and any(step.symbol in "<>" for row in rows for step in row.steps)
        and all(len(row.steps) == pulses * row.bars for row in rows)
        and all(abs(step.beat % plan.meter.pulse_beats) < EPSILON for row in rows for step in row.steps)
    )


def _long_roots(plan: Plan, chair: Chair, changes: Changes) -> list[Onset]:
    """One root for every chord, struck again with each section; drawn again, the fifth follows half way through, or the
    root is struck in every bar."""
    found = []
    for bar in bars(plan, chair):
        turn = plan.turn("bass", bar.section) % 3
        starts = {span.start for span in changes.within(bar.start, bar.start + plan.bar)}
        if bar.number == 0 or turn == 2:
            starts.add(bar.start)
        for start in sorted(starts):
            span = changes.at(start)
            gap = min(span.end, bar.section.end, plan.final, bar.start + plan.bar if turn == 2 else plan.end) - start
            shares = ("1", "5") if turn == 1 and gap >= plan.bar - EPSILON else ("1",)
            for number, symbol in enumerate(shares):
                part, at = gap / len(shares), start + number * gap / len(shares)
                found.append(Onset(at, part, Step(at - bar.start, part, symbol), bar, False))
    return found


def _on_changes(found: Iterable[Onset], changes: Changes, plan: Plan) -> list[Onset]:
    """Let every chord be announced by its root: the first onset of each chord becomes one, or one is put in.

    A bar that begins with a rest keeps it, since styles rest there on purpose.
    """
    result: list[Onset] = []
    heard = -1
    for onset in found:
        end = onset.beat + onset.gap
        index = changes.index(onset.beat)
        late = onset.beat - changes.spans[index].start
        if index != heard and onset.step.symbol not in "18<>" and late < plan.meter.pulse_beats + EPSILON:
            onset = replace(onset, step=replace(onset.step, symbol="1"))
        heard = index
        inside = [
            span
            for span in changes.within(onset.beat + EPSILON * 2, end - EPSILON)
            if bool((span.start - onset.bar.start) % plan.bar > EPSILON) and span.start < onset.bar.start + plan.bar
        ]
        edges = [span.start for span in inside] + [end]
        first = edges[0] - onset.beat
        result.append(replace(onset, gap=first, step=replace(onset.step, beats=min(onset.step.beats, first))))
        for span, until in zip(inside, edges[1:], strict=True):
            gap = until - span.start
            step = Step(span.start - onset.bar.start, gap * 0.95, "1")
            result.append(Onset(span.start, gap, step, onset.bar, onset.literal))
            heard = changes.index(span.start)
    return result


class _Line:
    """Chooses octaves so that the line stays smooth and in its register."""

    def __init__(self, chair: Chair, changes: Changes, plan: Plan, streams: Streams, walking: bool) -> None:
        self.low, self.high = chair.register
        self.home = self.low + 0.4 * (self.high - self.low)
        self.octaves = any("8" in row for row in chair.style.patterns)
        self.changes, self.plan, self.streams, self.walking = changes, plan, streams, walking
        self.root: int | None = None
        self.target: tuple[float, int] | None = None
        self.recent: list[int] = []
        self.direction, self.turn = 1, 0

    def next(self, onset: Onset) -> int:
        """Return the pitch of the next onset."""
        symbol = onset.step.symbol
        chord = self.changes.at(onset.beat).chord
        if symbol.isdigit() and not self.recent:  # whoever comes in says where home is
            symbol = "1"
        if symbol in "<>":
            pitch = self._approach(onset, symbol)
        elif symbol == "n":
            pitch = self.root = self._octave(self.changes.at(onset.bar.start + self.plan.bar).chord.bass)
        elif symbol == "g" or symbol == "x":
            pitch = self.recent[-1] if self.recent else self._octave(chord.bass)
        elif self.walking:
            pitch = self._walk(onset, chord, symbol)
        else:
            pitch = self._anchored(onset, chord, symbol)
        self.recent = [*self.recent[-3:], pitch]
        return pitch

    def final(self, span: ChordSpan) -> int:
        """Return the last root, low."""
        return min(self._places(span.chord.bass), key=lambda pitch: abs(pitch - self.low - 4))

    def _places(self, pitch_class: int) -> list[int]:
        first = self.low + (pitch_class - self.low) % 12
        return list(range(first, self.high + 1, 12)) or [first]

    def _octave(self, pitch_class: int) -> int:
        near = self.root if self.root is not None else self.home
        cost = lambda pitch: abs(pitch - near) + 0.5 * abs(pitch - self.home) + self._crowded(pitch)  # noqa: E731
        return min(self._places(pitch_class), key=cost)

    def _crowded(self, root: int) -> float:
        """A root is ill placed where the octave that the patterns ask for does not fit above it."""
        return CROWDED if self.octaves and root + 12 > self.high else 0.0

    def _anchored(self, onset: Onset, chord: Chord, symbol: str) -> int:
        """Degrees stand above the root they belong to, or below it where the register ends."""
        base = chord.bass
        if self.target and abs(self.target[0] - onset.beat) < EPSILON:
            root = self.target[1]
        elif self.root is not None and self.root % 12 == base:
            root = self.root
        else:
            root = self._octave(base)
        self.root = root
        if symbol == "1":
            return root
        if symbol == "8":
            return root + 12 if root + 12 <= self.high else root - 12 if root - 12 >= self.low else root
        pitch = root + (_pitch_class(chord, symbol) - root) % 12
        return pitch if pitch <= self.high else pitch - 12 if pitch - 12 >= self.low else root

    def _approach(self, onset: Onset, symbol: str) -> int:
        """A semitone below or above the root that comes next; remembers in which octave that is to be."""
        index = self.changes.index(onset.beat)
        next_bar = onset.bar.start + self.plan.bar
        following = self.changes.spans[min(index + 1, len(self.changes.spans) - 1)]
        beat = following.start if onset.beat < following.start - EPSILON < next_bar else next_bar
        goal = self.changes.at(beat).chord.bass
        step = -1 if symbol == "<" else 1
        previous = self.recent[-1] if self.recent else round(self.home)
        near = lambda pitch: abs(pitch + step - previous) + 0.35 * abs(pitch - self.home)  # noqa: E731
        target = min(self._places(goal), key=near)
        if target + step == previous:  # approach from the other side rather than wait on one pitch
            step = -step
        if not self.low <= target + step <= self.high:
            step = -step
        self.target = (beat, target)
        return target + step

    def _walk(self, onset: Onset, chord: Chord, symbol: str) -> int:
        """Go on in one direction for a bar or two, by small intervals, and never stay."""
        if onset.step.beat < EPSILON:
            self.turn -= 1
            if self.turn <= 0:
                previous = self.recent[-1] if self.recent else self.home
                up = previous < self.home - 3 or (previous < self.home + 5 and self.direction < 0)
                self.direction, self.turn = (1 if up else -1), int(self.streams(onset.bar.section).integers(1, 3))
        if self.target and abs(self.target[0] - onset.beat) < EPSILON:
            self.root = self.target[1]
            return self.root
        first = any(
            abs(span.start - onset.beat) < EPSILON for span in self.changes.within(onset.beat, onset.beat + 0.1)
        )
        classes = [_pitch_class(chord, symbol)]
        if not first:
            classes += [tone for tone in (*chord.tones[:4], (chord.root + 9) % 12) if tone not in classes]
        options = [
            (self._walk_cost(pitch) + 5.0 * (rank > 0), pitch)
            for rank, tone in enumerate(classes)
            for pitch in self._places(tone)
        ]
        return min(options)[1]

    def _walk_cost(self, pitch: int) -> float:
        if not self.recent:
            return abs(pitch - self.home)
        step = pitch - self.recent[-1]
        cost = abs(step) + 0.15 * abs(pitch - self.home) + 1.5 * max(abs(step) - 7, 0)
        if step == 0:
            cost += 40.0 if self.recent[-2:] == [pitch, pitch] else 7.0
        if step * self.direction < 0:
            cost += 4.0
        if len(self.recent) > 1 and pitch == self.recent[-2]:
            cost += 2.0
        return cost


def _pitch_class(chord: Chord, symbol: str) -> int:
    if symbol in ABOVE_ROOT:
        return (chord.root + ABOVE_ROOT[symbol]) % 12
    if symbol == "1" or symbol == "8":
        return chord.bass
    return chord.degree(int(symbol))
