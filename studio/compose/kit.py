"""Strokes on a drum kit as they are written, and which of the voices of the drum model each is."""

from collections.abc import Mapping
from dataclasses import dataclass

EPSILON = 1e-6


@dataclass(frozen=True)
class Hit:
    """A stroke: voice, beat from the bar's start, velocity digit (fractions allowed)."""

    voice: str
    beat: float
    force: float


Hits = tuple[Hit, ...]

HEARD_AS: Mapping[str, str] = {
    "KK": "kick", "SN": "snare", "CP": "snare", "RS": "rim", "CV": "rim", "HH": "hat", "SH": "hat", "TB": "hat",
    "CA": "hat", "MA": "hat", "PH": "pedal", "OH": "open", "T1": "high-tom", "T2": "high-tom", "T3": "low-tom",
    "CR": "crash", "CH": "crash", "RD": "ride", "RB": "ride", "CB": "ride",
}  # fmt: skip
"""Drum voice → voice of the drum model; what is not listed the model does not hear."""

PLAYED_AS: Mapping[str, tuple[str, ...]] = {
    "kick": ("KK",), "snare": ("SN",), "rim": ("RS",), "hat": ("HH",), "pedal": ("PH",), "open": ("OH",),
    "high-tom": ("T1", "T2"), "low-tom": ("T3", "T2"), "crash": ("CR",), "ride": ("RD",),
}  # fmt: skip
"""Voice of the drum model → drum voices that can play it, in order of preference."""
