"""A longer piece out of a finished one: more of its own sections before the ending."""

from collections.abc import Sequence
from dataclasses import replace

from studio.audio import SAMPLE_RATE
from studio.brief import BriefError
from studio.compose.form import LONGEST_RING, bars_for, landing
from studio.compose.plan import Plan
from studio.score import Section
from studio.styles import Ending
from studio.variations import extension_problem

APPROACH_BARS = 4
"""Bars before the final chord in which an ending without an outro makes itself felt."""

UNIT = 4
"""Inserted sections have a multiple of so many bars; what is over goes to the ending."""

LIFT = 0.06
"""Energy that the last return of the strongest section gains."""

PLAIN = ("intro", "outro")
"""Kinds of section that do not come back in the middle of a piece."""


def extended(plan: Plan, seconds: float) -> tuple[Plan, float]:
    """Return a plan longer by ``seconds``, and the beat up to which everything stays as it was written.

    Tempo, key and ending stay. Raises ``BriefError`` when the piece would become too long.
    """
    duration = plan.brief.duration + seconds
    if problem := extension_problem(plan.brief.duration, seconds):
        raise BriefError((problem,))
    ending, bpm = _nominal(plan, duration), plan.tempo.bpm[0]
    old_bars = round(plan.end / plan.bar)
    bars = max(bars_for(duration, bpm, plan.meter, ending), old_bars)
    tempo, ending = landing(bpm, plan.meter, bars, duration, ending)
    kept, sections = _lengthened(plan, bars - old_bars)
    longer = replace(
        plan,
        brief=replace(plan.brief, duration=duration),
        tempo=tempo,
        ending=ending,
        duration=round(duration * SAMPLE_RATE) / SAMPLE_RATE,
        sections=sections,
    )
    return longer, kept


def _nominal(plan: Plan, duration: float) -> Ending:
    """Return the style's ending of which the plan's is a landing, cut for the new length."""
    alike = [
        ending
        for ending in plan.style.endings
        if (ending.kind, ending.ritard) == (plan.ending.kind, plan.ending.ritard)
    ]
    ending = max((e for e in alike if e.ring <= plan.ending.ring), key=lambda e: e.ring, default=plan.ending)
    return replace(ending, ring=min(ending.ring, LONGEST_RING * duration))


def _lengthened(plan: Plan, bars: int) -> tuple[float, tuple[Section, ...]]:
    """Return the beat up to which all stays, and the sections of the plan with ``bars`` more before its ending."""
    *body, last = plan.sections
    outro = last.kind == "outro" and bool(body)
    whole, over = bars - bars % UNIT, bars % UNIT
    if not whole:
        kept = last.start if outro else _before_the_end(plan)
        return kept, _laid((*body, replace(last, bars=last.bars + over)), plan)
    if outro:
        new = _returns(body, whole)
        return last.start, _laid((*body, *new, replace(last, bars=last.bars + over)), plan)
    *new, closing = _returns(plan.sections, whole)
    return _before_the_end(plan), _laid((*plan.sections, *new, replace(closing, bars=closing.bars + over)), plan)


def _before_the_end(plan: Plan) -> float:
    """Return the beat at which an ending without an outro begins to be felt."""
    return max(plan.sections[-1].start, plan.end - (APPROACH_BARS + 1) * plan.bar)


def _returns(sections: Sequence[Section], bars: int) -> list[Section]:
    """Return the strongest section and what led to it, by turns, ``bars`` bars in all; the strongest comes last."""
    able = [section for section in sections if section.kind not in PLAIN] or list(sections)
    peak = max(able, key=lambda section: (section.energy, section.start))
    at = able.index(peak)
    before = [section for section in able[:at] if section.name != peak.name] or [
        section for section in able if section.name != peak.name
    ]
    turns = [peak, before[-1] if before else peak]
    found: list[Section] = []
    while bars:
        section = turns[len(found) % 2]
        length = min(max(section.bars // UNIT * UNIT, UNIT), bars)
        lift = LIFT if not found else 0.0
        found.append(
            replace(section, bars=length, energy=round(min(1.0, section.energy + lift), 3), lift=able[-1].lift)
        )
        bars -= length
    return found[::-1]


def _laid(sections: Sequence[Section], plan: Plan) -> tuple[Section, ...]:
    """Lay sections out one after the other."""
    laid, start = [], 0.0
    for section in sections:
        beats = section.bars * plan.bar
        laid.append(replace(section, start=start, beats=beats))
        start += beats
    return tuple(laid)
