from itertools import pairwise

import numpy as np
import pytest

from studio.compose.voicing import VOICINGS, voice
from studio.theory.chord import QUALITIES, Chord
from studio.theory.key import Key
from studio.theory.numeral import chord

C = Key.parse("C major")


def chords(text):
    return [chord(numeral, C) for numeral in text.split()]


@pytest.mark.parametrize("kind", VOICINGS)
@pytest.mark.parametrize("quality", QUALITIES)
def test_every_kind_voices_every_chord(kind, quality):
    low, high = (40, 72) if kind in ("guitar", "power", "spread", "four-part") else (52, 76)
    for root in range(12):
        (pitches,) = voice([Chord(root, quality, root)], kind, low, high)
        assert list(pitches) == sorted(set(pitches))
        assert pitches[0] >= low - 12 and pitches[-1] <= high + 12
        if kind not in ("quartal",):
            assert {pitch % 12 for pitch in pitches} <= {*Chord(root, quality, root).tones, (root + 7) % 12}


def test_common_tones_stay_and_voices_move_little():
    for first, second in pairwise(voice(chords("I vi IV V I vi ii V"), "close", 55, 76)):
        assert len(first) == len(second) == 3
        assert sum(abs(a - b) for a, b in zip(first, second, strict=True)) <= 7
        assert max(abs(a - b) for a, b in zip(first, second, strict=True)) <= 4
    first, second = voice(chords("I vi"), "close", 55, 76)
    assert len(set(first) & set(second)) == 2


def test_low_intervals_are_open():
    for kind in VOICINGS:
        for pitches in voice(chords("I ii7 V7 Imaj7"), kind, 40, 76):
            for below, above in pairwise(pitches):
                assert below >= 48 or (above - below) % 12 in (0, 7) or above - below >= 15
                assert below >= 52 or above - below >= 5


def parallels(voicings):
    count = 0
    for first, second in pairwise(voicings):
        for i in range(4):
            for j in range(i + 1, 4):
                same = (first[j] - first[i]) % 12 == (second[j] - second[i]) % 12
                moved = first[i] != second[i] and (second[i] - first[i]) * (second[j] - first[j]) > 0
                count += same and moved and (first[j] - first[i]) % 12 in (0, 7)
    return count


def test_four_parts_avoid_parallel_fifths_and_octaves():
    voicings = voice(chords("I IV V I vi ii V7 I ii V vi IV I/5 V I"), "four-part", 43, 76)
    assert all(len(pitches) == 4 for pitches in voicings)
    assert parallels(voicings) == 0


def test_four_parts_stand_on_their_bass():
    assert [pitches[0] % 12 for pitches in voice(chords("I I/3 V7/7 I"), "four-part", 43, 76)] == [0, 4, 11, 0]


def test_rootless_leaves_the_root_to_the_bass():
    for pitches, root in zip(voice(chords("ii9 V13 Imaj9"), "rootless", 50, 72), (2, 7, 0), strict=True):
        assert root not in {pitch % 12 for pitch in pitches} and len(pitches) >= 3


def test_power_chords_are_fifths_on_the_root():
    for pitches, root in zip(voice(chords("I bVII IV"), "power", 40, 60), (0, 10, 5), strict=True):
        assert pitches[0] % 12 == root and pitches[1] - pitches[0] == 7


def test_quartal_voicings_are_built_of_fourths():
    (pitches,) = voice(chords("ii7"), "quartal", 50, 76)
    assert np.all(np.isin(np.diff(pitches), (5, 6, 7)))


def test_nothing_to_voice():
    assert voice([], "close", 48, 72) == []
