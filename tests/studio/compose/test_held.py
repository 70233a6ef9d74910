import pytest

from studio.compose.held import resolved
from studio.score import ChordSpan
from studio.theory.chord import Chord

V_I = (ChordSpan(0.0, 4.0, Chord.parse("F7"), "V7"), ChordSpan(4.0, 4.0, Chord.parse("Bb"), "I"))
A, BB, G = 69, 70, 67


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ((2.0, 5.0, A, 80), [(2.0, 2.0, A, 80), (4.0, 3.0, BB, 74)]),
        ((2.0, 2.75, A, 80), [(2.0, 2.0, A, 80)]),
        ((3.5, 0.75, A, 80), [(3.5, 0.5, A, 80)]),
        ((3.5, 2.5, A, 80), [(3.5, 2.5, BB, 80)]),
        ((2.0, 5.0, G, 80), [(2.0, 5.0, G, 80)]),
        ((5.0, 3.0, A, 80), [(5.0, 3.0, A, 80)]),
    ],
    ids=["resolves", "lets go", "leans over", "anticipates", "does not rub", "its chord's own"],
)
def test_a_held_note_goes_into_the_chord_that_comes_in_under_it(row, expected):
    assert resolved(row, V_I) == expected


def test_a_resolution_that_rubs_against_the_chord_after_it_resolves_again():
    chords = (*V_I, ChordSpan(8.0, 4.0, Chord.parse("A7"), "VII7"))
    assert [row[2] for row in resolved((2.0, 9.0, A, 80), chords)] == [A, BB, A]
