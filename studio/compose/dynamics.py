"""How loud every note is played: meter, phrase, section, mood, and no two alike."""

import numpy as np
from numpy.typing import NDArray

from studio.compose.ensemble import Chair
from studio.compose.plan import Plan
from studio.compose.timing import tightness
from studio.score import Notes

SPREAD = {"lead": 5, "counter": 5, "chords": 5, "pad": 3, "arpeggio": 5, "bass": 4, "drums": 4, "effects": 0}
"""Standard deviation of velocity by role."""

ACCENT = {"lead": 0.1, "counter": 0.1, "chords": 0.1, "pad": 0.0, "arpeggio": 0.16, "bass": 0.1, "drums": 0.04}
"""How much softer than a downbeat the weakest place of a bar is played, by role."""

ENERGY_RANGE, MIDDLE_ENERGY = 24, 0.6
CRESCENDO_BARS, CRESCENDO_PER_BEAT, CRESCENDO_RISE = 2, 2.0, 0.15
SOFTEST, LOUDEST = 12, 126


def velocities(notes: Notes, plan: Plan, chair: Chair, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return a velocity 1–127 for every note (sorted by onset)."""
    base = notes["velocity"].astype(float)
    if chair.role == "effects":
        return base.astype(int)
    weight = np.array([plan.meter.weight(beat) for beat in np.round(notes["onset"], 4)])
    shaped = base * (1 - ACCENT[chair.role] * (1 - weight))
    if chair.role != "drums":  # drummers know the section already
        shaped = shaped * 10 ** (plan.mood.dynamics / 40)
        energy = np.array([plan.section_at(beat).energy for beat in notes["onset"]])
        shaped += ENERGY_RANGE * (energy - MIDDLE_ENERGY)
    if chair.role in ("lead", "counter"):
        shaped += _phrase_arch(notes["onset"], plan)
    shaped += _crescendo(notes["onset"], plan)
    shaped += rng.normal(0, 1, len(notes)) * SPREAD[chair.role] * max(min(tightness(plan), 1.0), 0.25)
    return _never_twice(notes, np.clip(np.round(shaped), SOFTEST, LOUDEST).astype(int))


def _phrase_arch(beats: NDArray[np.float64], plan: Plan) -> NDArray[np.float64]:
    """+6 at 60 % of a phrase, −8 at its end."""
    length = plan.style.melody.phrase_bars * plan.bar
    start = np.array([plan.section_at(beat).start for beat in beats])
    arch: NDArray[np.float64] = np.interp(((beats - start) % length) / length, (0, 0.6, 1), (0, 6, -8))
    return arch


def _crescendo(beats: NDArray[np.float64], plan: Plan) -> NDArray[np.float64]:
    """+2 a beat through the last two bars before the energy rises."""
    swell = np.zeros(len(beats))
    for section in plan.sections:
        following = plan.following(section)
        if following is None or following.energy - section.energy < CRESCENDO_RISE:
            continue
        start = max(section.end - CRESCENDO_BARS * plan.bar, section.start)
        inside = (beats >= start) & (beats < section.end)
        swell[inside] += CRESCENDO_PER_BEAT * (beats[inside] - start)
    return swell


def _never_twice(notes: Notes, velocity: NDArray[np.int64]) -> NDArray[np.int64]:
    """Move a velocity by 2 or 3 where the same pitch was just struck as loudly."""
    last: dict[int, int] = {}
    for index, pitch in enumerate(notes["pitch"].tolist()):
        before = last.get(pitch)
        if before is not None and abs(before - velocity[index]) < 2:
            step = 3 if velocity[index] >= before else -3
            moved = before + step
            velocity[index] = moved if SOFTEST <= moved <= LOUDEST else before - step
        last[pitch] = int(velocity[index])
    return velocity
