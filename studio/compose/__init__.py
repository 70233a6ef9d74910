"""Brief → score: form, harmony, melody, bass, drums, accompaniment, performance, each with its own random stream."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from studio.brief import Brief
from studio.compose.accompaniment import write_arpeggio, write_chords, write_pad
from studio.compose.bass import write_bass
from studio.compose.counter import write_counter
from studio.compose.drums import write_drums
from studio.compose.effects import write_effects
from studio.compose.ensemble import Chair
from studio.compose.form import plan_form
from studio.compose.harmony import harmonise
from studio.compose.melody import write_melody
from studio.compose.performance import perform
from studio.compose.plan import Plan
from studio.compose.title import title
from studio.score import NOTE, ChordSpan, Notes, Part, Score
from studio.styles import DRUM_VOICES
from studio.variations import LAYERS, Variations

__all__ = ["LAYERS", "Composition", "Plan", "compose"]


@dataclass(frozen=True)
class Composition:
    """A finished piece: the plan, the ``score`` as written (on the grid) and the ``performance`` as played."""

    plan: Plan
    score: Score
    performance: Score


def compose(brief: Brief, *, variations: Variations | Mapping[str, int] | None = None) -> Composition:
    """Compose a brief.

    ``variations`` maps layers (``LAYERS``) to how often each was drawn again; layers not named stay as they were.
    The same brief and variations give the same notes.
    """
    plan = plan_form(brief, Variations.of(variations))
    chords = harmonise(plan)
    leads = write_melody(plan, chords)
    lead = _together(list(leads.values()))
    drums = {chair.id: write_drums(plan, chair, plan.streams("drums")) for chair in _seated(plan, "drums")}
    kicks = _kicks(_together(list(drums.values())))
    parts = []
    for chair in plan.chairs:
        written = leads.get(chair.id, drums.get(chair.id))
        notes = written if written is not None else _accompany(plan, chair, chords, lead, kicks)
        if len(notes):
            parts.append(Part(chair.id, chair.style.name, chair.role, chair.instrument, notes))
    score = Score(
        brief.title or title(plan), plan.key, plan.meter, plan.tempo, plan.duration, plan.sections, chords, tuple(parts)
    )
    return Composition(plan, score, perform(score, plan))


def _accompany(plan: Plan, chair: Chair, chords: tuple[ChordSpan, ...], lead: Notes, kicks: np.ndarray) -> Notes:
    """Let the writer of the chair's role write its notes."""
    if chair.role == "bass":
        return write_bass(plan, chords, chair, plan.streams("bass", chair.id), kicks=kicks)
    if chair.role == "effects":
        return write_effects(plan, chair)
    rng = plan.streams("accompaniment", chair.id)
    if chair.role == "counter":
        return write_counter(plan, chords, chair, lead, rng)
    writer = {"chords": write_chords, "pad": write_pad, "arpeggio": write_arpeggio}[chair.role]
    return writer(plan, chords, chair, rng, lead=lead)


def _seated(plan: Plan, role: str) -> list[Chair]:
    return [chair for chair in plan.chairs if chair.role == role]


def _together(lines: list[Notes]) -> Notes:
    """Return all notes of several parts in order of time."""
    if not lines:
        return np.zeros(0, NOTE)
    return np.sort(np.concatenate(lines), order=["onset", "pitch"], kind="stable")


def _kicks(drums: Notes) -> np.ndarray:
    """Return the onsets of the bass drum in beats."""
    return drums["onset"][drums["pitch"] == DRUM_VOICES["KK"]]
