import json
import os
import runpy
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from studio import ENGINE_VERSION
from studio.cli import BAD_BRIEF, main
from studio.errors import RenderError


def test_a_bad_brief_lists_every_problem_and_exits_2(tmp_path, capsys):
    arguments = [
        "compose",
        "--genre",
        "jazzz",
        "--tempo",
        "300",
        "--formats",
        "mp4,wav",
        "--out",
        str(tmp_path / "out"),
    ]
    assert main(arguments) == BAD_BRIEF
    told = capsys.readouterr().err
    assert "jazzz" in told and "tempo: 300 is above 240 BPM" in told and "'mp4'" in told
    assert not (tmp_path / "out").exists()


def test_problems_as_json(capsys):
    assert main(["compose", "--genre", "jazz", "--duration", "5", "--json"]) == BAD_BRIEF
    problems = json.loads(capsys.readouterr().out)["problems"]
    assert [(problem["field"], problem["code"]) for problem in problems] == [("duration", "out_of_range")]


@pytest.mark.heavy
def test_compose_prints_one_json_object(tmp_path, capsys):
    arguments = ["compose", "--genre", "ambient", "--duration", "30", "--seed", "4", "--formats", "midi", "--json"]
    assert main([*arguments, "--out", str(tmp_path)]) == 0
    made = json.loads(capsys.readouterr().out)
    assert {"brief", "measured", "files", "timings"} <= set(made)
    assert made["brief"]["seed"] == 4 and made["measured"]["passed"] is True
    midi = Path(made["files"]["midi"])
    assert {path.name for path in tmp_path.iterdir()} == {midi.name, f"{midi.stem}.json"}
    assert json.loads((tmp_path / f"{midi.stem}.json").read_text()) == made
    arguments = ["vary", str(tmp_path / f"{midi.stem}.json"), "--vary", "bass", "--formats", "midi", "--json"]
    assert main([*arguments, "--out", str(tmp_path)]) == 0
    varied = json.loads(capsys.readouterr().out)
    assert varied["variations"]["steps"] == ["bass"] and varied["brief"] == made["brief"]
    assert varied["files"]["midi"] == str(tmp_path / f"{midi.stem}-2.mid")
    assert (tmp_path / f"{midi.stem}-2.json").exists()


@pytest.fixture
def record(tmp_path):
    """The record of a minute of rock that was varied once."""
    told = {
        "engine": ENGINE_VERSION,
        "brief": {"genre": "rock", "duration": 60, "seed": 1},
        "variations": {"counts": {}, "steps": ["melody", "extend 30"]},
        "composed": {"sections": [{"name": "Verse"}, {"name": "Chorus"}, {"name": "Verse"}]},
    }
    path = tmp_path / "loud-road.json"
    path.write_text(json.dumps(told))
    return path


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--vary", "tune"], "vary: tune: choose from form, harmony, melody"),
        (["--section", "bridge"], "sections: 'bridge' is not in this piece, which has Verse, Chorus"),
        (["--section", "verse=form"], "sections: form: choose from harmony"),
        (["--extend", "511"], "extend: 90 and 511 seconds are above 600; at most 510 more fit"),
        (["--vary", "form", "--section", "verse"], "sections: another form may not have them"),
        ([], "vary: name what to draw again"),
    ],
)
def test_vary_says_what_is_wrong_and_exits_2(record, arguments, message, capsys):
    assert main(["vary", str(record), *arguments, "--out", str(record.parent / "out")]) == BAD_BRIEF
    assert message in capsys.readouterr().err
    assert not (record.parent / "out").exists()


def test_vary_adds_its_steps_to_those_of_the_track(record, monkeypatch):
    asked: dict[str, Any] = {}

    def produce(brief, folder, **options):
        asked.update(options, seed=brief.seed)
        raise RenderError("enough")

    monkeypatch.setattr("studio.cli.produce", produce)
    section = ["--section", "chorus=drums,melody", "--section", "verse=bass"]
    assert (
        main(["vary", str(record), "--vary", "harmony", *section, "--extend", "12", "--out", str(record.parent)]) == 1
    )
    steps = ["melody", "extend 30", "harmony", "melody@Chorus", "drums@Chorus", "bass@Verse", "extend 12"]
    assert [str(step) for step in asked["variations"].steps] == steps
    assert (asked["seed"], asked["name"]) == (1, "loud-road-2")


@pytest.mark.parametrize("text", ["music", "{}", '{"brief": 3}', "[]"])
def test_what_is_no_record_is_refused(tmp_path, text, capsys):
    (tmp_path / "song.json").write_text(text)
    assert main(["vary", str(tmp_path / "song.json"), "--vary", "melody"]) == BAD_BRIEF
    assert capsys.readouterr().err.startswith("track: ")


def test_a_folder_that_cannot_be_made_is_told_in_a_line(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["compose", "--genre", "ambient", "--out", str(tmp_path / "file" / "x")]) == 1
    assert capsys.readouterr().err.strip() == f"{tmp_path / 'file' / 'x'}: Not a directory"


def test_a_terminal_that_cannot_show_a_letter_is_no_fault():
    command = [sys.executable, "-m", "studio", "compose", "--help"]
    told = subprocess.run(command, env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True, check=True)
    assert b"BPM, 40?240" in told.stdout


def test_ctrl_c_while_loading_is_quiet(monkeypatch):
    class Loading(ModuleType):
        def __getattr__(self, name):
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "studio.cli", Loading("studio.cli"))
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("studio", run_name="__main__")
    assert ended.value.code == 130
