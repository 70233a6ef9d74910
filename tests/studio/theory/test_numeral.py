import pytest

from studio.theory.chord import Chord
from studio.theory.key import Key
from studio.theory.numeral import chord, parse_progression

C, A_MINOR = Key.parse("C major"), Key.parse("A minor")


@pytest.mark.parametrize(
    ("numeral", "expected"),
    [
        ("I", Chord(0, "", 0)),
        ("vi", Chord(9, "m", 9)),
        ("ii7", Chord(2, "m7", 2)),
        ("V7b9", Chord(7, "7b9", 7)),
        ("bVII7", Chord(10, "7", 10)),
        ("#IVo7", Chord(6, "o7", 6)),
        ("iih7", Chord(2, "h7", 2)),
        ("I6/9", Chord(0, "6/9", 0)),
        ("V7/ii", Chord(9, "7", 9)),
        ("I/5", Chord(0, "", 7)),
        ("iv/b6", Chord(5, "m", 8)),
        ("im(maj7)", Chord(0, "m(maj7)", 0)),
        ("viio7", Chord(11, "o7", 11)),
        ("i6", Chord(0, "m6", 0)),
    ],
)
def test_chord(numeral, expected):
    assert chord(numeral, C) == expected


def test_numerals_count_from_the_major_scale_in_minor_too():
    assert chord("bVI", A_MINOR) == Chord(5, "", 5)
    assert chord("V7", A_MINOR) == Chord(4, "7", 4)


@pytest.mark.parametrize("numeral", ["VIII", "Iblah", "X", "", "V/9x"])
def test_refuses(numeral):
    with pytest.raises(ValueError):
        chord(numeral, C)


def test_progression_has_bars_chords_and_repeats():
    assert parse_progression("I7 x2 | IV7 V7") == (("I7",), ("I7",), ("IV7", "V7"))
    with pytest.raises(ValueError):
        parse_progression("I | | V")
