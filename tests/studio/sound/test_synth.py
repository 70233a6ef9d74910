import numpy as np
import pytest

from studio.audio import SAMPLE_RATE
from studio.sound.oscillators import DECIMATOR_TAPS, decimator
from studio.sound.patches import PATCHES
from tests.studio.sound.measuring import Play, cents, frame, level_db, pitch_of


@pytest.mark.parametrize("patch", ["square-lead", "sub-bass", "fm-keys", "glass-pad", "acid", "supersaw"])
def test_notes_are_in_tune(play: Play, patch: str) -> None:
    pitch = 45 if patch in ("sub-bass", "acid") else 69
    expected = 440 * 2 ** ((pitch - 69) / 12)
    # Before vibrato sets in, and long enough for the slow drift to pass.
    sound = play(patch, [(0.0, 5.0, pitch, 80)], duration=5.0)[0]
    assert abs(cents(pitch_of(sound, expected), expected)) < 5


def test_a_steady_patch_is_in_tune_to_a_cent(play: Play) -> None:
    sound = play("house-bass", [(0.0, 2.0, 45, 80)])[0]
    assert abs(cents(pitch_of(sound, 110), 110)) < 1


@pytest.mark.parametrize("pitch", [60, 76, 88, 96])
@pytest.mark.parametrize("patch", ["supersaw", "saw-lead", "mono-lead", "pluck", "pulse", "acid", "reese"])
def test_aliases_of_saws_stay_low(play: Play, patch: str, pitch: int) -> None:
    """As below, for patches whose oscillators lie up to 22 cents and an octave away, and drift."""
    sound = play(patch, [(0.0, 0.6, pitch, 127)])[0][frame(0.02) : frame(0.57)]
    spectrum = np.abs(np.fft.rfft(sound * np.blackman(len(sound)), 1 << 17))
    hertz = np.arange(len(spectrum)) * SAMPLE_RATE / (1 << 17)
    base = 440 * 2 ** ((pitch - 69) / 12)
    lowest = base * min(1.0, *(2 ** (row.semitones / 12) for row in PATCHES[patch].oscillators))
    harmonic = np.round(hertz / lowest) * lowest
    between = np.abs(hertz - harmonic) > 30 + harmonic * (2 ** (45 / 1200) - 1)
    aliases = spectrum[between & (hertz > 0.5 * base) & (hertz < 10_000)].max()
    assert 20 * np.log10(aliases / spectrum.max()) < -60


@pytest.mark.parametrize("pitch", [69, 84, 96])
def test_aliases_of_the_lead_stay_low(play: Play, pitch: int) -> None:
    """What is not a harmonic lies 60 dB under the note below 10 kHz, even at the top of the range."""
    sound = play("square-lead", [(0.0, 0.3, pitch, 127)])[0][frame(0.02) : frame(0.27)]
    spectrum = np.abs(np.fft.rfft(sound * np.blackman(len(sound)), 1 << 16))
    hertz = np.arange(len(spectrum)) * SAMPLE_RATE / (1 << 16)
    base = 440 * 2 ** ((pitch - 69) / 12)
    between = np.abs(hertz / base - np.round(hertz / base)) * base > 60
    aliases = spectrum[between & (hertz > 0.5 * base) & (hertz < 10_000)].max()
    assert 20 * np.log10(aliases / spectrum.max()) < -60


def test_decimator_is_a_half_band_filter() -> None:
    taps = decimator()
    response = np.abs(np.fft.rfft(taps, 4096))
    assert len(taps) == DECIMATOR_TAPS
    assert np.abs(20 * np.log10(response[: round(0.17 * 4096)])).max() < 0.1
    assert 20 * np.log10(response[round(0.35 * 4096) :].max()) < -55


def test_bend_reaches_pitch(play: Play) -> None:
    lane = {"bend": [(0.0, -3.0), (2.0, -3.0)]}
    sound = play("house-bass", [(0.0, 2.0, 48, 80)], controls=lane)[0]
    assert abs(cents(pitch_of(sound, 110), 110)) < 2


def test_a_mono_line_glides_from_the_note_before(play: Play) -> None:
    line = [(0.0, 0.5, 45, 80), (0.5, 0.5, 57, 80)]
    legato = play("808-bass", line)[0]
    apart = play("808-bass", [(0.0, 0.2, 45, 80), (0.5, 0.5, 57, 80)])[0]
    early = slice(frame(0.52), frame(0.56))

    def turns(sound: np.ndarray) -> int:
        return int((np.diff(np.signbit(sound[early])) != 0).sum())

    assert turns(legato) < turns(apart), "the pitch has not arrived yet"


def test_a_mono_line_sounds_one_note_at_a_time(play: Play) -> None:
    both = play("sub-bass", [(0.0, 2.0, 33, 80), (0.5, 1.5, 40, 80)])[0][frame(1.0) : frame(1.8)]
    low = np.abs(np.fft.rfft(both * np.hanning(len(both)), 1 << 18))
    first, second = (round(440 * 2 ** ((pitch - 69) / 12) * (1 << 18) / SAMPLE_RATE) for pitch in (33, 40))
    assert low[first] < low[second] / 1000


def test_velocity_brightens(play: Play) -> None:
    def brightness(velocity: int) -> float:
        spectrum = np.abs(np.fft.rfft(play("pluck", [(0.0, 0.5, 60, velocity)])[0])) ** 2
        hertz = np.arange(len(spectrum)) * SAMPLE_RATE / (2 * (len(spectrum) - 1))
        return float((spectrum * hertz).sum() / spectrum.sum())

    assert brightness(120) > 1.15 * brightness(40)


@pytest.mark.parametrize("patch", ["supersaw", "warm-pad", "acid", "fm-bell", "braam"])
def test_releases_end_in_silence_without_dc(play: Play, patch: str) -> None:
    sound = play(patch, [(0.0, 1.0, 45, 127)], duration=8.0)
    assert np.isfinite(sound).all()
    assert np.abs(sound[:, frame(7.0) :]).max() < 1e-6
    assert np.abs(sound.mean(1)).max() < 1e-4
    assert level_db(sound[:, frame(0.6) : frame(0.9)]) > -40


def test_another_seed_moves_the_phases(play: Play) -> None:
    one, again, other = (play("supersaw", [(0.0, 0.5, 60, 80)], seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)
    assert level_db(one) == pytest.approx(level_db(other), abs=3)
