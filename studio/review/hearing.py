"""Hearing a file: whatever was delivered or uploaded, as sound at the library's rate."""

import math
import re
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import resample_poly

from studio.audio import SAMPLE_RATE, Audio
from studio.errors import StudioError

ID3_HEAD, XING_REACH = 10, 64
RATES = (8_000, 192_000)
SHORTENED = re.compile(r"^data : (\d+) \(should be (\d+)\)", re.MULTILINE)
"""What libsndfile notes of a WAV whose data are not as long as its head says; it reads what there is."""
UNKNOWN_LENGTH = 0xFFFF_FF00
"""Lengths from here on are written by those who did not know yet."""


class ReviewError(StudioError):
    """What is to be measured is not sound."""


def hear(path: Path) -> Audio:
    """Return the sound of a WAV, FLAC, MP3 or Ogg file, shape ``(2, frames)`` float32 at 44.1 kHz.

    One channel comes out on both sides; other rates are resampled. Raises ``ReviewError`` for a file that is missing,
    empty, damaged or not stereo.
    """
    if not path.is_file():
        raise ReviewError(f"{path.name}: there is no such file")
    if not path.stat().st_size:
        raise ReviewError(f"{path.name} is empty")
    try:
        with soundfile.SoundFile(path) as file:
            promised = file.frames if file.format != "MP3" or _tells_length(path) else 0
            rate, short = file.samplerate, _is_shortened(file.extra_info)
            sound = file.read(dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, RuntimeError) as error:
        raise ReviewError(f"{path.name} cannot be read as sound; it is damaged or of another kind") from error
    if short or len(sound) < promised:
        raise ReviewError(f"{path.name} is cut short: only {len(sound) / rate:.1f} s of it can be read")
    return _at_our_rate(_stereo(sound, path.name), rate, path.name)


def _tells_length(path: Path) -> bool:
    """Return whether an MP3 begins with a Xing or Info frame; without one its length is an estimate."""
    with path.open("rb") as file:
        head = file.read(ID3_HEAD)
        is_tagged = head[:3] == b"ID3"
        file.seek(ID3_HEAD + sum((byte & 0x7F) << 7 * k for k, byte in enumerate(head[:5:-1])) if is_tagged else 0)
        frame = file.read(XING_REACH)
    return b"Xing" in frame or b"Info" in frame


def _is_shortened(notes: str) -> bool:
    found = SHORTENED.search(notes)
    return found is not None and int(found[2]) < int(found[1]) < UNKNOWN_LENGTH


def _stereo(sound: Audio, name: str) -> Audio:
    """Return ``(frames, channels)`` as ``(2, frames)``."""
    if not len(sound):
        raise ReviewError(f"{name} holds no sound")
    if sound.shape[1] > 2:
        raise ReviewError(f"{name} has {sound.shape[1]} channels; one or two were expected")
    return np.ascontiguousarray(np.broadcast_to(sound.T, (2, len(sound))))


def _at_our_rate(audio: Audio, rate: int, name: str) -> Audio:
    if rate == SAMPLE_RATE:
        return audio
    if not RATES[0] <= rate <= RATES[1]:
        raise ReviewError(f"{name} is sampled at {rate} Hz; {RATES[0]} to {RATES[1]} were expected")
    shared = math.gcd(rate, SAMPLE_RATE)
    resampled = resample_poly(audio, SAMPLE_RATE // shared, rate // shared, axis=1)
    return np.ascontiguousarray(resampled, np.float32)
