import hashlib
import io
from zipfile import ZipFile

import mido
import numpy as np
import pytest
import soundfile
from PIL import Image

from studio.brief import Brief
from studio.errors import DeliveryError
from studio.produce import file_name, produce
from studio.review import hear
from studio.watermark import Mark, detect
from studio.work import STAGES

pytestmark = pytest.mark.heavy

MARK = Mark(0xC0FFEE, b"a key")
BRIEF = {"genre": "jazz", "mood": "calm", "tempo": 120, "key": "C minor", "duration": 30, "seed": 7}


def make(folder, formats=("wav", "midi"), mark=None, **fields):
    tags = {"artist": "Ann", "created": "2026-11-21"}
    return produce(Brief.from_mapping(BRIEF | fields), folder, formats=formats, mark=mark, tags=tags)


def digests(track):
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in track.files.items()}


@pytest.fixture(scope="module")
def track(tmp_path_factory):
    told = []
    brief = Brief.from_mapping(BRIEF)
    formats = ("mp3", "mp3-192", "wav", "flac", "midi", "stems", "groups", "groups-mastered", "cover")
    folder, tags = tmp_path_factory.mktemp("track"), {"artist": "Ann", "created": "2026-11-21"}
    made = produce(brief, folder, formats=formats, progress=lambda *step: told.append(step), tags=tags, mark=MARK)
    return made, told


def test_every_file_is_there_and_as_long_as_asked(track):
    made, _ = track
    for name in ("wav", "flac", "mp3", "mp3-192"):
        assert soundfile.info(made.files[name]).frames == 30 * 44_100, name
    assert soundfile.info(made.files["wav"]).subtype == "PCM_24"
    assert sorted(path.name for path in made.files["wav"].parent.iterdir()) == sorted(
        p.name for p in made.files.values()
    )


def summed(archive):
    """The sum of the sounds in a ZIP, and their names; every one is as long as the track, in 24 bits."""
    total, names = np.zeros((30 * 44_100, 2)), []
    with ZipFile(archive) as files:
        for name in files.namelist():
            if name.endswith(".flac"):
                with soundfile.SoundFile(io.BytesIO(files.read(name))) as file:
                    assert (file.subtype, file.frames) == ("PCM_24", 30 * 44_100)
                    total += file.read()
                names.append(name)
    return total, names


def below(missing, whole):
    return 10 * np.log10(np.square(missing).mean() / np.square(whole).mean())


def test_stems_and_groups_add_up_to_the_mix_and_the_master(track):
    made, _ = track
    stems, parts = summed(made.files["stems"])
    groups, names = summed(made.files["groups"])
    mastered, _ = summed(made.files["groups-mastered"])
    assert len(parts) > len(made.score.parts) and names == ["Drums.flac", "Bass.flac", "Melody.flac", "Other.flac"]
    assert below(stems - groups, stems) < -90
    assert below(mastered - soundfile.read(made.files["wav"])[0], mastered) < -40


def test_the_file_says_whose_it_is_to_eyes_and_to_machines(track):
    made, _ = track
    with Image.open(made.files["cover"]) as cover:
        assert cover.size == (3000, 3000)
    assert soundfile.SoundFile(made.files["mp3"]).artist == "Ann"
    assert getattr(detect(hear(made.files["mp3"]), key=MARK.key), "payload", None) == MARK.payload


def test_tags_that_will_not_do_are_refused_before_the_work(tmp_path):
    with pytest.raises(DeliveryError, match="created"):
        produce(Brief.from_mapping(BRIEF), tmp_path, tags={"created": "yesterday"})
    assert not list(tmp_path.iterdir())


def test_what_was_asked_came_out(track):
    made, _ = track
    assert made.card.passed, made.card.failures
    assert made.card.row("loudness").measured == pytest.approx(-14, abs=0.5)
    assert made.card.row("tempo_heard").measured == pytest.approx(120, rel=0.02)
    assert made.card.row("key").measured == "C minor"


def test_midi_says_tempo_meter_key_and_sections(track):
    made, _ = track
    midi = mido.MidiFile(made.files["midi"])
    first = midi.tracks[0]
    assert midi.type == 1
    assert next(mido.tempo2bpm(event.tempo) for event in first if event.type == "set_tempo") == pytest.approx(120)
    markers = [event.text for event in first if event.type == "marker"]
    assert markers[: len(made.score.sections)] == [section.name for section in made.score.sections]


def test_progress_is_real(track):
    made, told = track
    fractions = [fraction for _, fraction, _ in told]
    assert fractions == sorted(fractions) and fractions[-1] == 1.0
    assert fractions.count(1.0) == 1, "done is told once"
    assert list(dict.fromkeys(stage for stage, _, _ in told)) == list(STAGES)
    rendered = [message for stage, _, message in told if stage == "rendering" and " of " in message]
    assert len(rendered) >= len(made.score.parts)
    assert set(made.timings) == set(STAGES) and all(seconds > 0 for seconds in made.timings.values())


def test_the_same_brief_gives_the_same_bytes_and_another_seed_other_music(track, tmp_path):
    made, _ = track
    again, other = make(tmp_path / "again", mark=MARK), make(tmp_path / "other", seed=8)
    assert digests(again) == {name: digests(made)[name] for name in ("wav", "midi")}
    assert digests(other)["wav"] != digests(again)["wav"] and digests(other)["midi"] != digests(again)["midi"]


@pytest.mark.parametrize("stage", ["rendering", "delivering"])
def test_stopping_leaves_nothing_behind(tmp_path, stage):
    class StopError(Exception):
        pass

    def stop(at, fraction, _message):
        if at == stage and fraction > STAGES[stage][0]:
            raise StopError

    with pytest.raises(StopError):
        produce(Brief.from_mapping(BRIEF), tmp_path, formats=("wav", "midi", "flac"), progress=stop)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Grey Taxi", "grey-taxi"),
        ("../../etc/passwd", "etc-passwd"),
        ("Žluť & 火", "zlut"),
        ("火", "track"),
        ("a" * 99, "a" * 60),
    ],
)
def test_file_names_are_safe(title, expected):
    assert file_name(title) == expected
