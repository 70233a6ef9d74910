from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from studio.audio import SAMPLE_RATE
from studio.sound import SoundLibrary
from studio.sound.drum_places import PLACES
from studio.sound.voices import layers
from tests.studio.sound.measuring import Play, cents, frame, level_db, needs_library, pitch_of

pytestmark = pytest.mark.usefixtures("tiny_library")


@pytest.mark.parametrize("pitch", [33, 57, 69, 81, 93])
def test_notes_are_in_tune(play: Play, pitch: int) -> None:
    sound = play("piano", [(0.0, 2.0, pitch, 80)])[0]
    expected = 440 * 2 ** ((pitch - 69) / 12)
    assert abs(cents(pitch_of(sound, expected), expected)) < 0.5


def test_interpolation_adds_nothing_that_is_heard(play: Play) -> None:
    sound = play("piano", [(0.0, 2.0, 76, 80)])[0][frame(0.2) : frame(1.8)]
    spectrum = np.abs(np.fft.rfft(sound * np.blackman(len(sound)))) ** 2
    peak = int(np.argmax(spectrum))
    rest = spectrum.sum() - spectrum[peak - 20 : peak + 21].sum()
    assert 10 * np.log10(rest / spectrum.sum()) < -70


@pytest.mark.parametrize("onset", [0.0, 0.1234567, 0.75, 1.3333333])
def test_onsets_are_exact_to_the_frame(play: Play, onset: float) -> None:
    sound = play("piano", [(onset, 0.5, 69, 127)])[0]
    first = int(np.flatnonzero(np.abs(sound) > 1e-7)[0])
    # The sine's own first frame is 0.
    assert first - frame(onset) in (0, 1, 2)


def test_notes_repeated_after_a_second_are_the_same_and_the_rest_is_silence(play: Play) -> None:
    sound = play("piano", [(0.0, 0.2, 69, 80), (1.0, 0.2, 69, 80)])[0]
    np.testing.assert_allclose(sound[: frame(0.9)], sound[frame(1.0) : frame(1.9)], atol=1e-4)
    assert np.abs(sound[frame(0.6) : frame(0.99)]).max() < 1e-4


@pytest.mark.parametrize("velocity", [30, 61, 100, 127])
def test_gain_follows_velocity_through_its_steps(play: Play, velocity: int) -> None:
    """The default modulator of the specification: 40 dB a decade of velocity."""
    loud = play("piano", [(0.0, 2.0, 69, 127)])[0][: frame(1.8)]
    sound = play("piano", [(0.0, 2.0, 69, velocity)])[0][: frame(1.8)]
    assert level_db(sound) - level_db(loud) == pytest.approx(40 * np.log10(velocity / 127), abs=0.1)


def test_bend_moves_pitch_and_returns(play: Play) -> None:
    lane = {"bend": [(0.5, 0.0), (1.0, 2.0), (1.6, 2.0), (1.61, 0.0)]}
    sound = play("piano", [(0.0, 3.0, 69, 80)], duration=3.0, controls=lane)[0]
    assert abs(cents(pitch_of(sound[: frame(0.5)], 440), 440)) < 2
    raised = 440 * 2 ** (2 / 12)
    assert abs(cents(pitch_of(sound[frame(1.05) : frame(1.55)], raised), raised)) < 2
    assert abs(cents(pitch_of(sound[frame(1.7) : frame(2.9)], 440), 440)) < 2


def test_pedal_holds_notes_until_it_rises(play: Play) -> None:
    note = [(0.0, 0.3, 69, 80)]
    dry = play("piano", note)[0]
    held = play("piano", note, controls={"sustain": [(0.1, 0.0), (0.101, 1.0), (1.2, 1.0), (1.201, 0.0)]})[0]
    late = slice(frame(0.8), frame(1.1))
    assert level_db(dry[late]) < -90
    assert level_db(held[late]) == pytest.approx(level_db(held[frame(0.1) : frame(0.3)]), abs=0.2)
    assert level_db(held[frame(1.6) :]) < -90


def test_exclusive_class_chokes(play: Play) -> None:
    open_hat = (0.0, 0.1, 46, 100)
    alone = play("kit-standard", [open_hat])[0]
    choked = play("kit-standard", [open_hat, (0.5, 0.1, 42, 1)])[0]
    assert level_db(alone[frame(0.6) : frame(0.9)]) > -40
    assert level_db(choked[frame(0.6) : frame(0.9)]) < level_db(alone[frame(0.6) : frame(0.9)]) - 60
    np.testing.assert_allclose(choked[: frame(0.45)], alone[: frame(0.45)], atol=0.05)


def test_struck_again_a_key_lets_go_of_its_string(play: Play) -> None:
    twice = play("piano", [(0.0, 2.0, 69, 80), (0.5, 1.5, 69, 80)])[0]
    once = play("piano", [(0.0, 2.0, 69, 80)])[0]
    late = slice(frame(1.0), frame(1.8))
    assert level_db(twice[late]) == pytest.approx(level_db(once[late]), abs=0.5), "round-robin variants differ so much"


def test_notes_outside_the_piece(play: Play) -> None:
    sound = play("piano", [(-1.0, 1.5, 69, 80), (-2.0, 1.0, 81, 80), (5.0, 1.0, 57, 80)])[0]
    assert level_db(sound[: frame(0.4)]) > -40, "begun before the start, it sounds from frame 0"
    assert abs(cents(pitch_of(sound[: frame(0.5)], 440), 440)) < 3
    assert level_db(sound[frame(1.0) :]) < -90


def test_notes_end_without_clicks(play: Play) -> None:
    sound = play("piano", [(0.0, 0.5037, 69, 127), (0.9, 5.0, 57, 127)])[0]
    steepest = 2 * np.pi * 440 / SAMPLE_RATE * np.abs(sound).max()
    assert np.abs(np.diff(sound)).max() < steepest * 1.02
    assert np.abs(sound[-30:]).max() < 0.1 * np.abs(sound[frame(1.5) :]).max(), "faded at the end of the buffer"


def test_two_threads_give_the_bytes_of_one(play: Play) -> None:
    rows = [(index * 0.05, 0.2, 50 + index % 30, 40 + index) for index in range(60)]
    expected = play("piano", rows).tobytes()
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda _: play("piano", rows).tobytes(), range(4)))
    assert results == [expected] * 4


def test_drum_hits_take_turns(play: Play) -> None:
    rows = [(index * 0.25, 0.1, 42, 100) for index in range(8)]
    sound = play("kit-standard", rows, seed=5)
    hits = {sound[0, frame(index * 0.25) : frame(index * 0.25 + 0.2)].tobytes() for index in range(8)}
    assert len(hits) >= 4
    assert not np.array_equal(sound, play("kit-standard", rows, seed=6))
    np.testing.assert_array_equal(sound, play("kit-standard", rows, seed=5))


@needs_library
def test_velocity_opens_the_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOUND_LIBRARY")
    library = SoundLibrary.open()
    soft, loud = (layers(library, 0, 33, 40, velocity)[0].voice["cutoff"][0] for velocity in (30, 120))
    assert loud - soft == pytest.approx(4800 * 90 / 127 / 100, abs=0.5), "fingered bass: 4800 cents over the range"


@needs_library
def test_a_filter_that_snaps_shut_does_not_click(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cello's filter closes by 60 semitones within 10 ms of its note's end."""
    monkeypatch.delenv("SOUND_LIBRARY")
    sound = play("cello", [(0.0, 0.28, 63, 56)])[0]
    roughness = np.abs(np.diff(sound, 3))
    assert roughness[frame(0.28) : frame(0.4)].max() < roughness[frame(0.1) : frame(0.28)].max()


def test_hats_stand_where_an_audience_sees_them(play: Play) -> None:
    left, right = np.square(play("kit-standard", [(0.1, 0.5, 46, 100)]), dtype=float).sum(axis=1)
    assert right / left == pytest.approx(np.tan((PLACES[46] + 1) * np.pi / 4) ** 2, rel=1e-2)
    placed_elsewhere = play("kit-orchestra", [(0.1, 0.5, 46, 100)])
    assert np.array_equal(placed_elsewhere[0], placed_elsewhere[1])
