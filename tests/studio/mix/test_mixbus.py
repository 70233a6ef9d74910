import numpy as np
import pytest

from studio.mix.master import STREAMING, master
from studio.mix.mixbus import MixBus, ThroughMaster
from studio.styles.model import Desk

BUS = MixBus(Desk(tilt=1.0, width=1.2, compression=3.0, drive=0.3))


def test_shaping_is_linear(noise):
    first, second = noise(-20, 4, seed=1), noise(-14, 4, seed=2)
    both = first + second
    for sound in (first, second, both):
        BUS.shape(sound)
    assert np.abs(first + second - both).max() < 1e-6


def test_stems_through_the_master_add_up_to_it(noise):
    stems = [noise(-18, 6, seed=1), noise(-24, 6, seed=2)]
    stems[1][:, : stems[1].shape[1] // 2] = 0
    mix = stems[0] + stems[1]
    BUS.shape(mix)
    shaped = mix.copy()
    BUS.hold(mix)
    assert np.abs(mix - shaped).max() > 0.01
    mastered = master(mix, target=STREAMING).audio
    way = ThroughMaster.heard(BUS, shaped, mastered)
    for stem in stems:
        way.process(stem)
    missing = np.sqrt(np.square(stems[0] + stems[1] - mastered).mean() / np.square(mastered).mean())
    assert missing < 10 ** (-60 / 20)


def test_the_bus_keeps_the_bass_in_the_middle(sine):
    audio = sine(50, -20, 4)
    audio[1] *= -1
    BUS.shape(audio)
    assert np.abs(audio[:, 44100:]).max() == pytest.approx(0.0, abs=0.005)
