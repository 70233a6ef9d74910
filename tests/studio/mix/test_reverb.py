import numpy as np
import pytest
from scipy.signal import butter, sosfilt

from studio.audio import SAMPLE_RATE, silence
from studio.mix.reverb import HALL, ROOM, Reverb


def impulse_response(reverb, seconds):
    sound = silence(round(seconds * SAMPLE_RATE))
    sound[:, 0] = 1.0, 0.0
    reverb.process(sound)
    return sound


def decay_seconds(response, low, high):
    """RT60 in a band from the slope between −5 and −35 dB of Schroeder's backward integral (ISO 3382)."""
    band = sosfilt(butter(3, [low, high], "band", fs=SAMPLE_RATE, output="sos"), response.astype(float))
    energy = np.cumsum(band[::-1] ** 2)[::-1]
    level = 10 * np.log10(energy / energy[0] + 1e-15)
    return 2 * (np.argmax(level < -35) - np.argmax(level < -5)) / SAMPLE_RATE


@pytest.mark.parametrize(("space", "seconds"), [(ROOM, 0.7), (HALL, 2.2)])
def test_decay_lasts_as_long_as_asked_and_half_as_long_at_the_damping(space, seconds):
    response = impulse_response(Reverb(space, seconds, 6000.0), 2 * seconds)
    assert decay_seconds(response[0], 300, 600) == pytest.approx(seconds, rel=0.12)
    assert decay_seconds(response[0], 5700, 6300) == pytest.approx(seconds / 2, rel=0.12)


def test_a_steady_noise_comes_out_about_as_loud_as_it_went_in(noise):
    sound = noise(-20, 6)
    Reverb(HALL, 1.5, 6000.0).process(sound)
    level = 10 * np.log10(np.mean(np.square(sound[:, 3 * SAMPLE_RATE :], dtype=float)))
    assert level == pytest.approx(-22, abs=1.0)  # what enters is cut at both ends of the spectrum
    assert abs(np.corrcoef(sound)[0, 1]) < 0.1


def test_the_room_waits_for_its_predelay():
    response = impulse_response(Reverb(HALL, 2.0, 6000.0), 0.2)
    assert np.abs(response[:, : round(HALL.predelay * SAMPLE_RATE)]).max() < 1e-9
    assert np.abs(response).max() > 0
