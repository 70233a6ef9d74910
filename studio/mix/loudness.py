"""Loudness and true peak: ITU-R BS.1770-5, EBU R 128 and EBU Tech 3342.

Everything gated is computed from one array, the K-weighted power of consecutive 100 ms hops, so that a reader who
needs several numbers filters the sound only once (``hop_power``).
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.signal import firwin

from studio.audio import SAMPLE_RATE, Audio, decibels
from studio.mix.gain import STEP, Curve, steps_of
from studio.mix.kernel import kernel

HOP = SAMPLE_RATE // 10
"""Gating blocks of 400 ms overlap by 75 % (BS.1770-5 Annex 1), so they advance by 100 ms."""
BLOCK_HOPS = 4
SHORT_TERM_HOPS = 30

ABSOLUTE_GATE = -70.0
RELATIVE_GATE = -10.0
RANGE_GATE = -20.0
SILENT = ABSOLUTE_GATE
"""What sound too quiet for the gate, or too short for one block, is said to measure (LUFS)."""

PHASES, TAPS = 4, 12
PEAK_BLOCK = 16 * STEP

Power = NDArray[np.float64]


# --------------------------------------------------------------------------------------------------- K-weighted power
@lru_cache(maxsize=1)
def k_weighting() -> NDArray[np.float64]:
    """Return the two K-weighting sections (BS.1770-5 Annex 1, figures 2–4), shape ``(2, 5)``: b0 b1 b2 a1 a2.

    The standard prints coefficients for 48 kHz only; these analogue parameters reproduce its tables there and give
    the same curve at any rate (Mansbridge et al., AES 132, 2012).
    """
    hz, gain_db, q = 1681.974450955533, 3.999843853973347, 0.7071752369554196
    k = np.tan(np.pi * hz / SAMPLE_RATE)
    high = 10.0 ** (gain_db / 20.0)
    band = high**0.4996667741545416
    a0 = 1.0 + k / q + k * k
    b = (high + band * k / q + k * k, 2.0 * (k * k - high), high - band * k / q + k * k)
    head = np.array([*b, 2.0 * (k * k - 1.0), 1.0 - k / q + k * k]) / a0  # the head's acoustic effect
    hz, q = 38.13547087602444, 0.5003270373238773
    k = np.tan(np.pi * hz / SAMPLE_RATE)
    a0 = 1.0 + k / q + k * k
    rlb = np.array([1.0, -2.0, 1.0, 2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0])
    return np.stack([head, rlb])


def hop_power(audio: Audio) -> Power:
    """Return the K-weighted power of each whole 100 ms hop, summed over the channels with G = 1.

    BS.1770-5 equations 1 and 2 on hops instead of gating blocks; ``audio`` has shape ``(2, frames)``.
    """
    return _hop_power(audio, k_weighting(), HOP)


def step_power(audio: Audio) -> NDArray[np.float32]:
    """Return the K-weighted power of each step of a gain curve; ``HOP // STEP`` of them make a hop."""
    power = np.zeros(steps_of(audio.shape[1]), np.float32)
    whole = _hop_power(audio, k_weighting(), STEP)
    power[: len(whole)] = whole
    return power


@kernel
def _hop_power(audio, sections, hop):  # type: ignore[no-untyped-def]
    hops = audio.shape[1] // hop
    power = np.zeros(hops)
    state = np.zeros((2, 4))
    for h in range(hops):
        total = 0.0
        for i in range(h * hop, (h + 1) * hop):
            for c in range(2):
                v = float(audio[c, i])
                for s in range(2):
                    y = sections[s, 0] * v + state[s, 2 * c]
                    state[s, 2 * c] = sections[s, 1] * v - sections[s, 3] * y + state[s, 2 * c + 1]
                    state[s, 2 * c + 1] = sections[s, 2] * v - sections[s, 4] * y
                    v = y
                total += v * v
        power[h] = total / hop
        for s in range(2):
            for k in range(4):
                if abs(state[s, k]) < 1e-20:  # denormal numbers are slow
                    state[s, k] = 0.0
    return power


# ------------------------------------------------------------------------------------------------- loudness and range
def _windows(power: Power, hops: int) -> Power:
    """Return the mean power of every window of ``hops`` hops, one hop apart."""
    if len(power) < hops:
        return np.zeros(0)
    total = np.cumsum(np.concatenate([[0.0], power]))
    return np.maximum(total[hops:] - total[:-hops], 0.0) / hops


def _lufs(power: Power | np.floating) -> NDArray[np.float64]:
    """BS.1770-5 equation 3: L = −0.691 + 10 log10 Σ G z."""
    return -0.691 + 10.0 * np.log10(np.maximum(power, 1e-15))


def integrated_of(power: Power) -> float:
    """Return the gated loudness in LUFS of hop powers (BS.1770-5 equations 4–7); ``SILENT`` below the gate."""
    blocks = _windows(power, BLOCK_HOPS)
    blocks = blocks[_lufs(blocks) > ABSOLUTE_GATE]
    if not len(blocks):
        return SILENT
    blocks = blocks[_lufs(blocks) > float(_lufs(blocks.mean())) + RELATIVE_GATE]
    return float(_lufs(blocks.mean()))


def momentary_of(power: Power) -> float:
    """Return the highest loudness in LUFS of any 400 ms (EBU Tech 3341); ``SILENT`` for less sound than that."""
    return max(SILENT, float(_lufs(_windows(power, BLOCK_HOPS)).max())) if len(power) >= BLOCK_HOPS else SILENT


def short_term_of(power: Power) -> NDArray[np.float64]:
    """Return the loudness in LUFS of every 3 s window, 100 ms apart (EBU Tech 3341); shorter sound gives one window."""
    return _lufs(_windows(power, max(1, min(SHORT_TERM_HOPS, len(power)))))


def range_of(power: Power) -> float:
    """Return the loudness range in LU of hop powers (EBU Tech 3342): 10th to 95th percentile, gated at −70 and −20."""
    loudness = short_term_of(power)
    loudness = loudness[loudness > ABSOLUTE_GATE]
    if not len(loudness):
        return 0.0
    mean = float(_lufs(np.mean(10.0 ** ((loudness + 0.691) / 10.0))))
    loudness = loudness[loudness > mean + RANGE_GATE]
    low, high = np.percentile(loudness, [10.0, 95.0])
    return float(high - low)


def integrated_loudness(audio: Audio) -> float:
    """Return the integrated loudness in LUFS; ``SILENT`` (−70) for silence and for less than 400 ms."""
    return integrated_of(hop_power(audio))


def short_term(audio: Audio) -> NDArray[np.float64]:
    """Return the short-term loudness in LUFS every 100 ms."""
    return short_term_of(hop_power(audio))


def loudness_range(audio: Audio) -> float:
    """Return the loudness range in LU."""
    return range_of(hop_power(audio))


# ---------------------------------------------------------------------------------------------------------- true peak
@lru_cache(maxsize=1)
def interpolator() -> NDArray[np.float32]:
    """Return the 4 × 12 taps of the oversampling filter (BS.1770-5 Annex 2 has the same shape)."""
    taps = firwin(PHASES * TAPS, 1.0 / PHASES, window=("kaiser", 8.0)) * PHASES
    return np.ascontiguousarray(taps.reshape(TAPS, PHASES).T[:, ::-1], np.float32)


@lru_cache(maxsize=1)
def overshoot() -> np.float32:
    """Return the most by which an interpolated value can exceed the samples around it, a ratio."""
    return np.float32(np.abs(interpolator()).sum(axis=1).max())


def true_peak(audio: Audio) -> float:
    """Return the true peak in dBTP: the highest absolute value after fourfold oversampling (BS.1770-5 Annex 2)."""
    return decibels(float(_true_peak(audio, interpolator(), overshoot())))


def step_peaks(audio: Audio, above: float = 0.0) -> Curve:
    """Return the true peak of both channels in each step of a gain curve, a ratio; 0 where none exceeds ``above``."""
    return _step_peaks(audio, interpolator(), overshoot(), np.float32(above))


@kernel
def _fill_window(window, samples, start):  # type: ignore[no-untyped-def]
    """Copy a block and the neighbours that its interpolation needs; return the highest absolute sample."""
    highest = np.float32(0.0)
    for k in range(len(window)):
        i = start + k - TAPS // 2 + 1
        value = samples[i] if 0 <= i < len(samples) else np.float32(0.0)
        window[k] = value
        highest = max(highest, abs(value))
    return highest


@kernel
def _raise_to_interpolated(peaks, window, taps, sums):  # type: ignore[no-untyped-def]
    """Raise each of ``peaks`` to the highest of its frame's sample and four interpolated values between samples."""
    for i in range(len(peaks)):
        peaks[i] = max(peaks[i], abs(window[i + TAPS // 2 - 1]))
    for phase in range(PHASES):
        sums[:] = np.float32(0.0)
        for tap in range(TAPS):
            weight = taps[phase, tap]
            for i in range(PEAK_BLOCK):
                sums[i] += weight * window[i + tap]
        for i in range(len(peaks)):
            peaks[i] = max(peaks[i], abs(sums[i]))


@kernel
def _step_peaks(audio, taps, overshoot, above):  # type: ignore[no-untyped-def]
    frames = audio.shape[1]
    highest = np.zeros((frames + STEP - 1) // STEP, np.float32)
    peaks = np.zeros(PEAK_BLOCK, np.float32)
    window, sums = np.zeros(PEAK_BLOCK + TAPS - 1, np.float32), np.zeros(PEAK_BLOCK, np.float32)
    for c in range(2):
        for start in range(0, frames, PEAK_BLOCK):
            if _fill_window(window, audio[c], start) * overshoot > above:
                peaks[:] = np.float32(0.0)
                _raise_to_interpolated(peaks, window, taps, sums)
                for step in range(start // STEP, min(start // STEP + PEAK_BLOCK // STEP, len(highest))):
                    first = step * STEP - start
                    highest[step] = max(highest[step], peaks[first : first + STEP].max())
    return highest


@kernel
def _true_peak(audio, taps, overshoot):  # type: ignore[no-untyped-def]
    frames = audio.shape[1]
    best = np.float32(0.0)
    for c in range(2):
        for i in range(frames):
            best = max(best, abs(audio[c, i]))
    peaks = np.zeros(PEAK_BLOCK, np.float32)
    window, sums = np.zeros(PEAK_BLOCK + TAPS - 1, np.float32), np.zeros(PEAK_BLOCK, np.float32)
    for c in range(2):
        for start in range(0, frames, PEAK_BLOCK):
            if _fill_window(window, audio[c], start) * overshoot > best:
                _raise_to_interpolated(peaks, window, taps, sums)
                best = max(best, peaks.max())
    return best
