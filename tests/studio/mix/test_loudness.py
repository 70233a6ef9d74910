import numpy as np
import pyloudnorm
import pytest

from studio.audio import SAMPLE_RATE, silence
from studio.mix import loudness
from studio.mix.gain import STEP


def test_k_weighting_is_the_printed_table_at_48_khz(monkeypatch):
    monkeypatch.setattr(loudness, "SAMPLE_RATE", 48_000)
    head, rlb = loudness.k_weighting.__wrapped__()
    # BS.1770-5 Annex 1, tables 1 and 2
    assert head == pytest.approx([1.53512486, -2.69169619, 1.19839281, -1.69065929, 0.73248077], abs=1e-7)
    assert rlb[3:] == pytest.approx([-1.99004745, 0.99007225], abs=1e-7)


def test_a_997_hz_sine_reads_3_01_below_its_peak_on_one_channel(sine):
    assert loudness.integrated_loudness(sine(997, -20, 4, right_db=-200)) == pytest.approx(-23.01, abs=0.01)
    assert loudness.integrated_loudness(sine(997, -20, 4)) == pytest.approx(-20.0, abs=0.01)


def test_the_gate_leaves_out_what_is_ten_lu_below(sine):
    # EBU Tech 3341 test 3: −36, −23, −36 dBFS for 10, 60, 10 s (here a tenth) reads −23
    parts = [sine(1000, level, seconds) for level, seconds in ((-36, 2), (-23, 12), (-36, 2))]
    assert loudness.integrated_loudness(np.concatenate(parts, axis=1)) == pytest.approx(-23, abs=0.1)


def test_it_agrees_with_pyloudnorm_on_swelling_noise(noise):
    sound = noise(-20, 8) * np.linspace(0.02, 1, 8 * SAMPLE_RATE, dtype=np.float32)
    theirs = pyloudnorm.Meter(SAMPLE_RATE).integrated_loudness(sound.T.astype(float))
    assert loudness.integrated_loudness(sound) == pytest.approx(theirs, abs=0.06)


def test_silence_and_blinks_read_as_silent(sine):
    assert loudness.integrated_loudness(silence(SAMPLE_RATE)) == loudness.SILENT
    assert loudness.integrated_loudness(sine(1000, -6, 0.3)) == loudness.SILENT
    assert loudness.loudness_range(silence(SAMPLE_RATE)) == 0


def test_loudness_range_of_two_levels_is_their_distance(sine):
    # EBU Tech 3342 test 1: −20 then −30 dBFS, 20 s each, has a range of 10 LU
    sound = np.concatenate([sine(1000, -20, 20), sine(1000, -30, 20)], axis=1)
    assert loudness.loudness_range(sound) == pytest.approx(10, abs=0.2)


def test_short_term_hears_three_seconds(sine):
    sound = np.concatenate([sine(1000, -30, 4), sine(1000, -20, 4)], axis=1)
    values = loudness.short_term(sound)
    assert len(values) == 80 - 30 + 1
    assert (values[0], values[-1]) == pytest.approx((-30, -20), abs=0.02)


def test_true_peak_finds_what_lies_between_samples():
    # A quarter-rate sine at 45° touches full scale only between samples, 3.01 dB above all of them.
    phase = np.pi / 2 * np.arange(SAMPLE_RATE) + np.pi / 4
    sound = np.ascontiguousarray(np.stack([np.sin(phase), np.zeros_like(phase)]) * 0.5, np.float32)
    assert 20 * np.log10(np.abs(sound).max()) == pytest.approx(-9.03, abs=0.01)
    assert loudness.true_peak(sound) == pytest.approx(-6.02, abs=0.2)


def test_skipping_quiet_blocks_changes_no_peak(noise):
    sound = noise(-20, 1)
    everywhere = loudness.step_peaks(sound)
    above = loudness.step_peaks(sound, 0.3)
    assert np.array_equal(above[everywhere > 0.3], everywhere[everywhere > 0.3])
    assert loudness.true_peak(sound) == pytest.approx(20 * np.log10(everywhere.max()), abs=1e-4)


def test_a_peak_lies_in_its_own_step():
    sound = silence(10 * STEP + 4)
    sound[1, 7 * STEP + 7] = 0.5
    peaks = loudness.step_peaks(sound)
    assert len(peaks) == 11
    assert peaks.argmax() == 7
    assert peaks[7] == pytest.approx(0.5, abs=0.01)


def test_the_power_of_steps_makes_that_of_hops(noise):
    sound = noise(-20, 1)[:, : 9 * loudness.HOP + 100]
    steps = loudness.step_power(sound)
    whole = steps[: 9 * loudness.HOP // STEP].reshape(9, -1).mean(axis=1)
    assert whole == pytest.approx(loudness.hop_power(sound), rel=1e-5)
