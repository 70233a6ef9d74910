"""Risers, impacts and downlifters, the signs at the joins of a form, and the textures that lie under it."""

from studio.compose.ensemble import Chair
from studio.compose.plan import Plan
from studio.compose.timeline import rise_before
from studio.score import Notes, Section, notes

STEP = 0.2
"""Energy must change by this much for an effect to mark it."""

PITCH = 60

TEXTURES = ("vinyl", "tape-hiss", "rain")
"""Instruments that sound all the while their chair plays."""


def write_effects(plan: Plan, chair: Chair) -> Notes:
    """Return the notes of one effects chair; its instrument's name says which sign it gives."""
    if chair.instrument in TEXTURES:
        return _texture(plan, chair)
    rows = []
    for section in plan.sections[1:]:
        change = rise_before(plan, section)
        if abs(change) < STEP - 1e-9 or section.start >= plan.final or not _wanted(plan, chair, section):
            continue
        velocity = round(min(60 + 80 * abs(change), 118))
        if span := _span(plan, chair.instrument, section, change):
            start, end = max(span[0], 0.0), min(span[1], plan.end)
            rows.append((start, end - start, PITCH, velocity))
    return notes(rows)


def _texture(plan: Plan, chair: Chair) -> Notes:
    """Return one long note for every stretch of sections in which the chair plays."""
    spans: list[tuple[float, float]] = []
    for section in plan.sections:
        if not chair.plays(section):
            continue
        if spans and abs(spans[-1][1] - section.start) < 1e-6:
            spans[-1] = (spans[-1][0], section.end)
        else:
            spans.append((section.start, section.end))
    return notes([(start, end - start, PITCH, chair.style.velocity) for start, end in spans])


def _wanted(plan: Plan, chair: Chair, section: Section) -> bool:
    """An effect belongs to the join, so the louder of the two sections decides."""
    before = plan.sections[plan.sections.index(section) - 1]
    return chair.plays(max(before, section, key=lambda other: other.energy))


def _span(plan: Plan, instrument: str, section: Section, change: float) -> tuple[float, float] | None:
    """Return where an effect sounds around the first beat of ``section``, in beats, or None where it is not heard."""
    start, bar = section.start, plan.bar
    if change < 0:
        return (start, start + 2 * bar) if "downlifter" in instrument else None
    if "riser" in instrument or "sweep" in instrument:
        return start - (4 if change >= 0.35 else 2) * bar, start
    if "swell" in instrument:
        return start - bar, start
    if "reverse" in instrument:
        return start - 2 * plan.meter.pulse_beats, start
    return (start, start + bar) if "impact" in instrument or "drop" in instrument else None
