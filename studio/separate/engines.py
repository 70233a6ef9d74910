"""The ways to take a stretch of sound apart, and how long sound is taken apart stretch by stretch."""

from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from studio.audio import SAMPLE_RATE, Audio, silence
from studio.errors import SeparationError
from studio.models.separation import SOURCES
from studio.separate import demucs
from studio.separate.shares import Shares, filtered, heard
from studio.separate.spectrum import Spectrum, analyse, synthesise
from studio.separate.wiener import filtered_by_place

STRETCH, OVERLAP = 20 * SAMPLE_RATE, SAMPLE_RATE
"""Frames that are taken apart at once, and those over which one stretch fades into the next."""

Stems = NDArray[np.float32]
"""Sources in the order of ``SOURCES`` × channels × frames."""

Split = Callable[[Audio], Stems]


def by_shares(share: Callable[[Spectrum], Shares]) -> Split:
    """Return the engine that tells the shares of bins by ``share``."""

    def split(audio: Audio) -> Stems:
        spectrum = analyse(audio)
        parts = filtered_by_place(spectrum, share(spectrum))
        return whole(np.stack([synthesise(part, audio.shape[1]) for part in parts]), audio)

    return split


def by_demucs(audio: Audio) -> Stems:
    """Take sound apart with Demucs."""
    found = demucs.split(audio)
    return whole(np.stack([found[name] for name in SOURCES]), audio)


def whole(stems: Stems, audio: Audio) -> Stems:
    """Return the stems with what they lack of ``audio`` shared out among them, so that they sum to it."""
    return stems + (audio - stems.sum(axis=0)) / np.float32(len(stems))


ENGINES: Mapping[str, Split] = {
    "network": by_shares(heard),
    "filters": by_shares(filtered),
    "demucs": by_demucs,
}
"""Name → what takes a stretch apart: the trained network, rules alone, Demucs."""


def chosen(name: str) -> Split:
    """Return an engine; ``auto`` is Demucs where it is installed, else the network. Raises ``SeparationError``."""
    if name == "auto":
        name = "demucs" if demucs.is_installed() else "network"
    if name not in ENGINES:
        raise SeparationError(f"engine: {name!r} is not one of auto, {', '.join(ENGINES)}")
    return ENGINES[name]


def in_stretches(blocks: Iterable[Audio], split: Split) -> Iterator[Stems]:
    """Yield the stems of sound that comes in ``blocks`` of any length, stretch by stretch."""
    held, tail = silence(0), np.zeros((len(SOURCES), 2, 0), np.float32)
    for block in blocks:
        held = np.concatenate([held, block], axis=1)
        while held.shape[1] > STRETCH + OVERLAP:
            stems = _faded(tail, split(held[:, : STRETCH + OVERLAP]))
            yield stems[:, :, :STRETCH]
            held, tail = held[:, STRETCH:], stems[:, :, STRETCH:]
    if held.shape[1]:
        yield _faded(tail, split(held))


def _faded(tail: Stems, stems: Stems) -> Stems:
    """Fade from the end of the stretch before into this one; both sum to the same sound, and so does the fade."""
    frames = min(tail.shape[2], stems.shape[2])
    rise = np.linspace(0.0, 1.0, frames, dtype=np.float32)
    stems[:, :, :frames] = tail[:, :, :frames] * (1.0 - rise) + stems[:, :, :frames] * rise
    return stems
