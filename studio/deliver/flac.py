"""FLAC, 24 bits, by libsndfile."""

from pathlib import Path

import soundfile

from studio.audio import SAMPLE_RATE
from studio.deliver.pcm import chunks
from studio.deliver.recording import Recording

COMPRESSION = 0.5
"""libsndfile's 0–1 for FLAC's levels 0–8: level 4 to 5, beyond which files shrink by under 1 %."""


def write_flac(recording: Recording, path: Path) -> None:
    """Write the master to ``path``: sample for sample what the WAV file holds."""
    with soundfile.SoundFile(
        path, "w", SAMPLE_RATE, 2, subtype="PCM_24", format="FLAC", compression_level=COMPRESSION
    ) as file:
        file.title = recording.score.title
        for name in ("artist", "genre", "comment"):
            if text := getattr(recording, name):
                setattr(file, name, text)
        for samples in chunks(recording.audio, 24):
            file.write(samples << 8)  # libsndfile takes the upper 24 of 32 bits
