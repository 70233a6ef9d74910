import pytest
import soundfile

from studio.deliver import FORMATS, DeliveryError, Format, Recording, deliver, delivering

PLAIN = tuple(name for name, row in FORMATS.items() if not row.stems and row.available)


def test_every_format_gets_its_file_and_nothing_else(score, finished, tmp_path):
    files = deliver(Recording(finished.audio, score), PLAIN, tmp_path / "new", "piece")
    assert files["mp3-192"].name == "piece-192.mp3"
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == sorted(path.name for path in files.values())


def test_the_same_piece_gives_the_same_bytes(score, finished, tmp_path):
    first, second = (deliver(Recording(finished.audio, score), PLAIN, tmp_path / name, "x") for name in "ab")
    for name in PLAIN:
        assert first[name].read_bytes() == second[name].read_bytes(), name


def test_unknown_formats_are_named_with_what_is_allowed(score, finished, tmp_path):
    with pytest.raises(DeliveryError, match=r"wma: not one of mp3, "):
        deliver(Recording(finished.audio, score), ["wav", "wma"], tmp_path, "x")
    assert not list(tmp_path.iterdir())


def test_a_format_whose_program_is_missing_says_what_to_install(score, finished, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DeliveryError, match=r"m4a needs ffmpeg; install it \(apt install ffmpeg\)"):
        deliver(Recording(finished.audio, score), ["wav", "m4a"], tmp_path / "new", "x")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("failure", [OSError("disk full"), KeyboardInterrupt()])
def test_a_failing_writer_leaves_nothing(score, finished, tmp_path, monkeypatch, failure):
    def half(_recording, path):
        path.write_bytes(b"half")
        raise failure

    broken = Format("wav", "WAV", ".wav", "audio/wav", half, 2, "sound")
    monkeypatch.setattr("studio.deliver.delivery.FORMATS", {**FORMATS, "wav": broken})
    with pytest.raises(type(failure)):
        deliver(Recording(finished.audio, score), ["midi", "wav", "flac"], tmp_path, "x")
    assert not list(tmp_path.iterdir())


def test_what_a_listener_gets_can_be_heard_before_all_is_written(score, finished, tmp_path):
    with delivering(Recording(finished.audio, score), ["mp3", "flac", "midi"], tmp_path, "x") as files:
        draft = files.heard()
        assert draft and soundfile.info(draft).format == "FLAC"
        assert files.finish()["mp3"].exists() and not draft.exists()
    with delivering(Recording(finished.audio, score), ["midi"], tmp_path, "y") as files:
        assert files.heard() is None
        files.finish()
    with delivering(Recording(finished.audio, score), ["mp3-192"], tmp_path, "z") as files:
        draft = files.heard()
        assert draft and soundfile.info(draft).format == "MP3"


def test_progress_counts_up_and_may_stop_the_work(score, finished, tmp_path):
    heard = []
    deliver(
        Recording(finished.audio, score),
        ["wav", "midi"],
        tmp_path / "a",
        "x",
        progress=lambda done, label: heard.append(done),
    )
    assert heard == [0.5, 1.0]

    def stop(_done, _label):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        deliver(Recording(finished.audio, score), ["wav", "midi"], tmp_path / "b", "x", progress=stop)
    assert not list((tmp_path / "b").iterdir())
