"""WAV: 24-bit PCM in RIFF chunks (Microsoft, *Multimedia Programming Interface and Data Specifications 1.0*, 1991)."""

import struct
from pathlib import Path

import numpy as np

from studio.audio import SAMPLE_RATE
from studio.deliver.pcm import chunks
from studio.deliver.recording import Recording

BITS, CHANNELS = 24, 2
FRAME_BYTES = CHANNELS * BITS // 8
PCM = 1


def write_wav(recording: Recording, path: Path) -> None:
    """Write the master to ``path``; the same recording gives the same bytes."""
    size = recording.audio.shape[1] * FRAME_BYTES
    form = struct.pack("<HHIIHH", PCM, CHANNELS, SAMPLE_RATE, SAMPLE_RATE * FRAME_BYTES, FRAME_BYTES, BITS)
    info = _info(recording)
    with path.open("wb") as file:
        file.write(b"RIFF" + struct.pack("<I", 4 + 8 + len(form) + 8 + size + len(info)) + b"WAVE")
        file.write(b"fmt " + struct.pack("<I", len(form)) + form)
        file.write(b"data" + struct.pack("<I", size))
        for samples in chunks(recording.audio, BITS):
            little_endian = samples.astype("<i4").view(np.uint8).reshape(-1, 4)
            file.write(little_endian[:, :3].tobytes())
        file.write(info)


def _info(recording: Recording) -> bytes:
    """Return the LIST/INFO chunk with what is known of the piece. Frames are 6 bytes, so it begins on an even one."""
    values = {
        b"INAM": recording.score.title,
        b"IART": recording.artist,
        b"IGNR": recording.genre,
        b"ICMT": recording.comment,
    }
    body = b"INFO"
    for name, text in values.items():
        if text:
            value = text.encode() + b"\0"
            body += name + struct.pack("<I", len(value)) + value + b"\0" * (len(value) % 2)
    return b"LIST" + struct.pack("<I", len(body)) + body if len(body) > 4 else b""
