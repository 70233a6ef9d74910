"""Writing the mark: noise-like codes, shaped to stay below masking, with strengths chosen knowing the music."""

import numpy as np
from numpy.typing import NDArray

from studio.audio import Audio
from studio.mix.kernel import kernel
from studio.watermark.codes import CODES, PERIOD, STEP, codes, symbols_of
from studio.watermark.frames import FRAME, HOP, Spectra, add_spectra, frame_count, spectra
from studio.watermark.masking import masked
from studio.watermark.shaping import CODE_POWER, bands, bins, gains, weights

BLOCK = PERIOD // HOP // 2
"""Frames (3 s) over which the strengths of the codes hold: long enough to outweigh the music's own chance likeness to a
code, short enough that any cut keeps most blocks whole."""
WANTED = 10.0 / np.sqrt(10.0)
"""What each code is to read in a block, in standard deviations of chance: 10 in the ten blocks of 30 s."""
Code = NDArray[np.complex64]
"""The codes as spectra, shape ``(PERIOD // HOP, CODES, bins)``."""


def embed(audio: Audio, payload: int, *, key: bytes) -> None:
    """Write ``payload`` (48 bits) into ``audio``, shape ``(2, frames)``, in place; the same arguments, the same bytes.

    The mark repeats every 5.9 s and lies ``BELOW_MASKING`` dB under the masking threshold of each channel. The music is
    known while writing, so codes it happens to resemble are written more weakly and the others more strongly: informed
    embedding after H. S. Malvar and D. A. F. Florêncio, *Improved spread spectrum*, IEEE Transactions on Signal
    Processing 51(4), 2003. Sound of less than 46 ms, and silence, stay as they are. Raises ``ValueError`` for a payload
    out of range.
    """
    code = turned(payload, key)
    count = frame_count(audio.shape[1])
    for start in range(0, count, BLOCK):
        _mark(audio, code, start, min(start + BLOCK, count), count)


def turned(payload: int, key: bytes) -> Code:
    """Return the codes as spectra, each but the first turned by the symbol it tells."""
    turns = (0, *(symbol * STEP for symbol in symbols_of(payload)))
    first, end = bins()
    found = np.empty((PERIOD // HOP, CODES, end - first), np.complex64)
    for number, (row, turn) in enumerate(zip(codes(key), turns, strict=True)):
        samples = np.roll(row, turn).astype(np.float32)
        found[:, number] = spectra(np.concatenate([samples, samples[: FRAME - HOP]]))[:, first:end]
    return found


def _mark(audio: Audio, code: Code, start: int, end: int, count: int) -> None:
    """Mark the frames from ``start`` to ``end``, of which the whole sound has ``count``."""
    before, after = min(start, 1), min(count - end, 1)
    span = slice((start - before) * HOP, (end + after - 1) * HOP + FRAME)
    left, right = (spectra(channel[span]) for channel in audio)
    edge = ((1 - before, 1 - after), (0, 0))
    shapes = [gains(np.pad(masked(found), edge, "edge")) for found in (left, right)]
    inner = slice(before, before + end - start)
    middle = (left[inner] + right[inner]) * np.float32(0.5)
    place = start % len(code)
    strengths = _strengths(code, place, middle, (shapes[0] + shapes[1]) * np.float32(0.5))
    left[inner], right[inner] = 0.0, 0.0  # their memory is wanted once more
    _write(left[inner], right[inner], code, place, strengths, *shapes, bins()[0], bands())
    for channel, mark in zip(audio, (left, right), strict=True):
        add_spectra(channel[start * HOP :], mark[inner])


def _strengths(code: Code, place: int, middle: Spectra, shape: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the strength of each code in a block; 1 is as much as masking allows to all together.

    A reader correlates; what the music itself correlates with a code is known here. So each gets what is wanted less
    the music's share, in units of what a code of strength 1 reads.
    """
    weight = weights(middle, masked(middle))
    likeness = np.zeros(CODES, np.float32)
    energy, reading = _correlate(likeness, code, place, middle, weight, shape, bins()[0], bands())
    wanted = WANTED * np.sqrt(energy * CODE_POWER) - likeness
    strengths = wanted / max(reading * CODE_POWER, 1e-30)
    return (strengths / max(float(np.sqrt((strengths**2).sum())), 1.0)).astype(np.float32)


@kernel
def _correlate(likeness, code, place, middle, weight, shape, first, bands):  # type: ignore[no-untyped-def]
    """Add up the music's correlation with each code; return the music's energy and a mark's reading, both weighted."""
    energy, reading = np.float32(0.0), np.float32(0.0)
    seen = np.empty(len(bands), np.complex64)
    for t in range(len(middle)):
        row = code[(place + t) % len(code)]
        for i in range(len(bands)):
            seen[i] = middle[t, first + i] * weight[t, i]
            energy += seen[i].real * seen[i].real + seen[i].imag * seen[i].imag
            reading += weight[t, i] * shape[t, bands[i]]
        for k in range(len(likeness)):
            like = np.float32(0.0)
            for i in range(len(bands)):
                like += seen[i].real * row[k, i].real + seen[i].imag * row[k, i].imag
            likeness[k] += like
    return energy, reading


@kernel
def _write(left, right, code, place, strengths, left_shape, right_shape, first, bands):  # type: ignore[no-untyped-def]
    mark = np.empty(len(bands), np.complex64)
    for t in range(len(left)):
        row = code[(place + t) % len(code)]
        mark[:] = 0.0
        for k in range(len(strengths)):
            for i in range(len(bands)):
                mark[i] += row[k, i] * strengths[k]
        for i in range(len(bands)):
            left[t, first + i] = mark[i] * left_shape[t, bands[i]]
            right[t, first + i] = mark[i] * right_shape[t, bands[i]]
