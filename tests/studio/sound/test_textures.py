import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import signal

from studio.audio import SAMPLE_RATE, Audio
from studio.sound.effects import PLAYED
from studio.sound.textures import LOOP, REVOLUTION, TEXTURES
from tests.studio.sound.measuring import Play, frame, level_db, needs_library


def highs(sound: Audio) -> NDArray[np.float64]:
    """Return what one channel holds above 2 kHz."""
    high: NDArray[np.float64] = signal.sosfilt(signal.butter(4, 2000, "high", fs=SAMPLE_RATE, output="sos"), sound[0])
    return high


def band_db(sound: Audio, low: float, high: float) -> float:
    """Return the level in dB between two frequencies."""
    return level_db(signal.sosfilt(signal.butter(4, [low, high], "band", fs=SAMPLE_RATE, output="sos"), sound))


def clicks(sound: Audio) -> int:
    """Return how many specks stand out 12 dB over the bed between them."""
    power: NDArray[np.float64] = np.convolve(highs(sound) ** 2, np.ones(40) / 40, "same")
    return len(signal.find_peaks(power, height=16 * np.median(power), distance=200)[0])


def unrest_db(sound: Audio) -> float:
    """Return the standard deviation of the level above 2 kHz in dB from one 5 ms to the next: drops are uneven."""
    drops = highs(sound)
    power = (drops[: len(drops) // 220 * 220].reshape(-1, 220) ** 2).mean(1)[50:-50]
    return float(np.std(10 * np.log10(power)))


@pytest.mark.parametrize("name", TEXTURES)
def test_a_texture_lasts_as_long_as_its_note_and_is_the_same_again(play: Play, name: str) -> None:
    sound = play(name, [(1.0, 3.0, 60, 80)], duration=6.0)
    assert not sound[:, : frame(0.99)].any() and np.abs(sound[:, frame(4.05) :]).max() < 1e-4
    steps = [level_db(sound[:, frame(at) : frame(at + 0.5)]) for at in (1.3, 2.0, 2.7, 3.3)]
    assert np.ptp(steps) < 9
    np.testing.assert_array_equal(sound, play(name, [(1.0, 3.0, 60, 80)], duration=6.0))
    assert not np.array_equal(sound, play(name, [(1.0, 3.0, 60, 80)], duration=6.0, seed=2))
    left, right = sound
    assert np.mean(left * right) < 0.9 * np.sqrt(np.mean(left**2) * np.mean(right**2)), "wider than mono"


def test_a_bed_of_noise_repeats_without_a_seam(play: Play) -> None:
    sound = play("tape-hiss", [(0.0, 14.0, 60, 80)], duration=14.0)[0]
    steps = np.abs(np.diff(sound))
    assert steps[LOOP - 5 : LOOP + 5].max() < steps[LOOP - 20_000 : LOOP + 20_000].max()


def test_vinyl_crackles_more_the_louder_its_note(play: Play) -> None:
    soft, loud = (clicks(play("vinyl", [(0.0, 8.0, 60, velocity)], duration=8.0)) for velocity in (40, 120))
    assert 8 < soft < loud / 2
    sound = play("vinyl", [(0.0, 8.0, 60, 80)], duration=8.0)
    assert band_db(sound, 20, 60) > band_db(sound, 80, 240), "the rumble of the turntable"
    assert pytest.approx(1.8) == REVOLUTION


def test_hiss_is_bright_and_rain_is_dense(play: Play) -> None:
    hiss = play("tape-hiss", [(0.0, 3.0, 60, 80)], duration=3.0)
    assert band_db(hiss, 4000, 8000) > band_db(hiss, 1000, 2000) + 3
    rain = play("rain", [(0.0, 3.0, 60, 80)], duration=3.0)
    assert unrest_db(rain) > unrest_db(hiss) + 0.5


@needs_library
@pytest.mark.parametrize("name", PLAYED)
def test_swells_end_at_their_loudest(play: Play, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOUND_LIBRARY", raising=False)
    sound = play(name, [(0.5, 3.0, 60, 100)], duration=6.0)
    levels = [level_db(sound[:, frame(at) : frame(at + 0.25)]) for at in (0.6, 1.6, 2.6, 3.2)]
    assert levels == sorted(levels) and levels[-1] - levels[0] > 12
    assert not np.abs(sound[:, : frame(0.49)]).any()


@pytest.mark.parametrize("key", [36, 38, 42])
def test_a_lofi_kit_is_duller_than_a_machine(play: Play, key: int) -> None:
    beat = [(step / 4, 0.1, key, 90) for step in range(8)]
    dull, bright = (
        band_db(sound, 9000, 16_000) - level_db(sound) for sound in (play("kit-lofi", beat), play("kit-909", beat))
    )
    assert dull < bright - 6
