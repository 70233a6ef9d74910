"""Note values: which lengths one sign can write, and where a longer or crossing one is split and tied."""

from collections.abc import Mapping
from dataclasses import dataclass

from studio.theory.meter import Meter

DIVISIONS = 24
"""Ticks a quarter note: thirty-second notes (3) and triplet sixteenths (4) are whole numbers of them."""


@dataclass(frozen=True)
class Value:
    """A sign: its MusicXML type and dots."""

    type: str
    dots: int = 0


VALUES: Mapping[int, Value] = {
    144: Value("whole", 1), 96: Value("whole"), 72: Value("half", 1), 48: Value("half"), 36: Value("quarter", 1),
    24: Value("quarter"), 18: Value("eighth", 1), 12: Value("eighth"), 9: Value("16th", 1), 6: Value("16th"),
    3: Value("32nd"),
}  # fmt: skip
"""Ticks → sign."""

TRIPLET_VALUES: Mapping[int, Value] = {
    16: Value("quarter"), 12: Value("eighth", 1), 8: Value("eighth"), 4: Value("16th"),
}  # fmt: skip
"""Ticks → sign inside a triplet, three in the time of two."""

BEAMS: Mapping[str, int] = {"eighth": 1, "16th": 2, "32nd": 3}
"""Type → how many beams it carries."""

Stretch = tuple[int, int]


def ticks(beats: float) -> int:
    """Return a length in ticks."""
    return round(beats * DIVISIONS)


def levels(meter: Meter) -> tuple[int, ...]:
    """Return the lengths in ticks into which a bar divides, longest first."""
    bar, pulse = ticks(meter.bar_beats), ticks(meter.pulse_beats)
    half = (bar // 2,) if meter.pulses == 4 else ()
    below = (12, 6, 3)
    return (bar, *half, *((pulse,) if pulse not in (bar, *half) else ()), *below)


def split(start: int, end: int, meter: Meter, *, rest: bool = False) -> list[Stretch]:
    """Return ``[start, end)``, ticks within one bar, as stretches that one sign each can write, and a reader can count.

    A sign may cross a beat stronger than those it touches only as the plain syncopation (♪ ♩ ♪). Rests never do.
    """
    for unit in levels(meter):
        crossed = -(-(start + 1) // unit) * unit
        if crossed < end:
            break
    else:
        return [(start, end)]
    length = end - start
    if length in VALUES and _readable(start, end, unit, crossed, rest, meter):
        return [(start, end)]
    if start % unit == 0 and not rest:  # as much as one sign can hold, up to the last strong beat
        crossed = (end - 1) // unit * unit if (end // unit * unit) in (end, start) else end // unit * unit
    return [*split(start, crossed, meter, rest=rest), *split(crossed, end, meter, rest=rest)]


def _readable(start: int, end: int, unit: int, crossed: int, rest: bool, meter: Meter) -> bool:
    """Whether one sign over the boundary at ``crossed``, a multiple of ``unit``, is easily counted."""
    length = end - start
    if rest:
        return start % length == 0 and (VALUES[length].dots == 0 or meter.is_compound)
    if meter.is_compound and unit >= ticks(meter.pulse_beats):
        return start % length == 0 and VALUES[length].dots == 1
    if start % unit == 0 or end % unit == 0:
        return True
    return length == unit and crossed - start == unit // 2
