import numpy as np
import pytest

from studio.compose.motif import OPERATORS, Motif, Tone

MOTIF = Motif((Tone(0, 1.5, 0), Tone(1.5, 0.5, 2), Tone(2, 2, 1)), 4.0)


def made(letter):
    return OPERATORS[letter](MOTIF, np.random.default_rng(1))


@pytest.mark.parametrize("letter", OPERATORS)
def test_whatever_is_made_of_a_motif_fills_its_time_one_note_after_the_other(letter):
    tones = made(letter)
    ends = [tone.at + tone.beats for tone in tones]
    assert all(end <= later.at + 1e-9 for end, later in zip(ends, tones[1:], strict=False))
    assert ends[-1] == MOTIF.beats


def test_an_inversion_mirrors_every_interval_and_keeps_the_rhythm():
    tones = made("i")
    assert [tone.height for tone in tones] == [0, -2, -1]
    assert [(tone.at, tone.beats) for tone in tones] == [(tone.at, tone.beats) for tone in MOTIF.tones]
    assert all(tone.mirrored for tone in tones)


def test_an_augmentation_says_the_first_half_twice_as_slowly():
    assert [(tone.at, tone.beats, tone.height) for tone in made("a")] == [(0, 3, 0), (3, 1, 2)]


def test_a_fragment_comes_twice_the_second_time_a_step_aside():
    first, second = made("f")[:2], made("f")[2:]
    assert [tone.at + 2 for tone in first] == [tone.at for tone in second]
    assert {abs(b.height - a.height) for a, b in zip(first, second, strict=True)} == {1}
    assert [tone.source for tone in first] == [tone.source for tone in second] == [0, 1]


def test_an_ornament_divides_long_notes_and_a_close_falls():
    assert [tone.at for tone in made("o")] == [0, 0.75, 1.5, 2, 3]
    closing = made("c")
    assert closing[0].source == 0 and [tone.source for tone in closing[1:]] == [None, None]
    assert closing[1].height > closing[2].height
