"""Pictures of a recording: what their layers are and where they lie."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from studio.deliver.cover.painting import Scene
from studio.deliver.cover.palettes import PALETTES, Palette, contrast, rgb
from studio.deliver.cover.portrait import Portrait, smooth, spread
from studio.errors import StudioError

Curves = NDArray[np.float64]

POINTS = 8192
"""Points of an edge as it is painted: several a pixel, so that none is drawn between them."""
THINNEST = 0.008
"""The least of a layer that shows beside the one on top of it."""


class CoverError(StudioError):
    """A cover was asked for that cannot be painted."""


def compose(portrait: Portrait, mood: str, random: np.random.Generator) -> Scene:
    """Return a picture of the portrait in one of the mood's palettes; raises ``CoverError`` for an unknown mood."""
    if mood not in PALETTES:
        raise CoverError(f"mood: {mood!r} is not one of {', '.join(PALETTES)}")
    palettes = PALETTES[mood]
    palette = palettes[random.integers(len(palettes))]
    picture = PICTURES[random.integers(len(PICTURES))]
    return picture(portrait, palette, random)


def rings(portrait: Portrait, palette: Palette, random: np.random.Generator) -> Scene:
    """Time goes around; bands lie on one another like cut paper, the lowest on top; sections are arcs outside."""
    curves = _bands(portrait, 7, 0.010, around=True)
    edges = _nested(np.linspace(0.62, 0.13, 7)[:, None] + 0.20 * (curves - 0.35))
    return _scene(
        edges, _paper_tones(palette, 7), palette, random, turn=0.25, span=1.0, ring=_ring(portrait, 0.84, 0.07)
    )


def hills(portrait: Portrait, palette: Palette, random: np.random.Generator) -> Scene:
    """Time goes to the right; bands are ranges of hills, the lowest in front; the sun stands over the loudest bar."""
    curves = _bands(portrait, 7, 0.016, around=False)
    edges = _nested(np.linspace(1.02, 0.30, 7)[:, None] + 0.44 * (curves - 0.5))
    sun = (_climax(portrait, 0.5), 0.40, 0.24)
    ring = _ring(portrait, 0.30, 0.05)
    return _scene(edges, _paper_tones(palette, 7), palette, random, centre=(0.0, -1.0), sun=sun, ring=ring)


def cove(portrait: Portrait, palette: Palette, random: np.random.Generator) -> Scene:
    """Bands are terraces around a corner or the middle of the lower edge; time goes from edge to edge."""
    x, turn, span, reach, sun_x = BAYS[random.integers(len(BAYS))]
    curves = _bands(portrait, 8, 0.014, around=False)
    edges = _nested(reach * np.linspace(1.0, 0.26, 8)[:, None] + 0.22 * reach * (curves - 0.45))
    sun = (sun_x or _climax(portrait, 0.6), 0.62, 0.12)
    return _scene(
        edges, _paper_tones(palette, 8), palette, random, centre=(x, -1.02), turn=turn, span=span, sun=sun,
        ring=_ring(portrait, 0.16, 0.04),
    )  # fmt: skip


BAYS = ((0.0, 0.5, 0.5, 1.18, 0.0), (-1.02, 0.25, 0.25, 1.55, 0.55), (1.02, 0.5, 0.25, 1.55, -0.55))
"""Where a cove lies, the direction in which its time begins, the turns it spans, its reach, and x of the sun if not
over the loudest bar."""


def trunk(portrait: Portrait, palette: Palette, random: np.random.Generator) -> Scene:
    """The rings of a tree: time goes outwards, a ring is the spectrum of its moment, low above and high below."""
    curves = _moments(portrait, 15)[::-1]
    edges = np.linspace(0.68, 0.07, 15)[:, None] + 0.22 * (curves - 0.4) * np.linspace(1.0, 0.4, 15)[:, None]
    tones = _line_tones(palette, _energies(portrait, 15)[::-1])
    return _scene(
        _nested(edges), tones, palette, random, stroke=0.012, turn=0.25, span=1.0, ring=_ring(portrait, 0.84, 0.05)
    )


def ridges(portrait: Portrait, palette: Palette, random: np.random.Generator) -> Scene:
    """Spectra behind one another, the beginning in front, low in the middle and high outwards."""
    curves = _moments(portrait, 20)[::-1]
    window = np.sin(np.pi * np.linspace(0.0, 1.0, curves.shape[1])) ** 2
    edges = np.linspace(1.12, 0.14, 20)[:, None] + 0.46 * window * curves
    tones = _line_tones(palette, _energies(portrait, 20)[::-1])
    ring = _ring(portrait, 0.40, 0.05)
    return _scene(edges, tones, palette, random, stroke=0.011, centre=(0.0, -1.0), sun=(0.0, 0.34, 0.33), ring=ring)


PICTURES: tuple[Callable[[Portrait, Palette, np.random.Generator], Scene], ...] = (rings, hills, cove, trunk, ridges)


def _bands(portrait: Portrait, layers: int, share: float, *, around: bool) -> Curves:
    """Return levels of groups of bands over time, high first; the restless are jagged, the quiet smooth."""
    share *= float(np.interp(portrait.restlessness, [0.06, 0.19], [1.7, 0.8]))
    groups = np.array_split(portrait.spectrum[::-1], layers)
    rows = []
    for group, width in zip(groups, np.linspace(share, 2.2 * share, layers), strict=True):
        weight = smooth(0.35 + 0.65 * portrait.loudness, width, around=around)
        rows.append(spread(smooth(group.mean(axis=0), width, around=around)) * weight)
    return np.array(rows)


def _moments(portrait: Portrait, layers: int) -> Curves:
    """Return spectra of as many stretches of time, the lowest band in the middle and the highest at both ends."""
    groups = np.array_split(portrait.spectrum, layers, axis=1)
    rows = [np.concatenate([row[::-1], row]) for row in (group.mean(axis=1) for group in groups)]
    return np.array([smooth(row, 0.016, around=True) for row in rows])


def _energies(portrait: Portrait, layers: int) -> NDArray[np.float64]:
    """Return the energy 0–1 of the section that each of as many stretches of time lies in."""
    starts = [start for start, _, _ in portrait.sections]
    middles = (np.arange(layers) + 0.5) / layers
    index = np.maximum(np.searchsorted(starts, middles, side="right") - 1, 0)
    return np.array([energy for _, _, energy in portrait.sections])[index]


def _climax(portrait: Portrait, reach: float) -> float:
    """Return x of the loudest moment, kept within ±``reach``."""
    loudest = int(np.argmax(smooth(portrait.loudness, 0.04, around=False)))
    return float(np.clip(2.0 * loudest / len(portrait.loudness) - 1.0, -reach, reach))


def _nested(edges: Curves) -> Curves:
    """Return edges of which none reaches over the one behind it."""
    for front in range(1, len(edges)):
        edges[front] = np.minimum(edges[front], edges[front - 1] - THINNEST)
    return edges


def _ring(portrait: Portrait, radius: float, width: float) -> NDArray[np.float32]:
    """Return the sections as arcs: as long as they last, and the broader the more energy they have."""
    gap = 0.010 / (2.0 * np.pi * radius)
    rows = [
        (start + gap, end - gap, radius, radius + width * (0.15 + 0.85 * energy))
        for start, end, energy in portrait.sections
        if end - start > 3.0 * gap
    ]
    return np.array(rows, np.float32).reshape(-1, 4)


def _paper_tones(palette: Palette, layers: int) -> Curves:
    """Return the colours of layers from the back to the front."""
    stops = np.array([rgb(palette.back), rgb(palette.middle), rgb(palette.front)])
    where = np.linspace(0.0, 2.0, layers)
    return np.stack([np.interp(where, [0.0, 1.0, 2.0], channel) for channel in stops.T], axis=1)


def _line_tones(palette: Palette, energies: NDArray[np.float64]) -> Curves:
    """Return colours of lines by energy: the three that stand out most from the ground, the clearest for the most."""
    colours = (palette.back, palette.middle, palette.front, palette.accent)
    clearest = sorted(colours, key=lambda colour: contrast(colour, palette.far))[1:]
    stops = np.array([rgb(colour) for colour in clearest])
    return np.stack([np.interp(spread(energies), [0.0, 0.5, 1.0], channel) for channel in stops.T], axis=1)


def _scene(
    edges: Curves,
    tones: Curves,
    palette: Palette,
    random: np.random.Generator,
    *,
    ring: NDArray[np.float32],
    stroke: float = 0.0,
    centre: tuple[float, float] = (0.0, 0.0),
    turn: float = 0.0,
    span: float = 0.0,
    sun: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> Scene:
    """Return the scene with its edges drawn through as smooth curves."""
    closed = span == 1.0
    rows = np.concatenate([edges, edges[:, :1]], axis=1) if closed else edges
    spline = CubicSpline(np.linspace(0, 1, rows.shape[1]), rows, axis=1, bc_type="periodic" if closed else "natural")
    fine = np.linspace(0.0, 1.0, POINTS + 1)
    curves = spline(fine)
    way = 2.0 * np.pi * span * np.maximum(curves, 0.05) if span else 2.0
    slopes = 1.0 / np.sqrt(1.0 + (spline(fine, 1) / way) ** 2)
    # A shadow that followed every corner would break into streaks above it.
    soft = smooth(curves, 0.016, around=closed)
    return Scene(
        edges=_single(curves.T),
        slopes=_single(slopes.T),
        soft=_single(soft.T),
        tones=_single(tones),
        stroke=stroke,
        centre=centre,
        turn=turn,
        span=span,
        ground=_single([rgb(palette.far), rgb(palette.near)]),
        accent=_single(rgb(palette.accent)),
        sun=sun,
        ring=ring,
        grain=int(random.integers(2**31)),
    )


def _single(values: NDArray[np.float64] | Sequence[NDArray[np.float64]]) -> NDArray[np.float32]:
    return np.ascontiguousarray(values, np.float32)
