"""Ogg: Vorbis by libsndfile; Opus by ffmpeg where there is one, else by libsndfile, which takes three times as long."""

from functools import partial
from io import BytesIO
from pathlib import Path

import numpy as np
import soundfile
from mutagen.ogg import OggPage
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis

from studio.audio import SAMPLE_RATE, Audio
from studio.deliver import ffmpeg
from studio.deliver.lossy import coded_below
from studio.deliver.pcm import CHUNK
from studio.deliver.recording import Recording
from studio.deliver.resampling import resampled
from studio.deliver.vorbis_comment import write_comments

VORBIS_QUALITY = 8
"""Of 10: 220 to 250 kbit/s."""
OPUS_RATE = 48_000
OPUS_KBPS = 192
LIBSNDFILE_OPUS_KBPS = (512, 12)
"""Bit rates of its compression levels 0 and 1; those between lie on a straight line."""
SERIAL = 1


def write_vorbis(recording: Recording, path: Path) -> None:
    """Write the master to ``path`` as Ogg Vorbis; it decodes to exactly its length."""
    encode = partial(_encode, rate=SAMPLE_RATE, subtype="VORBIS", level=1.0 - VORBIS_QUALITY / 10)
    _write(coded_below(recording.audio, encode), OggVorbis, recording, path)


def write_opus(recording: Recording, path: Path) -> None:
    """Write the master to ``path`` as Opus, which knows 48 kHz only."""
    audio = np.concatenate(list(resampled(recording.audio, OPUS_RATE)), axis=1)
    _write(coded_below(audio, _opus_by_ffmpeg if ffmpeg.present() else _opus_by_libsndfile), OggOpus, recording, path)


def _opus_by_ffmpeg(audio: Audio) -> bytes:
    return ffmpeg.encode(audio, OPUS_RATE, "opus", codec="libopus", kbps=OPUS_KBPS)


def _opus_by_libsndfile(audio: Audio) -> bytes:
    best, least = LIBSNDFILE_OPUS_KBPS
    return _encode(audio, rate=OPUS_RATE, subtype="OPUS", level=(best - OPUS_KBPS) / (best - least))


def _encode(audio: Audio, *, rate: int, subtype: str, level: float) -> bytes:
    """Write in chunks: given a long sound at once, libsndfile 1.2.2 crashes in its Vorbis encoder."""
    coded = BytesIO()
    with soundfile.SoundFile(coded, "w", rate, 2, subtype=subtype, format="OGG", compression_level=level) as file:
        for start in range(0, audio.shape[1], CHUNK):
            file.write(audio[:, start : start + CHUNK].T)
    return coded.getvalue()


def _write(coded: bytes, kind: type[OggVorbis] | type[OggOpus], recording: Recording, path: Path) -> None:
    stream = BytesIO(numbered(coded))
    file = kind(stream)
    write_comments(file, recording.tags)
    stream.seek(0)
    file.save(stream)
    path.write_bytes(stream.getvalue())


def numbered(coded: bytes) -> bytes:
    """Return an Ogg stream under our serial number: libsndfile draws one by lot, and files would never be alike."""
    stream, pages = BytesIO(coded), []
    while stream.tell() < len(coded):
        page = OggPage(stream)
        page.serial = SERIAL
        pages.append(page.write())
    return b"".join(pages)
