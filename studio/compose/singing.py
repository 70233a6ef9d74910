"""Pitches by the trained melody model: rhythm, form and chords are given, the network sings within them.

Several lines are sung at once, a note of each at every step. A note that is free is drawn from what the network would
sing, less what the line's costs forbid; a note that is made from an earlier one follows it as closely as chord and
scale allow. Of several tries at a line the one that the network finds most natural is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.compose.line import UNPREPARED, UNRESOLVED, LineTaste, Pitches, Slot, cost, table
from studio.models.files import trained
from studio.models.melody import HIGHEST, LOWEST, REST, TICKS, Frame, nearest_duration
from studio.models.player import Cache, Player, log_softmax

Floats = NDArray[np.float64]

PITCHES = np.arange(128)

WARMTH = 0.75
"""Temperature of the draw."""

UNLIKELY = 3.0
"""Notes that are less likely than the likeliest by this factor's logarithm are not drawn."""

FAITHFUL, OWN_MIND = 1.1, 0.3
"""Cost of every semitone away from the note that one is made from; how far the model has a say in it."""

STRICT = 0.8
"""How dear notes outside the chord are, beside what they cost in lines made by rule: the model knows them too."""

TOO_WIDE, BETWEEN_PHRASES = 6.0, 12
"""Cost of a leap wider than the style has, or than so many semitones from one phrase to the next."""

REPEATED: Floats = np.array([0.0, 0.5, 1.0, 1.8, 3.0, 4.5])
"""Cost of the n-th note of a row on one pitch; chords and doubts make the model stay where it is, real tunes move on:
one note in five repeats the one before, one in forty stands in a row of six."""

MOVED = 0.35
"""Weight of the costs of a try beside its likelihood, when tries are compared."""

STRAY, ROOM = 0.5, 6.0
"""Cost of every semitone by which a note is more than ROOM away from where the arch of its line runs."""

COMFORT = 69
"""Pitch about which the model's tunes lie; a line is moved there by octaves."""


@dataclass(frozen=True)
class Echo:
    """A note made from the note ``source`` slots into the line: ``steps`` scale steps higher, or mirrored about
    the slot ``about``."""

    source: int
    steps: int = 0
    mirrored: bool = False
    about: int = 0


@dataclass(frozen=True)
class Line:
    """A line to be sung: slots with times from ``start`` on, what each is made from, where it stands."""

    slots: Sequence[Slot]
    echoes: Sequence[Echo | None]
    taste: LineTaste
    frame: Frame
    start: float
    rng: np.random.Generator


def sing(lines: Sequence[Line], tries: int) -> list[Pitches]:
    """Return the pitches of every line, shape ``(slots,)`` each: the best of ``tries``."""
    rows = [_Row(line) for line in lines for _ in range(tries if line.slots else 0)]
    if rows:
        _perform(trained("melody"), rows)
    result: list[Pitches] = []
    waiting = iter(rows)
    for line in lines:
        found = [next(waiting) for _ in range(tries)] if line.slots else []
        result.append(max(found, key=lambda row: row.merit).sung if found else np.zeros(0, np.int64))
    return result


def _perform(model: Player, rows: Sequence["_Row"]) -> None:
    """Let all rows sing to their ends, one event of each at a time; whoever is done steps back."""
    rows = sorted(rows, key=lambda row: -len(row.events))
    steps = len(rows[0].events)
    context = np.zeros((len(rows), steps, len(model.grammar.context)), np.int64)
    for number, row in enumerate(rows):
        context[number, : len(row.events)] = row.context
    cache = Cache(model.size, len(rows), steps)
    before = np.tile(model.grammar.nothing, (len(rows), 1, 1))
    for step in range(steps):
        singing = [row for row in rows if step < len(row.events)]
        cache.narrow(len(singing))
        state = model.trunk(before[: len(singing)], context[: len(singing), step : step + 1], cache)[:, 0]
        likely = log_softmax(model.logits(state, 0, before)[:, :REST]).astype(np.float64)
        before = np.array([[row.sing(step, heard)] for row, heard in zip(singing, likely, strict=True)])


class _Row:
    """One try at a line: its events with their context, and what has been sung."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.sung = np.zeros(len(line.slots), np.int64)
        self.events = _events(line)
        onsets = np.array([onset for onset, _, _ in self.events])
        durations = np.array([duration for _, duration, _ in self.events])
        self.context = line.frame.context(onsets, durations + 1)
        chords = {slot.chord for slot in line.slots}
        self.tables = {chord: table(chord, line.taste, PITCHES) for chord in chords}
        inside = (line.taste.low <= PITCHES) & (line.taste.high >= PITCHES)
        self.costs = [np.where(inside, self._alone(slot), np.inf) for slot in line.slots]
        self.shift = _shift(line)
        self.noise = line.rng.gumbel(size=(len(line.slots), len(PITCHES)))
        self.merit = 0.0

    def _alone(self, slot: Slot) -> Floats:
        """Return what each pitch costs at a slot by itself."""
        stray = STRAY * np.maximum(0.0, np.abs(PITCHES - slot.target) - ROOM)
        return cost(slot, self.tables, PITCHES, strict=STRICT) + stray

    def sing(self, step: int, likely: Floats) -> tuple[int, int]:
        """Take a step: ``likely`` are log chances of the model's pitches. Return the event, in the model's numbers."""
        _, duration, number = self.events[step]
        if number is None:
            return REST, duration
        pitch = self._pitch(number, self._heard(likely))
        self.sung[number] = pitch
        return int(np.clip(pitch + self.shift, LOWEST, HIGHEST)) - LOWEST, duration

    def _heard(self, likely: Floats) -> Floats:
        """Return the log chance of every MIDI pitch, in the line's own key and octave."""
        place = PITCHES + self.shift - LOWEST
        known = (place >= 0) & (place < len(likely))
        return np.where(known, likely[np.clip(place, 0, len(likely) - 1)], likely.min() - 2.0)

    def _pitch(self, number: int, heard: Floats) -> int:
        slot, echo = self.line.slots[number], self.line.echoes[number]
        costs = self.costs[number] + self._moving(number)
        if echo is not None:
            away = np.abs(PITCHES - self._echoed(echo, slot))
            chosen = int((OWN_MIND * heard - costs - FAITHFUL * away).argmax())
        else:
            score = heard - costs
            score = np.where(score < score.max() - UNLIKELY, -np.inf, score)
            chosen = int((score / WARMTH + self.noise[number]).argmax())
        self.merit += (float(heard[chosen]) - MOVED * float(costs[chosen])) / len(self.line.slots)
        return chosen

    def _moving(self, number: int) -> Floats:
        """Return what it costs to come to each pitch from the one before."""
        if number == 0:
            return np.zeros(len(PITCHES))
        line, last = self.line, int(self.sung[number - 1])
        before, slot = line.slots[number - 1], line.slots[number]
        steps = np.abs(PITCHES - last)
        wide = np.where(steps > (BETWEEN_PHRASES if slot.starts_phrase else line.taste.leap), TOO_WIDE, 0.0)
        outside = ~self.tables[slot.chord][1]
        was_outside = not self.tables[before.chord][1][last]
        leaps = np.where(steps > 2, STRICT * (UNPREPARED * outside + UNRESOLVED * before.weight * was_outside), 0.0)
        repeats = np.where(steps == 0, REPEATED[min(self._row(number), len(REPEATED) - 1)], 0.0)
        return (wide + leaps + repeats) * (0.4 if slot.starts_phrase else 1.0)

    def _row(self, number: int) -> int:
        """Return how many notes before ``number`` stand in a row on one pitch; a phrase begins a new row."""
        first = number - 1
        while first and self.sung[first - 1] == self.sung[first] and not self.line.slots[first].starts_phrase:
            first -= 1
        return number - first

    def _echoed(self, echo: Echo, slot: Slot) -> int:
        """Return the pitch that an echo aims at: so many steps of the scale from its source, or its mirror image."""
        scale = np.flatnonzero(self.tables[slot.chord][0])
        place = int(np.abs(scale - self.sung[echo.source]).argmin())
        if echo.mirrored:
            place = 2 * int(np.abs(scale - self.sung[echo.about]).argmin()) - place
        return int(scale[np.clip(place + echo.steps, 0, len(scale) - 1)])


def _events(line: Line) -> list[tuple[int, int, int | None]]:
    """Return (onset in ticks, duration as the model numbers it, slot) of notes, and of the rests between them."""
    rows: list[tuple[int, int, int | None]] = []
    now = 0
    for number, slot in enumerate(line.slots):
        onset = round((slot.onset - line.start) * TICKS)
        if onset - now >= TICKS // 4:
            rows.append((now, nearest_duration(onset - now), None))
        duration = nearest_duration(round(slot.beats * TICKS))
        rows.append((onset, duration, number))
        now = onset + round(slot.beats * TICKS)
    return rows


def _shift(line: Line) -> int:
    """Return the semitones from the line's key to the model's, in the octave where its tunes lie."""
    down = -line.taste.key.tonic + (9 if line.frame.is_minor else 0)
    middle = (line.taste.low + line.taste.high) / 2
    return down % 12 + 12 * round((COMFORT - middle - down % 12) / 12)
