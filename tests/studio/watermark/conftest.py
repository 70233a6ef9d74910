"""Sound like music: chords, a tune and a beat, on both sides differently."""

import numpy as np
import pytest

from studio.audio import SAMPLE_RATE, Audio

CHORDS = ((48, 55, 64, 67), (45, 52, 60, 69), (41, 53, 60, 65), (43, 50, 59, 67))


def music(seconds: float, seed: int = 1) -> Audio:
    """Return ``seconds`` of four chords of two seconds, an octave of tune above, and noise on every half second."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    sound = np.zeros((2, len(time)))
    for place, chord in enumerate(CHORDS):
        within = (time // 2 % len(CHORDS)) == place
        since = time[within] % 2
        for pitch in (*chord, chord[int(rng.integers(4))] + 12):
            hz = 440.0 * 2 ** ((pitch - 69) / 12)
            tones = sum(np.sin(2 * np.pi * hz * k * since + k * pitch) / k**1.3 for k in range(1, 9))
            sound[:, within] += np.exp(-1.2 * since) * tones * rng.uniform(0.3, 1.0, (2, 1))
    sound += 2.0 * rng.standard_normal(sound.shape) * np.exp(-14.0 * (time % 0.5))
    return np.ascontiguousarray(0.08 * sound, np.float32)


@pytest.fixture(scope="package")
def plain() -> Audio:
    return music(42.0)
