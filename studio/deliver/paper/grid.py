"""From beats to ticks: every pulse gets the coarsest grid on which a part's onsets in it lie."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from studio.deliver.paper.values import DIVISIONS, ticks
from studio.score import Notes
from studio.theory.meter import Meter

SIMPLE_GRIDS, COMPOUND_GRIDS = (12, 6, 8, 4, 3), (12, 6, 3)
"""Steps in ticks, tried in this order: eighths, sixteenths, triplets, their halves, thirty-seconds."""
EXACT = 0.25
"""Ticks by which an onset may miss a grid and still lie on it."""
STRANGE: Mapping[int, float] = {12: 0.0, 6: 0.0, 8: 0.75, 4: 0.75, 3: 1.25}
"""Ticks of missing that a reader would rather have than this step, where none is exact."""
EMPTY = 12
TRIPLET = (8, 4)


@dataclass(frozen=True)
class Tone:
    """A note on the grid: ``start`` in ticks, ``end`` in ticks but not yet a note value."""

    start: int
    end: float
    pitch: int


@dataclass(frozen=True)
class Grid:
    """The grid of one part: ticks a pulse, and the step of every pulse that has one."""

    pulse: int
    steps: Mapping[int, int]

    def step(self, tick: float) -> int:
        """Return the step that reigns at ``tick``."""
        return self.steps.get(int(tick // self.pulse), EMPTY)

    def nearest(self, tick: float) -> int:
        """Return the place on the grid nearest to ``tick``."""
        step, head = self.step(tick), int(tick // self.pulse) * self.pulse
        return head + round((tick - head) / step) * step

    def after(self, tick: float) -> int:
        """Return the first place on the coarse grid (eighths, triplet eighths) not clearly before ``tick``."""
        tick -= EXACT
        head = int(tick // self.pulse) * self.pulse
        step = 8 if self.step(tick) in TRIPLET else EMPTY
        return head + -int(-(tick - head) // step) * step


def grid(notes: Notes, meter: Meter) -> Grid:
    """Return the grid on which a part's notes are written."""
    pulse = ticks(meter.pulse_beats)
    places: dict[int, list[float]] = defaultdict(list)
    for onset in notes["onset"].tolist():
        tick = max(onset * DIVISIONS, 0.0)
        index, within = divmod(tick + EXACT, pulse)
        places[int(index)].append(within - EXACT)
    grids = COMPOUND_GRIDS if meter.is_compound else SIMPLE_GRIDS
    return Grid(pulse, {index: _step(found, grids) for index, found in places.items()})


def tones(notes: Notes, grid: Grid, end: int) -> list[Tone]:
    """Return the notes that begin before ``end`` (ticks), in order of time and pitch; one of each pitch a place."""
    found: dict[tuple[int, int], float] = {}
    for onset, duration, pitch, _ in notes.tolist():
        start = max(grid.nearest(onset * DIVISIONS), 0)
        stop = min((onset + duration) * DIVISIONS, float(end))
        if start < end:
            found[start, pitch] = max(stop, found.get((start, pitch), 0.0), start + 1.0)
    return [Tone(start, stop, pitch) for (start, pitch), stop in sorted(found.items())]


def _step(places: Sequence[float], grids: Sequence[int]) -> int:
    """Return the first step on which all places lie, else the one that they miss least on the whole."""
    misses = {step: [abs(place - round(place / step) * step) for place in places] for step in grids}
    exact = (step for step, missed in misses.items() if max(missed) <= EXACT)
    return next(exact, min(grids, key=lambda step: sum(misses[step]) / len(places) + STRANGE[step]))
