"""Examples for the separation network: stretches of songs mixed anew, as the network hears them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from studio.audio import ratio
from studio.models.separation import BANDS, BINS, FEATURES, HOP, SOURCES, WINDOW, features, gathered
from studio.separate.spectrum import Spectrum, analyse

STEPS = 256
"""Steps of an example: six seconds."""

FRAMES = (STEPS - WINDOW // HOP + 1) * HOP

TOGETHER = 0.5
"""Share of examples whose sources come from one song; the others meet here for the first time."""

MISSING = 0.08
"""Chance that a source is left out."""

LEVEL, SPREAD = 3000.0, 4.0
"""Loudness to which sources are brought (RMS of 16-bit samples), and how it is spread, in dB."""

EQUALISER_POINTS = 7

Example = tuple[NDArray[np.float16], NDArray[np.uint8]]
"""Features without the place, shape ``(FEATURES − 1, BANDS, STEPS)``; shares × 255, ``(sources, BANDS, STEPS)``."""


def prepare(songs: Sequence[Path], count: int, folder: Path, name: str, *, seed: int) -> None:
    """Draw ``count`` examples from the songs and keep them in ``folder``."""
    heard = open_memmap(folder / f"{name}.heard.part", "w+", np.float16, (count, FEATURES - 1, BANDS, STEPS))
    truth = open_memmap(folder / f"{name}.truth.part", "w+", np.uint8, (count, len(SOURCES), BANDS, STEPS))
    stems = [np.load(path, mmap_mode="r") for path in songs]
    loud = np.array([[_loudness(source) for source in song] for song in stems])
    for number in range(count):
        heard[number], truth[number] = example(stems, loud, np.random.default_rng((seed, number)))
    for kind in ("heard", "truth"):
        (folder / f"{name}.{kind}.part").replace(folder / f"{name}.{kind}.npy")


def example(songs: Sequence[NDArray[np.int16]], loud: NDArray[np.float64], rng: np.random.Generator) -> Example:
    """Mix a stretch of sources anew: levels, equalisers and sides are drawn; ``loud`` is their RMS where they sound."""
    together = rng.random() < TOGETHER
    song, start = int(rng.integers(len(songs))), 0.0
    spectra = []
    for source in range(len(SOURCES)):
        if source == 0 or not together:
            song, start = int(rng.integers(len(songs))), float(rng.random())
        first = int(start * (songs[song].shape[2] - FRAMES))
        sound = np.asarray(songs[song][source, :: rng.choice([-1, 1]), first : first + FRAMES], np.float32)
        level = ratio(rng.normal(0.0, SPREAD)) * LEVEL / (loud[song, source] or 1.0)
        if rng.random() < MISSING or not loud[song, source]:
            level = 0.0
        spectra.append(analyse(sound * np.float32(level / 32768)) * _equaliser(rng))
    return heard_and_true(spectra)


def heard_and_true(spectra: Sequence[Spectrum]) -> Example:
    """Return what the network hears of a sum of sources, and the shares that bring it nearest to each.

    The share of a source is the real number that, times the sum, leaves the least error in a band: the phase-sensitive
    mask of Erdogan, Hershey, Watanabe and Le Roux (ICASSP 2015, equation 7), pooled over sides and bins.
    """
    mix = np.sum(spectra, axis=0)
    real, imaginary = np.real(mix), np.imag(mix)
    common = [(np.real(source) * real + np.imag(source) * imaginary).sum(axis=0) for source in spectra]
    pooled = gathered(np.stack(common))
    shares = np.clip(pooled / (pooled.sum(axis=0) + 1e-12), 0.0, 1.0)
    shares /= shares.sum(axis=0) + 1e-9
    return features(mix)[: FEATURES - 1].astype(np.float16), np.round(255 * shares).astype(np.uint8)


def _loudness(source: NDArray[np.int16]) -> float:
    """Return the RMS of a source over the seconds in which it sounds."""
    seconds = source[:, : source.shape[1] // 44_100 * 44_100].reshape(2, -1, 44_100).astype(np.float32)
    power = np.square(seconds).mean(axis=(0, 2))
    sounding = power[power > 100.0]
    return float(np.sqrt(sounding.mean())) if len(sounding) else 0.0


def _equaliser(rng: np.random.Generator) -> NDArray[np.float32]:
    """Return a smooth gain for every bin, shape ``(BINS, 1)``."""
    points = np.linspace(np.log(30.0), np.log(22_050.0), EQUALISER_POINTS)
    hz = np.log(np.maximum(1.0, np.arange(BINS)) * 22_050.0 / (BINS - 1))
    return (10.0 ** (np.interp(hz, points, rng.normal(0.0, 3.0, EQUALISER_POINTS)) / 20.0)[:, None]).astype(np.float32)
