"""WAV: PCM in RIFF chunks (Microsoft, *Multimedia Programming Interface and Data Specifications 1.0*, 1991).

Beside the sound stand what broadcasters read (``bext``, ``iXML``) and what players read (LIST/INFO, ID3).
"""

import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from studio.audio import SAMPLE_RATE, Audio
from studio.deliver.bext import Levels, bext
from studio.deliver.id3 import id3_tag
from studio.deliver.ixml import ixml
from studio.deliver.pcm import cut, dithered, quantised
from studio.deliver.recording import Recording
from studio.deliver.resampling import frames_at, resampled
from studio.deliver.tags import NAMES, Tags

CHANNELS = 2
PCM = 1
DITHERED = 16
"""Bits at which rounding is heard if nothing hides it; at 24 it lies below every converter's own noise."""


def write_wav(recording: Recording, path: Path, *, rate: int = SAMPLE_RATE, bits: int = 24) -> None:
    """Write the master to ``path``, ``bits`` bits at ``rate`` Hz; the same recording gives the same bytes.

    A file holds 4 GiB: two hours at 24 bits and 96 kHz.
    """
    tags, frame = recording.tags, CHANNELS * bits // 8
    size = frames_at(recording.audio.shape[1], rate) * frame
    levels = Levels.of(recording.audio)
    coding = f"A=PCM,F={rate},W={bits},M=stereo,T={tags.software}".encode("ascii", "replace").decode()
    before = (
        chunk(b"fmt ", struct.pack("<HHIIHH", PCM, CHANNELS, rate, rate * frame, frame, bits))
        + chunk(b"bext", bext(tags, levels, coding))
        + chunk(b"iXML", ixml(tags, levels, rate=rate, bits=bits))
        + chunk(b"LIST", _info(tags))
    )
    after = chunk(b"id3 ", id3_tag(tags))
    with path.open("wb") as file:
        file.write(b"RIFF" + struct.pack("<I", 4 + len(before) + 8 + size + len(after)) + b"WAVE" + before)
        file.write(b"data" + struct.pack("<I", size))
        for sound in _sound(recording.audio, rate, bits):
            little_endian = quantised(sound, bits).astype("<i4").view(np.uint8).reshape(-1, 4)
            file.write(little_endian[:, : bits // 8].tobytes())
        file.write(after)


def _sound(audio: Audio, rate: int, bits: int) -> Iterator[Audio]:
    sound = cut(audio) if rate == SAMPLE_RATE else resampled(audio, rate)
    return dithered(sound, bits) if bits <= DITHERED else sound


def chunk(name: bytes, body: bytes) -> bytes:
    """Return a RIFF chunk: name, size, body, and a zero where the body is of odd length."""
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _info(tags: Tags) -> bytes:
    """Return the body of LIST/INFO: what it has a name for, each text closed by a zero.

    It cannot say how its letters are coded; UTF-8 is what libsndfile and ffmpeg expect.
    """
    texts = [(NAMES[name].info, text) for name, text in tags.texts().items() if NAMES[name].info]
    return b"INFO" + b"".join(chunk(name.encode(), text.encode() + b"\0") for name, text in texts)
