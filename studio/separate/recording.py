"""Sound files from outside, read and written block by block."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import soundfile
import soxr

from studio.audio import SAMPLE_RATE, Audio
from studio.errors import SeparationError
from studio.models.separation import SOURCES
from studio.separate.engines import Stems

LONGEST = 20 * 60
"""Seconds."""

RATES = (8_000, 192_000)
BLOCK = 5
"""Seconds read at once."""

GUESSED = 0.9
"""Share of its promised length that an MP3 must have: without a Xing header the length is guessed from its size."""

_RIFF_SIZE_UNKNOWN = (0, 0xFFFFFFFF)


@contextmanager
def opened(path: Path) -> Iterator[soundfile.SoundFile]:
    """Open a sound file that can be taken apart. Raises ``SeparationError`` with what is wrong with it."""
    if not path.is_file():
        raise SeparationError(f"{path}: there is no such file")
    if not path.stat().st_size:
        raise SeparationError(f"{path}: the file is empty")
    try:
        file = soundfile.SoundFile(path)
    except (soundfile.LibsndfileError, TypeError) as error:  # TypeError: raw files, which tell nothing of themselves
        raise SeparationError(f"{path}: not a sound file that can be read; WAV, FLAC, MP3, Ogg and AIFF are") from error
    with file:
        if problem := _problem(file, path):
            raise SeparationError(f"{path}: {problem}")
        yield file


def _problem(file: soundfile.SoundFile, path: Path) -> str:
    low, high = RATES
    if file.channels > 2:
        return f"{file.channels} channels; one or two can be taken apart"
    if not low <= file.samplerate <= high:
        return f"{file.samplerate} frames a second; from {low} to {high} can be read"
    if not file.frames:
        return "there is no sound in it"
    if file.frames > LONGEST * file.samplerate:
        return f"{file.frames / file.samplerate / 60:.0f} minutes; at most {LONGEST // 60} can be taken apart"
    return "the file is cut off" if _cut_off(path) else ""


def _cut_off(path: Path) -> bool:
    """Return whether a WAV file is shorter than it says; libsndfile reads what is left without a word."""
    with path.open("rb") as file:
        head = file.read(12)
    size = int.from_bytes(head[4:8], "little")
    return head[:4] == b"RIFF" and size not in _RIFF_SIZE_UNKNOWN and size + 8 > path.stat().st_size + 1


def blocks(file: soundfile.SoundFile) -> Iterator[Audio]:
    """Yield the sound, shape ``(2, frames)`` each, at our rate. Raises ``SeparationError`` where it breaks off."""
    frames, resampling = 0, file.samplerate != SAMPLE_RATE
    resampler = soxr.ResampleStream(file.samplerate, SAMPLE_RATE, 2, dtype="float32")
    while frames < file.frames:
        try:
            block = file.read(BLOCK * file.samplerate, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError as error:
            raise SeparationError(f"{file.name}: the file is damaged or cut off after {_time(frames, file)}") from error
        if not len(block):
            break
        if not np.isfinite(block).all():
            raise SeparationError(f"{file.name}: samples that are not numbers after {_time(frames, file)}")
        frames += len(block)
        stereo = np.repeat(block, 2, axis=1) if block.shape[1] == 1 else block
        yield np.ascontiguousarray((resampler.resample_chunk(stereo) if resampling else stereo).T)
    if frames < file.frames * (GUESSED if file.format == "MP3" else 1.0):
        raise SeparationError(f"{file.name}: the file is cut off after {_time(frames, file)}")
    if resampling:
        yield np.ascontiguousarray(resampler.resample_chunk(np.zeros((0, 2), np.float32), last=True).T)


def _time(frames: int, file: soundfile.SoundFile) -> str:
    return f"{frames / file.samplerate:.0f} s"


def resampled(audio: Audio, rate: int) -> Audio:
    """Return stereo sound, shape ``(2, frames)``, at our rate."""
    return audio if rate == SAMPLE_RATE else np.ascontiguousarray(soxr.resample(audio.T, rate, SAMPLE_RATE).T)


def write(stretches: Iterable[Stems], folder: Path) -> dict[str, Path]:
    """Write the stems as 24-bit FLAC into ``folder``, one file a source; all of them, or none after an error."""
    made = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with TemporaryDirectory(dir=folder) as unfinished:
            parts = {name: Path(unfinished) / f"{name}.flac" for name in SOURCES}
            files = [soundfile.SoundFile(part, "w", SAMPLE_RATE, 2, "PCM_24") for part in parts.values()]
            try:
                for stems in stretches:
                    for file, stem in zip(files, within_range(stems), strict=True):
                        file.write(stem.T)
            finally:
                for file in files:
                    file.close()
            return {name: part.replace(folder / part.name) for name, part in parts.items()}
    except BaseException:
        if made:
            folder.rmdir()
        raise


def within_range(stems: Stems) -> Stems:
    """Return the stems without what is beyond ±1, which files cannot hold; the last source takes it from the others."""
    held = np.clip(stems, -1.0, 1.0)
    held[-1] = np.clip(held[-1] + (stems - held).sum(axis=0), -1.0, 1.0)
    return held
