"""Where the drums of a kit stand, as the drummer's audience sees them: the library's own kits are mono."""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

PLACES: Mapping[int, float] = {
    37: -0.05, 38: -0.05, 39: 0.1, 40: -0.05,  # snares and clap
    42: 0.28, 44: 0.28, 46: 0.28,  # hi-hats
    41: -0.45, 43: -0.35, 45: -0.2, 47: 0.0, 48: 0.2, 50: 0.35,  # toms, low to high
    49: 0.4, 57: -0.45, 55: 0.2, 52: -0.5,  # crashes, splash, china
    51: -0.35, 53: -0.35, 59: -0.4,  # rides
    54: 0.35, 56: 0.25, 58: -0.3, 69: -0.4, 70: 0.4, 82: -0.4,  # tambourine, cowbell, vibraslap, cabasa, shakers
    60: 0.2, 61: 0.35, 62: -0.3, 63: -0.2, 64: -0.1, 65: 0.3, 66: 0.15, 67: 0.45, 68: 0.35,  # hand drums to agogo
    73: -0.35, 74: -0.35, 75: 0.4, 76: -0.2, 77: -0.35, 80: 0.5, 81: 0.5,  # guiro, claves, blocks, triangle
}  # fmt: skip
"""General MIDI percussion key → place, −1 left … 1 right; a key that is not here, as the kick, stands in the middle."""


def placed(voice: NDArray[np.void], key: int) -> NDArray[np.void]:
    """Return a kit's voice at its place, at constant power; one that the library has placed itself stays there."""
    place = PLACES.get(key, 0.0)
    if not place or not math.isclose(float(voice["left"][0]), float(voice["right"][0]), rel_tol=1e-3):
        return voice
    angle = (place + 1.0) * math.pi / 4.0
    voice = voice.copy()
    voice["left"] *= math.sqrt(2.0) * math.cos(angle)
    voice["right"] *= math.sqrt(2.0) * math.sin(angle)
    return voice
