"""A bar of drums changed in one small way: an opened hat, a ghost note, a kick that leads on, a stroke left out."""

from dataclasses import replace

import numpy as np

from studio.compose.kit import EPSILON, Hit, Hits
from studio.compose.plan import Plan


def varied(hits: Hits, plan: Plan, rng: np.random.Generator) -> Hits:
    """Return a bar changed in one small way that the kit at hand allows."""
    changes = [_open_hat, _ghost, _kick_pick_up, _leave_out]
    for index in [*rng.permutation(3), 3]:
        changed = changes[index](hits, plan, rng)
        if changed is not None:
            return changed
    return hits


def _half(plan: Plan) -> float:
    """The weak part of a pulse: its second half, its last third in compound meters."""
    return plan.meter.pulse_beats * (2 / 3 if plan.meter.is_compound else 0.5)


def _open_hat(hits: Hits, plan: Plan, _rng: np.random.Generator) -> Hits | None:
    beat = plan.bar - plan.meter.pulse_beats + _half(plan)
    if not any(hit.voice == "HH" and abs(hit.beat - beat) < EPSILON for hit in hits):
        return None
    return tuple(
        replace(hit, voice="OH", force=min(hit.force + 0.5, 9))
        if hit.voice == "HH" and abs(hit.beat - beat) < EPSILON
        else hit
        for hit in hits
    )


def _ghost(hits: Hits, plan: Plan, rng: np.random.Generator) -> Hits | None:
    """A soft snare beside the backbeat."""
    snares = {hit.beat for hit in hits if hit.voice == "SN"}
    if not snares:
        return None
    straight = plan.style.feel.swing <= 0.5 or plan.style.feel.swing_unit == "sixteenth"
    offset = 0.25 if straight and not plan.meter.is_compound else _half(plan)
    places = [pulse * plan.meter.pulse_beats + offset for pulse in range(plan.meter.pulses)]
    places = [beat for beat in places if all(abs(beat - snare) > 0.2 for snare in snares)]
    if not places:
        return None
    return (*hits, Hit("SN", float(rng.choice(places)), 2.5))


def _kick_pick_up(hits: Hits, plan: Plan, _rng: np.random.Generator) -> Hits | None:
    kicks = {hit.beat for hit in hits if hit.voice == "KK"}
    beat = plan.bar - plan.meter.pulse_beats + _half(plan)
    if not kicks or any(abs(beat - kick) < 0.3 for kick in kicks):
        return None
    return (*hits, Hit("KK", beat, 5.0))


def _leave_out(hits: Hits, _plan: Plan, _rng: np.random.Generator) -> Hits | None:
    return hits[:-1] if len(hits) > 1 else None
