"""Reference curves: how a recording's octave bands compare with what records of its genre have."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.review.spectrum import OCTAVES
from studio.styles import Style

DATA = Path(__file__).with_name("curves.toml")
TREND = slice(1, 9)
"""Bands, 63 Hz to 8 kHz, on which a recording and its curve are brought to the same level."""

Bands = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """Expected level of each of ``OCTAVES`` against the whole, and how far above and below it is usual: dB."""

    levels: Bands
    above: Bands
    below: Bands


@dataclass(frozen=True)
class Balance:
    """How far each of ``OCTAVES`` lies from the curve, and beyond its tolerance (0: within); positive is louder. dB."""

    deviation: Bands
    excess: Bands

    @property
    def worst(self) -> int:
        """The band furthest beyond its tolerance or, if all are within, furthest from the curve."""
        if self.excess.any():
            return int(np.argmax(np.abs(self.excess)))
        return TREND.start + int(np.argmax(np.abs(self.deviation[TREND])))


def compare(levels: Bands, curve: Curve) -> Balance:
    """Compare octave ``levels`` (dB, any reference) with a curve.

    The median difference from 63 Hz to 8 kHz is taken off first: one loud band then stands out by itself instead of
    making all others look low.
    """
    difference = levels - curve.levels
    deviation = difference - np.median(difference[TREND])
    return Balance(deviation, deviation - np.clip(deviation, -curve.below, curve.above))


def curve_of(style: Style) -> Curve:
    """Return the curve of a sub-style: its own, else its genre's, else that of popular music as a whole."""
    known = curves()
    return known.get(f"{style.genre}/{style.id}") or known.get(style.genre) or known["popular"]


@cache
def curves() -> Mapping[str, Curve]:
    """Return all curves by genre and ``genre/sub-style``."""
    data = tomllib.loads(DATA.read_text(encoding="utf-8"))
    if tuple(data.pop("bands")) != OCTAVES:
        raise ValueError(f"{DATA.name}: bands must be {OCTAVES}")
    above, below = np.array(data.pop("above"), float), np.array(data.pop("below"), float)
    found = {}
    for genre, row in data.items():
        for name, entry in {genre: row, **{f"{genre}/{id}": own for id, own in row.get("styles", {}).items()}}.items():
            levels, spread = np.array(entry["levels"], float), entry.get("spread", 1.0)
            total = 10.0 * np.log10((10.0 ** (levels / 10.0)).sum())
            found[name] = Curve(levels - total, spread * above, spread * below)
    return found
