"""Stems as files: what a session in a workstation, or a remix, is made of."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from studio.audio import SAMPLE_RATE, Audio, ratio
from studio.deliver.pcm import CHUNK, chunks
from studio.mix import ThroughMaster
from studio.score import Part, Score

STEM_GAIN = -6.0
"""dB by which stems lie below the desk, so that a loud one does not clip; the same for all, so that they add up."""
COMPRESSION = 0.125
"""libsndfile's 0–1: FLAC level 1, a sixth faster than level 4 for a tenth of size."""
RETURNS: Mapping[str, str] = {"room": "Room", "hall": "Hall", "delay": "Echo"}
"""What the desk's returns are called."""


@dataclass(frozen=True)
class StemFile:
    """One stem on disk, as long as the master and starting with it.

    ``id``: the part's, or that of a return; ``name``: what a person reads; ``role``: one of ``studio.score.ROLES``, or
    ``returns`` for reverberation and echo; ``path``: a 24-bit FLAC file, ``STEM_GAIN`` below the mix.
    """

    id: str
    name: str
    role: str
    path: Path

    def read(self) -> Audio:
        """Return the stem as it was in the mix, shape ``(2, frames)``."""
        sound, _ = soundfile.read(self.path, dtype="float32", always_2d=True)
        sound *= np.float32(ratio(-STEM_GAIN))
        return np.ascontiguousarray(sound.T)


@dataclass(frozen=True)
class Stems:
    """The stems of a mix: ``files`` add up to it.

    ``groups`` yields the same in groups, by name, at the mix's own level; ``way`` is that of the mix to the master.
    """

    files: tuple[StemFile, ...]
    groups: Callable[[], Iterator[tuple[str, Audio]]]
    way: ThroughMaster | None = None


class StemFolder:
    """Writes stems into ``folder`` as the desk makes them, from any thread."""

    def __init__(self, folder: Path, score: Score) -> None:
        self._folder, self._parts = folder, score.parts
        self._written: set[str] = set()

    def keep(self, stem_id: str, audio: Audio) -> None:
        """Write a stem: that of a part, by its id, or a return."""
        write_stem(audio, self._path(stem_id))
        self._written.add(stem_id)

    def files(self) -> tuple[StemFile, ...]:
        """Return what was written: parts in the score's order, then returns."""
        parts = [StemFile(part.id, stem_name(part), part.role, self._path(part.id)) for part in self._parts]
        returns = [StemFile(name, label, "returns", self._path(name)) for name, label in RETURNS.items()]
        return tuple(file for file in (*parts, *returns) if file.id in self._written)

    def _path(self, stem_id: str) -> Path:
        return self._folder / f"{stem_id}.flac"


def stem_name(part: Part) -> str:
    """Return what a part's stem is called; a second take says so."""
    return f"{part.name or part.id}{' (second take)' if '#' in part.id else ''}"


def write_stem(audio: Audio, path: Path, *, gain_db: float = STEM_GAIN) -> None:
    """Write ``audio``, shape ``(2, frames)``, as 24-bit FLAC, ``gain_db`` louder."""
    gain = np.float32(ratio(gain_db))
    with soundfile.SoundFile(
        path, "w", SAMPLE_RATE, 2, subtype="PCM_24", format="FLAC", compression_level=COMPRESSION
    ) as file:
        for start in range(0, audio.shape[1], CHUNK):
            for samples in chunks(audio[:, start : start + CHUNK] * gain, 24):
                file.write(samples << 8)  # libsndfile takes the upper 24 of 32 bits
