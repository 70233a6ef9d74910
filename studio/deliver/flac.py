"""FLAC, 24 bits, by libsndfile; tagged by mutagen."""

from pathlib import Path

import soundfile
from mutagen.flac import FLAC

from studio.audio import SAMPLE_RATE
from studio.deliver.pcm import chunks
from studio.deliver.recording import Recording
from studio.deliver.vorbis_comment import comments, picture

COMPRESSION = 0.5
"""libsndfile's 0–1 for FLAC's levels 0–8. Level 4 is 4 to 8 % smaller than 2 for 0.05 s more; 8 takes three times
as long.
"""


def write_flac(recording: Recording, path: Path) -> None:
    """Write the master to ``path``: sample for sample what the WAV file holds."""
    with soundfile.SoundFile(
        path, "w", SAMPLE_RATE, 2, subtype="PCM_24", format="FLAC", compression_level=COMPRESSION
    ) as file:
        for samples in chunks(recording.audio, 24):
            file.write(samples << 8)  # libsndfile takes the upper 24 of 32 bits
    tagged = FLAC(path)
    for name, text in comments(recording.tags):
        tagged[name] = text
    if cover := picture(recording.tags):
        tagged.add_picture(cover)
    tagged.save()
