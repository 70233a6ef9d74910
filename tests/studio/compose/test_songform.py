import numpy as np
import pytest

from studio.compose.ngram import Ngrams
from studio.compose.songform import MOST, drawn_songs, is_song, song_forms, surprise
from studio.styles import Form, FormSection, genres

RADIO = genres()["pop"].styles["radio"]
FORMS = [form for form in RADIO.forms if not form.meter]


def sections(text):
    return [FormSection(kind, kind.title(), 8, 0.5) for kind in text.split()]


def test_witten_bell_shares_what_was_seen_with_what_was_not():
    ngrams = Ngrams.of([(("a",), "b"), (("a",), "b"), (("a",), "c"), (("b",), "a")], order=2)
    base = {word: (count + 3 * 0.25) / (4 + 3) for word, count in {"a": 1, "b": 2, "c": 1}.items()}
    assert ngrams.probability("b") == pytest.approx(base["b"])
    assert ngrams.probability("b", ["a"]) == pytest.approx((2 + 2 * base["b"]) / (3 + 2))
    assert ngrams.probability("a", ["a"]) == pytest.approx((0 + 2 * base["a"]) / (3 + 2))
    assert ngrams.probability("b", ["unseen"]) == pytest.approx(base["b"])
    unseen = 1 - sum(ngrams.probability(word, ["a"]) for word in ngrams.words)
    assert unseen == pytest.approx(ngrams.probability("never", ["a"]))


def test_ngrams_survive_their_file():
    ngrams = Ngrams.of([(("a", "b"), "c"), (("b",), "a")], order=3)
    assert Ngrams.from_json(ngrams.to_json()) == ngrams


def test_the_model_knows_how_songs_go():
    kinds = song_forms()["kinds"]
    assert kinds.probability("verse", ["<s>", "intro"]) > 0.6
    assert kinds.probability("chorus", ["<s>", "intro", "verse", "prechorus"]) > 0.6
    assert kinds.probability("</s>", ["verse", "chorus", "outro"]) > 0.8
    usual = sections("intro verse chorus verse chorus bridge chorus outro")
    odd = sections("outro bridge intro solo chorus break intro verse")
    assert surprise(usual) < 1.5 < 3 < surprise(odd)


@pytest.mark.parametrize(("kinds", "seconds", "wanted"), [
    ("intro verse chorus verse chorus outro", 180, True),
    ("intro verse verse chorus outro", 180, False),
    ("intro verse verse chorus outro", 70, True),
    ("bridge verse chorus verse chorus outro", 180, False),
    ("intro verse chorus chorus solo outro", 180, False),
    ("intro verse prechorus verse chorus chorus outro", 180, False),
])  # fmt: skip
def test_what_counts_as_a_song(kinds, seconds, wanted):
    assert is_song(sections(kinds), seconds) is wanted


def test_drawn_songs_are_dressed_by_the_style_and_rise():
    drawn = [form for seed in range(6) for form in drawn_songs(FORMS, 78, 2.3, np.random.default_rng(seed))]
    known = {(section.kind, section.name) for form in FORMS for section in form.sections}
    assert len({tuple(section.kind for section in form.sections) for form in drawn}) > 12
    for form in drawn:
        assert {(section.kind, section.name) for section in form.sections} <= known
        assert abs(sum(section.bars for section in form.sections) / 78 - 1) <= 0.15
        choruses = [section.energy for section in form.sections if section.kind == "chorus"]
        assert len(choruses) >= 2 and choruses == sorted(choruses)
        kinds = [section.kind for section in form.sections]
        assert all(kinds.count(kind) <= most for kind, most in MOST.items())


def test_nothing_is_drawn_for_what_is_no_song():
    rng = np.random.default_rng(1)
    assert not drawn_songs(FORMS, 12, 2.3, rng)
    assert not drawn_songs(genres()["jazz"].styles["swing"].forms, 78, 2.3, rng)
    assert drawn_songs([Form("one", tuple(sections("verse chorus outro")))], 32, 2.3, rng)
