"""What a network of events is made of: its language, its size, its weights.

An *event* (a note, a chord, a drum hit) is a row of small whole numbers, its parts: a melody's event is a pitch and a
duration. What is known beforehand of the place where the next event falls (bar position, chord, style, …) is its
*context*.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

ROPE_BASE = 10_000.0


@dataclass(frozen=True)
class Grammar:
    """Parts of an event and features of its context: name → how many values each may have, in order of reading."""

    parts: Mapping[str, int]
    context: Mapping[str, int]

    @property
    def nothing(self) -> tuple[int, ...]:
        """The event that stands before the first: every part has one value more, for "nothing yet"."""
        return tuple(self.parts.values())


@dataclass(frozen=True)
class Size:
    """Size of the trunk: ``width`` of a layer, ``layers``, attention ``heads``."""

    width: int = 192
    layers: int = 6
    heads: int = 6


@dataclass(frozen=True)
class Weights:
    """A trained network: ``arrays`` by the names that `studio.models.network` gives them, in single precision."""

    grammar: Grammar
    size: Size
    arrays: Mapping[str, Floats]
