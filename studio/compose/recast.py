"""Patterns drawn again: a part keeps its idiom and changes one onset of every row."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from studio.compose.ensemble import Chair
from studio.compose.patterns import Row, Step
from studio.compose.plan import Plan, layer_of
from studio.score import Section

EPSILON = 1e-6


def recast(rows: Sequence[Row], plan: Plan, chair: Chair, section: Section) -> Sequence[Row]:
    """Return a part's patterns for a section: as the style has them, or, drawn again, each changed in one place."""
    layer = layer_of(chair)
    if not plan.turn(layer, section):
        return rows
    rng = plan.stream(layer, f"{chair.id} recast {section.name}", section.name)
    return [Row(_changed(row, plan, rng), row.bars) for row in rows]


def _changed(row: Row, plan: Plan, rng: np.random.Generator) -> tuple[Step, ...]:
    changes = (_thinner, _fuller) if rng.random() < 0.5 else (_fuller, _thinner)
    return changes[0](row, plan, rng) or changes[1](row, plan, rng) or row.steps


def _thinner(row: Row, plan: Plan, rng: np.random.Generator) -> tuple[Step, ...]:
    """Return a row without one of its off-beats; nothing where few are to be spared."""
    spare = [step for step in row.steps if plan.meter.weight(step.beat % plan.bar) < 0.5 and step.symbol not in "<>"]
    if len(row.steps) < 3 * row.bars or not spare:
        return ()
    gone = spare[int(rng.integers(len(spare)))]
    return tuple(step for step in row.steps if step is not gone)


def _fuller(row: Row, plan: Plan, rng: np.random.Generator) -> tuple[Step, ...]:
    """Return a row in which one of its longer notes is struck again on a later pulse, or on half of one."""
    pulse = plan.meter.pulse_beats
    grid = pulse if plan.meter.is_compound else pulse / 2
    long = [step for step in row.steps if step.beats >= 2 * grid - EPSILON]
    if not long:
        return ()
    step = long[int(rng.integers(len(long)))]
    after = grid * int(rng.integers(1, int(step.beats / grid + EPSILON)))
    halves = (replace(step, beats=after), replace(step, beat=step.beat + after, beats=step.beats - after))
    return tuple(sorted((*(other for other in row.steps if other is not step), *halves), key=lambda one: one.beat))
