"""What should not be in a master: clipped samples, offset, holes, clicks, a stereo image that mono would eat."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.audio import SAMPLE_RATE, Audio, decibels, ratio
from studio.mix.filters import high_cut
from studio.mix.kernel import kernel

BLOCK = SAMPLE_RATE // 100
SILENCE_DB = -60.0
FULL_SCALE = 1.0 - 2.0**-15
CLICK_REACH, CLICK_GAP = 96, 6
CLICK_RATIO, CLICK_FLOOR = 25.0, 0.004
EDGE_RATIO, LIKE = 8.0, 0.25
MOST_EDGES = 300_000
SAME_CLICK, ROW = SAMPLE_RATE // 1000, 3 * SAMPLE_RATE // 100
MOST_LOSS = 60.0
MASKING = (SAMPLE_RATE // 50, SAMPLE_RATE // 200)
HEAD, TAIL = 4, 44
"""Frames at the start (an attack may follow at once) and the end (1 ms) that should be near silence."""


@dataclass(frozen=True)
class Silences:
    """Seconds below −60 dBFS: before the first sound, after the last, and the longest between."""

    leading: float
    trailing: float
    inner: float


@dataclass(frozen=True)
class Stereo:
    """``correlation`` of left and right −1 … 1; dB that mono costs (0 or positive): ``loss`` of the whole,
    ``low_loss`` below 120 Hz."""

    correlation: float
    loss: float
    low_loss: float


def clipped_samples(audio: Audio) -> int:
    """Return how many samples reach full scale."""
    return int(np.count_nonzero(audio >= FULL_SCALE)) + int(np.count_nonzero(audio <= -FULL_SCALE))


def offset(audio: Audio) -> float:
    """Return the larger mean of the two channels, absolute: 0 without a DC offset."""
    return float(np.abs(audio.mean(axis=1, dtype=np.float64)).max()) if audio.size else 0.0


def edge_db(audio: Audio) -> float:
    """Return the highest level in dBFS at the very start and in the last millisecond."""
    ends = (audio[:, :HEAD], audio[:, -TAIL:])
    return decibels(max(float(np.abs(end).max(initial=0.0)) for end in ends))


def silences(audio: Audio) -> Silences:
    """Return where the sound falls silent, to 10 ms."""
    whole = audio.shape[1] // BLOCK
    levels = _block_peaks(audio, whole)
    sounding = np.flatnonzero(levels > ratio(SILENCE_DB))
    if not len(sounding):
        return Silences(audio.shape[1] / SAMPLE_RATE, 0.0, 0.0)
    gaps = np.diff(sounding) - 1
    return Silences(
        leading=float(sounding[0]) * BLOCK / SAMPLE_RATE,
        trailing=float(whole - 1 - sounding[-1]) * BLOCK / SAMPLE_RATE,
        inner=float(gaps.max(initial=0)) * BLOCK / SAMPLE_RATE,
    )


@kernel
def _block_peaks(audio, blocks):  # type: ignore[no-untyped-def]
    peaks = np.zeros(blocks, np.float32)
    for b in range(blocks):
        highest = np.float32(0.0)
        for c in range(2):
            for i in range(b * BLOCK, (b + 1) * BLOCK):
                highest = max(highest, abs(audio[c, i]))
        peaks[b] = highest
    return peaks


def clicks(audio: Audio) -> NDArray[np.float64]:
    """Return the times in seconds of clicks: jumps that neither what comes before nor what comes after explains.

    The third difference turns a jump into a spike. A spike counts when it stands 25 times above its surroundings (the
    mean over 2 ms) on *both* sides; the attack of a drum is followed by more of its kind and does not. Spikes that
    follow each other within 30 ms are the edges of a saw or square wave: a tone, not clicks. A filter that opens and
    closes lets some of them stand out more than others, so fainter ones of a quarter the size count as such edges too.
    What a drum masks is no click either.
    """
    frames, spikes, ratios = _edges(audio, EDGE_RATIO, CLICK_FLOOR)
    alone = _stands_alone(frames, spikes, ratios)
    heard = [f for f, spike in zip(frames[alone], spikes[alone], strict=True) if not _is_masked(audio, f, spike)]
    return np.array(heard, float) / SAMPLE_RATE


def _is_masked(audio: Audio, frame: int, spike: float) -> bool:
    """Return whether a burst as sharp as the click ends up to 20 ms before it or begins within 5 ms after it."""
    near = audio[:, max(0, frame - MASKING[0]) : frame + MASKING[1]]
    sharp = np.abs(np.diff(near, 3, axis=1)).max(axis=0, initial=0.0)
    middle = min(frame, MASKING[0])
    sharp[max(0, middle - SAME_CLICK) : middle + SAME_CLICK] = 0.0
    return bool((sharp >= spike).any())


@kernel
def _edges(audio, least_ratio, floor):  # type: ignore[no-untyped-def]
    """Frames whose third difference stands out on both sides, how large it is, and how many times it stands out."""
    found = np.zeros(MOST_EDGES, np.int64)
    spikes, ratios, count = np.zeros(MOST_EDGES), np.zeros(MOST_EDGES), 0
    size = 2 * CLICK_REACH + 2 * CLICK_GAP + 1
    ring = np.zeros(size)  # spikes of frames i − size + 1 … i; the one in question stands in the middle
    centre = CLICK_REACH + CLICK_GAP
    before, after, slot = 0.0, 0.0, 0
    for i in range(3, audio.shape[1]):
        spike = 0.0
        for c in range(2):
            jump = float(audio[c, i]) - 3.0 * audio[c, i - 1] + 3.0 * audio[c, i - 2] - audio[c, i - 3]
            spike = max(spike, abs(jump))
        before += ring[(slot + CLICK_REACH) % size] - ring[slot]
        after += spike - ring[(slot + centre + CLICK_GAP + 1) % size]
        ring[slot] = spike
        slot = slot + 1 if slot + 1 < size else 0
        middle = ring[(slot + centre) % size]
        if middle > floor and middle * CLICK_REACH > least_ratio * max(before, after):
            found[count], spikes[count] = i - centre, middle
            ratios[count] = middle * CLICK_REACH / max(before, after, 1e-12)
            count += 1
            if count == MOST_EDGES:
                break
    return found[:count], spikes[:count], ratios[:count]


@kernel
def _stands_alone(frames, spikes, ratios):  # type: ignore[no-untyped-def]
    """Whether each edge is a click: sharp, the first within a millisecond, and without its like within 30 ms."""
    alone = np.zeros(len(frames), np.bool_)
    last = -SAMPLE_RATE
    for k in range(len(frames)):
        if ratios[k] <= CLICK_RATIO or frames[k] - last <= SAME_CLICK:
            continue
        last = frames[k]
        alone[k] = True
        for step in (-1, 1):
            other = k + step
            while 0 <= other < len(frames) and abs(frames[other] - frames[k]) <= ROW:
                if abs(frames[other] - frames[k]) > SAME_CLICK and spikes[other] >= LIKE * spikes[k]:
                    alone[k] = False
                other += step
    return alone


def stereo(audio: Audio) -> Stereo:
    """Return how the channels agree, over the whole and in the bass."""
    left, right, both = (float(value) for value in _products(audio))
    correlation = both / math.sqrt(left * right) if left > 0 and right > 0 else 1.0
    low_stereo, low_mono = _low_powers(audio, high_cut(120.0))
    whole, low = _mono_loss(left + right, 0.5 * (left + right) + both), _mono_loss(low_stereo, low_mono)
    return Stereo(max(-1.0, min(1.0, correlation)), whole, low)


def _mono_loss(apart: float, together: float) -> float:
    """Return the dB by which the half sum is weaker than the channels' mean power; ``MOST_LOSS`` where it is gone."""
    if apart <= 0:
        return 0.0
    return min(max(-10.0 * math.log10(max(together / apart, 1e-12)), 0.0), MOST_LOSS)


@kernel
def _products(audio):  # type: ignore[no-untyped-def]
    left = right = both = 0.0
    for i in range(audio.shape[1]):
        a, b = float(audio[0, i]), float(audio[1, i])
        left += a * a
        right += b * b
        both += a * b
    return left, right, both


@kernel
def _low_powers(audio, section):  # type: ignore[no-untyped-def]
    """Mean power of the two channels and power of their half sum, both below the section's cut (twice applied)."""
    state = np.zeros((2, 4))
    apart = together = 0.0
    for i in range(audio.shape[1]):
        total = 0.0
        for c in range(2):
            v = float(audio[c, i]) + 1e-18
            for s in range(2):
                y = section[0] * v + state[c, 2 * s]
                state[c, 2 * s] = section[1] * v - section[3] * y + state[c, 2 * s + 1]
                state[c, 2 * s + 1] = section[2] * v - section[4] * y
                v = y
            total += 0.5 * v
            apart += 0.5 * v * v
        together += total * total
    return apart, together
