import pytest

from studio.theory.chord import QUALITIES, TRIAD_OF, Chord


def test_tones_stand_on_the_root():
    assert Chord(2, "m7", 2).tones == (2, 5, 0, 9)


@pytest.mark.parametrize(
    ("quality", "degree", "expected"),
    [("", 3, 4), ("m", 3, 3), ("7", 7, 10), ("maj7", 7, 11), ("h7", 5, 6), ("9", 9, 2), ("", 9, 2), ("5", 3, 7)],
)
def test_degree_finds_the_chord_tone_or_its_kin(quality, degree, expected):
    assert Chord(0, quality, 0).degree(degree) == expected


def test_every_quality_has_a_triad_that_exists():
    assert set(TRIAD_OF.values()) <= set(QUALITIES)
    assert (TRIAD_OF["maj9"], TRIAD_OF["m11"], TRIAD_OF["h7"], TRIAD_OF["7alt"]) == ("", "m", "o", "")


def test_symbol_names_root_quality_and_bass():
    assert Chord(10, "maj7", 2).symbol(flats=True) == "Bbmaj7/D"
    with pytest.raises(KeyError):
        Chord(0, "", 0).with_quality("nonsense")


@pytest.mark.parametrize("quality", QUALITIES)
def test_a_printed_symbol_reads_back(quality):
    for chord in (Chord(10, quality, 10), Chord(3, quality, 7)):
        assert Chord.parse(chord.symbol(flats=True)) == Chord.parse(chord.symbol()) == chord


@pytest.mark.parametrize("text", ["", "H7", "Cmaj", "C/H", "Key: C major", "c"])
def test_other_words_are_no_symbols(text):
    with pytest.raises(ValueError, match="not a chord symbol"):
        Chord.parse(text)
