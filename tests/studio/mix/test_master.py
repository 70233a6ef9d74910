from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from studio.audio import SAMPLE_RATE, silence
from studio.mix import STREAMING, TARGETS, master
from studio.mix.loudness import integrated_loudness, short_term, true_peak


def drums(seconds, decay=12.0):
    """Bursts of noise twice a second: a crest factor that wants limiting."""
    rng = np.random.default_rng(3)
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (rng.standard_normal((2, len(time))) * np.exp(-decay * (time % 0.5)) * 0.1).astype(np.float32)


def drone(seconds):
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    wave = np.sin(2 * np.pi * 110 * time) + 0.5 * np.sin(2 * np.pi * 220.7 * time)
    return np.ascontiguousarray(0.003 * np.stack([wave, np.roll(wave, 40)]), np.float32)


def swell(seconds):
    rng = np.random.default_rng(4)
    rise = np.linspace(-70, -15, round(seconds * SAMPLE_RATE))
    return (rng.standard_normal((2, len(rise))) * 10 ** (rise / 20)).astype(np.float32)


@pytest.mark.parametrize("mix", [drums(8), drone(8), swell(8)], ids=["drums", "drone", "swell"])
def test_it_lands_on_loudness_and_peak(mix):
    result = master(mix)
    assert integrated_loudness(result.audio) == pytest.approx(-14.0, abs=0.1)
    assert result.loudness == pytest.approx(integrated_loudness(result.audio), abs=1e-6)
    assert true_peak(result.audio) <= -1.4 + 1e-3
    assert result.true_peak == pytest.approx(true_peak(result.audio))
    assert result.reached
    assert result.audio.shape == mix.shape
    assert np.abs(result.audio.mean(axis=1)).max() < 1e-3


@pytest.mark.parametrize("name", ["apple", "podcast", "broadcast"])
def test_every_calm_target_is_met(name):
    assert master(drums(6), target=TARGETS[name]).loudness == pytest.approx(TARGETS[name].lufs, abs=0.1)


def test_at_least_eight_lu_stay_between_the_loudest_seconds_and_the_peak():
    result = master(drums(8))
    assert result.true_peak - short_term(result.audio).max() > 8.0


def test_what_cannot_be_loud_without_harm_stays_quieter_and_says_so():
    clicks = silence(8 * SAMPLE_RATE)
    clicks[:, ::11_025] = 1.0
    result = master(clicks)
    assert not result.reached
    assert "instead of -14" in result.note
    assert result.loudness < -16
    assert result.true_peak <= -1.4 + 1e-3


def test_silence_stays_silence():
    result = master(silence(SAMPLE_RATE))
    assert not result.audio.any()
    assert result.note == "The mix is silent."


def test_offset_is_removed_and_the_mix_left_alone():
    mix = drums(6) + np.float32(0.2)
    before = mix.copy()
    result = master(mix)
    assert np.array_equal(mix, before)
    assert np.abs(result.audio[:, SAMPLE_RATE:].mean(axis=1)).max() < 2e-4


def test_the_edges_are_clean_and_a_fade_falls_smoothly():
    mix = drone(8)
    plain, faded = master(mix), master(mix, fade_out=4.0)
    assert np.abs(plain.audio[:, :3]).max() < 1e-3
    assert np.abs(plain.audio[:, -3:]).max() < 1e-3
    level = [np.abs(faded.audio[:, round(s * SAMPLE_RATE) :][:, :4410]).max() for s in (3.5, 5, 6, 7, 7.8)]
    assert all(after < before for before, after in pairwise(level))
    assert level[2] / level[0] == pytest.approx(0.5, abs=0.1)


def test_the_same_mix_gives_the_same_bytes():
    assert master(drums(4)).audio.tobytes() == master(drums(4)).audio.tobytes()


def test_tilt_moves_the_balance():
    bright = master(swell(4), target=replace(STREAMING, tilt=3.0)).audio
    plain = master(swell(4)).audio
    share = [np.abs(np.fft.rfft(a[0]))[4 * 8000 :].sum() / np.abs(np.fft.rfft(a[0])).sum() for a in (plain, bright)]
    assert share[1] > share[0] + 0.02
