"""Lengths, tempi, keys, meters, seeds and titles as people write them."""

import pytest

from studio.prompt.numbers import readings
from studio.prompt.text import fold


def read(text):
    return [(reading.field, reading.value) for reading in readings(text, fold(text))]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2 minutes", 120), ("two and a half minutes", 150), ("a minute and a half", 90), ("half a minute", 30),
        ("1:30", 90), ("90 s", 90), ("90s", 90), ("2m30s", 150), ("3 min 15", 195), ("1 minute 20 seconds", 80),
        ("2-3 minutes", 150), ("2,5 Minuten", 150), ("1½ minutes", 90), ("30-second", 30), ("half an hour", 1800),
    ],
)  # fmt: skip
def test_lengths(text, seconds):
    assert read(text) == [("duration", seconds)]


@pytest.mark.parametrize("text", ["80s power ballad", "the 80s", "16:9", "I am here", "in a big room", "a minor waltz"])
def test_what_is_no_number(text):
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "tempo"), [("120 bpm", 120), ("128-132 bpm", 130), ("at 174", 174), ("tempo: 96", 96), ("140bpm", 140)]
)
def test_tempi(text, tempo):
    assert read(text) == [("tempo", tempo)]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("in C minor", "C minor"), ("D dorian", "D dorian"), ("e flat major", "Eb major"), ("in A minor", "A minor"),
        ("in a minor", "A minor"), ("a-moll", "A minor"), ("fis-moll", "F# minor"), ("h-moll", "B minor"),
        ("in Bb", "Bb major"), ("key of G", "G major"), ("F#m", "F# minor"), ("B-flat minor", "Bb minor"),
        ("b-moll", "Bb minor"), ("Ab lydian", "Ab lydian"),
    ],
)  # fmt: skip
def test_keys(text, key):
    assert read(text) == [("key", key)]


def test_a_minor_key_is_not_a_minor():
    assert read("in a minor key") == [("mode", "minor")]


def test_the_rest():
    assert read("called 'Blue Train', 6/8, seed 42") == [("title", "Blue Train"), ("meter", "6/8"), ("seed", 42)]
