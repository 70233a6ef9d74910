import numpy as np
import pytest

from studio.audio import SAMPLE_RATE
from studio.score import Part, Score, Section, TempoMap, notes
from studio.theory.key import Key
from studio.theory.meter import Meter

SCALES = {"major": (0, 4, 7, 5, 9, 2, 11, 0), "minor": (0, 3, 7, 5, 8, 2, 7, 0)}


@pytest.fixture
def tune():
    """Make music of known truth: a tonic and mode, beats a minute, seconds. A click-like drum marks every beat."""

    def make(tonic, mode, bpm, seconds, *, drum=0.5):
        frames, rng = round(seconds * SAMPLE_RATE), np.random.default_rng(1)
        audio = np.zeros((2, frames), np.float32)
        beat = 60 / bpm
        for k in range(int(seconds / beat)):
            at, length = round(k * beat * SAMPLE_RATE), min(round(0.9 * beat * SAMPLE_RATE), frames)
            time = np.arange(length) / SAMPLE_RATE
            chord = (tonic, tonic + SCALES[mode][1], tonic + 7, tonic + SCALES[mode][k % 8] + 12)
            tone = sum(
                np.sin(2 * np.pi * 440 * 2 ** ((p + 48 - 69) / 12) * h * time) / h for p in chord for h in (1, 2)
            )
            hit = drum * rng.standard_normal(length) * np.exp(-60 * time)
            block = 0.08 * (tone + hit) * np.minimum(1, np.minimum(time, time[::-1]) / 0.005)
            audio[:, at : at + length] += block[: frames - at].astype(np.float32)
        return audio

    return make


@pytest.fixture
def score():
    """A score of 20 s in A minor at 120 BPM."""
    line = notes([(k, 1.0, 57 + (0, 2, 3, 5, 7)[k % 5], 80) for k in range(40)])
    sections = (Section("A", "verse", 0, 40, 10, 0.5),)
    part = Part("lead", "Lead", "lead", "piano", line)
    tempo = TempoMap((0.0,), (120.0,))
    return Score("T", Key.parse("A minor"), Meter(4, 4), tempo, 20.0, sections, (), (part,))
