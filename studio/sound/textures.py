"""What lies under lo-fi music: noise and specks that last as long as their note."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from studio.audio import SAMPLE_RATE, Audio, ratio
from studio.sound.placing import add_copies

LOOP = 1 << 19
"""Frames (12 s) after which a bed of noise begins again: long beside what an ear remembers of noise."""

GRAINS = 16
"""Different specks of a kind."""

REVOLUTION = 60 / (100 / 3)
"""Seconds a record takes to turn, at 33⅓ a minute."""

_REFERENCE = 80.0
_FADE = 0.15


@dataclass(frozen=True)
class Bed:
    """Steady noise from ``low`` to ``high`` Hz, falling by ``fall`` dB an octave; ``width`` 0 (mono) … 1; its level
    sways by ``sway_db`` once in ``turn`` seconds."""

    low: float
    high: float
    fall: float = 0.0
    level: float = 0.0
    width: float = 1.0
    sway_db: float = 0.0
    turn: float = REVOLUTION


@dataclass(frozen=True)
class Specks:
    """Short bursts of noise from ``low`` to ``high`` Hz at random: ``rate`` a second, ``decay`` seconds to −26 dB,
    levels spread by ``spread`` dB (standard deviation). ``scratches``: so many come back in each revolution instead."""

    rate: float
    low: float
    high: float
    decay: float
    level: float
    spread: float = 5.0
    width: float = 0.8
    scratches: int = 0


Texture = tuple[Bed | Specks, ...]

TEXTURES: Mapping[str, Texture] = MappingProxyType(
    {
        "vinyl": (
            Bed(400, 12_000, fall=4, level=-27, width=0.7),
            Bed(18, 60, fall=6, level=-26, width=0.3, sway_db=3),
            Specks(14, 1500, 9000, 0.0012, level=-13),
            Specks(40, 2500, 12_000, 0.0006, level=-24, spread=4),
            Specks(0.5, 500, 5000, 0.006, level=-7, spread=3, width=0.5),
            Specks(0, 900, 6000, 0.003, level=-6, scratches=2, width=0.6),
        ),
        "tape-hiss": (
            Bed(700, 15_000, fall=-2, level=-20, sway_db=0.8, turn=0.9),
            Bed(60, 700, fall=3, level=-34, width=0.4),
        ),
        "rain": (
            Bed(500, 12_000, fall=3, level=-26, sway_db=1.5, turn=7.3),
            Specks(200, 2500, 12_000, 0.004, level=-19, spread=7, width=1.0),
            Specks(18, 700, 4500, 0.012, level=-14, spread=5, width=1.0),
        ),
    }
)
"""Every texture by its name."""


def add_texture(name: str, velocity: int, start: int, hold: int, seed: int, out: Audio) -> None:
    """Add a texture to ``out`` (2, n) from frame ``start`` for ``hold`` frames; a louder note is denser with specks."""
    count = min(hold, out.shape[1] - start)
    force = velocity / _REFERENCE
    sound = np.zeros((2, count), np.float32)
    for number, row in enumerate(TEXTURES[name]):
        rng = np.random.default_rng([seed, start, number])
        if isinstance(row, Bed):
            _add_bed(sound, row, number, int(rng.integers(LOOP)))
        else:
            _add_specks(sound, row, number, force**2, rng)
    fade = min(round(_FADE * SAMPLE_RATE), count // 2)
    ramp = np.linspace(0, 1, fade, dtype=np.float32)
    sound[:, :fade] *= ramp
    sound[:, count - fade :] *= ramp[::-1]
    out[:, start : start + count] += np.float32(force) * sound


def _add_bed(sound: Audio, row: Bed, number: int, first: int) -> None:
    noise, count = _noise(row, number), sound.shape[1]
    for begin in range(0, count, LOOP):
        piece = sound[:, begin : begin + LOOP]
        time = (begin + np.arange(piece.shape[1])) / SAMPLE_RATE
        sway = 10 ** (row.sway_db / 20 * np.sin(2 * np.pi * time / row.turn)) if row.sway_db else np.float32(1)
        piece += np.float32(ratio(row.level)) * np.roll(noise, -first, axis=1)[:, : piece.shape[1]] * sway


@lru_cache(maxsize=16)
def _noise(row: Bed, number: int) -> Audio:
    """Return noise of RMS 1 that repeats without a seam: random phases under a given spectrum."""
    hertz = np.fft.rfftfreq(LOOP, 1 / SAMPLE_RATE)
    octaves = np.log2(np.maximum(hertz, 1.0) / row.low)
    inside = 1 / (1 + (row.low / np.maximum(hertz, 1.0)) ** 4) / (1 + (hertz / row.high) ** 8)
    shape = inside * 10 ** (-row.fall * np.maximum(octaves, 0) / 20)
    rng = np.random.default_rng([LOOP, number])
    middle, side = (np.fft.irfft(shape * np.exp(2j * np.pi * rng.random(len(hertz)))) for _ in range(2))
    stereo = np.array([middle + row.width * side, middle - row.width * side])
    return np.ascontiguousarray(stereo / np.sqrt(np.mean(stereo**2)), np.float32)


def _add_specks(sound: Audio, row: Specks, number: int, density: float, rng: np.random.Generator) -> None:
    """Add specks where a Poisson process puts them, or the scratches of a groove once in every revolution."""
    seconds = sound.shape[1] / SAMPLE_RATE
    if row.scratches:
        times = np.add.outer(np.arange(0, seconds, REVOLUTION), rng.random(row.scratches) * REVOLUTION).ravel()
        times = times[rng.random(len(times)) < 0.6]
    else:
        times = rng.random(rng.poisson(row.rate * density * seconds)) * seconds
    starts = np.sort((times * SAMPLE_RATE).astype(np.int64))
    starts = starts[starts < sound.shape[1]]
    gains = ratio(row.level) * 10 ** (np.clip(rng.normal(0, row.spread, len(starts)), -20, 9) / 20)
    kinds = rng.integers(GRAINS, size=len(starts))
    for kind, grain in enumerate(_grains(row, number)):
        chosen = kinds == kind
        add_copies(grain, grain.shape[1], starts[chosen], gains[chosen].astype(np.float32), sound)


@lru_cache(maxsize=16)
def _grains(row: Specks, number: int) -> tuple[Audio, ...]:
    """Return specks of peak 1, each at a place of its own between the sides."""
    rng = np.random.default_rng([GRAINS, number])
    time = np.arange(round((3 * row.decay + 0.002) * SAMPLE_RATE)) / SAMPLE_RATE
    band = signal.butter(2, [row.low, row.high], "band", fs=SAMPLE_RATE, output="sos")
    grains = []
    for _ in range(GRAINS):
        burst: NDArray[np.float64] = signal.sosfilt(
            band, rng.standard_normal(len(time)) * np.exp(-3 * time / row.decay)
        )
        burst *= np.minimum(1.0, (time[-1] - time) / 0.001) / np.abs(burst).max()
        angle = (row.width * rng.uniform(-1, 1) + 1) * np.pi / 4
        grains.append(np.ascontiguousarray(np.outer([np.cos(angle), np.sin(angle)], burst), np.float32))
    return tuple(grains)
