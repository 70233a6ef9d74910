import numpy as np
import pytest

from studio.audio import SAMPLE_RATE
from studio.mix.dynamics import Compressor, Ducking
from studio.mix.gain import STEP, Gain
from studio.mix.limiter import Limiter
from studio.mix.loudness import true_peak


def rms_db(audio):
    return 10 * np.log10(np.mean(np.square(audio, dtype=float)))


def test_a_steady_tone_above_the_threshold_loses_what_the_ratio_says(sine):
    tone = sine(1000, -10, 2)  # −13.01 dB RMS: 10 dB above the threshold
    Compressor(-23.01, 4.0, attack=0.01, release=0.1).process(tone)
    assert rms_db(tone[:, SAMPLE_RATE:]) == pytest.approx(-13.01 - 7.5, abs=0.1)


def test_below_the_knee_nothing_changes(sine):
    tone = sine(1000, -40, 1)
    before = tone.copy()
    Compressor(-20.0, 4.0).process(tone)
    assert np.allclose(tone, before, rtol=1e-5)


def test_aiming_at_takes_that_much_from_that_level(sine):
    tone = sine(1000, -15, 2)
    Compressor.aiming_at(3.0, rms_db(tone), ratio=2.0, knee=0.1).process(tone)
    assert rms_db(tone[:, SAMPLE_RATE:]) == pytest.approx(-18.01 - 3.0, abs=0.1)


def test_attack_takes_its_time(sine):
    tone = np.concatenate([sine(1000, -60, 0.5), sine(1000, -6, 0.5)], axis=1)
    Compressor(-30.0, 4.0, attack=0.05).process(tone)
    start = SAMPLE_RATE // 2
    assert rms_db(tone[:, start : start + 441]) > rms_db(tone[:, -4410:]) + 6


def test_ducking_is_deepest_at_the_kick_and_gone_after_the_release():
    level = np.ones((2, SAMPLE_RATE), np.float32)
    Ducking(np.array([10_000, 30_000]), depth=6.0, release=0.2).process(level)
    assert level[0, [10_000, 30_000]] == pytest.approx(10 ** (-6 / 20), abs=1e-3)
    assert level[0, [9_000, 20_000, 40_000]] == pytest.approx(1.0)
    assert np.abs(np.diff(level[0])).max() < 0.005  # no edge that clicks


def test_the_limiter_holds_its_ceiling_between_samples(noise):
    loud = noise(-6, 2)
    Limiter(-3.0).process(loud)
    assert -3.1 < true_peak(loud) <= -2.99


def test_the_limiter_leaves_quiet_sound_alone(noise):
    quiet = noise(-40, 1)
    before = quiet.copy()
    assert Limiter(-1.0).process(quiet) == 0.0
    assert np.array_equal(quiet, before)


def test_the_limiter_acts_before_a_peak_and_lets_go_after(sine):
    sound = sine(500, -20, 1)
    sound[:, 22_050] = 1.0
    gain = Limiter(-6.0).gain(sound)
    assert gain[22_050] == pytest.approx(0.5, abs=0.02)
    assert gain[22_050 - 200] == 1.0
    assert gain[22_050] < gain[22_050 + 4_000] < 1.0
    assert gain[-1] > 0.99


def test_a_spike_leaves_no_hole_where_a_lasting_peak_does(sine):
    sound = sine(500, -20, 1)
    sound[:, 11_025] = 2.0
    sound[:, 22_050:23_000] *= 20.0
    gain = Limiter(-6.0).gain(sound)
    assert gain[11_025] == pytest.approx(0.25, abs=0.02)
    after_spike, after_burst = gain[11_025 + 700], gain[23_000 + 700]
    assert after_spike > 0.75
    assert after_burst > gain[22_500]
    assert Limiter(-6.0, body=60.0).gain(sound)[11_025 + 700] < after_spike - 0.1


def test_a_gain_is_joined_by_straight_lines():
    ones = np.ones((2, 2 * STEP + 1), np.float32)
    Gain(np.array([0.0, 1.0, 0.5, 0.5], np.float32)).process(ones)
    assert ones[0, [0, STEP // 3, STEP, 2 * STEP]] == pytest.approx([0.0, 1 / 3, 1.0, 0.5])
    assert np.array_equal(ones[0], ones[1])
