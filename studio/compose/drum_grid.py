"""How the drum model counts a piece: written beats to its places in a bar, and back."""

from dataclasses import dataclass

import numpy as np

from studio.compose.kit import EPSILON, Hits
from studio.compose.plan import Plan
from studio.models.drums import TICKS, place_of, tick_of

STRAIGHT, THIRDS = (0, 6, 12, 18), (0, 8, 16)
"""Ticks in a beat at which strokes are added."""

SWUNG = ((0.0, 0.25, 0.5, 0.75, 1.0), (0, 8, 16, 20, 24))
"""Where in a beat swung eighths are written, and the ticks they sound at."""

METERS = {4: "4/4", 3: "3/4"}
"""Beats of a bar → meter of the model. Compound beats are triplets to it."""


@dataclass(frozen=True)
class Grid:
    """How the model counts a piece: ``beats`` in a bar of ``length`` quarter notes each; swung or not; ``ticks`` in a
    beat at which it adds strokes."""

    beats: int
    length: float
    is_swung: bool
    ticks: tuple[int, ...]

    @property
    def bar(self) -> float:
        """Length of a bar in quarter notes."""
        return self.beats * self.length

    def place(self, beat: float) -> int | None:
        """Return the place of a written beat; None beside the grid."""
        whole, part = divmod(beat / self.length + EPSILON, 1.0)
        inside = float(np.interp(part, *SWUNG)) if self.is_swung else part * TICKS
        place = place_of(int(whole) * TICKS + round(inside))
        return place if abs(tick_of(place) - int(whole) * TICKS - inside) <= 2 else None

    def beat(self, place: int) -> float:
        """Return the written beat of a place."""
        whole, tick = divmod(tick_of(place), TICKS)
        part = float(np.interp(tick, SWUNG[1], SWUNG[0])) if self.is_swung else tick / TICKS
        return (whole + part) * self.length

    def places(self, start: float) -> list[int]:
        """Return the places from a written beat on where strokes may be added."""
        every = range(place_of(self.beats * TICKS - 1) + 1)
        return [p for p in every if tick_of(p) % TICKS in self.ticks and self.beat(p) >= start - EPSILON]


def grid_of(plan: Plan, hits: Hits) -> Grid | None:
    """Return the grid of a plan for a groove of these strokes; None for meters that the model does not know."""
    if plan.meter.pulses not in METERS:
        return None
    length = plan.meter.pulse_beats
    is_swung = plan.style.feel.swing > 0.5 and plan.style.feel.swing_unit == "eighth" and not plan.meter.is_compound
    thirds = sum(abs(hit.beat / length * 3 - round(hit.beat / length * 3)) < 0.01 for hit in hits)
    quarters = sum(abs(hit.beat / length * 4 - round(hit.beat / length * 4)) < 0.01 for hit in hits)
    ticks = THIRDS if is_swung or plan.meter.is_compound or thirds > quarters else STRAIGHT
    return Grid(plan.meter.pulses, length, is_swung, ticks)
