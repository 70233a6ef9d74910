"""Motifs, and what a composer makes of one: repetition, inversion, fragments, longer notes, ornaments, a new end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Tone:
    """A note of a motif: onset and length in beats, height in scale steps; ``source``: the motif's note it repeats,
    ``steps`` scale steps higher."""

    at: float
    beats: float
    height: int
    source: int | None = None
    steps: int = 0
    mirrored: bool = False


@dataclass(frozen=True)
class Motif:
    """A rhythm cell with a contour, ``beats`` long."""

    tones: tuple[Tone, ...]
    beats: float


Tones = tuple[Tone, ...]


def _again(motif: Motif, _rng: np.random.Generator) -> Tones:
    """Say the motif again."""
    return tuple(replace(tone, source=number) for number, tone in enumerate(motif.tones))


def _other(motif: Motif, _rng: np.random.Generator) -> Tones:
    """Say something else: the contrasting cell as it is."""
    return motif.tones


def _inverted(motif: Motif, rng: np.random.Generator) -> Tones:
    """Mirror the motif about its first note."""
    first = motif.tones[0].height
    return tuple(replace(tone, height=2 * first - tone.height, mirrored=True) for tone in _again(motif, rng))


def _fragmented(motif: Motif, rng: np.random.Generator) -> Tones:
    """Say the motif's first half twice, the second time a step aside."""
    half = motif.beats / 2
    head = [
        replace(tone, beats=min(tone.beats, half - tone.at)) for tone in _again(motif, rng) if tone.at < half - 1e-9
    ]
    aside = int(rng.choice([-1, 1]))
    return (*head, *(replace(tone, at=tone.at + half, height=tone.height + aside, steps=aside) for tone in head))


def _augmented(motif: Motif, rng: np.random.Generator) -> Tones:
    """Say the motif's first half in notes twice as long."""
    return tuple(
        replace(tone, at=2 * tone.at, beats=min(2 * tone.beats, motif.beats - 2 * tone.at))
        for tone in _again(motif, rng)
        if tone.at < motif.beats / 2 - 1e-9
    )


def _ornamented(motif: Motif, rng: np.random.Generator) -> Tones:
    """Say the motif again with its long notes divided: the second half steps up."""
    tones: list[Tone] = []
    for tone in _again(motif, rng):
        if tone.beats < 1.0:
            tones.append(tone)
            continue
        half = tone.beats / 2
        tones += [replace(tone, beats=half), Tone(tone.at + half, half, tone.height + 1)]
    return tuple(tones)


def _closing(motif: Motif, rng: np.random.Generator) -> Tones:
    """Begin as the motif does and fall to a close."""
    middle = len(motif.tones) // 2
    tones = _again(motif, rng)
    top = tones[middle].height
    return (
        *tones[:middle],
        *(replace(tone, height=top - number, source=None) for number, tone in enumerate(tones[middle:])),
    )


OPERATORS: Mapping[str, Callable[[Motif, np.random.Generator], Tones]] = {
    "m": _again, "n": _other, "i": _inverted, "f": _fragmented, "a": _augmented, "o": _ornamented, "c": _closing,
}  # fmt: skip
"""Letter of a unit → what it makes of the motif (or, for ``n``, of the contrasting cell)."""
