import numpy as np
import pytest

from studio.audio import SAMPLE_RATE, silence
from studio.mix.effects import HALF_POWER, Doubling, Panorama, PingPongDelay, Saturation, Width


def power(audio):
    return np.mean(np.square(audio, dtype=float), axis=1)


@pytest.mark.parametrize("pan", [-1.0, -0.4, 0.0, 0.7, 1.0])
def test_panning_keeps_the_power_of_a_mono_stem(sine, pan):
    tone = sine(440, -12, 0.2)
    before = power(tone).sum()
    Panorama(pan).process(tone)
    assert power(tone).sum() == pytest.approx(before, rel=1e-4)
    left, right = power(tone)
    assert (left > right) == (pan < 0) or pan == 0


def test_hard_panning_keeps_both_sides_of_a_stereo_stem():
    sound = np.array([[0.4] * 10, [0.2] * 10], np.float32)
    Panorama(1.0).process(sound)
    assert sound[0] == pytest.approx(0, abs=1e-7)
    assert sound[1] == pytest.approx(0.3 * np.sqrt(2), rel=1e-5)


def test_width_makes_the_bass_mono_and_scales_the_sides_above(sine):
    for hz, share in ((50, 0.0), (1000, 1.3)):
        tone = sine(hz, -12, 1)
        tone[1] *= -1  # sides only
        before = power(tone)[0]
        Width(1.3, mono_below=120).process(tone)
        assert np.sqrt(power(tone[:, SAMPLE_RATE // 2 :])[0] / before) == pytest.approx(share, abs=0.05)


@pytest.mark.parametrize("hz", [130, 200, 440])
def test_width_does_not_smear_the_panorama(sine, hz):
    left_only = sine(hz, -12, 1, right_db=-200)
    Width(1.0, mono_below=40).process(left_only)
    left, right = power(left_only[:, SAMPLE_RATE // 2 :])
    assert right < 0.001 * left


def test_saturation_rounds_peaks_and_keeps_small_values():
    ramp = np.linspace(0, 1, 1000, dtype=np.float32) * np.ones((2, 1), np.float32)
    before = ramp.copy()
    Saturation(0.8, level=-12).process(ramp)
    assert ramp[0, 10] == pytest.approx(before[0, 10], rel=0.01)
    assert ramp[0, -1] < 0.4 * before[0, -1]
    assert (np.diff(ramp[0]) > -1e-7).all()


def test_a_second_take_comes_later_on_the_other_side_and_drifts():
    clicks = silence(4 * SAMPLE_RATE)
    clicks[:, ::SAMPLE_RATE] = 1.0
    Doubling(20.0, Panorama(-1.0)).process(clicks)
    late = [int(np.argmax(clicks[1, k * SAMPLE_RATE : (k + 1) * SAMPLE_RATE])) for k in range(4)]
    assert all(19.0 <= frames / 44.1 <= 21.0 for frames in late)
    assert len(set(late)) > 1
    assert clicks[0, ::SAMPLE_RATE] == pytest.approx(np.sqrt(2) * HALF_POWER, rel=1e-5)
    assert np.abs(clicks[1, ::SAMPLE_RATE]).max() < 1e-6


def test_echoes_cross_from_left_to_right_and_fade():
    sound = silence(SAMPLE_RATE)
    sound[:, 0] = 1.0
    PingPongDelay(0.1, 0.5, low_hz=1.0, high_hz=20_000).process(sound)
    at = [k * 4410 for k in range(6)]
    loudest = np.abs(sound).reshape(2, 10, 4410).max(axis=2)[:, :5]
    assert np.abs(sound[:, :4410]).max() < 1e-6, "only echoes come out"
    assert loudest[0].tolist()[1::2] > loudest[1].tolist()[1::2]
    assert loudest[1, 2] > 10 * loudest[0, 2]
    assert loudest[0, 3] / loudest[0, 1] == pytest.approx(0.25, rel=0.15)
    assert np.argmax(np.abs(sound[0])) == pytest.approx(at[1], abs=2)
