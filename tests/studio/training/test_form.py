import json
import lzma

import pytest

from studio.compose.ngram import Ngrams
from studio.training.corpus import CorpusError
from studio.training.form import Song, count_forms, kind_events, length_events, perplexity, songs_of


def section(name, bars):
    return {"l": "A", "n": name, "bars": [[[0, "maj"]]] * bars}


@pytest.fixture
def corpus(tmp_path):
    rows = [
        {"id": f"bb:{n}", "artist": f"Singer {n}", "sections": [
            section("intro", 4), section("verse", 8), section("refrain", 8), section("", 3), section("verse", 8),
            section("refrain", 16), section("coda", 4), section("fadeout", 40),
        ]}
        for n in range(60)
    ]  # fmt: skip
    rows.append({"id": "fmc:1", "prog": "I V", "mood": "happy"})
    with lzma.open(tmp_path / "chords.jsonl.xz", "wt") as out:
        out.writelines(json.dumps(row) + "\n" for row in rows)
    return tmp_path


def test_labels_become_kinds_and_endings_one(corpus):
    songs = songs_of(corpus)
    assert len(songs) == 60
    kinds = ("intro", 4), ("verse", 8), ("chorus", 8), ("verse", 8), ("chorus", 16), ("outro", 32)
    assert songs[0].sections == kinds
    assert len({song.part for song in songs}) == 10


def test_events_tell_what_came_before():
    song = Song((("verse", 8), ("chorus", 16), ("verse", 4)), 3)
    assert kind_events([song])[1] == (("<s>", "verse"), "chorus")
    assert kind_events([song])[-1] == (("<s>", "verse", "chorus", "verse"), "</s>")
    assert length_events([song]) == [(("new", "verse"), "8"), (("new", "chorus"), "16"), (("8", "verse"), "4")]


def test_perplexity_is_that_of_a_fair_coin():
    coin = [((), "heads"), ((), "tails")]
    ngrams = Ngrams(1, {(): {"heads": 10**9, "tails": 10**9}})
    assert perplexity(ngrams, coin) == pytest.approx(2.0)


def test_counting_writes_the_model_and_its_card(corpus, tmp_path):
    out = tmp_path / "form.json"
    card = count_forms(corpus, out)
    model = {name: Ngrams.from_json(data) for name, data in json.loads(out.read_text()).items()}
    assert model["kinds"].probability("verse", ["<s>", "intro"]) > 0.95
    assert model["bars"].probability("16", ["8", "chorus"]) > 0.9
    assert out.with_suffix(".md").read_text() == card
    assert "60 songs (360 sections)" in card and "(chosen)" in card


def test_a_corpus_without_songs_is_refused(tmp_path):
    with lzma.open(tmp_path / "chords.jsonl.xz", "wt") as out:
        out.write("")
    with pytest.raises(CorpusError, match="no songs"):
        songs_of(tmp_path)
