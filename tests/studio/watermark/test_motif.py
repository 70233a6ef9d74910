from dataclasses import replace

import numpy as np
import pytest

from studio.audio import SAMPLE_RATE
from studio.mix.loudness import hop_power, integrated_loudness
from studio.score import Score, Section, TempoMap
from studio.theory.key import Key
from studio.theory.meter import Meter
from studio.watermark import announce, motif_part
from studio.watermark.motif import DEGREES, UNDER_MUSIC

BPM = 100.0


@pytest.fixture
def score():
    sections = (Section("a", "verse", 0.0, 40.0, 10, 0.5), Section("b", "chorus", 40.0, 40.0, 10, 0.9, lift=2))
    return Score("", Key.parse("A minor"), Meter(4, 4), TempoMap((0.0,), (BPM,), 0.3), 42.0, sections, (), ())


def test_it_sounds_on_the_beat_about_every_twenty_seconds(score):
    onsets = motif_part(score).notes["onset"][:: len(DEGREES)]
    assert onsets == pytest.approx(np.round(onsets))
    assert score.tempo.seconds(onsets) == pytest.approx([5.0, 25.0], abs=30.0 / BPM)


def test_in_six_eight_it_sounds_on_the_dotted_beat(score):
    onsets = motif_part(replace(score, meter=Meter(6, 8))).notes["onset"][:: len(DEGREES)]
    assert onsets / 1.5 == pytest.approx(np.round(onsets / 1.5))


def test_it_plays_tonic_and_fifth_of_the_section(score):
    pitches = motif_part(score).notes["pitch"].reshape(-1, len(DEGREES)) % 12
    assert pitches.tolist() == [[9, 4, 9], [11, 6, 11]]


def test_none_begins_in_the_last_seconds(score):
    assert len(motif_part(replace(score, duration=27.0)).notes) == len(DEGREES)


def test_it_is_heard_and_changes_little(score, plain):
    mix = plain[:, : score.frames].copy()
    announce(mix, score, seed=1)
    added = mix - plain
    spans = [slice(round(start * SAMPLE_RATE), round((start + 1.5) * SAMPLE_RATE)) for start in (4.8, 24.8)]
    for span in spans:
        under = momentary(added[:, span]) - momentary(plain[:, span])
        assert under == pytest.approx(UNDER_MUSIC, abs=1.5)
    assert not added[:, : round(4.5 * SAMPLE_RATE)].any()
    assert np.abs(added[:, 18 * SAMPLE_RATE : 24 * SAMPLE_RATE]).max() < 1e-4
    assert abs(integrated_loudness(mix) - integrated_loudness(plain)) < 0.3


def test_a_pause_does_not_hide_it(score, plain):
    mix = plain[:, : score.frames].copy()
    mix[:, 3 * SAMPLE_RATE : 12 * SAMPLE_RATE] = 0.0
    whole = integrated_loudness(mix)
    announce(mix, score, seed=1)
    assert momentary(mix[:, 4 * SAMPLE_RATE : 8 * SAMPLE_RATE]) == pytest.approx(whole - 12.0, abs=1.0)


def test_a_silent_mix_stays_silent(score):
    mix = np.zeros((2, score.frames), np.float32)
    announce(mix, score, seed=1)
    assert not mix.any()


def momentary(sound):
    power = hop_power(np.ascontiguousarray(sound))
    return -0.691 + 10.0 * np.log10(np.convolve(power, np.full(4, 0.25), "valid").max())
