"""Sound files from anywhere, whole, at our rate: as much of them as can be read."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from studio.audio import SAMPLE_RATE
from studio.errors import WatermarkError

LONGEST = 3600.0
"""Seconds read of one file."""
BLOCK = 1 << 15
FFMPEG_SECONDS = 120
RATES = (8_000, 384_000)
UNREADABLE = "not a sound file that can be read; WAV, FLAC, MP3, Ogg and, where ffmpeg is installed, M4A are"


@dataclass(frozen=True)
class Sound:
    """What was read: the mean of the channels, shape ``(1, frames)`` at 44.1 kHz, and what was wrong with the file."""

    audio: NDArray[np.float32]
    note: str = ""


def read_sound(path: Path) -> Sound:
    """Return the sound in a file of any format that libsndfile or an installed ffmpeg reads.

    A file that breaks off gives what comes before, with a note. Raises ``WatermarkError`` where nothing can be read.
    """
    if not path.is_file():
        raise WatermarkError(f"{path}: there is no such file")
    if not path.stat().st_size:
        raise WatermarkError(f"{path}: the file is empty")
    try:
        with soundfile.SoundFile(path) as file:
            sound = _read(file, path)
    except (soundfile.LibsndfileError, TypeError) as error:  # TypeError: raw files, which tell nothing of themselves
        decoded = _by_ffmpeg(path)
        if not decoded.shape[1]:
            raise WatermarkError(f"{path}: {UNREADABLE}") from error
        sound = Sound(decoded)
    if not np.isfinite(sound.audio).all():
        raise WatermarkError(f"{path}: there are samples in it that are not numbers")
    return sound


def _read(file: soundfile.SoundFile, path: Path) -> Sound:
    rate = file.samplerate
    if not RATES[0] <= rate <= RATES[1]:
        raise WatermarkError(f"{path}: {rate} frames a second; from {RATES[0]} to {RATES[1]} can be read")
    parts: list[NDArray[np.float32]] = []
    note = ""
    try:
        parts.extend(_blocks(file))
    except soundfile.LibsndfileError:
        note = "the file is damaged or cut off"
    if not parts:
        raise WatermarkError(f"{path}: there is no sound in it" if not note else f"{path}: {note} before any sound")
    mono = np.concatenate(parts)
    if len(mono) < min(file.frames, LONGEST * rate) * 0.99 - rate:
        note = "the file is damaged or cut off"
    if rate != SAMPLE_RATE:
        mono = soxr.resample(mono, rate, SAMPLE_RATE)
    return Sound(mono[None], f"{note} after {mono.size / SAMPLE_RATE:.1f} s" if note else "")


def _blocks(file: soundfile.SoundFile) -> Iterator[NDArray[np.float32]]:
    frames = 0
    while frames < LONGEST * file.samplerate:
        block = file.read(BLOCK, dtype="float32", always_2d=True)
        if not len(block):
            return
        frames += len(block)
        yield block.mean(axis=1)


def _by_ffmpeg(path: Path) -> NDArray[np.float32]:
    """Return what ffmpeg makes of a file, nothing where it is not installed or knows no better."""
    program = shutil.which("ffmpeg")
    if not program:
        return np.zeros((1, 0), np.float32)
    wanted = ["-t", str(LONGEST), "-vn", "-ac", "1", "-ar", str(SAMPLE_RATE), "-f", "f32le", "-"]
    command = [program, "-v", "quiet", "-nostdin", "-i", f"file:{path}", *wanted]
    try:
        done = subprocess.run(command, capture_output=True, timeout=FFMPEG_SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        return np.zeros((1, 0), np.float32)
    return np.frombuffer(done.stdout[: len(done.stdout) // 4 * 4], "<f4")[None]
