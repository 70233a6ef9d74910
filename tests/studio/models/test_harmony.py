from itertools import product

import numpy as np
import pytest

from studio.models.files import trained
from studio.models.harmony import GRAMMAR, LONGEST, QUALITIES, Passage, degree, events, numeral, onsets
from studio.models.player import softmax
from studio.theory.key import Key
from studio.theory.numeral import chord


def test_every_event_has_a_numeral_that_reads_back_as_the_same_chord():
    for root, quality in product(range(12), range(len(QUALITIES))):
        assert degree(numeral(root, quality)) == (root, quality)
        assert chord(numeral(root, quality), Key(2, "major")).root == (root + 2) % 12


@pytest.mark.parametrize(
    ("text", "root", "quality"),
    [
        ("I", 0, ""),
        ("V7/ii", 9, "7"),
        ("bVIImaj9#11", 10, "maj9"),
        ("I/3", 0, ""),
        ("iih7", 2, "h7"),
        ("Im11", 0, "m9"),
    ],
)
def test_numerals_of_the_styles_become_events(text, root, quality):
    assert degree(text) == (root, QUALITIES.index(quality))


def test_like_neighbours_are_joined_and_long_chords_said_again():
    rows = events([(0, 0, 4), (0, 0, 4), (7, 2, 2), (7, 2, 40)])
    assert rows.tolist() == [[0, 0, 7], [7, 2, LONGEST - 1], [7, 2, LONGEST - 1], [7, 2, 9]]
    assert onsets(rows).tolist() == [0, 8, 24, 40]


def test_context_counts_beats_bars_and_what_is_left():
    passage = Passage("song", 8, is_minor=True, beats=3, kind="chorus", genre="rock", mood="dark", last=True)
    names = list(GRAMMAR.context)
    rows = passage.context(np.array([0, 4, 23]))
    assert rows[:, names.index("place")].tolist() == [0, 1, 2]
    assert rows[:, names.index("bar")].tolist() == [0, 1, 7]
    assert rows[:, names.index("bars_left")].tolist() == [7, 6, 0]
    assert rows[0, [names.index(name) for name in ("family", "genre", "mood", "mode", "last")]].tolist() == [
        0,
        2,
        4,
        1,
        1,
    ]
    assert (rows < list(GRAMMAR.context.values())).all()


def following(family, names, beats):
    """Return the chances of each root after some chords, by the shipped model."""
    model = trained("harmony")
    said = [(*degree(name), length - 1) for name, length in zip(names.split(), beats, strict=True)]
    context = Passage(family, 8, is_minor=False).context(np.cumsum([0, *beats]))
    rows = np.array([[model.grammar.nothing, *said]])
    state = model.trunk(rows, context[None])[:, -1]
    return softmax(model.logits(state, 0, rows[:, -1]))[0]


@pytest.mark.parametrize("family", ["song", "standard", "lied", "chorale"])
def test_the_shipped_model_knows_that_a_dominant_wants_home(family):
    assert following(family, "I ii V7", [16, 4, 4])[0] > 0.7
    assert trained("harmony").grammar == GRAMMAR


def test_the_shipped_model_repeats_loops_where_songs_do():
    chances = {family: following(family, "I V vi IV I V vi", [4] * 7)[5] for family in ("song", "chorale")}
    assert chances["song"] > 0.5 > chances["chorale"]
