import json

import numpy as np
import pytest

from studio.audio import SAMPLE_RATE, silence
from studio.review import ReviewError, faults, measure_audio
from studio.review.spectrum import decimated
from studio.review.tempo import read_tempo
from studio.review.tonality import relation
from studio.theory.key import Key


@pytest.mark.parametrize("bpm", [61.0, 96.5, 120.0, 173.3])
def test_tempo_is_read_to_a_tenth_of_a_beat(tune, bpm):
    reading = read_tempo(decimated(tune(0, "major", bpm, 20)), expected=bpm)
    assert reading.bpm == pytest.approx(bpm, abs=0.1)
    assert reading.regularity > 0.2


def test_a_folded_tempo_says_so(tune):
    low = decimated(tune(0, "major", 200, 20))
    plain, folded = read_tempo(low), read_tempo(low, expected=100.0)
    assert plain.bpm and plain.folded == 1.0
    assert folded.bpm == pytest.approx(100, abs=0.1)
    assert folded.folded == pytest.approx(100 / plain.bpm, rel=0.02)


def test_a_wrong_expectation_is_not_confirmed(tune):
    assert read_tempo(decimated(tune(0, "major", 120, 20)), expected=113.0).bpm == pytest.approx(120, abs=0.1)


def test_a_drone_has_no_tempo():
    time = np.arange(20 * SAMPLE_RATE) / SAMPLE_RATE
    drone = np.ascontiguousarray(0.1 * np.sin(2 * np.pi * 110 * time) * np.ones((2, 1)), np.float32)
    assert read_tempo(decimated(drone)).bpm is None


@pytest.mark.parametrize(("tonic", "mode"), [(0, "major"), (9, "minor"), (6, "major"), (1, "minor")])
def test_key_is_read_from_the_sound(tune, tonic, mode):
    measures = measure_audio(tune(tonic, mode, 120, 10))
    assert measures.key.key == Key(tonic, mode)


@pytest.mark.parametrize(
    ("asked", "read", "kin"),
    [
        ("A minor", "A minor", "same"),
        ("A minor", "C major", "same notes"),
        ("D dorian", "D minor", "same"),
        ("D dorian", "C major", "same notes"),
        ("A minor", "A major", "parallel"),
        ("A minor", "E minor", "fifth"),
        ("C major", "F# major", "other"),
    ],
)
def test_kinship_of_keys(asked, read, kin):
    assert relation(Key.parse(asked), Key.parse(read)) == kin


def test_clicks_are_found_and_drums_are_not(tune):
    music = tune(0, "major", 120, 6, drum=2.0)
    assert len(faults.clicks(music)) == 0
    music[:, 50_000] += 0.15
    music[0, 100_000:] += 0.1  # a splice
    assert faults.clicks(music) * SAMPLE_RATE == pytest.approx([50_000, 100_000], abs=3)


def test_a_saw_wave_is_no_row_of_clicks():
    saw = 0.2 * (np.arange(SAMPLE_RATE) / 600 % 1.0 - 0.5)
    assert len(faults.clicks(np.ascontiguousarray(saw * np.ones((2, 1)), np.float32))) == 0


def test_the_edges_of_a_filtered_saw_are_no_clicks_however_few_stand_out():
    time = np.arange(4 * SAMPLE_RATE) / SAMPLE_RATE
    period = np.floor(time * 110)
    steps = np.where(period % 23 == 5, 1.0, 0.4)  # a filter lets one edge in 23 through
    acid = 0.2 * steps * (time * 110 % 1.0) + 0.0045 * np.random.default_rng(1).standard_normal(len(time))
    assert len(faults.clicks(np.ascontiguousarray(acid * np.ones((2, 1)), np.float32))) == 0


@pytest.mark.parametrize(("milliseconds", "clicks"), [(-2.5, 0), (-60, 1), (10, 0), (100, 1)])
def test_a_click_at_a_drum_is_masked(milliseconds, clicks):
    time = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    after = np.maximum(time - 1, 0)
    hat = 0.5 * np.random.default_rng(1).standard_normal(len(time)) * np.exp(-80 * after) * (time > 1)
    music = 0.2 * np.sin(2 * np.pi * 220 * time) + hat
    music[round((1 + milliseconds / 1000) * SAMPLE_RATE)] += 0.05
    assert len(faults.clicks(np.ascontiguousarray(music * np.ones((2, 1)), np.float32))) == clicks


def test_silences_are_measured_to_ten_milliseconds(tune):
    music = tune(0, "major", 120, 6)
    music[:, : round(0.7 * SAMPLE_RATE)] = 0
    music[:, round(2.0 * SAMPLE_RATE) : round(3.5 * SAMPLE_RATE)] = 0
    music[:, round(5.4 * SAMPLE_RATE) :] = 0
    found = faults.silences(music)
    assert (found.leading, found.trailing) == pytest.approx((0.7, 0.6), abs=0.021)
    assert found.inner == pytest.approx(1.5, abs=0.07)


def test_clipping_offset_and_edges_are_counted(tune):
    music = tune(0, "major", 120, 3)
    before = measure_audio(music)
    music[0, 1000:1010] = 1.0
    music[1, 2000:2003] = -1.0
    music[:, -1] = 0.5
    after = measure_audio(music + np.float32(0.05))
    assert before.clipped == 0
    assert faults.clipped_samples(music) == 13
    assert after.offset - before.offset == pytest.approx(0.05, abs=1e-3)
    assert before.edge < -50 < after.edge


def test_bass_out_of_phase_is_lost_in_mono():
    time = np.arange(3 * SAMPLE_RATE) / SAMPLE_RATE
    high = 0.1 * np.sin(2 * np.pi * 1000 * time)
    for shift, loss in ((0, 0.0), (2 * np.pi / 3, 6.02)):
        audio = np.stack(
            [high + 0.3 * np.sin(2 * np.pi * 60 * time), high + 0.3 * np.sin(2 * np.pi * 60 * time + shift)]
        )
        found = faults.stereo(np.ascontiguousarray(audio, np.float32))
        assert found.low_loss == pytest.approx(loss, abs=0.3)
    assert found.correlation < 0


def test_dynamic_range_is_peak_less_loudest_seconds(tune):
    music = tune(0, "major", 120, 6)
    music[:, 70_000] = 0.9
    measures = measure_audio(music)
    assert measures.dynamic_range == pytest.approx(measures.true_peak - measures.loudness, abs=1.0)


def test_silence_and_short_sound_can_be_measured():
    for frames in (1, 4000, 3 * SAMPLE_RATE):
        measures = measure_audio(silence(frames))
        assert measures.tempo.bpm is None
        assert measures.key.key is None
        assert measures.loudness == -70
        json.dumps(measures.as_dict(), allow_nan=False)


@pytest.mark.parametrize("audio", [np.zeros((1, 100), np.float32), np.zeros((2, 0), np.float32)])
def test_what_is_not_stereo_sound_is_refused(audio):
    with pytest.raises(ReviewError, match="shape"):
        measure_audio(audio)


def test_values_that_are_not_numbers_are_refused():
    audio = silence(1000)
    audio[1, 500] = np.nan
    with pytest.raises(ReviewError, match="not numbers"):
        measure_audio(audio)
