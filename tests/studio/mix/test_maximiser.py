import numpy as np
import pytest

from studio.audio import SAMPLE_RATE
from studio.mix.gain import Gain, steps_of
from studio.mix.loudness import hop_power, integrated_of, short_term_of, true_peak
from studio.mix.maximiser import LOST, Maximiser


@pytest.fixture
def hear(noise):
    """Make a maximiser, and the mix it heard: noise under an amplitude given as a function of seconds."""

    def make(amplitude, seconds=6):
        mix = noise(-20, seconds) * amplitude(np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE).astype(np.float32)
        fade = np.ones(steps_of(mix.shape[1]) + 1, np.float32)
        return mix, Maximiser.hearing(mix, fade, glue=0.0)

    return make


def beats(time):
    return np.exp(-9 * (time % 0.5))


def flare(time):
    return np.where(np.abs(time - 5) < 1.6, 0.5, 0.17)


def test_what_it_works_out_is_what_comes_out(hear):
    mix, maximiser = hear(beats)
    found = maximiser.solve(-12.0, -1.4)
    Gain(found.ratios).process(mix)
    power = hop_power(mix)
    assert found.loudness == pytest.approx(-12.0, abs=0.03)
    assert integrated_of(power) == pytest.approx(found.loudness, abs=0.05)
    assert true_peak(mix) - short_term_of(power).max() == pytest.approx(found.dynamics, abs=0.05)


def test_without_need_it_only_turns_up(hear):
    _, maximiser = hear(np.ones_like)
    found = maximiser.solve(-20.0, -1.4)
    assert (found.press, found.limited, found.lost) == pytest.approx((0, 0, 0), abs=0.01)
    assert found.ratios == pytest.approx(10 ** (found.drive / 20), rel=1e-3)


def test_the_press_relieves_the_limiter(hear):
    _, maximiser = hear(beats)
    found, alone = maximiser.solve(-9.0, -1.4), maximiser.driven(0.0, -9.0, -1.4)
    assert alone.lost > LOST
    assert found.press > 0
    assert found.lost < alone.lost - 2.0
    assert found.loudness == pytest.approx(alone.loudness, abs=0.05)


def test_the_press_keeps_the_loudest_seconds_away_from_the_peak(hear):
    mix, maximiser = hear(flare, 20)
    ceiling = -4.0  # white noise peaks lower above its loudness than music: the same case 2.6 dB down
    natural = true_peak(mix) - short_term_of(hop_power(mix)).max()
    found, alone = maximiser.solve(-14.0, ceiling), maximiser.driven(0.0, -14.0, ceiling)
    assert alone.dynamics < natural - 0.5
    assert found.press > 0
    assert found.dynamics > natural - 0.35
