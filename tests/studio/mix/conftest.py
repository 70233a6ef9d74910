import numpy as np
import pytest

from studio.audio import SAMPLE_RATE
from studio.score import Part, Score, Section, TempoMap, notes
from studio.theory.key import Key
from studio.theory.meter import Meter


@pytest.fixture
def sine():
    """Make a stereo sine: Hz, level of its peak in dBFS, seconds."""

    def make(hz, level_db, seconds, *, right_db=None):
        wave = np.sin(2 * np.pi * hz * np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE)
        levels = np.array([[level_db], [level_db if right_db is None else right_db]])
        return np.ascontiguousarray(10 ** (levels / 20) * wave, np.float32)

    return make


@pytest.fixture
def noise():
    """Make uncorrelated stereo noise of an RMS level in dBFS."""

    def make(level_db, seconds, seed=1):
        samples = np.random.default_rng(seed).standard_normal((2, round(seconds * SAMPLE_RATE)))
        return (10 ** (level_db / 20) * samples).astype(np.float32)

    return make


@pytest.fixture
def piece():
    """Make an eight-second score at 120 BPM of (id, role) parts, two sections of equal energy unless given."""

    def make(parts, *, energies=(0.6, 0.6), kick_beats=()):
        sections = tuple(Section(f"S{k}", "verse", 8.0 * k, 8.0, 2, energy) for k, energy in enumerate(energies))
        kicks = notes([(beat, 0.25, 36, 100) for beat in kick_beats])
        tune = notes([(0.0, 16.0, 60, 80)])
        players = tuple(Part(name, name, role, "piano", kicks if role == "drums" else tune) for name, role in parts)
        tempo = TempoMap((0.0,), (120.0,))
        return Score("Test", Key.parse("C major"), Meter(4, 4), tempo, 4.0 * len(energies), sections, (), players)

    return make
