import numpy as np

from studio.compose.line import LineTaste, Slot, scale_of, solve
from studio.theory.chord import Chord
from studio.theory.key import Key

C = Key.parse("C major")
TONIC, DOMINANT = Chord(0, "", 0), Chord(7, "7", 7)
TASTE = LineTaste(C, "mode", 60, 81, leap=9, steps=0.7)


def slots(targets, chord=TONIC, **fields):
    return [
        Slot(float(i), 1.0, 1.0 if i % 4 == 0 else 0.6, target, chord, **fields) for i, target in enumerate(targets)
    ]


def test_strong_long_notes_are_chord_tones():
    pitches = solve(slots(np.linspace(62, 74, 16)), TASTE)
    assert set(pitches[::4] % 12) <= {0, 4, 7}


def test_every_note_is_in_scale_and_register():
    rng = np.random.default_rng(1)
    pitches = solve(slots(rng.uniform(50, 90, 40), DOMINANT), TASTE)
    assert set(pitches % 12) <= set(C.scale)
    assert pitches.min() >= 60 and pitches.max() <= 81


def test_the_line_follows_its_contour():
    pitches = solve(slots([62, 64, 66, 68, 70, 72, 74, 76]), TASTE)
    assert all(np.diff(pitches) >= 0) and pitches[-1] - pitches[0] >= 9


def test_no_leap_beyond_the_taste():
    pitches = solve(slots([60, 81] * 8), TASTE)
    assert np.abs(np.diff(pitches)).max() <= 9


def test_a_phrase_comes_to_rest_on_root_or_third():
    line = slots([67, 69, 71, 74])
    line[-1] = Slot(3.0, 2.0, 0.6, 74.0, TONIC, close=2)
    assert solve(line, TASTE)[-1] % 12 in (0, 4)


def test_scales_bend_to_the_chord():
    minor_four = Chord(5, "m", 5)
    assert 8 in scale_of(TASTE, minor_four) and 9 not in scale_of(TASTE, minor_four)
    blues = LineTaste(Key.parse("E minor"), "blues", 60, 80, 9, 0.7)
    assert set(scale_of(blues, Chord(4, "7", 4))) == {4, 7, 9, 10, 11, 2, 8}


def test_no_slots_no_notes():
    assert len(solve([], TASTE)) == 0
