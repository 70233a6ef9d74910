"""A finished recording from outside → drums, bass, vocals, other. Our own music's stems are rendered, never guessed."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from studio.audio import SAMPLE_RATE, Audio
from studio.errors import SeparationError
from studio.models.separation import SOURCES
from studio.separate.command import add_separate, separate_command
from studio.separate.engines import ENGINES, chosen, in_stretches
from studio.separate.recording import RATES, resampled

__all__ = ["ENGINES", "SOURCES", "add_separate", "separate", "separate_command"]

_BLOCK = 10 * SAMPLE_RATE


def separate(audio: NDArray[np.floating], rate: int = SAMPLE_RATE, *, engine: str = "auto") -> dict[str, Audio]:
    """Return the sources of a recording by name, shape ``(2, frames)`` each at 44.1 kHz; they sum to the recording.

    ``audio`` has shape ``(2, frames)``, ``(1, frames)`` or ``(frames,)`` at ``rate`` Hz; ``engine`` is one of
    ``ENGINES``, or ``auto``: Demucs where it is installed, else the network. Raises ``SeparationError``.
    """
    split = chosen(engine)
    sound = resampled(_stereo(audio, rate), rate)
    stems = np.empty((len(SOURCES), *sound.shape), np.float32)
    done = 0
    for stretch in in_stretches(_blocks(sound), split):
        stems[:, :, done : done + stretch.shape[2]] = stretch
        done += stretch.shape[2]
    return dict(zip(SOURCES, stems, strict=True))


def _stereo(audio: NDArray[np.floating], rate: int) -> Audio:
    """Return the sound with two channels. Raises ``SeparationError`` where it is none."""
    sound = np.atleast_2d(np.asarray(audio, np.float32))
    if sound.ndim != 2 or len(sound) > 2:
        raise SeparationError(f"audio: shape {np.shape(audio)}; (2, frames), (1, frames) or (frames,) would do")
    if not sound.shape[1]:
        raise SeparationError("audio: there is no sound in it")
    if not RATES[0] <= rate <= RATES[1]:
        raise SeparationError(f"rate: {rate} Hz; from {RATES[0]} to {RATES[1]} would do")
    if not np.isfinite(sound).all():
        raise SeparationError("audio: samples that are not numbers")
    return np.repeat(sound, 2, axis=0) if len(sound) == 1 else sound


def _blocks(sound: Audio) -> Iterator[Audio]:
    for start in range(0, sound.shape[1], _BLOCK):
        yield sound[:, start : start + _BLOCK]
