import pytest

from studio.theory.key import MODES, Key


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("C minor", Key(0, "minor")),
        ("Am", Key(9, "minor")),
        ("Bb", Key(10, "major")),
        ("F# dorian", Key(6, "dorian")),
        ("g", Key(7, "minor")),
        ("  Eb Major ", Key(3, "major")),
        ("A♭ lydian", Key(8, "lydian")),
    ],
)
def test_parse(text, expected):
    assert Key.parse(text) == expected


@pytest.mark.parametrize("text", ["", "H major", "C blurred", "12", "C##"])
def test_parse_refuses(text):
    with pytest.raises(ValueError):
        Key.parse(text)


@pytest.mark.parametrize(
    ("text", "fifths"),
    [
        ("C major", 0),
        ("A minor", 0),
        ("G major", 1),
        ("Eb major", -3),
        ("C minor", -3),
        ("D dorian", 0),
        ("F lydian", 0),
    ],
)
def test_signature(text, fifths):
    assert Key.parse(text).fifths == fifths


def test_every_key_reads_back_from_its_name():
    keys = [Key(tonic, mode) for mode in MODES for tonic in range(12)]
    assert all(Key.parse(str(key)) == key for key in keys)


def test_a_key_is_raised_round_the_circle():
    assert Key.parse("Bb major").raised(2) == Key.parse("C major")
    assert Key.parse("B minor").raised(1) == Key.parse("C minor")
