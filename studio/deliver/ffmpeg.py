"""What only ffmpeg can encode, by way of pydub; on a machine without ffmpeg, none of it."""

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from studio.audio import Audio
from studio.deliver.pcm import chunks
from studio.errors import DeliveryError

PROGRAM = "ffmpeg"
BITS = 32
REPEATABLE = ["-threads", "1", "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact"]
"""No times, versions or numbers drawn by lot in the file."""


def present() -> bool:
    """Whether ffmpeg is installed here."""
    return shutil.which(PROGRAM) is not None


def encode(audio: Audio, rate: int, container: str, *, codec: str, kbps: int, options: tuple[str, ...] = ()) -> bytes:
    """Return ``audio``, shape ``(2, frames)`` at ``rate`` Hz, as a file of ffmpeg's format ``container``.

    Raises ``DeliveryError`` where ffmpeg is missing or refuses.
    """
    samples = b"".join(part.tobytes() for part in chunks(audio, BITS))
    sound = _segments()(samples, sample_width=BITS // 8, frame_rate=rate, channels=2)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "coded"
        try:
            sound.export(
                file, format=container, codec=codec, bitrate=f"{kbps}k", parameters=[*REPEATABLE, *options]
            ).close()
        except Exception as error:  # pydub's own error is a bare Exception in disguise
            raise DeliveryError(f"{PROGRAM} could not encode {codec}: {_last_line(error)}") from error
        return file.read_bytes()


def decode(coded: bytes) -> Audio:
    """Return the sound of a file that ``encode`` made, shape ``(2, frames)``; what coding raised above 1 is kept."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "coded"
        file.write_bytes(coded)
        command = [_program(), "-v", "error", "-i", str(file), "-f", "f32le", "-ac", "2", "-"]
        samples = subprocess.run(command, capture_output=True, check=True).stdout  # noqa: S603 - our own arguments
    return np.ascontiguousarray(np.frombuffer(samples, np.float32).reshape(-1, 2).T)


def _program() -> str:
    if not (program := shutil.which(PROGRAM)):
        raise DeliveryError(f"{PROGRAM} is not installed on this machine")
    return program


def _segments() -> Any:
    """Return pydub's class of sounds, imported late: it looks for ffmpeg when it is imported, and warns."""
    _program()
    from pydub import AudioSegment

    return AudioSegment


def _last_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[-1]
