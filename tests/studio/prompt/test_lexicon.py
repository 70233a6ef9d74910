"""The vocabulary is about things that exist, and its phrases are found."""

from collections.abc import Collection

import pytest

from studio.brief import COMPLEXITIES, METERS, MOODS, instruments_known
from studio.prompt.hearing import hear
from studio.prompt.lexicon import lexicon, slips
from studio.styles import genres


def test_every_row_names_something_that_exists():
    styles = {f"{genre.id}/{style.id}": style for genre in genres().values() for style in genre.styles.values()}
    forms = {f"{name}/{form.id}" for name, style in styles.items() for form in style.forms}
    exist: dict[str, Collection[str]] = {
        "genre": genres(), "genre-like": genres(), "substyle": styles, "substyle-like": styles, "form": forms,
        "mood": MOODS, "mood-like": MOODS, "complexity": COMPLEXITIES, "meter": METERS,
    }  # fmt: skip
    senses = {sense for found in lexicon().phrases.values() for sense in found}
    assert [sense for sense in senses if sense.table in exist and sense.row not in exist[sense.table]] == []
    for hint in lexicon().uses.values():
        assert hint.get("genre", "jazz") in genres() and hint.get("mood", "calm") in MOODS
    players = [*lexicon().instruments.values(), *lexicon().ensembles.values()]
    assert {name for player in players for name in (*player.want, *player.avoid)} <= set(instruments_known())


def test_every_mood_and_genre_has_a_meaning_and_every_style_a_word():
    assert set(lexicon().meanings["mood"]) == set(MOODS)
    assert set(lexicon().meanings["genre"]) == set(genres())
    named = {sense.row for found in lexicon().phrases.values() for sense in found if sense.table == "substyle"}
    assert named == {f"{genre.id}/{style}" for genre in genres().values() for style in genre.styles}


@pytest.mark.parametrize(
    ("word", "meant", "count"),
    [("violn", "violin", 1), ("pinao", "piano", 1), ("piano", "piano", 0), ("xyz", "abc", 3)],
)
def test_slips(word, meant, count):
    assert slips(word, meant, 2) == count


def test_a_word_that_exists_is_no_slip():
    heard = hear("robots in trance", lexicon(), {"robots"}.__contains__)
    assert [phrase.words for phrase in heard.phrases] == ["trance"]


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("no drums, piano", ["drums"]),
        ("no drums or bass, piano", ["drums", "bass"]),
        ("without drums, bass or brass", ["drums", "bass", "brass"]),
        ("no loud drums", ["loud", "drums"]),
        ("not only piano", []),
        ("guitar-free", ["guitar"]),
        ("not a sad piano piece", ["sad"]),
        ("ohne Schlagzeug", ["Schlagzeug"]),
    ],
)
def test_what_a_denial_denies(text, denied):
    heard = hear(text, lexicon(), lambda _word: False)
    assert [phrase.words for phrase in heard.phrases if phrase.denied] == denied
