import numpy as np

from studio.audio import silence
from studio.deliver import peaks


def test_each_value_is_the_highest_of_its_stretch():
    audio = silence(10_000)
    audio[0, 5], audio[1, 9_999] = -0.5, 0.25
    audio[1, 4_000] = -1.5
    values = peaks(audio, 100)
    assert len(values) == 100
    assert (values[0], values[40], values[99]) == (0.5, 1.0, 0.25)
    assert np.count_nonzero(values) == 3


def test_short_sound_gives_a_value_per_frame():
    assert peaks(np.array([[0.1, -0.2, 0.3]] * 2, np.float32)) == [0.1, 0.2, 0.3]
    assert peaks(silence(0)) == []
