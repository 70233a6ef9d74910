import numpy as np
import pytest

from studio.audio import SAMPLE_RATE, silence
from studio.mix import filters
from studio.mix.filters import Equaliser, response_db


@pytest.mark.parametrize(
    ("section", "hz", "gain_db"),
    [
        (filters.peak(1000, 6, 1.4), 1000, 6.0),
        (filters.peak(1000, 6, 1.4), 20, 0.0),
        (filters.low_shelf(200, -4), 10, -4.0),
        (filters.low_shelf(200, -4), 10000, 0.0),
        (filters.high_shelf(5000, 3), 21000, 3.0),
        (filters.high_shelf(5000, 3), 50, 0.0),
        (filters.low_cut(100), 100, -3.01),
        (filters.low_cut(100), 50, -12.3),
        (filters.high_cut(1000), 1000, -3.01),
    ],
)
def test_sections_have_the_gain_they_are_named_for(section, hz, gain_db):
    assert float(response_db([section], hz)) == pytest.approx(gain_db, abs=0.05)


def test_tilt_turns_around_its_pivot():
    low, pivot, high = response_db(filters.tilt(2.0), [20, 700, 20000])
    assert (low, high) == pytest.approx((-2, 2), abs=0.05)
    assert abs(pivot) < 0.15


def test_the_equaliser_does_to_sound_what_its_response_says():
    sections = (filters.low_cut(60), filters.peak(700, -5, 1), filters.high_shelf(6000, 2), filters.high_cut(15000))
    impulse = silence(SAMPLE_RATE)
    impulse[:, 0] = 1, -1
    Equaliser(sections).process(impulse)
    measured = 20 * np.log10(np.abs(np.fft.rfft(impulse, axis=1)))
    hz = [30, 100, 700, 3000, 9000, 15000]
    assert measured[0, hz] == pytest.approx(response_db(list(sections), hz), abs=0.01)
    assert measured[1, hz] == pytest.approx(measured[0, hz])
