"""The ribbon: how a piece of music is drawn everywhere.

Its segments are the sections: length by bars (or by seconds where they are known), height by energy, colour by kind.
A waveform may run inside. All geometry is in per cent of the drawing, so that it needs no inline style and stretches.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

from django import template

register = template.Library()

KINDS = (
    "intro", "verse", "prechorus", "chorus", "bridge", "theme", "solo", "build", "drop", "break", "outro",
)  # fmt: skip
"""Kinds of section that ``static/css`` has a hue for."""

LOWEST = 0.38
"""Height of a section without energy, as a share of the ribbon's height."""

WAVE_HEIGHT = 0.8
"""Height of a full-scale peak, as a share of the ribbon's height."""


SLIM = 0.09
"""Below this share of the length a section's name does not fit on a telephone."""

WAVE_POINTS = {"small": 200, "medium": 300, "large": 600}
"""Points of the waveform by the ribbon's size."""


@dataclass(frozen=True)
class Segment:
    """One section as drawn: place and size in per cent, ``wave`` an SVG path in a box of 1000 × 100."""

    name: str
    kind: str
    bars: int
    start: float | None
    x: str
    width: str
    y: str
    height: str
    wave: str
    slim: bool


def segments(
    sections: Iterable[Mapping[str, Any]], *, peaks: Sequence[float] = (), duration: float | None = None
) -> list[Segment]:
    """Lay out sections (``name``, ``kind``, ``bars``, ``energy`` 0–1, perhaps ``start`` in seconds) along the ribbon.

    With ``duration`` and every ``start`` known the ribbon is a time line, else its lengths are bars. ``peaks`` are
    amplitudes 0–1 spread evenly over the ribbon.
    """
    rows = list(sections)
    if not rows:
        return []
    edges = _edges(rows, duration)
    return [_segment(row, left, right, peaks) for row, left, right in zip(rows, edges[:-1], edges[1:], strict=True)]


def _edges(rows: list[Mapping[str, Any]], duration: float | None) -> list[float]:
    """Return the borders of the segments, 0–1."""
    if duration and all(row.get("start") is not None for row in rows):
        return [0.0, *(min(float(row["start"]) / duration, 1.0) for row in rows[1:]), 1.0]
    bars = [max(float(row.get("bars") or 1), 0.5) for row in rows]
    return [0.0, *(edge / sum(bars) for edge in accumulate(bars))]


def _segment(row: Mapping[str, Any], left: float, right: float, peaks: Sequence[float]) -> Segment:
    energy = min(max(float(row.get("energy") or 0.0), 0.0), 1.0)
    height = LOWEST + (1 - LOWEST) * energy
    kind = str(row.get("kind", ""))
    return Segment(
        name=str(row.get("name") or kind.title()),
        kind=kind if kind in KINDS else "theme",
        bars=round(float(row.get("bars") or 0)),
        start=row.get("start"),
        x=_percent(left),
        width=_percent(right - left),
        y=_percent((1 - height) / 2),
        height=_percent(height),
        wave=_wave(peaks, left, right),
        slim=right - left < SLIM,
    )


def _wave(peaks: Sequence[float], left: float, right: float) -> str:
    """Return the outline of the peaks between two borders, mirrored about the middle; empty without peaks."""
    first, last = round(left * len(peaks)), round(right * len(peaks))
    if last - first < 2:
        return ""
    step = 1000 / len(peaks)
    levels = [(index * step, 50 * WAVE_HEIGHT * min(abs(peaks[index]), 1.0)) for index in range(first, last)]
    upper = [f"{x:.1f} {50 - level:.1f}" for x, level in levels]
    lower = [f"{x:.1f} {50 + level:.1f}" for x, level in reversed(levels)]
    return f"M{' '.join([*upper, *lower])}Z"


def _thinned(peaks: Sequence[float], points: int) -> Sequence[float]:
    """Return at most ``points`` peaks, each the highest of its stretch."""
    if len(peaks) <= points:
        return peaks
    edges = [round(index * len(peaks) / points) for index in range(points + 1)]
    return [max(peaks[left:right]) for left, right in pairwise(edges)]


def _percent(share: float) -> str:
    return f"{share * 100:.3f}%"


def describe(drawn: Iterable[Segment]) -> str:
    """Return the ribbon in words, for those who hear the page."""
    return "; ".join(f"{segment.name}, {segment.bars} bars" for segment in drawn)


@register.inclusion_tag("generation/ribbon.html")
def ribbon(
    sections: Iterable[Mapping[str, Any]] | None,
    *,
    peaks: Sequence[float] | None = None,
    duration: float | None = None,
    size: str = "small",
    fraction: float | None = None,
    name: str = "ribbon",
) -> dict[str, Any]:
    """Draw a ribbon. ``size`` is ``small`` (a row), ``medium`` (a card) or ``large`` (the track page, with names).

    ``fraction`` 0–1 leaves what is not done yet pale; ribbons of one page that have it need a ``name``
    each.
    """
    drawn = segments(sections or (), peaks=_thinned(peaks or (), WAVE_POINTS[size]), duration=duration)
    return {
        "segments": drawn,
        "size": size,
        "name": name,
        "words": describe(drawn),
        "done": None if fraction is None else _percent(min(max(fraction, 0.0), 1.0)),
    }
