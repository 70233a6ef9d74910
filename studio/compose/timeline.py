"""Where a player is in the piece: bars to fill, the chord that sounds, rows fitted to the meter, how busy to be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from studio.compose.ensemble import Chair
from studio.compose.patterns import Row, Step, read
from studio.compose.plan import Plan, Streams
from studio.compose.recast import recast
from studio.compose.turns import PHRASE, Turns
from studio.score import ChordSpan, Section
from studio.theory.meter import Meter

EPSILON = 1e-6

LAST_RELEASE = 1.5
"""Seconds at the very end in which the last chord only dies away."""


@dataclass(frozen=True)
class Bar:
    """One bar: the section it stands in, its number there (0 first), its first beat; ``last`` of its section."""

    section: Section
    number: int
    start: float
    last: bool


def bars(plan: Plan, chair: Chair) -> Iterator[Bar]:
    """Yield the bars that a chair fills, in order; the bar of the final chord is not among them."""
    for section in plan.written:
        if not chair.plays(section):
            continue
        for number in range(section.bars):
            start = section.start + number * plan.bar
            if start < plan.final - EPSILON:
                yield Bar(section, number, start, number == section.bars - 1)


def plays_final(plan: Plan, chair: Chair) -> bool:
    """Whether a chair has a final chord to play: the ending does not fade, is written, and it plays in it."""
    return plan.ending.kind != "fade" and plan.sections[-1] in plan.written and chair.plays(plan.sections[-1])


def final_beats(plan: Plan) -> float:
    """Return how long the final chord is held, in beats: nearly through its ring, so that it can die away."""
    if plan.ending.kind == "cold":
        return 0.5 * plan.meter.pulse_beats
    release = min(LAST_RELEASE, 0.4 * plan.ending.ring)
    return float(plan.tempo.beat(plan.duration - release)) - plan.final


def rise_before(plan: Plan, section: Section) -> float:
    """Return by how much the energy rises (negative: falls) as ``section`` begins; 0 for the first."""
    index = plan.sections.index(section)
    return section.energy - plan.sections[index - 1].energy if index else 0.0


class Changes:
    """The chords of a piece, to be asked by beat."""

    def __init__(self, spans: Sequence[ChordSpan]) -> None:
        self.spans = tuple(spans)
        self._starts = np.array([span.start for span in self.spans])

    def index(self, beat: float) -> int:
        """Return the number of the chord that sounds at ``beat`` (the first before the start)."""
        return max(int(np.searchsorted(self._starts, beat + EPSILON, side="right")) - 1, 0)

    def at(self, beat: float) -> ChordSpan:
        """Return the chord that sounds at ``beat``."""
        return self.spans[self.index(beat)]

    def within(self, start: float, end: float) -> list[ChordSpan]:
        """Return the chords that begin in ``[start, end)``."""
        return [span for span in self.spans if start - EPSILON <= span.start < end - EPSILON]


def fitted(plan: Plan, row: str, written: str | None = None) -> Row:
    """Read a row that was written for the meter ``written`` (default: the style's own) in the plan's meter."""
    written = written or plan.style.meters[0]
    meter, swung = plan.meter, plan.style.feel.swing > 0.5
    if written == str(meter):
        return read(row, meter, swung=swung)
    if str(meter) == "3/4" and not Meter.parse(written).is_compound:
        return _cut(read(row, Meter(4, 4), swung=swung), 4.0, 3.0)
    if str(meter) == "3/4" and written == "12/8":
        return _cut(read(row, Meter(4, 4), swung=swung), 4.0, 3.0)
    if str(meter) == "6/8" and written in ("4/4", "12/8"):
        cells = [cell[: len(cell) // 2] if len(cell) % 12 == 0 else cell for cell in row.split("|")]
        return read("|".join(cells), meter, swung=swung)
    if written == "3/4" and meter.pulses == 4:  # a waltz row in four: its third beat comes twice
        cells = [cell + cell[-(len(cell) // 3) :] for cell in row.split("|")]
        return read("|".join(cells), meter, swung=swung)
    return read(row, meter, swung=swung)


def _cut(row: Row, old: float, new: float) -> Row:
    """Keep the first ``new`` beats of every bar of ``old`` beats; an approach at a bar's end stays at its end."""
    steps: list[Step] = []
    for number in range(row.bars):
        whole = row.bar(number, old)
        kept = [Step(step.beat, min(step.beats, new - step.beat), step.symbol) for step in whole]
        kept = [step for step in kept if step.beat < new - EPSILON]
        if len(kept) > 1 and whole[-1].symbol in "<>" and kept[-1].symbol not in "<>":
            kept[-1] = Step(kept[-1].beat, kept[-1].beats, whole[-1].symbol)
        steps += [Step(step.beat + number * new, step.beats, step.symbol) for step in kept]
    return Row(tuple(steps), row.bars)


def by_energy(count: int, energy: float) -> int:
    """Return which of ``count`` patterns, simplest first, suits an energy 0–1."""
    return min(int(max(energy, 0.0) * count), count - 1)


@dataclass(frozen=True)
class Onset:
    """An onset in the piece: ``beat``, ``gap`` to the part's next onset (a bar at most), the bar it stands in."""

    beat: float
    gap: float
    step: Step
    bar: Bar
    literal: bool

    @property
    def swell(self) -> float:
        """How far through its section the onset comes, 0–1."""
        return (self.beat - self.bar.section.start) / self.bar.section.beats


def onsets(plan: Plan, chair: Chair, streams: Streams, *, restless: bool = False) -> list[Onset]:
    """Lay a chair's patterns over the piece.

    A section's energy chooses its pattern, which turns every four bars (``studio.compose.turns``). ``restless`` players
    take another pattern every bar.
    """
    written = [fitted(plan, row) for row in chair.style.patterns]
    literal = ["-" in row for row in chair.style.patterns]
    if not written:
        return []
    found: list[tuple[float, Step, Bar, bool]] = []
    players: dict[str, Turns] = {}
    previous = -1
    for bar in bars(plan, chair):
        rng, energy = streams(bar.section), bar.section.energy
        if bar.section.name not in players:
            rows = written if restless else recast(written, plan, chair, bar.section)
            players[bar.section.name] = Turns(plan, chair, rows, literal)
        turns = players[bar.section.name]
        rows = turns.rows
        choice = turns.strain(bar.number, by_energy(len(rows), energy))
        if len(rows) > 1 and restless:
            choice = int(rng.choice([index for index in range(len(rows)) if index != previous]))
        previous = choice
        steps, as_written = rows[choice].bar(bar.number, plan.bar), literal[choice]
        if bar.number % PHRASE == PHRASE - 1 and not restless:
            steps, as_written = turns.turn(bar.section.name, bar.number, energy, choice, rng)
        found += [(bar.start + step.beat, step, bar, as_written) for step in steps]
    result = []
    for index, (beat, step, bar, is_literal) in enumerate(found):
        following = found[index + 1][0] if index + 1 < len(found) else plan.final
        gap = (
            min(following - beat, plan.bar)
            if plan.section_at(following) == bar.section
            else min(following - beat, bar.section.end - beat)
        )
        result.append(Onset(beat, max(gap, EPSILON), step, bar, is_literal))
    return result
