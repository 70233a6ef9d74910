"""Mastering: from a mix to the loudness, true peak and edges that a release needs, by a gain over time and no more."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from studio.audio import SAMPLE_RATE, Audio
from studio.mix.gain import STEP, Curve, Gain, steps_of
from studio.mix.loudness import SILENT, integrated_loudness, true_peak
from studio.mix.maximiser import Maximiser

TOLERANCE = 0.05
CEILING_MARGIN = 0.005
MOST_PASSES = 4
HEAD_SECONDS, TAIL_SECONDS = 0.0015, 0.03


@dataclass(frozen=True)
class MasterTarget:
    """Where a master is to land: integrated loudness in LUFS, true peak in dBTP (below the −1 that is promised, since
    coding raises peaks), and ``glue``, the dB that a gentle compressor takes from a steady sound on the way.
    """

    name: str
    lufs: float
    true_peak: float = -1.4
    glue: float = 1.0


TARGETS: Mapping[str, MasterTarget] = {
    target.name: target
    for target in (
        MasterTarget("streaming", -14.0),
        MasterTarget("apple", -16.0, glue=0.8),
        MasterTarget("club", -9.0, glue=1.5),
        MasterTarget("podcast", -20.0, glue=0.5),
        MasterTarget("broadcast", -23.0, glue=0.0),
    )
}
STREAMING = TARGETS["streaming"]


@dataclass(frozen=True)
class Master:
    """A finished master and what was measured on it.

    ``loudness`` LUFS, ``true_peak`` dBTP, ``gain_db`` from the compressed mix to the limiter, ``limited_db`` the
    deepest reduction of a peak. ``note`` says, in a sentence, why a target was not reached; empty if it was.
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

    Nothing but a gain that moves, the same for both channels: so what the master does to a mix it can do to each of its
    stems. ``fade_out`` seconds at the end fade on a raised cosine (at least the last 30 ms always do). Silence comes
    back as silence with a note.
    """
    maximiser = Maximiser.hearing(mix, _edges(mix.shape[1], fade_out), target.glue)
    if maximiser.loudness <= SILENT:
        return Master(np.zeros_like(mix), target, SILENT, true_peak(mix[:, :0]), 0.0, 0.0, "The mix is silent.")
    ceiling = target.true_peak - CEILING_MARGIN
    found, audio = maximiser.solve(target.lufs, ceiling), np.empty_like(mix)
    aim = wanted = target.lufs if found.loudness > target.lufs - 2 * TOLERANCE else found.loudness
    for _ in range(MOST_PASSES):
        Gain(found.ratios).apply(mix, audio)
        loudness, peak = integrated_loudness(audio), true_peak(audio)
        if peak <= target.true_peak and abs(wanted - loudness) <= TOLERANCE:
            break
        ceiling -= max(0.0, peak - target.true_peak)
        aim += wanted - loudness
        found = maximiser.driven(found.press, aim, ceiling, start=found.drive)
    return Master(audio, target, loudness, peak, found.drive, found.limited, _note(loudness, target))


def _note(loudness: float, target: MasterTarget) -> str:
    if target.lufs - loudness <= 2 * TOLERANCE:
        return ""
    return f"{loudness:.1f} LUFS instead of {target.lufs:g}: louder would crush its peaks."


def _edges(frames: int, fade_out: float) -> Curve:
    """Return a gain that rises in the first 1.5 ms and falls in the last 30 ms (or ``fade_out`` s) on half a cosine."""
    at = np.arange(steps_of(frames) + 1) * STEP
    head = at / (HEAD_SECONDS * SAMPLE_RATE)
    tail = (frames - at) / min(max(fade_out, TAIL_SECONDS) * SAMPLE_RATE, max(frames, 1))
    inside = np.clip(np.minimum(head, tail), 0.0, 1.0)
    return (0.5 - 0.5 * np.cos(np.pi * inside)).astype(np.float32)
