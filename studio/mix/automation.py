"""Automation of the desk: what the sections of a piece do to faders, sends and filters."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from studio.audio import SAMPLE_RATE
from studio.mix.bus import ENVELOPE_FRAMES
from studio.score import Score, Section

FULL_SPREAD = 0.25
"""Between sections whose energies lie less than this apart, less than the whole swell is made."""
BREAK_ENERGY_SEND_DB = 4.0
DARK_ENERGY, BRIGHT_ENERGY = 0.25, 0.8
"""A swept filter is at its lowest up to the first, and open from the second on."""
OPEN_HZ = 18_000.0
RISING = ("build", "prechorus")
"""Sections over whose whole length a filter opens to what follows; elsewhere it does so in the last beat."""


def section_gains(score: Score, swell: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return by section the gain of every part and the change of its sends, in dB.

    The loudest section is ``swell`` dB above the softest, half up and half down, and drier (−3 dB of send from energy
    0.2 to 1); breaks open into the room.
    """
    energy = np.array([section.energy for section in score.sections])
    is_break = np.array([section.kind == "break" for section in score.sections])
    drier = -3.0 * (energy - 0.2) / 0.8
    spread = float(np.ptp(energy))
    place = (energy - energy.min()) / max(spread, 1e-9) - 0.5
    gains = swell * min(spread / FULL_SPREAD, 1.0) * place
    return gains, np.where(is_break, BREAK_ENERGY_SEND_DB * (1.0 - energy) / 0.7, drier)


def section_envelope(score: Score, section_db: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the gain ratio every ``ENVELOPE_FRAMES`` frames: constant in a section, gliding over its last beat."""
    decibels = _over_time(score, section_db, lambda section: min(1.0, section.beats / 2.0))
    return (10.0 ** (decibels / 20.0)).astype(np.float32)


def section_cutoffs(score: Score, lowest: float) -> NDArray[np.float32]:
    """Return a low-pass's cut in Hz every ``ENVELOPE_FRAMES`` frames: ``lowest`` in quiet sections, open in loud."""
    energy = np.array([section.energy for section in score.sections])
    opened = np.clip((energy - DARK_ENERGY) / (BRIGHT_ENERGY - DARK_ENERGY), 0.0, 1.0)
    octaves = _over_time(
        score,
        np.log2(lowest) + opened * np.log2(OPEN_HZ / lowest),
        lambda section: section.beats if section.kind in RISING else min(1.0, section.beats / 2.0),
    )
    return (2.0**octaves).astype(np.float32)


def _over_time(score: Score, values: NDArray[np.float64], glide: Callable[[Section], float]) -> NDArray[np.float64]:
    """Return a value per section as a curve; ``glide(section)`` beats before a border it moves to the next value."""
    knots, levels = [0.0], [values[0]]
    for section, here, after in zip(score.sections, values, values[1:], strict=False):
        knots += list(score.tempo.seconds([section.end - glide(section), section.end]))
        levels += [here, after]
    blocks = -(-score.frames // ENVELOPE_FRAMES) + 1
    return np.interp(np.arange(blocks) * ENVELOPE_FRAMES / SAMPLE_RATE, knots, levels)
