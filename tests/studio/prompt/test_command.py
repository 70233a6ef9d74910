"""``understand`` and ``compose --prompt`` on the command line."""

import json

import pytest

from studio.cli import BAD_BRIEF, main


def test_understand_tells_word_by_word(capsys):
    assert main(["understand", "fast agressive metal, no piano"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert any(line.split() == ["genre", "metal", "from", "'metal'"] for line in told)
    assert any("'agressive', misspelled" in line for line in told)


def test_understand_as_json_names_problems_too(capsys):
    assert main(["understand", "jazz, an hour long", "--json"]) == BAD_BRIEF
    told = json.loads(capsys.readouterr().out)
    assert told["brief"] == {"genre": "jazz", "duration": 3600.0}
    assert [problem["code"] for problem in told["problems"]] == ["out_of_range"]


def test_too_long_a_prompt_is_told_in_a_line(capsys):
    assert main(["compose", "--prompt", "la " * 900]) == BAD_BRIEF
    assert "2000" in capsys.readouterr().err
    assert main(["understand", "la " * 900]) == BAD_BRIEF


@pytest.mark.heavy
def test_compose_with_a_prompt_and_options_beside_it(tmp_path, capsys):
    prompt = ["--prompt", "calm ambient drone, 2 minutes, seed 4", "--duration", "30"]
    assert main(["compose", *prompt, "--formats", "midi", "--json", "--out", str(tmp_path)]) == 0
    told = capsys.readouterr()
    made = json.loads(told.out)
    brief = made["brief"]
    assert (brief["genre"], brief["substyle"], brief["mood"], brief["seed"]) == ("ambient", "drone", "calm", 4)
    assert brief["duration"] == 30.0
    assert {row["field"] for row in made["understood"]["found"]} >= {"genre", "mood", "seed"}
    assert "from 'ambient'" in told.err
