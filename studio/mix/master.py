"""Mastering: from a mix to the loudness, true peak and edges that a release needs."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from studio.audio import SAMPLE_RATE, Audio, ratio
from studio.mix.dynamics import Compressor
from studio.mix.effects import Width
from studio.mix.filters import Equaliser, low_cut, tilt
from studio.mix.limiter import Limiter
from studio.mix.loudness import SILENT, hop_power, integrated_of, short_term_of, true_peak

DC_CUT_HZ = 20.0
WORKING_LOUDNESS = -18.0
"""The chain runs at this loudness (LUFS), so that its thresholds mean the same for every mix."""
TOLERANCE, EXCESS_TOLERANCE = 0.05, 0.2
CEILING_MARGIN = 0.005
MOST_PASSES = 6
MOST_LIMITED = 12.0
"""The limiter may take this much from a peak (dB) …"""
MOST_LOST = 4.0
"""… and this much from the loudness (LU); a target that needs more is not reached, and the master says so."""
LEAST_DYNAMICS = 8.0
"""Peak to short-term loudness that stays (LU), unless the target itself leaves less."""
HEAD_SECONDS, TAIL_SECONDS = 0.0015, 0.03


@dataclass(frozen=True)
class MasterTarget:
    """Where a master is to land: integrated loudness in LUFS, true peak in dBTP (below the −1 that is promised, since
    coding raises peaks), and a last touch: ``tilt`` dB of treble against bass, ``glue`` dB of gentle compression,
    ``width`` of the sides.
    """

    name: str
    lufs: float
    true_peak: float = -1.4
    tilt: float = 0.0
    glue: float = 1.0
    width: float = 1.0


TARGETS: Mapping[str, MasterTarget] = {
    target.name: target
    for target in (
        MasterTarget("streaming", -14.0),
        MasterTarget("apple", -16.0, glue=0.8),
        MasterTarget("club", -9.0, glue=2.0),
        MasterTarget("podcast", -20.0, glue=0.5),
        MasterTarget("broadcast", -23.0, glue=0.0),
    )
}
STREAMING = TARGETS["streaming"]


@dataclass(frozen=True)
class Master:
    """A finished master and what was measured on it.

    ``loudness`` LUFS, ``true_peak`` dBTP, ``gain_db`` from the processed mix to the limiter, ``limited_db`` the deepest
    reduction of a peak. ``note`` says, in a sentence, why a target was not reached; empty if it was.
    """

    audio: Audio
    target: MasterTarget
    loudness: float
    true_peak: float
    gain_db: float
    limited_db: float
    note: str = ""

    @property
    def reached(self) -> bool:
        """Whether the loudness asked for was reached."""
        return not self.note


def master(mix: Audio, *, target: MasterTarget = STREAMING, fade_out: float = 0.0) -> Master:
    """Return the master of ``mix``: same shape ``(2, frames)``, the mix itself untouched.

    ``fade_out`` seconds at the end fade on a raised cosine (at least the last 30 ms always do). Silence comes back as
    silence with a note.
    """
    audio = mix.copy()
    loudness = _polish(audio, target)
    _fade_edges(audio, fade_out)
    if loudness <= SILENT:
        return Master(np.zeros_like(mix), target, SILENT, true_peak(audio * 0), 0.0, 0.0, "The mix is silent.")
    return _to_loudness(audio, target)


def _polish(audio: Audio, target: MasterTarget) -> float:
    """Remove what is below hearing, tilt, glue and widen, all at the working loudness; return the loudness then."""
    Equaliser((low_cut(DC_CUT_HZ), *(tilt(target.tilt) if target.tilt else ()))).process(audio)
    loudness = integrated_of(hop_power(audio))
    if loudness <= SILENT:
        return loudness
    audio *= np.float32(ratio(WORKING_LOUDNESS - loudness))
    if target.glue > 0:
        glue = Compressor.aiming_at(
            target.glue, WORKING_LOUDNESS, ratio=1.5, attack=0.03, release=0.3, detector_cut=90.0
        )
        glue.process(audio)
    if target.width != 1.0:
        Width(target.width).process(audio)
    return loudness


def _fade_edges(audio: Audio, fade_out: float) -> None:
    """Raise the first 1.5 ms and lower the last 30 ms (or ``fade_out`` seconds) on half a cosine, in place."""
    frames = audio.shape[1]
    head = min(round(HEAD_SECONDS * SAMPLE_RATE), frames)
    tail = min(round(max(fade_out, TAIL_SECONDS) * SAMPLE_RATE), frames)
    audio[:, :head] *= _half_cosine(head)
    audio[:, frames - tail :] *= _half_cosine(tail)[::-1]


def _half_cosine(frames: int) -> np.ndarray:
    return (0.5 - 0.5 * np.cos(np.pi * np.arange(frames) / max(frames, 1))).astype(np.float32)


@dataclass(frozen=True)
class _Attempt:
    """One pass through the limiter."""

    audio: Audio
    gain: float
    loudness: float
    loudest: float
    peak: float
    limited: float


def _to_loudness(audio: Audio, target: MasterTarget) -> Master:
    """Find the gain into the limiter that lands on the target, by secant steps."""
    start = integrated_of(hop_power(audio))
    gain, slope, ceiling, most = target.lufs - start, 1.0, target.true_peak - CEILING_MARGIN, math.inf
    before: _Attempt | None = None
    for _ in range(MOST_PASSES):
        attempt = _attempt(audio, gain, ceiling)
        missing, too_much = target.lufs - attempt.loudness, _excess(attempt, start, target)
        if before and abs(gain - before.gain) > TOLERANCE:
            slope = min(max((attempt.loudness - before.loudness) / (gain - before.gain), 0.3), 1.0)
        before = attempt
        if too_much > EXCESS_TOLERANCE:
            most = gain = gain - too_much
        elif attempt.peak > target.true_peak:
            ceiling -= attempt.peak - target.true_peak + 0.01
        elif abs(missing) <= TOLERANCE or gain >= most:
            break
        else:
            gain = min(gain + missing / slope, most)
    note = ""
    if abs(target.lufs - attempt.loudness) > 2 * TOLERANCE:
        note = f"{attempt.loudness:.1f} LUFS instead of {target.lufs:g}: louder would crush its peaks."
    return Master(attempt.audio, target, attempt.loudness, attempt.peak, gain, attempt.limited, note)


def _attempt(audio: Audio, gain: float, ceiling: float) -> _Attempt:
    louder = audio * np.float32(ratio(gain))
    limited = Limiter(ceiling).process(louder)
    power = hop_power(louder)
    return _Attempt(louder, gain, integrated_of(power), float(short_term_of(power).max()), true_peak(louder), limited)


def _excess(attempt: _Attempt, start: float, target: MasterTarget) -> float:
    """Return by how many dB the gain goes beyond what the limiter may do to this material (0: all is well)."""
    if attempt.limited < 1.0:  # whatever this sound is like, it came like that
        return 0.0
    lost = start + attempt.gain - attempt.loudness - MOST_LOST
    dynamics = min(LEAST_DYNAMICS, target.true_peak - target.lufs - 2.0) - (attempt.peak - attempt.loudest)
    return max(0.0, lost, attempt.limited - MOST_LIMITED, dynamics)
