"""The colours of a mood."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Palette:
    """Colours as ``RRGGBB``: ground far from and near the sun, layers at the back, in the middle and in front, and
    the sun with its arcs."""

    far: str
    near: str
    back: str
    middle: str
    front: str
    accent: str


def _rows(*rows: str) -> tuple[Palette, ...]:
    return tuple(Palette(*row.split()) for row in rows)


PALETTES: Mapping[str, tuple[Palette, ...]] = {
    "happy": _rows("f9cf7f fff1d2 f58f5b ef5b5b 1f8a80 e4472b", "7cc6d6 fdf3d8 f9b233 f3722c c03a5a d1382f"),
    "sad": _rows("1c2733 47586b 6d8298 405468 16202b d9dee3", "2e3440 6a6f83 8d8fa6 565b78 23263a eadfd4"),
    "calm": _rows("dfe6dc fbf8ee b3cbbb 78a098 2f5f68 e07b4a", "e6dccb fbf6ea cbb79c 8aa39b 3a5a5e c8553d"),
    "energetic": _rows("1a0b3b 5b1a8c ff2e7e ff7a1a ffd23f f9f9ff", "07142e 0d3b8c 00c2ff 6a4cff ff2e88 fdf24b"),
    "dark": _rows("08080c 2a141d 7e1b2a 4a121d 0b080c e8643a", "0a0d12 263442 5d7186 2c3947 07090c c9d5de"),
    "romantic": _rows("3a0d20 8a2846 d0566f eaa095 5c1230 f6cf8e", "f3d5cb fcefe6 e39a98 bf5069 5a1636 a8243f"),
    "epic": _rows("0b1426 2d4b73 d2923f 7f4a2a 111a2e f8d48a", "10131c 5a3d3a e0672e 85302e 141018 ffd9a0"),
    "mysterious": _rows("07181d 134b50 2b8a83 2a3f7a 120f2b a8f0c6", "120d24 3b2a63 7a4fb0 27508a 0b0d1d eac4ff"),
    "hopeful": _rows("8fc1e3 fde8d0 fbbd97 ee8072 34517f e2543f", "b7d7c9 fff3d6 f2c763 5fa391 20505f ef5f3c"),
    "aggressive": _rows("0a0a0b 3a0a0d dd1728 800c17 0a0a0b f4f1ea", "c81c1c f0582c 2a2a2d 4a0f14 080809 fff3df"),
    "dreamy": _rows("b9b4e8 fbe2ee f0a9cf 9b8de0 4b55ac 6a4fc0", "20214a 6b5aa8 a597e8 e39ac7 33306e ffe6c7"),
    "playful": _rows("ffd9b8 fff4e3 ff6b6b 3fbfb6 45499a 6a3fb5", "6fd3c7 e6fbf3 ffb52e ff5d8f 5b3fa8 e8336d"),
}
"""Mood of a brief → its palettes."""


def rgb(colour: str) -> NDArray[np.float64]:
    """Return ``RRGGBB`` as sRGB 0–1."""
    return np.array([int(colour[i : i + 2], 16) for i in (0, 2, 4)]) / 255.0


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1–21 (WCAG 2.2, "contrast ratio")."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    """Return relative luminance, 0–1 (WCAG 2.2, IEC 61966-2-1)."""
    value = rgb(colour)
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return float(linear @ np.array([0.2126, 0.7152, 0.0722]))
