from dataclasses import replace

import mido
import numpy as np
import pytest

from studio.brief import Brief
from studio.compose import compose
from studio.deliver.midi import write_midi
from studio.deliver.midi_reader import MidiError, read_midi
from studio.deliver.recording import Recording
from studio.score import automation


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """A performance and what its MIDI file reads as."""
    played = compose(Brief.from_mapping({"genre": "jazz", "duration": 40, "seed": 3, "key": "D dorian"})).performance
    path = tmp_path_factory.mktemp("midi") / "jazz.mid"
    write_midi(Recording(np.zeros((2, 0), np.float32), played), path)
    return played, read_midi(path)


def test_sections_chords_key_and_tempo_come_back(both):
    played, read = both
    assert (read.title, read.key, read.meter) == (played.title, played.key, played.meter)
    assert [(s.name, s.start, s.beats, s.bars) for s in read.sections] == [
        (s.name, s.start, s.beats, s.bars) for s in played.sections
    ]
    assert [(c.start, c.chord) for c in read.chords] == [(c.start, c.chord) for c in played.chords]
    assert read.chords[-1].end == read.end
    assert read.tempo.bpm == pytest.approx(played.tempo.bpm, abs=1e-3)


def test_parts_come_back_with_their_roles_instruments_and_notes(both):
    played, read = both
    assert [(p.role, p.instrument) for p in read.parts] == [(p.role, p.instrument) for p in played.parts]
    assert all(part.name for part in read.parts)
    for ours, back in zip(played.parts, read.parts, strict=True):
        assert len(back.notes) == len(ours.notes)
        assert sorted(back.notes["pitch"]) == sorted(ours.notes["pitch"])
        assert np.allclose(np.sort(back.notes["onset"]), np.sort(ours.notes["onset"]), atol=1 / 480)


def test_a_foreign_file_becomes_one_section_with_guessed_roles(tmp_path):
    file = mido.MidiFile(type=0, ticks_per_beat=96)
    track = mido.MidiTrack()
    track.append(mido.MetaMessage("time_signature", numerator=7, denominator=8))
    track.append(mido.MetaMessage("key_signature", key="C#"))
    track.append(mido.MetaMessage("text", text="made elsewhere"))
    for channel, pitches in ((0, (60, 64, 67)), (9, (36,)), (3, (72,))):
        for pitch in pitches:
            track.append(mido.Message("note_on", channel=channel, note=pitch, velocity=90))
        for index, pitch in enumerate(pitches):
            track.append(mido.Message("note_on", channel=channel, note=pitch, velocity=0, time=0 if index else 96))
    file.tracks.append(track)
    file.save(tmp_path / "other.mid")
    read = read_midi(tmp_path / "other.mid")
    assert (read.title, str(read.key), str(read.meter)) == ("other", "Db major", "7/8")
    assert [(part.role, len(part.notes)) for part in read.parts] == [("chords", 3), ("lead", 1), ("drums", 1)]
    assert [(s.start, s.end) for s in read.sections] == [(0.0, 3.0)]
    assert read.chords == ()


@pytest.mark.parametrize(("content", "words"), [(None, "no such file"), (b"RIFFxxxx", "not a MIDI file")])
def test_what_cannot_be_read_is_told(tmp_path, content, words):
    path = tmp_path / "x.mid"
    if content:
        path.write_bytes(content)
    with pytest.raises(MidiError, match=words):
        read_midi(path)


def test_a_file_without_notes_is_told(tmp_path):
    mido.MidiFile().save(tmp_path / "empty.mid")
    with pytest.raises(MidiError, match="no note in it"):
        read_midi(tmp_path / "empty.mid")


def test_a_lifted_section_comes_back_in_its_key(both, tmp_path):
    played, _ = both
    sections = (*played.sections[:-1], replace(played.sections[-1], lift=2))
    write_midi(Recording(np.zeros((2, 0), np.float32), replace(played, sections=sections)), tmp_path / "lifted.mid")
    read = read_midi(tmp_path / "lifted.mid")
    assert [section.lift for section in read.sections] == [section.lift for section in sections]
    assert str(read.key) == "D dorian"


def test_vibrato_comes_back_from_the_modulation_wheel(both, tmp_path):
    played, _ = both
    lane = automation([(1.0, 0.0), (2.0, 0.2), (6.0, 0.2), (7.0, 0.0)])
    score = played.with_parts((replace(played.parts[0], controls={"vibrato": lane}), played.parts[1]))
    write_midi(Recording(np.zeros((2, 0), np.float32), score), tmp_path / "x.mid")
    first, second = read_midi(tmp_path / "x.mid").parts
    back = first.controls["vibrato"]
    shift = back["beat"][0] - 1.0  # whole bars in front of a pick-up
    for beat in (1.5, 3.0, 6.5):
        written = np.interp(beat, lane["beat"], lane["value"])
        assert np.interp(beat + shift, back["beat"], back["value"]) == pytest.approx(written, abs=0.02)
    assert not second.controls
