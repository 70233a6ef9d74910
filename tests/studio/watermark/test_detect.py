import json
import shutil
import subprocess

import numpy as np
import pytest
import soundfile
import soxr

from studio.audio import SAMPLE_RATE
from studio.cli import main
from studio.watermark import embed

PAYLOAD = 0x0123ABCD4567


@pytest.fixture(scope="module")
def marked(plain):
    sound = plain.copy()
    embed(sound, PAYLOAD, key=b"ours")
    return sound[:, : 31 * SAMPLE_RATE]


@pytest.fixture(autouse=True)
def our_key(monkeypatch):
    monkeypatch.setenv("WATERMARK_KEY", "ours")


def write(path, sound, rate=SAMPLE_RATE):
    soundfile.write(path, sound.T, rate)
    return path


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.mp3"])
def test_it_prints_the_track(tmp_path, marked, name, capsys):
    assert main(["detect", str(write(tmp_path / name, marked))]) == 0
    assert "watermark 0123abcd4567: track 0123abcd-4567" in capsys.readouterr().out


def test_a_file_at_another_rate_in_mono(tmp_path, marked, capsys):
    sound = soxr.resample(marked.mean(axis=0), SAMPLE_RATE, 48_000)
    assert main(["detect", "--json", str(write(tmp_path / "a.wav", sound, 48_000))]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["found"]
    assert told["payload"] == "0123abcd4567"
    assert told["score"] > 4.4


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="ffmpeg is not installed")
def test_m4a_by_ffmpeg(tmp_path, marked, capsys):
    write(tmp_path / "a.wav", marked)
    subprocess.run(
        ["ffmpeg", "-v", "error", "-i", "a.wav", "-c:a", "aac", "-b:a", "192k", "a.m4a"], cwd=tmp_path, check=True
    )
    assert main(["detect", str(tmp_path / "a.m4a")]) == 0
    assert "0123abcd4567" in capsys.readouterr().out


def test_another_key_finds_nothing_and_exits_3(tmp_path, marked, capsys):
    file = write(tmp_path / "a.wav", marked)
    assert main(["detect", "--key", "theirs", str(file)]) == 3
    assert capsys.readouterr().out == "no watermark found\n"
    assert main(["detect", "--key", "theirs", "--json", str(file)]) == 3
    assert json.loads(capsys.readouterr().out)["found"] is False


def test_a_file_cut_off_is_read_as_far_as_it_goes(tmp_path, marked, capsys):
    whole = write(tmp_path / "a.flac", marked).read_bytes()
    (tmp_path / "a.flac").write_bytes(whole[: int(len(whole) * 0.8)])
    assert main(["detect", str(tmp_path / "a.flac")]) == 0
    told = capsys.readouterr()
    assert "0123abcd4567" in told.out
    assert "damaged or cut off after 2" in told.err


def test_bad_files_are_told_in_a_sentence(tmp_path, marked, capsys):
    flac = write(tmp_path / "whole.flac", marked).read_bytes()
    broken = np.full((2, 20 * SAMPLE_RATE), np.nan, np.float32)
    files = {
        "absent.wav": (None, "there is no such file"),
        "empty.mp3": (b"", "the file is empty"),
        "words.txt": (b"These are words. " * 100, "not a sound file"),
        "headless.wav": (b"RIFF\x00\x00\x00\x00WAVE", "not a sound file"),
        "stub.flac": (flac[:600_000], "too short"),
        "garbage.flac": (flac[:100] + bytes(50_000), "flac: "),
    }
    for name, (content, words) in files.items():
        if content is not None:
            (tmp_path / name).write_bytes(content)
        assert main(["detect", str(tmp_path / name)]) == 2, name
        told = capsys.readouterr().err
        assert words in told
        assert name in told
    soundfile.write(tmp_path / "nan.wav", broken.T, SAMPLE_RATE, "FLOAT")
    assert main(["detect", str(tmp_path / "nan.wav")]) == 2
    assert "not numbers" in capsys.readouterr().err
    soundfile.write(tmp_path / "short.wav", marked[:, : 5 * SAMPLE_RATE].T, SAMPLE_RATE)
    assert main(["detect", "--json", str(tmp_path / "short.wav")]) == 2
    assert "5.0 s of sound are too short" in json.loads(capsys.readouterr().out)["error"]
