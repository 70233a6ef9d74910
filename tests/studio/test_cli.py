import json
import os
import runpy
import subprocess
import sys
from types import ModuleType

import pytest

from studio.cli import BAD_BRIEF, main


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
    assert [path.name for path in tmp_path.iterdir()] == [made["files"]["midi"].rsplit("/", 1)[-1]]


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
