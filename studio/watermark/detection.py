"""Reading the mark: whitening, folding by the mark's period, correlating with the codes of a key."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from studio.audio import SAMPLE_RATE
from studio.errors import WatermarkError
from studio.watermark.codes import CODES, PERIOD, STEP, VALUES, codes, payload_from
from studio.watermark.frames import FRAME, HOP, add_spectra, frame_count, spectra
from studio.watermark.masking import masked
from studio.watermark.shaping import bins, weights

SHORTEST = 12.0
"""Seconds of sound below which reading is not tried; ``CERTAIN`` are needed for the promised certainty."""
CERTAIN = 30.0
LEAST_SCORE = 4.4
"""What is read must stand out by this much; of unmarked sounds one in some 10⁴ reaches it, and then fails the check."""
ALTERNATIVES, MOST_SPELLINGS = 3, 24
"""Where the check bits disagree, the next likely symbols are tried."""
WINDOW, STRIDE = 5, 2
"""Periods read together where the whole shows nothing: a marked part of something longer."""

Rows = NDArray[np.float32]


@dataclass(frozen=True)
class Detection:
    """A mark that was read.

    ``score`` is how far the codes stand out, in standard deviations of chance (mean of ``CODES``); ``offset`` where the
    mark's period begins, in seconds, 0 to 5.9; ``start`` and ``end`` the part that was read, in seconds.
    """

    payload: int
    score: float
    offset: float
    start: float
    end: float


def detect(audio: NDArray[np.float32], *, key: bytes) -> Detection | None:
    """Return the mark of ``key`` in ``audio``, shape ``(channels, frames)`` at 44.1 kHz, or None where there is none.

    The whole is read first, then every 30 s of it. Raises ``WatermarkError`` under ``SHORTEST`` seconds.
    """
    if audio.shape[1] < SHORTEST * SAMPLE_RATE:
        seconds = audio.shape[1] / SAMPLE_RATE
        raise WatermarkError(
            f"{seconds:.1f} s of sound are too short: a watermark needs {SHORTEST:g} s, best {CERTAIN:g} s."
        )
    rows = folded(audio.mean(axis=0))
    length = audio.shape[1] / SAMPLE_RATE
    for first, last in _spans(len(rows)):
        found = read(rows[first:last].sum(axis=0), key)
        if found:
            start, end = (border * PERIOD / SAMPLE_RATE for border in (first, last))
            return Detection(*found, start, min(end, length))
    return None


def _spans(rows: int) -> Iterator[tuple[int, int]]:
    yield 0, rows
    if rows > WINDOW + 1:
        yield from ((first, first + WINDOW) for first in range(0, rows - WINDOW + 1, STRIDE))


def folded(middle: NDArray[np.float32]) -> Rows:
    """Return the whitened sound of every period, shape ``(periods, PERIOD)``, from the mean of the channels."""
    count = frame_count(len(middle))
    rows = np.zeros((-(-(count * HOP + FRAME) // PERIOD), PERIOD), np.float32)
    first, end = bins()
    block = PERIOD // HOP
    for start in range(0, count, block):
        stop = min(start + block, count)
        found = spectra(middle[start * HOP : (stop - 1) * HOP + FRAME])
        found[:, first:end] *= weights(found, masked(found))
        found[:, :first] = found[:, end:] = 0.0
        add_spectra(rows.reshape(-1)[start * HOP :], found)
    return rows


def read(row: NDArray[np.float32], key: bytes) -> tuple[int, float, float] | None:
    """Return payload, score and offset (s) that one folded period tells, or None."""
    found = correlations(row, key)
    turn, place = best(found)
    told = spelled(found, turn, place)
    return told and (*told, (turn * STEP + place) / SAMPLE_RATE)


def joint(found: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return for every place of the mark, ``turn`` steps and ``place`` samples, what all codes read there at best.

    The symbols are unknown, but each stands a whole number of steps from the place.
    """
    symbols = found[1:].reshape(CODES - 1, VALUES, STEP)
    return found[0].reshape(VALUES, STEP) + symbols.max(axis=1).sum(axis=0)


def best(found: NDArray[np.float32]) -> tuple[int, int]:
    """Return the likeliest place of the mark: steps and samples beyond them."""
    turn, place = np.unravel_index(int(joint(found).argmax()), (VALUES, STEP))
    return int(turn), int(place)


def spelled(found: NDArray[np.float32], turn: int, place: int) -> tuple[int, float] | None:
    """Return the likeliest payload whose check bits agree, and its score; None where it does not stand out."""
    column = found.reshape(CODES, VALUES, STEP)[:, :, place]
    likely = np.argsort(column[1:], axis=1)[:, : -ALTERNATIVES - 1 : -1]
    readings = np.take_along_axis(column[1:], likely, axis=1)
    ranks = np.array(list(product(range(ALTERNATIVES), repeat=CODES - 1)))
    scores = (column[0, turn] + readings[np.arange(CODES - 1), ranks].sum(axis=1)) / CODES
    for index in np.argsort(-scores, kind="stable")[:MOST_SPELLINGS]:
        if scores[index] < LEAST_SCORE:
            return None
        values = (likely[np.arange(CODES - 1), ranks[index]] - turn) % VALUES
        payload = payload_from(tuple(values.tolist()))
        if payload is not None:
            return payload, float(scores[index])
    return None


def correlations(row: NDArray[np.float32], key: bytes) -> NDArray[np.float32]:
    """Return how much of each code, turned by every number of samples, is in a period, in standard deviations."""
    found = fft.irfft(fft.rfft(row) * _conjugates(key), PERIOD, axis=1)
    found /= np.maximum(found.std(axis=1, keepdims=True), 1e-30)
    return found


@lru_cache(maxsize=2)
def _conjugates(key: bytes) -> NDArray[np.complex64]:
    return np.conj(fft.rfft(codes(key).astype(np.float32), axis=1))
