import numpy as np

from studio.models.files import trained
from studio.models.melody import DURATIONS, GRAMMAR, LOWEST, TICKS, Frame, nearest_duration, quality_index
from studio.models.player import softmax
from studio.theory.chord import QUALITIES as CHORDS
from studio.theory.meter import Meter

FEATURES = list(GRAMMAR.context)
FRAME = Frame(
    np.arange(9) * 96, np.array([(0, 0, quality_index("")), (96, 7, quality_index("7"))]), "lied", Meter(4, 4), False
)


def context(onset, planned=0):
    return dict(zip(FEATURES, FRAME.context(np.array(onset), np.array(planned)).tolist(), strict=True))


def test_the_context_knows_place_chord_and_what_is_coming():
    found = context(60, planned=3)
    assert found["place"] == 30 and found["root"] == 0 and found["next_root"] == 7
    assert found["until_next"] == 3 and found["bar"] == 0 and found["bars_left"] == 7 and found["planned"] == 3


def test_after_the_last_chord_nothing_is_coming_and_an_upbeat_stands_before_the_bar():
    last = context(7 * 96 + 24)
    assert last["root"] == 7 and last["next_root"] == 12 and last["until_next"] == 16 and last["bars_left"] == 0
    upbeat = Frame(np.array([0, 24, 120]), FRAME.chords, "lied", Meter(4, 4), False, upbeat=72)
    assert upbeat.context(np.array(0), np.array(0))[FEATURES.index("place")] == 36


def test_every_value_fits_the_grammar():
    onsets = np.arange(0, 8 * 96, 6)
    rows = FRAME.context(onsets, np.zeros_like(onsets))
    assert rows.shape == (len(onsets), len(FEATURES))
    assert (rows >= 0).all() and (rows < np.array(list(GRAMMAR.context.values()))).all()


def test_durations_and_qualities_find_their_nearest():
    assert DURATIONS[nearest_duration(25)] == 24 and DURATIONS[nearest_duration(400)] == DURATIONS[-1]
    assert all(quality_index(name) < quality_index("no such chord") for name in CHORDS if name != "sus2")


def test_the_shipped_model_hears_the_key_and_the_chord():
    model = trained("melody")
    tonic = np.array([[[60 - LOWEST, nearest_duration(TICKS)], [62 - LOWEST, nearest_duration(TICKS)]]])
    known = FRAME.context(np.array([[0, 24, 48]]), np.zeros((1, 3), int))
    before = np.concatenate([[[model.grammar.nothing]], tonic], 1)
    chances = softmax(model.logits(model.trunk(before, known)[:, -1], 0, before[:, -1]))[0]
    in_key = sum(float(chances[pitch - LOWEST]) for pitch in range(48, 85) if pitch % 12 in (0, 2, 4, 5, 7, 9, 11))
    assert in_key > 0.9
    assert chances[64 - LOWEST] > 5 * chances[66 - LOWEST], "after c d comes e rather than f sharp"
