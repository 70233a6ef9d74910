"""The canvas: layers of paper or lines, a sun with the sections around it, light, shadows and grain."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.mix.kernel import kernel

Floats = NDArray[np.float32]

GRAIN = 3.0
"""The most that grain adds to a value of 0–255; it also keeps slow gradients free of steps."""
SHADOW = np.float32(0.085)
"""How far the shadow of a layer of paper reaches."""
COVERED = np.float32(0.004)
"""Less than this share of a pixel does not show: one step of 0–255."""
WIDEST = np.float32(0.1)
"""The broadest arc of a ring."""


@dataclass(frozen=True)
class Scene:
    """What is to be painted. The picture reaches from −1 to 1, to the right and upwards; colours are sRGB 0–1.

    ``edges``: where every layer ends at each point of time, shape ``(points, layers)``, the hindmost layer first:
    heights over ``centre``, or, where ``span`` is not 0, distances from it, with time running clockwise through
    ``span`` turns from ``turn`` (in turns, anticlockwise from the right). ``slopes``: the cosines of their steepness;
    ``soft``: the edges as light and shadow see them, without their corners.
    ``tones``: colours of the layers, ``(layers, 3)``. ``stroke``: width of a line along every edge; 0: paper with
    shadows. ``ground``: colours far from the sun and near it. ``sun``: x, y and radius; ``ring``: arcs around it,
    (start, end) as shares of a turn clockwise from the top, inner and outer radius, ``(arcs, 4)``. ``accent`` colours
    both.
    """

    edges: Floats
    slopes: Floats
    soft: Floats
    tones: Floats
    stroke: float
    centre: tuple[float, float]
    turn: float
    span: float
    ground: Floats
    accent: Floats
    sun: tuple[float, float, float]
    ring: Floats
    grain: int


def paint(scene: Scene, size: int) -> NDArray[np.uint8]:
    """Return the picture of a scene, shape ``(size, size, 3)``."""
    place = np.array([*scene.centre, scene.turn, scene.span], np.float32)
    sun = np.array(scene.sun, np.float32)
    layers = (scene.edges, scene.slopes, scene.soft, scene.tones, np.float32(scene.stroke))
    return _paint(size, place, layers, scene.ground, scene.accent, sun, scene.ring, scene.grain)


@kernel
def _paint(size, place, layers, ground, accent, sun, ring, grain):  # type: ignore[no-untyped-def]
    """A row at a time: arrays that were handed on for every pixel would cost more than the painting."""
    picture = np.empty((size, size, 3), np.uint8)
    light = np.empty((size, 3), np.float32)
    left, shadow = np.empty(size, np.float32), np.empty(size, np.float32)
    pixel = np.float32(2.0 / size)
    for row in range(size):
        y = np.float32(1.0 - (row + 0.5) * pixel)
        _layers(y, pixel, place, layers, ground, light, left, shadow)
        _sky(y, pixel, ground, accent, sun, ring, light, left, shadow)
        _develop(light, row * size, grain, picture[row])
    return picture


@kernel
def _layers(y, pixel, place, layers, ground, light, left, shadow):  # type: ignore[no-untyped-def]
    """Fill a row with the light of the layers, the share of what lies behind them that shows, and the shadow on it."""
    edges, slopes, soft, tones, stroke = layers
    hindmost, foremost = 0, edges.shape[1] - 1
    paper = stroke == np.float32(0.0)
    cx, cy, turn, span = place
    for column in range(len(left)):
        along, height = _along((column + np.float32(0.5)) * pixel - np.float32(1.0), y, cx, cy, turn, span)
        index = int(along * np.float32(len(edges) - 1) + np.float32(0.5))
        red = green = blue = np.float32(0.0)
        rest = np.float32(1.0)
        for layer in range(foremost, -1, -1):
            depth = (edges[index, layer] - height) * slopes[index, layer]
            if depth > -pixel:
                cover = _inside(depth, pixel)
                if paper:
                    over = height - soft[index, layer + 1] if layer < foremost else SHADOW
                    ink, bright = np.float32(1.0), _paper(depth, soft[index, layer] - height, over)
                else:
                    ink, bright = _line(depth, pixel, stroke), np.float32(1.0)
                part = rest * cover * bright
                red += part * (ground[0, 0] + (tones[layer, 0] - ground[0, 0]) * ink)
                green += part * (ground[0, 1] + (tones[layer, 1] - ground[0, 1]) * ink)
                blue += part * (ground[0, 2] + (tones[layer, 2] - ground[0, 2]) * ink)
                rest *= np.float32(1.0) - cover
                if rest < COVERED:
                    break
        light[column, 0], light[column, 1], light[column, 2] = red, green, blue
        left[column] = rest
        shadow[column] = _fall(height - soft[index, hindmost], SHADOW) if paper else np.float32(0.0)


@kernel
def _sky(y, pixel, ground, accent, sun, ring, light, left, shadow):  # type: ignore[no-untyped-def]
    """Add to a row the light of what lies behind all layers: the ground, the sun and its arcs."""
    dy = y - sun[1]
    inner = ring[0, 2] - pixel if len(ring) else np.float32(9.0)
    for column in range(len(left)):
        if left[column] < COVERED:
            continue
        dx = (column + np.float32(0.5)) * pixel - np.float32(1.0) - sun[0]
        far = np.float32(math.sqrt(dx * dx + dy * dy))
        ink = _inside(sun[2] - far, pixel)
        if inner < far < inner + WIDEST:
            when = _clockwise(dx, dy, np.float32(0.25))
            for arc in range(len(ring)):
                across = min(far - ring[arc, 2], ring[arc, 3] - far)
                ends = min(when - ring[arc, 0], ring[arc, 1] - when) * far * np.float32(2.0 * math.pi)
                ink = max(ink, _inside(across, pixel) * _inside(ends, pixel))
        glow = np.float32(1.0) / (np.float32(1.0) + np.float32(1.6) * far * far)
        bright = left[column] * (np.float32(1.0) - np.float32(0.35) * shadow[column])
        for channel in range(3):
            tone = ground[0, channel] + (ground[1, channel] - ground[0, channel]) * glow
            light[column, channel] += bright * (tone + (accent[channel] - tone) * ink)


@kernel
def _develop(light, place, grain, row):  # type: ignore[no-untyped-def]
    """Write a row of light as whole numbers, with grain."""
    for column in range(len(light)):
        grit = np.float32(GRAIN) * _grit(place + column, grain) + np.float32(0.5)
        for channel in range(3):
            value = light[column, channel] * np.float32(255.0) + grit
            row[column, channel] = np.uint8(min(max(value, np.float32(0.0)), np.float32(255.0)))


@kernel
def _along(x, y, cx, cy, turn, span):  # type: ignore[no-untyped-def]
    """Return where a point lies in time, 0–1, and its height over the base or distance from the centre."""
    dx, dy = x - cx, y - cy
    if span == np.float32(0.0):
        return (x + np.float32(1.0)) * np.float32(0.5), dy
    along = _clockwise(dx, dy, turn) / span
    if along > np.float32(1.0):  # beyond either end: the end that is nearer
        along = np.float32(1.0) if along < np.float32(0.5) + np.float32(0.5) / span else np.float32(0.0)
    return along, np.float32(math.sqrt(dx * dx + dy * dy))


@kernel
def _clockwise(dx, dy, start):  # type: ignore[no-untyped-def]
    """Return the share of a turn from ``start`` clockwise to the direction of (dx, dy)."""
    turns = start - _direction(abs(dx), abs(dy), dx < np.float32(0.0), dy < np.float32(0.0))
    return turns - np.float32(math.floor(turns))


@kernel
def _direction(width, height, left, down):  # type: ignore[no-untyped-def]
    """Return a direction in turns, anticlockwise from the right, to 2 millionths: a fifth of what atan2 costs.

    The polynomial is the arctangent's of degree 11 over 0–1 (Hastings, Approximations for Digital Computers, 1955).
    """
    slope = min(width, height) / max(max(width, height), np.float32(1e-9))
    square = slope * slope
    turns = np.float32(-0.01172120)
    for factor in (0.05265332, -0.11643287, 0.19354346, -0.33262347, 0.99997726):
        turns = turns * square + np.float32(factor)
    turns *= slope * np.float32(0.5 / math.pi)
    turns = np.float32(0.25) - turns if height > width else turns
    turns = np.float32(0.5) - turns if left else turns
    return -turns if down else turns


@kernel
def _inside(depth, pixel):  # type: ignore[no-untyped-def]
    """Return how much of a pixel lies within an edge, 0–1."""
    return min(max(depth / pixel + np.float32(0.5), np.float32(0.0)), np.float32(1.0))


@kernel
def _fall(distance, reach):  # type: ignore[no-untyped-def]
    """Return 1 at an edge and 0 from ``reach`` on, with a soft foot."""
    rest = max(np.float32(1.0) - max(distance, np.float32(0.0)) / reach, np.float32(0.0))
    return rest * rest


@kernel
def _paper(depth, soft, over):  # type: ignore[no-untyped-def]
    """Return the light on paper: a bright rim that fades inwards, and the shadow of the layer in front."""
    rim = np.float32(0.16) * _fall(soft, np.float32(0.25)) + np.float32(0.10) * _fall(depth, np.float32(0.015))
    return np.float32(1.0) + rim - np.float32(0.42) * _fall(over, SHADOW)


@kernel
def _line(depth, pixel, stroke):  # type: ignore[no-untyped-def]
    """Return the ink of a layer that is a line: all of it along the edge, a haze below."""
    line = _inside(stroke - depth, pixel)
    haze = np.float32(0.06) + np.float32(0.30) * _fall(depth, np.float32(0.16))
    return line + (np.float32(1.0) - line) * haze


@kernel
def _grit(place, grain):  # type: ignore[no-untyped-def]
    """Return noise −1 … 1, most of it near 0: the two halves of a hash of the place, added."""
    bits = ((place + 1) * 2654435761 + grain) & 0xFFFFFFFF
    bits = ((bits ^ (bits >> 15)) * 2246822519) & 0xFFFFFFFF
    bits = ((bits ^ (bits >> 13)) * 3266489917) & 0xFFFFFFFF
    bits ^= bits >> 16
    return np.float32((bits & 0xFFFF) + (bits >> 16)) * np.float32(1.0 / 65535.0) - np.float32(1.0)
