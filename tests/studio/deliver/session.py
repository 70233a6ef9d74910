"""A piece with everything that makes a project hard: a lead-in, a pick-up, two tempi, odd names, stems on disk."""

from dataclasses import replace

import numpy as np
import soundfile

from studio.audio import SAMPLE_RATE
from studio.deliver.stems import StemFile
from studio.score import TempoMap, notes

TITLE = 'Über "Café" & <Bar>/ó'
SECONDS = 6.0


def hard(score):
    """The score with a lead-in of 250 ms before 120 BPM, 90 from beat 8, and keys that begin half a beat early."""
    first, *others = score.parts
    first = replace(first, name="Piano 'ó' \"& Bass\"", notes=notes([(-0.5, 0.5, 67, 64), *first.notes.tolist()]))
    return replace(score, tempo=TempoMap((0.0, 8.0), (120.0, 90.0), lead_in=0.25), parts=(first, *others))


def stems_of(score, folder):
    """A stem of six seconds for each part, and one of reverberation."""
    random = np.random.default_rng(1)
    named = [(part.id, part.name, part.role) for part in score.parts] + [("room", "Room: hall/ó", "returns")]
    stems = []
    for stem_id, name, role in named:
        path = folder / f"{stem_id}.flac"
        samples = random.uniform(-0.1, 0.1, (round(SECONDS * SAMPLE_RATE), 2))
        soundfile.write(path, samples, SAMPLE_RATE, subtype="PCM_24")
        stems.append(StemFile(stem_id, name, role, path))
    return stems
