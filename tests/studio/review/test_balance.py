from dataclasses import replace

import numpy as np
import pytest

from studio.audio import SAMPLE_RATE
from studio.mix.loudness import hop_power
from studio.mix.master import TARGETS
from studio.review import measure_audio
from studio.review.curves import compare, curve_of, curves
from studio.review.limits import sound_rows
from studio.review.spectrum import OCTAVES, long_term
from studio.score import Section
from studio.styles import genres

JAZZ = genres()["jazz"].styles["swing"]
HOUSE = genres()["electronic"].styles["house"]
SONG = genres()["pop"].styles["radio"]
STREAMING = TARGETS["streaming"]


def spectrum_of(audio):
    audio = np.ascontiguousarray(audio, np.float32)
    return long_term(audio, hop_power(audio))


def noise(levels, seconds=8.0, seed=1):
    """Stereo noise whose octave bands have these levels in dB, flat within each band."""
    rng, frames = np.random.default_rng(seed), round(seconds * SAMPLE_RATE)
    hz = np.fft.rfftfreq(frames, 1 / SAMPLE_RATE)
    shape = np.zeros(len(hz))
    for middle, level in zip(OCTAVES, levels, strict=True):
        inside = (hz >= middle / np.sqrt(2)) & (hz < middle * np.sqrt(2))
        shape[inside] = np.sqrt(10 ** (level / 10) / inside.sum())
    sides = [np.fft.irfft(shape * np.exp(2j * np.pi * rng.random(len(hz))), frames) for _ in range(2)]
    return np.ascontiguousarray(0.1 * np.array(sides) / np.std(sides), np.float32)


def rows(audio, style, score, target=STREAMING):
    return {row.name: row for row in sound_rows(measure_audio(audio), score, target=target, style=style)}


def test_a_tone_lies_in_its_octave():
    time = np.arange(3 * SAMPLE_RATE) / SAMPLE_RATE
    spectrum = spectrum_of(0.5 * np.sin(2 * np.pi * 3000 * time) * np.ones((2, 1)))
    assert spectrum.centroid == pytest.approx(3000, rel=0.001)
    assert spectrum.bands()[OCTAVES.index(4000.0)] == pytest.approx(0, abs=0.01)
    assert np.delete(spectrum.bands(), OCTAVES.index(4000.0)).max() < -50


def test_white_noise_rises_by_three_decibels_an_octave_and_third_octaves_share_theirs():
    spectrum = spectrum_of(0.1 * np.random.default_rng(1).standard_normal((2, 10 * SAMPLE_RATE)))
    assert np.diff(spectrum.bands())[1:-1] == pytest.approx(3.01, abs=0.35)
    assert spectrum.bands([1000.0], 1 / 3)[0] == pytest.approx(spectrum.bands([1000.0])[0] - 4.85, abs=0.3)


def test_levels_are_those_of_the_sound_whatever_its_loudness_and_phase():
    asked = np.array([-20, -8, -3, 0, -2, -5, -9, -14, -20, -28], float)
    audio = noise(asked)
    for heard in (audio, 0.05 * audio, audio * np.array([[1], [-1]])):
        found = spectrum_of(heard).bands()
        assert found - found[3] == pytest.approx(asked, abs=0.7)


def test_pauses_and_quiet_passages_do_not_count():
    bright, dark = [-40.0] * 7 + [0.0] * 3, [0.0] * 3 + [-40.0] * 7
    loud, quiet = noise(dark), noise(bright) * np.float32(0.01)
    assert spectrum_of(np.hstack([loud, quiet, quiet])).bands() == pytest.approx(spectrum_of(loud).bands(), abs=0.3)
    assert spectrum_of(np.hstack([loud, noise(bright)])).bands()[8] > -10


def test_what_follows_the_curve_passes_at_any_level():
    curve = curve_of(JAZZ)
    balance = compare(curve.levels + 17.0, curve)
    assert balance.deviation == pytest.approx(0)
    assert not balance.excess.any()


def test_one_band_too_loud_stands_out_alone():
    curve = curve_of(HOUSE)
    raised = curve.levels.copy()
    raised[1] += 11.0
    balance = compare(raised, curve)
    assert balance.deviation == pytest.approx([0.0, 11.0] + 8 * [0.0])
    assert balance.excess[1] == pytest.approx(11.0 - curve.above[1])
    assert np.flatnonzero(balance.excess).tolist() == [balance.worst] == [1]


def test_every_row_of_the_data_serves_a_style_and_every_style_has_a_curve():
    styles = {f"{genre.id}/{style}" for genre in genres().values() for style in genre.styles}
    assert {name for name in curves() if "/" in name} <= styles
    assert {name for name in curves() if "/" not in name} == {"popular", *genres()}
    for curve in curves().values():
        assert curve.levels.shape == curve.above.shape == curve.below.shape == (len(OCTAVES),)
        assert (10 ** (curve.levels / 10)).sum() == pytest.approx(1.0)
        assert curve.above.min() >= 3
    assert curve_of(JAZZ) is curves()["jazz"]
    assert curve_of(genres()["jazz"].styles["bossa"]) is curves()["jazz/bossa"]


def test_the_row_names_the_band_that_is_off(score):
    levels = curve_of(JAZZ).levels.copy()
    kept = rows(noise(levels), JAZZ, score)["spectral_balance"]
    assert (kept.asked, kept.verdict, kept.note) == ("as Jazz has it", "pass", "")
    levels[6] += 9.0
    harsh = rows(noise(levels), JAZZ, score)["spectral_balance"]
    assert harsh.verdict == "warn"
    assert harsh.note == "2 kHz: 9 dB above what Jazz has."
    levels[6] -= 18.0
    assert rows(noise(levels), JAZZ, score)["spectral_balance"].note == "2 kHz: 9 dB below what Jazz has."


def test_silence_is_not_compared(score):
    row = rows(np.zeros((2, 3 * SAMPLE_RATE), np.float32), JAZZ, score)["spectral_balance"]
    assert (row.measured, row.verdict) == (None, "info")


def steps(*loudness, seconds=20):
    """Noise of one sound at several loudnesses in turn, in LU."""
    piece = noise(curve_of(SONG).levels, seconds)
    return np.ascontiguousarray(np.hstack([piece * 10 ** (lu / 20) for lu in loudness]), np.float32)


def of_energies(score, *energies, seconds=80.0):
    sections = [Section(str(k), "verse", 40 * k, 40, 10, energy) for k, energy in enumerate(energies)]
    return replace(score, sections=tuple(sections), duration=seconds)


@pytest.mark.parametrize(
    ("style", "energies", "seconds", "lu", "verdict"),
    [
        (SONG, (0.3, 0.9), 80, 8.0, "pass"),
        (SONG, (0.3, 0.9), 80, 1.5, "warn"),
        (SONG, (0.6, 0.7), 80, 1.5, "info"),  # sections that were never to differ
        (HOUSE, (0.3, 0.9), 80, 1.5, "warn"),
        (HOUSE, (0.3, 0.9), 40, 1.5, "info"),  # no song, and short
    ],
)
def test_sections_that_differ_are_heard_to_differ(score, style, energies, seconds, lu, verdict):
    row = rows(steps(0.0, -lu), style, of_energies(score, *energies, seconds=seconds))["loudness_range"]
    assert row.measured == pytest.approx(lu, abs=0.3)
    assert row.verdict == verdict


def test_dynamics_are_asked_of_every_target_but_the_loud_ones(score):
    flat = steps(0.0, seconds=4)
    found = {name: rows(flat / np.abs(flat).max(), SONG, score, TARGETS[name])["dynamic_range"] for name in TARGETS}
    peaks = flat.copy()
    peaks[:, 44100] *= 0.9 / np.abs(peaks[:, 44100])
    squashed = np.ascontiguousarray(np.clip(flat, -0.1, 0.1) * 8, np.float32)
    row = rows(squashed, SONG, score)["dynamic_range"]
    assert row.measured < 8
    assert row.verdict == "warn"
    assert rows(squashed, SONG, score, TARGETS["club"])["dynamic_range"].verdict == "info"
    assert {name: row.verdict for name, row in found.items() if row.measured > 8} == {
        name: "info" if name == "club" else "pass" for name in TARGETS
    }
    assert rows(peaks, SONG, score)["dynamic_range"].verdict == "pass"


def test_what_mono_would_lose_is_measured_in_decibels(score):
    time = np.arange(3 * SAMPLE_RATE) / SAMPLE_RATE
    for shift, loss, verdict in ((0.0, 0.0, "pass"), (np.pi / 3, 1.25, "pass"), (2 * np.pi / 3, 6.02, "warn")):
        sides = [0.3 * np.sin(2 * np.pi * 1000 * time), 0.3 * np.sin(2 * np.pi * 1000 * time + shift)]
        row = rows(np.ascontiguousarray(sides, np.float32), SONG, score)["mono_loss"]
        assert row.measured == pytest.approx(loss, abs=0.02)
        assert row.verdict == verdict
