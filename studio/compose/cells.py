"""Rhythm cells by the trained model: it sings freely for a bar or two, and how it moved becomes a motif's rhythm."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from studio.models.files import trained
from studio.models.melody import DURATIONS, REST, TICKS, Frame
from studio.models.player import Cache, softmax

Steps = tuple[tuple[float, float], ...]
"""Onset and length of the notes of a cell, in beats."""

TRIES = 6
"""Cells sung for each that is wanted; the one that is nearly as busy as asked is kept."""

LIKELY = 0.1
"""A note within this share of the wanted number is busy enough: then the likelier cell is better."""

LENGTHS = np.array(DURATIONS)


@dataclass(frozen=True)
class Wish:
    """A cell wanted: ``beats`` long from beat ``start`` of ``frame`` on, of about ``notes`` notes."""

    frame: Frame
    start: float
    beats: float
    notes: float
    rng: np.random.Generator


def sung_cells(wishes: Sequence[Wish]) -> list[Steps]:
    """Return a cell for every wish; each begins with a note and ends where its time is over."""
    rows = [_Cell(wish) for wish in wishes for _ in range(TRIES)]
    if rows:
        _improvise(rows)
    tries = [rows[at : at + TRIES] for at in range(0, len(rows), TRIES)]
    return [tuple(min(group, key=lambda cell: cell.fault).steps) for group in tries]


@dataclass
class _Cell:
    """One try: where it stands in ticks, what it has so far, and how unlikely that was."""

    wish: Wish
    now: int = 0
    steps: list[tuple[float, float]] = field(default_factory=list)
    surprise: float = 0.0

    @property
    def left(self) -> int:
        return round(self.wish.beats * TICKS) - self.now

    @property
    def fault(self) -> float:
        """How far the cell is from what was wished; likelier ones first among those that are near."""
        away = abs(len(self.steps) / self.wish.notes - 1.0)
        return max(0.0, away - LIKELY) * 10 + self.surprise / max(1, len(self.steps))

    def context(self) -> np.ndarray:
        onset = np.array(round(self.wish.start * TICKS) + self.now)
        return self.wish.frame.context(onset, np.array(0))

    def draw(self, chances: np.ndarray, allowed: np.ndarray) -> int:
        """Draw among the allowed values; the surprise of what was drawn is added up."""
        chances = np.where(allowed, chances, 0.0)
        chances /= chances.sum()
        value = int(self.wish.rng.choice(len(chances), p=chances))
        self.surprise -= float(np.log(chances[value]))
        return value

    def take(self, pitch: int, duration: int) -> None:
        if pitch != REST:
            self.steps.append((self.now / TICKS, DURATIONS[duration] / TICKS))
        self.now += DURATIONS[duration]


def _improvise(rows: Sequence[_Cell]) -> None:
    """Let every row sing until its time is over."""
    model = trained("melody")
    longest = max(row.left for row in rows)
    cache = Cache(model.size, len(rows), longest // int(LENGTHS[0]) + 1)
    before = np.tile(model.grammar.nothing, (len(rows), 1, 1))
    while any(row.left > 0 for row in rows):
        context = np.stack([row.context() for row in rows])[:, None]
        state = model.trunk(before, context, cache)[:, 0]
        pitches = softmax(model.logits(state, 0, before)).astype(np.float64)
        said = np.array([[_pitch(row, chances), 0] for row, chances in zip(rows, pitches, strict=True)])
        durations = softmax(model.logits(state, 1, said)).astype(np.float64)
        for row, event, chances in zip(rows, said, durations, strict=True):
            if row.left > 0:
                event[1] = row.draw(chances, _fitting(row))
                row.take(int(event[0]), int(event[1]))
        before = said[:, None]


def _pitch(row: _Cell, chances: np.ndarray) -> int:
    """Draw a pitch; a cell does not begin with a rest."""
    allowed = np.ones(len(chances), bool)
    allowed[REST] = bool(row.steps)
    return row.draw(chances, allowed) if row.left > 0 else REST


def _fitting(row: _Cell) -> np.ndarray:
    """Return which durations there is room for: what is left over must be a duration too."""
    return (row.left == LENGTHS) | (row.left - LENGTHS >= TICKS // 4)
