"""What stands on paper, and how a step of ``studio.variations`` rewrites some of it and leaves the rest alone.

A draft is a grid of layers and sections. A step writes its layer anew in the sections it names, together with what
follows that layer (``FOLLOWERS``); all other notes are taken over as they are, even where they listened to what has
changed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from studio.brief import BriefError, Problem
from studio.compose.accompaniment import write_arpeggio, write_chords, write_pad
from studio.compose.bass import write_bass
from studio.compose.counter import write_counter
from studio.compose.drums import write_drums
from studio.compose.effects import write_effects
from studio.compose.ensemble import Chair
from studio.compose.extend import extended
from studio.compose.form import plan_form
from studio.compose.harmony import harmonise
from studio.compose.melody import write_melody
from studio.compose.plan import Plan, layer_of
from studio.compose.timeline import EPSILON
from studio.score import NOTE, ChordSpan, Notes, Section
from studio.styles import DRUM_VOICES
from studio.variations import Step, Variations

WRITTEN = ("melody", "drums", "bass", "accompaniment")
"""The layers that are notes, in the order in which they are written: each hears those before it."""

FOLLOWERS = {"harmony": ("melody", "bass", "accompaniment")}
"""Layer → the layers of notes that are written anew with it, from the same draws: they must fit its chords."""

Lines = Mapping[str, Notes]
Inside = Callable[[float], bool]


@dataclass(frozen=True)
class Draft:
    """A piece on paper: ``lines`` are the notes of each chair by its id."""

    plan: Plan
    chords: tuple[ChordSpan, ...]
    lines: Lines


def drafted(plan: Plan) -> Draft:
    """Write a whole piece."""
    draft = Draft(plan, harmonise(plan), {})
    for layer in WRITTEN:
        draft = replace(draft, lines={**draft.lines, **_lines(draft, layer)})
    return draft


def redrawn(draft: Draft, step: Step, variations: Variations) -> Draft:
    """Take one step; ``variations`` are all up to it. Raises ``BriefError`` when the piece has no such section."""
    plan = replace(draft.plan, variations=variations)
    if step.layer == "form":
        return drafted(_another_form(plan))
    if step.layer == "extend":
        longer, kept = extended(plan, step.seconds)
        return _spliced(draft, drafted(longer), lambda beat: beat > kept - EPSILON)
    inside = _inside(plan, step)
    draft = replace(draft, plan=plan)
    if step.layer == "harmony":
        draft = replace(draft, chords=_joined(draft.chords, harmonise(plan), inside))
    for layer in (step.layer, *FOLLOWERS.get(step.layer, ())):
        if layer in WRITTEN:
            fresh = replace(draft, lines={**draft.lines, **_lines(draft, layer)})
            draft = _spliced(draft, fresh, inside)
    return draft


def _another_form(plan: Plan) -> Plan:
    """Plan the piece again; key and tempo stay, whoever chose them."""
    pulse = plan.tempo.bpm[0] / plan.meter.pulse_beats
    asked = replace(plan.brief, key=plan.key, tempo=pulse, meter=plan.meter)
    return replace(plan_form(asked, plan.variations), brief=plan.brief)


def _inside(plan: Plan, step: Step) -> Inside:
    """Return the test whether a beat lies where the step draws."""
    if not step.section:
        return lambda _beat: True
    scope = [section for section in plan.sections if section.name == step.section]
    if not scope:
        raise no_such_section(step.section, plan.sections)
    return lambda beat: any(part.start - EPSILON <= beat < part.end - EPSILON for part in scope)


def no_such_section(name: str, sections: Sequence[Section]) -> BriefError:
    """Return the error for a section that a piece does not have."""
    names = tuple(dict.fromkeys(section.name for section in sections))
    message = f"section: {name!r} is not in this piece, which has {', '.join(names)}"
    return BriefError((Problem("section", "not_in_piece", message, names),))


def _spliced(old: Draft, new: Draft, inside: Inside) -> Draft:
    """Return the new draft where ``inside`` holds, the old one everywhere else."""
    lines = {}
    for chair_id in dict.fromkeys((*old.lines, *new.lines)):
        before, after = (draft.lines.get(chair_id, np.zeros(0, NOTE)) for draft in (old, new))
        rows = [
            before[[not inside(beat) for beat in before["onset"]]],
            after[[inside(beat) for beat in after["onset"]]],
        ]
        lines[chair_id] = np.sort(np.concatenate(rows), order=["onset", "pitch"], kind="stable")
    return Draft(new.plan, _joined(old.chords, new.chords, inside), lines)


def _joined(old: Sequence[ChordSpan], new: Sequence[ChordSpan], inside: Inside) -> tuple[ChordSpan, ...]:
    """Return the new chords where ``inside`` holds and the old ones elsewhere, without gaps."""
    edges = sorted({span.start for span in (*old, *new)})
    end = new[-1].end
    joined: list[ChordSpan] = []
    for start, until in zip(edges, [*edges[1:], end], strict=True):
        if start > end - EPSILON:
            break
        sounding = _at(new if inside(start) else old, start)
        cell = ChordSpan(start, until - start, sounding.chord, sounding.numeral)
        last = joined[-1] if joined else None
        if last and sounding.start < start - EPSILON and (last.chord, last.numeral) == (cell.chord, cell.numeral):
            joined[-1] = replace(last, beats=cell.end - last.start)
        else:
            joined.append(cell)
    return tuple(joined)


def _at(spans: Sequence[ChordSpan], beat: float) -> ChordSpan:
    return next(span for span in reversed(spans) if span.start < beat + EPSILON)


# --------------------------------------------------------------------------------------------- who writes what
def _lines(draft: Draft, layer: str) -> Lines:
    """Let the writers of a layer write, hearing what stands on paper."""
    plan = draft.plan
    if layer == "melody":
        return write_melody(plan, draft.chords)
    chairs = [chair for chair in plan.chairs if layer_of(chair) == layer]
    return {chair.id: _line(draft, chair) for chair in chairs}


def _line(draft: Draft, chair: Chair) -> Notes:
    plan, chords = draft.plan, draft.chords
    if chair.role == "drums":
        return write_drums(plan, chair, plan.streams("drums"))
    streams = plan.streams(layer_of(chair), chair.id)
    if chair.role == "bass":
        drums = _heard(draft, "drums")
        return write_bass(plan, chords, chair, streams, kicks=drums["onset"][drums["pitch"] == DRUM_VOICES["KK"]])
    if chair.role == "effects":
        return write_effects(plan, chair)
    lead = _heard(draft, "lead")
    if chair.role == "counter":
        return write_counter(plan, chords, chair, lead, streams)
    writer = {"chords": write_chords, "pad": write_pad, "arpeggio": write_arpeggio}[chair.role]
    return writer(plan, chords, chair, streams, lead=lead)


def _heard(draft: Draft, role: str) -> Notes:
    """Return all notes of a role in order of time."""
    lines = [draft.lines[chair.id] for chair in draft.plan.chairs if chair.role == role and chair.id in draft.lines]
    return np.sort(np.concatenate([np.zeros(0, NOTE), *lines]), order=["onset", "pitch"], kind="stable")
