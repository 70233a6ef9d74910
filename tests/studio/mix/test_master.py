from itertools import pairwise

import numpy as np
import pyloudnorm
import pytest

from studio.audio import SAMPLE_RATE, silence
from studio.mix import STREAMING, TARGETS, master
from studio.mix.loudness import integrated_loudness, short_term, true_peak


def clock(seconds):
    return np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE


def stereo(wave):
    return np.ascontiguousarray(np.stack([wave, np.roll(wave, 40)]), np.float32)


def noise(seconds, seed=3):
    """Pink enough that its loudness is that of its body: white noise, integrated with a leak."""
    white = np.random.default_rng(seed).standard_normal((2, round(seconds * SAMPLE_RATE)))
    return (0.5 * (white + np.roll(white, 1, axis=1))).astype(np.float32)


def dense():
    return 0.2 * noise(6)


def drums():
    """Bursts twice a second over a thump: a crest factor that wants limiting."""
    time = clock(8) % 0.5
    thump = np.sin(2 * np.pi * (50 * time - 20 * np.exp(-30 * time))) * np.exp(-12 * time)
    return 0.1 * noise(8) * np.exp(-12 * time).astype(np.float32) + stereo(0.3 * thump)


def plucks():
    """A short note every two seconds: 26 dB between its peak and the mean power."""
    time = clock(10) % 2.0
    return stereo(0.5 * np.sin(2 * np.pi * 440 * time) * np.exp(-time / 0.02))


def arch():
    """Quiet, loud, quiet, 20 dB apart."""
    level = np.where(np.abs(clock(12) - 6) < 1.8, 0.2, 0.02)
    return noise(12) * level.astype(np.float32)


def flare():
    """Three loud seconds in twenty: at −14 LUFS they would come within 7 LU of the ceiling."""
    level = np.where(np.abs(clock(20) - 10) < 1.6, 0.2, 0.07)
    return noise(20) * level.astype(np.float32)


def faint():
    return np.float32(1e-2) * drums()


def drone():
    time = clock(6)
    return stereo(0.003 * (np.sin(2 * np.pi * 110 * time) + 0.5 * np.sin(2 * np.pi * 220.7 * time)))


MATERIALS = {make.__name__: make() for make in (dense, drums, plucks, arch, flare, faint, drone)}


def dynamics(audio):
    return true_peak(audio) - short_term(audio).max()


@pytest.mark.parametrize("target", TARGETS.values(), ids=list(TARGETS))
@pytest.mark.parametrize("name", MATERIALS)
def test_every_material_lands_on_every_target(name, target):
    mix = MATERIALS[name]
    result = master(mix, target=target)
    assert integrated_loudness(result.audio) == pytest.approx(target.lufs, abs=0.1)
    assert result.loudness == pytest.approx(integrated_loudness(result.audio), abs=1e-6)
    assert true_peak(result.audio) <= target.true_peak + 1e-6
    assert result.true_peak == pytest.approx(true_peak(result.audio))
    assert result.reached
    assert result.audio.shape == mix.shape
    if target.name != "club":
        assert dynamics(result.audio) > min(8.0, dynamics(mix) - 0.1)


def test_a_second_meter_agrees():
    result = master(MATERIALS["drums"])
    theirs = pyloudnorm.Meter(SAMPLE_RATE).integrated_loudness(result.audio.T.astype(float))
    assert theirs == pytest.approx(-14.0, abs=0.15)


def test_a_club_master_keeps_what_dynamics_its_ceiling_leaves():
    assert dynamics(master(MATERIALS["drums"], target=TARGETS["club"]).audio) > 6.5


@pytest.mark.parametrize("name", ["streaming", "club"])
def test_a_master_is_a_gain_the_same_for_both_channels_and_every_stem(name):
    mix = MATERIALS["drums"]
    stem = mix * np.linspace(0, 1, mix.shape[1], dtype=np.float32)
    result = master(mix, target=TARGETS[name]).audio
    loud = np.abs(mix) > 1e-3
    left, right = (np.where(loud.all(axis=0), result[c] / np.where(loud[c], mix[c], 1), 0) for c in (0, 1))
    assert np.abs(left - right).max() < 1e-4 * left.max()
    gain = np.divide(result, mix, out=np.zeros_like(mix), where=mix != 0)
    missing = gain * stem + gain * (mix - stem) - result
    assert 20 * np.log10(np.sqrt(np.square(missing).mean() / np.square(result).mean())) < -90


def test_the_louder_target_presses_quiet_and_loud_together():
    spread = {}
    for name in ("broadcast", "club"):
        levels = short_term(master(MATERIALS["arch"], target=TARGETS[name]).audio)
        spread[name] = levels.max() - levels[0]
    assert spread["broadcast"] == pytest.approx(20.0, abs=0.5)
    assert spread["club"] < spread["broadcast"] - 0.5


@pytest.mark.parametrize("every", [11_025, 10**6], ids=["clicks", "one click"])
def test_what_cannot_be_loud_stays_quieter_and_says_so(every):
    clicks = silence(6 * SAMPLE_RATE)
    clicks[:, 3 * SAMPLE_RATE :: every] = 1.0
    result = master(clicks)
    assert not result.reached
    assert "instead of -14" in result.note
    assert result.loudness < -16
    assert result.limited_db <= 12.1
    assert result.true_peak <= STREAMING.true_peak


def test_silence_stays_silence():
    result = master(silence(SAMPLE_RATE))
    assert not result.audio.any()
    assert result.note == "The mix is silent."


def test_the_mix_is_left_alone():
    mix = MATERIALS["drums"].copy()
    master(mix)
    assert np.array_equal(mix, MATERIALS["drums"])


def test_the_edges_are_clean_and_a_fade_falls_smoothly():
    mix = drone()
    plain, faded = master(mix), master(mix, fade_out=4.0)
    assert np.abs(plain.audio[:, :3]).max() < 4e-3
    assert np.abs(plain.audio[:, -3:]).max() < 1e-3
    assert faded.loudness == pytest.approx(-14.0, abs=0.1)
    level = [np.abs(faded.audio[:, round(s * SAMPLE_RATE) :][:, :4410]).max() for s in (1.5, 3, 4, 5, 5.8)]
    assert all(after < before for before, after in pairwise(level))
    assert level[2] / level[0] == pytest.approx(0.5, abs=0.1)


def test_the_same_mix_gives_the_same_bytes():
    assert master(drums()).audio.tobytes() == master(drums()).audio.tobytes()
