"""A preview: the notes a piece begins with, soon, in blocks that a browser plays."""

from io import BytesIO

import numpy as np
import pytest
import soundfile

from studio.audio import SAMPLE_RATE
from studio.brief import Brief, BriefError
from studio.cli import main
from studio.compose import compose, compose_opening
from studio.mix.loudness import integrated_loudness, true_peak
from studio.preview import HEAD, encoded, preview, preview_stream, wav_stream
from studio.review.faults import clicks

SECONDS = 8.0
FOLK = Brief.from_mapping({"genre": "folk", "duration": 60, "seed": 3})


@pytest.fixture(scope="module")
def heard():
    return preview(FOLK, SECONDS)


@pytest.mark.parametrize(
    ("genre", "duration", "seed"), [("ambient", 45, 5), ("hip-hop", 90, 2), ("jazz", 60, 1), ("folk", 45, 5)]
)
def test_an_opening_has_the_very_notes_of_the_piece(genre, duration, seed):
    brief = Brief.from_mapping({"genre": genre, "duration": duration, "seed": seed})
    whole, opening = compose(brief).performance, compose_opening(brief, 15.0).performance
    end = float(whole.tempo.beat(15.0))
    assert opening.sections == whole.sections and opening.chords == whole.chords
    known = {part.id: part.notes[part.notes["onset"] < end] for part in opening.parts}
    for part in whole.parts:
        expected = part.notes[part.notes["onset"] < end]
        found = known.get(part.id, expected[:0])
        assert np.array_equal(found[["onset", "pitch", "velocity"]], expected[["onset", "pitch", "velocity"]]), part.id
        ends = [np.minimum(notes["onset"] + notes["duration"], end) for notes in (found, expected)]
        assert np.array_equal(*ends), part.id


def test_an_opening_leaves_the_rest_unwritten():
    brief = Brief.from_mapping({"genre": "jazz", "duration": 120, "seed": 1})
    opening = compose_opening(brief, 15.0)
    last = max(float(part.notes["onset"].max()) for part in opening.performance.parts if part.role != "effects")
    assert last < opening.plan.until + 0.5 < opening.plan.end


def test_a_preview_is_as_long_as_asked_loud_and_faded(heard):
    assert heard.audio.shape == (2, round(SECONDS * SAMPLE_RATE))
    assert integrated_loudness(heard.audio) == pytest.approx(-14.0, abs=1.0)
    assert true_peak(heard.audio) <= -1.0
    assert np.abs(heard.audio[:, -44:]).max() < 1e-3
    assert not len(clicks(heard.audio))
    assert heard.sections and heard.sections == compose(FOLK).score.sections[: len(heard.sections)]
    assert heard.score.duration == SECONDS


def test_a_stream_begins_early_and_joins_without_a_click(heard):
    blocks = list(preview_stream(FOLK, SECONDS))
    assert blocks[0].shape[1] == round(HEAD * SAMPLE_RATE)
    whole = np.concatenate(blocks, axis=1)
    assert whole.shape == heard.audio.shape
    assert not len(clicks(whole))
    after = round((HEAD + 0.6) * SAMPLE_RATE)
    assert np.array_equal(whole[:, after:], heard.audio[:, after:]), "past the join it is the same mix"


def test_what_is_told_may_stop_it():
    class StopError(Exception):
        pass

    told = []

    def stop(stage, fraction):
        told.append((stage, fraction))
        if stage == "rendering":
            raise StopError

    with pytest.raises(StopError):
        preview(FOLK, SECONDS, told=stop)
    assert [stage for stage, _ in told] == ["composing", "rendering"]


def test_bytes_are_files_that_others_read(heard):
    coded = b"".join(encoded(FOLK, "mp3", SECONDS))
    sound, rate = soundfile.read(BytesIO(coded), dtype="float32")
    assert rate == SAMPLE_RATE and len(sound) == pytest.approx(SECONDS * SAMPLE_RATE, abs=4000)
    frames = heard.audio.shape[1]
    plain, _ = soundfile.read(BytesIO(b"".join(wav_stream(iter([heard.audio]), frames))), dtype="float32")
    assert plain.shape == (frames, 2) and np.abs(plain.T - heard.audio).max() < 1e-4


@pytest.mark.parametrize("seconds", [1.0, 61.0])
def test_a_length_that_no_preview_has_is_refused(seconds):
    with pytest.raises(BriefError, match="seconds"):
        preview(FOLK, seconds)


def test_an_unknown_kind_of_file_is_refused():
    with pytest.raises(BriefError, match="format"):
        encoded(FOLK, "tape")


def test_the_command_writes_a_file_or_says_what_is_wrong(tmp_path, capsys):
    out = tmp_path / "opening.wav"
    asked = ["preview", "--genre", "folk", "--duration", "60", "--seed", "3", "--out", str(out)]
    assert main([*asked, "--seconds", "2"]) == 2
    assert "seconds" in capsys.readouterr().err and not out.exists()
    assert main([*asked, "--seconds", "4"]) == 0
    assert soundfile.info(out).frames == 4 * SAMPLE_RATE
