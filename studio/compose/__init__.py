"""Brief → score: form, harmony, melody, bass, drums, accompaniment, performance, each with its own random stream."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from studio.brief import Brief
from studio.compose.draft import Draft, drafted, redrawn
from studio.compose.form import plan_form
from studio.compose.performance import perform
from studio.compose.plan import Plan
from studio.compose.title import title
from studio.score import Part, Score
from studio.variations import LAYERS, Variations

__all__ = ["LAYERS", "Composition", "Plan", "compose", "compose_opening"]

AHEAD = 0.5
"""Seconds by which players come early at most, and notes give way to those that follow."""


@dataclass(frozen=True)
class Composition:
    """A finished piece: the plan, the ``score`` as written (on the grid) and the ``performance`` as played."""

    plan: Plan
    score: Score
    performance: Score


def compose(brief: Brief, *, variations: Variations | Mapping[str, int] | None = None) -> Composition:
    """Compose a brief, then take the steps of its variations one after the other.

    The same brief and variations give the same notes. A mapping stands for ``Variations.counts``. Raises ``BriefError``
    when a step names a section that the piece does not have, or makes it too long.
    """
    asked = Variations.of(variations)
    draft = drafted(plan_form(brief, asked.until(0)))
    name = brief.title or title(draft.plan)
    for number, step in enumerate(asked.steps, start=1):
        draft = redrawn(draft, step, asked.until(number))
    score = _score(draft, name)
    return Composition(draft.plan, score, perform(score, draft.plan))


def compose_opening(brief: Brief, seconds: float) -> Composition:
    """Compose the sections of which something sounds in the first ``seconds``, to the notes that ``compose`` writes.

    The plan is that of the whole piece, and so are the chords. A counter line may strike together with the tune where
    the whole piece would have it rest.
    """
    plan = plan_form(brief, Variations())
    until = plan.section_at(float(plan.tempo.beat(seconds + AHEAD))).end
    draft = drafted(replace(plan, until=until if until < plan.end else math.inf))
    score = _score(draft, brief.title or title(plan))
    return Composition(draft.plan, score, perform(score, draft.plan))


def _score(draft: Draft, name: str) -> Score:
    plan = draft.plan
    parts = tuple(
        Part(chair.id, chair.style.name, chair.role, chair.instrument, draft.lines[chair.id])
        for chair in plan.chairs
        if len(draft.lines.get(chair.id, ()))
    )
    return Score(name, plan.key, plan.meter, plan.tempo, plan.duration, plan.sections, draft.chords, parts)
