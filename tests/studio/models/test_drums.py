import numpy as np
import pytest

from studio.models.drums import (
    BAR_LINE,
    GRAMMAR,
    HINTS,
    LATEST,
    LOUDNESS,
    MANNERS,
    METERS,
    PLACES,
    STYLES,
    VOICES,
    Manner,
    encode,
    place_of,
    tick_of,
)

ROCK = Manner("rock", 120.0)
KICK, SNARE, HAT = (VOICES.index(name) for name in ("kick", "snare", "hat"))


def context(rows, name):
    return rows[:, list(GRAMMAR.context).index(name)].tolist()


def test_places_are_sixteenths_and_triplets_of_five_beats():
    assert [tick_of(place) for place in range(6)] == [0, 6, 8, 12, 16, 18]
    assert all(place_of(tick_of(place)) == place for place in range(PLACES))
    assert tick_of(PLACES - 1) == 4 * 24 + 18


def test_strokes_are_told_by_place_then_voice_and_each_bar_ends_with_its_line():
    bars = [[[24, SNARE, 100, 1], [0, HAT, 64, -1], [0, KICK, 90, -9]], []]
    events, known = encode(bars, ROCK, [False, True])
    assert events.tolist() == [
        [0, KICK, 90 // LOUDNESS, 0], [0, HAT, 64 // LOUDNESS, LATEST - 1],
        [place_of(24), SNARE, 100 // LOUDNESS, LATEST + 1], [BAR_LINE, 0, 0, LATEST], [BAR_LINE, 0, 0, LATEST],
    ]  # fmt: skip
    assert context(known, "before") == [BAR_LINE, 0, 0, place_of(24), BAR_LINE]
    assert context(known, "fill") == [0, 0, 0, 0, 1]
    assert context(known, "bar") == [0, 0, 0, 0, 1]
    assert context(known, "strokes") == [1, 1, 1, 1, 1]
    assert context(known, "loudness") == [1 + int(np.mean([90, 64, 100])) // 16] * 4 + [1]


def test_of_strokes_on_one_drum_at_one_place_the_loudest_is_kept():
    events, _ = encode([[[0, SNARE, 30, 0], [0, SNARE, 80, 2], [0, SNARE, 40, 0]]], ROCK, [False])
    assert events.tolist() == [[0, SNARE, 10, LATEST + 2], [BAR_LINE, 0, 0, LATEST]]


@pytest.mark.parametrize("manner", ["jazz/swing", "jazz/unheard"])
def test_a_manner_is_told_by_style_meter_pace_and_name(manner):
    _, known = encode([[[0, KICK, 90, 0]]], Manner("jazz", 99.0, "3/4", manner), [False])
    assert context(known, "style")[0] == STYLES.index("jazz")
    assert context(known, "manner")[0] == (MANNERS.index(manner) if manner in MANNERS else 0)
    assert context(known, "meter")[0] == METERS.index("3/4")
    assert context(known, "pace")[0] == 2


def test_every_value_fits_its_grammar():
    loud = [[tick, voice, 127, 9] for tick in range(0, 120, 2) for voice in range(len(VOICES))]
    events, known = encode([loud] * 9, Manner("soul", 400.0, "5/8", "soul/motown"), [True] * 9)
    assert all(events[:, i].max() < count for i, count in enumerate(GRAMMAR.parts.values()))
    assert all(known[:, i].max() < count for i, count in enumerate(GRAMMAR.context.values()))
    assert set(HINTS) < set(GRAMMAR.context)
