"""Prompts of the kind people write, and what must be understood of them (``table.toml``, ``held_out.toml``)."""

import time

import pytest

from studio.brief import BriefError
from studio.prompt import PROMPT_LENGTH, fill, understand
from studio.prompt.resolve import NO_MODEL
from studio.prompt.sentences import encoder
from tests.studio.prompt.judge import differences, prompts

with_model = pytest.mark.skipif(
    encoder() is None, reason="the sentence model (requirements-words.txt) is not installed"
)


@pytest.mark.parametrize("row", prompts("table.toml"), ids=lambda row: row["text"][:40] or "empty")
def test_each_prompt_of_the_table(row):
    if row.get("meaning") and encoder() is None:
        pytest.skip("needs the sentence model")
    assert differences(row, understand(row["text"])) == []


@with_model
def test_prompts_written_before_the_rules():
    rows = prompts("held_out.toml")
    right = sum(not differences(row, understand(row["text"])) for row in rows)
    assert len(rows) == 40 and right >= 38


def test_every_find_names_the_words_it_came_from():
    prompt = "slow jazz trio, piano lead, no drums, in C minor, 2 minutes"
    found = {(one.field, one.words) for one in understand(prompt).found}
    assert found >= {
        ("tempo", "slow"),
        ("genre", "jazz"),
        ("avoid", "trio"),
        ("instruments", "piano"),
        ("avoid", "drums"),
        ("key", "in C minor"),
        ("duration", "2 minutes"),
    }
    assert all(prompt[one.start : one.end] == one.words for one in understand(prompt).found if one.how != "meaning")


def test_how_sure_it_is():
    how = {one.field: one.how for one in understand("agressive rock for a workout, 90 s").found}
    assert how.items() >= {"mood": "slip", "genre": "word", "duration": "number"}.items()
    assert {one.field: one.how for one in understand("workout").found} == {"genre": "hint", "mood": "hint"}


@with_model
def test_meaning_never_overrides_what_was_said():
    for prompt in ("happy metal, a funeral in the rain, tears and loss", "happy metal for a quiet night at the lake"):
        understanding = understand(prompt)
        assert understanding.as_mapping()["genre"] == "metal" and understanding.as_mapping()["mood"] == "happy"
        assert {one.how for one in understanding.found if one.field in ("genre", "mood")} == {"word"}


@with_model
def test_what_was_wished_away_is_not_meant():
    scene = "a smoky bar in New York, saxophone"
    assert understand(scene).as_mapping()["genre"] == "jazz"
    assert understand(f"{scene}, not jazz").as_mapping()["genre"] != "jazz"


def test_without_the_model_rules_alone_understand_and_say_so(monkeypatch):
    monkeypatch.setattr("studio.prompt.resolve.encoder", lambda: None)
    understanding = understand("dark techno in a glacier cave, 128 bpm")
    assert understanding.as_mapping() == {"genre": "electronic", "substyle": "techno", "mood": "dark", "tempo": 128.0}
    assert understanding.notes == (NO_MODEL,) and understanding.left_over == ("glacier", "cave")


def test_it_becomes_a_brief():
    brief = understand("epic trailer with choir, D minor, 45 s, seed 3").brief()
    assert (brief.genre, brief.style.id, str(brief.key), brief.duration, brief.seed) == (
        "cinematic", "epic", "D minor", 45.0, 3,
    )  # fmt: skip
    with pytest.raises(BriefError) as refused:
        understand("an hour of nothing in particular").brief()
    assert "duration" in {problem.field for problem in refused.value.problems}


def test_fields_beside_the_prompt_win_and_guide_it():
    asked = fill({"prompt": "bossa nova, fast, guitar, 2 minutes", "genre": "jazz", "tempo": 99, "mood": ""})
    assert (asked["genre"], asked["substyle"], asked["tempo"], asked["duration"]) == ("jazz", "bossa", 99, 120.0)
    assert "prompt" not in asked and "mood" not in asked
    assert fill({"genre": "rock", "prompt": ""}) == {"genre": "rock"}


def test_fields_beside_the_prompt_may_be_nonsense():
    assert fill({"prompt": "slow jazz", "genre": {"a": 1}, "substyle": 5})["genre"] == {"a": 1}
    assert fill({"prompt": "slow jazz", "genre": "polka"})["genre"] == "polka"


@pytest.mark.parametrize(("prompt", "code"), [(None, "required"), (5, "not_text"), ("a" * 2001, "too_long")])
def test_what_is_no_prompt_is_refused(prompt, code):
    with pytest.raises(BriefError) as refused:
        understand(prompt)
    assert [(problem.field, problem.code) for problem in refused.value.problems] == [("prompt", code)]


@pytest.mark.parametrize(
    "unit", ["a", "1", " ", "in ", "no ", "a and a half ", "1:", "no drums, ", "qxzvw ", "½", "(", "'"]
)
def test_a_very_long_prompt_takes_no_longer_than_a_moment(unit):
    prompt = (unit * PROMPT_LENGTH)[:PROMPT_LENGTH]
    understand(prompt)
    began = time.process_time()
    understand(prompt)
    assert time.process_time() - began < 1.0


def test_slow_and_fast_are_measured_in_the_style():
    tempo = {prompt: understand(prompt).brief() for prompt in ("slow jazz", "slow house", "fast house", "slow bebop")}
    assert tempo["slow jazz"].style.id == "ballad" and tempo["slow jazz"].tempo == 57
    assert (tempo["slow house"].tempo, tempo["fast house"].tempo) == (120, 126)
    assert tempo["slow bebop"].style.id == "swing" and tempo["slow bebop"].tempo == 148
