import numpy as np
import pytest

from studio.audio import SAMPLE_RATE
from studio.mix.master import STREAMING, Master
from studio.score import Part, Score, Section, TempoMap, automation, notes
from studio.theory.key import Key
from studio.theory.meter import Meter


def make_score():
    """Two bars of verse at 120 BPM and two of chorus at 90, in C minor: keys, bass that bends, drums."""
    keys = notes([(0, 1, 60, 80), (0, 1, 64, 70), (1, 2, 60, 90), (1.5, 1, 60, 100)])
    parts = (
        Part("keys", "Piano", "chords", "piano", keys, {"sustain": automation([(0, 1), (3.5, 1), (3.51, 0)])}),
        Part("bass", "Bass", "bass", "finger-bass", notes([(0, 4, 36, 80)]), {"bend": automation([(0, 0), (1, 2)])}),
        Part("drums", "Drums", "drums", "kit-jazz", notes([(0, 0.25, 36, 100), (1, 0.25, 38, 100)])),
    )
    sections = (Section("Verse", "verse", 0, 8, 2, 0.5), Section("Chorus", "chorus", 8, 8, 2, 0.8))
    tempo = TempoMap((0.0, 8.0), (120.0, 90.0))
    return Score("Test – piece", Key.parse("C minor"), Meter(4, 4), tempo, 9.4, sections, (), parts)


def make_sound(frames):
    """A second or so of decaying tones, of an exact number of frames."""
    time = np.arange(frames) / SAMPLE_RATE
    wave = 0.6 * np.sin(2 * np.pi * (300 + 40 * np.sin(7 * time)) * time) * np.exp(-2 * (time % 0.25))
    return np.ascontiguousarray(np.stack([wave, 0.8 * np.roll(wave, 13)]), np.float32)


@pytest.fixture
def score():
    return make_score()


@pytest.fixture
def sound():
    return make_sound


@pytest.fixture
def finished(sound):
    """A master of 30 000 frames."""
    return Master(sound(30_000), STREAMING, -14.0, -1.4, 0.0, 0.0)
