import numpy as np
import pytest

from studio.sound.drum_machine import VARIANTS, drum_sound
from studio.sound.kits import ALIASES, KITS
from tests.studio.sound.measuring import Play, frame, level_db, pitch_of


@pytest.mark.parametrize("kit", KITS)
def test_every_drum_sounds_and_falls_silent(kit: str) -> None:
    for key in KITS[kit]:
        sound = drum_sound(kit, key, 0)
        assert np.isfinite(sound).all()
        assert 0.08 < np.abs(sound).max() < 1.6, key
        assert np.abs(sound[:, -50:]).max() < 1e-3, key
        assert np.argmax(np.abs(sound[0]) > 0.02) < frame(0.004), key


def test_kicks_settle_on_their_pitch() -> None:
    for kit, expected in (("808", 48), ("909", 52)):
        tail = drum_sound(kit, 36, 0)[0][frame(0.12) : frame(0.5)]
        assert pitch_of(tail, expected) == pytest.approx(expected, rel=0.03)


def test_808_kick_outlasts_909() -> None:
    late = slice(frame(0.4), frame(0.5))
    assert level_db(drum_sound("808", 36, 0)[:, late]) > level_db(drum_sound("909", 36, 0)[:, late]) + 12


def test_hats_choke(play: Play) -> None:
    alone = play("kit-909", [(0.0, 0.1, 46, 100)])
    choked = play("kit-909", [(0.0, 0.1, 46, 100), (0.1, 0.1, 44, 1)])
    late = slice(frame(0.16), frame(0.25))
    assert level_db(choked[:, late]) < level_db(alone[:, late]) - 30


def test_every_general_midi_key_has_a_drum() -> None:
    silent = {35, 36} - set(KITS["808"])
    assert not silent
    for kit in KITS.values():
        assert not {key for key in range(35, 71) if key not in kit and key not in ALIASES}


def test_keys_without_a_drum_are_logged(play: Play, caplog: pytest.LogCaptureFixture) -> None:
    sound = play("kit-808", [(0.0, 0.1, 100, 100)])
    assert not sound.any()
    assert "kit-808 has no drum on key 100" in caplog.text


def test_noise_is_never_twice_the_same(play: Play) -> None:
    sound = play("kit-808", [(index * 0.5, 0.1, 39, 100) for index in range(4)])
    claps = {sound[0, frame(index * 0.5) : frame(index * 0.5 + 0.3)].tobytes() for index in range(4)}
    assert len(claps) >= VARIANTS - 1


@pytest.mark.parametrize("effect", ["riser", "reverse-cymbal"])
def test_risers_swell_to_the_end_of_their_note(play: Play, effect: str) -> None:
    sound = play(effect, [(0.5, 3.0, 48, 100)], duration=5.0)
    early, late = (level_db(sound[:, frame(at) : frame(at + 0.4)]) for at in (0.6, 3.05))
    assert late > early + 10
    assert not np.abs(sound[:, : frame(0.49)]).any()
    assert np.abs(sound[:, frame(3.7) :]).max() < 1e-6


def test_downlifters_and_impacts_fall(play: Play) -> None:
    for effect in ("downlifter", "impact"):
        sound = play(effect, [(0.0, 3.0, 40, 100)], duration=4.0)
        assert level_db(sound[:, : frame(0.4)]) > level_db(sound[:, frame(2.0) : frame(2.4)]) + 12
