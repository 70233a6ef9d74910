import base64
import io
from collections import Counter
from dataclasses import replace

import mido
import numpy as np
import pytest
import verovio

from studio.brief import Brief
from studio.compose import compose
from studio.compose.timing import off_beat
from studio.deliver import FORMATS, deliver
from studio.deliver.musicxml import musicxml
from studio.deliver.paper.chord_symbols import KINDS
from studio.deliver.paper.sheet import full_score, lead_sheet
from studio.deliver.recording import Recording, Swing
from studio.deliver.tags import Tags
from studio.instruments import INSTRUMENTS
from studio.score import ChordSpan, Part, Score, Section, TempoMap, notes
from studio.styles import genres
from studio.theory.chord import QUALITIES, Chord
from studio.theory.key import MODES, Key
from studio.theory.meter import METERS, Meter
from tests.studio.deliver.schema import validated

NO_SOUND = np.zeros((2, 0), np.float32)


def recorded(piece):
    swing = Swing(off_beat(piece.plan), piece.plan.style.feel.swing_unit)
    return Recording(NO_SOUND, piece.performance, written=piece.score, swing=swing)


def composed(**wishes):
    return recorded(compose(Brief.from_mapping({"duration": 30, "seed": 5, **wishes})))


def full(recording):
    return validated(musicxml(full_score(recording), recording))


def leads(recording):
    return validated(musicxml(lead_sheet(recording), recording))


def written(rows, *, meter="4/4", key="C major", bars=2, role="lead", instrument="flute", chords=(), **changes):
    """Return the recording of one part that plays ``rows``."""
    beats = Meter.parse(meter).bar_beats * bars
    part = Part("it", "It", role, instrument, notes(rows))
    section = Section("A", "theme", 0.0, beats, bars, 0.5)
    score = Score(
        "Test", Key.parse(key), Meter.parse(meter), TempoMap((0.0,), (120.0,)), beats / 2, (section,), chords, (part,)
    )
    return Recording(NO_SOUND, replace(score, **changes))


def signs(root, measure=0):
    """Return a measure's notes as (what, type with dots, ties)."""
    rows = []
    for note in root.find("part").findall("measure")[measure].findall("note"):
        what = "rest" if note.find("rest") is not None else note.findtext("pitch/step", "")
        what += {"1": "#", "-1": "b", None: ""}[note.findtext("pitch/alter")]
        ties = "".join(tie.get("type") for tie in note.findall("tie"))
        rows.append((what, (note.findtext("type") or "whole rest") + "." * len(note.findall("dot")), ties))
    return rows


@pytest.mark.parametrize("genre", genres())
def test_every_genre_is_valid_and_keeps_its_notes(genre):
    recording = composed(genre=genre)
    root = full(recording)
    shown = [part for part in recording.written.parts if part.role != "effects"]
    assert len(root.findall("part")) == len(shown)
    assert {name.text for name in root.iter("part-name")}.isdisjoint({"", None})
    struck = sum(
        note.find("rest") is None and "stop" not in [tie.get("type") for tie in note.findall("tie")]
        for note in root.iter("note")
    )
    places = sum(len(set(zip(np.round(p.notes["onset"], 2), p.notes["pitch"], strict=True))) for p in shown)
    assert struck == pytest.approx(places, rel=0.02)
    tune = leads(recording)
    assert len(tune.findall("part")) == 1
    assert sum(1 for _ in tune.iter("harmony")) == sum(1 for _ in root.iter("harmony")) > 3


@pytest.mark.parametrize(
    ("genre", "meter"), [("folk", "3/4"), ("classical", "6/8"), ("blues", "12/8"), ("jazz", "3/4")]
)
def test_odd_meters(genre, meter):
    root = full(composed(genre=genre, meter=meter))
    assert f"{root.findtext('.//time/beats')}/{root.findtext('.//time/beat-type')}" == meter


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_has_its_signature(mode):
    root = full(written([(0, 4, 62, 80)], key=f"D {mode}"))
    fifths = {"major": 2, "lydian": 3, "mixolydian": 1, "dorian": 0, "minor": -1, "phrygian": -2, "locrian": -3}
    assert (root.findtext(".//key/mode"), int(root.findtext(".//key/fifths"))) == (mode, fifths[mode])


def test_another_reader_hears_the_same_notes():
    recording = composed(genre="folk", substyle="celtic", meter="4/4", seed=3)
    reader = verovio.toolkit()
    assert reader.loadData(musicxml(full_score(recording), recording))
    assert reader.getLog() == ""
    heard = mido.MidiFile(file=io.BytesIO(base64.b64decode(reader.renderToMIDI())))
    tracks = {track.name: track for track in heard.tracks if any(message.type == "note_on" for message in track)}
    tunes = [part for part in recording.written.parts if part.role in ("lead", "bass")]
    assert tunes
    for part in tunes:
        track = tracks[part.name or INSTRUMENTS[part.instrument].name]
        now, found = 0, Counter[tuple[int, int]]()
        for message in track:
            now += message.time
            if message.type == "note_on" and message.velocity:
                found[round(24 * now / heard.ticks_per_beat), message.note] += 1
        assert found == Counter((round(24 * onset), pitch) for onset, _, pitch, _ in part.notes.tolist())


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([(0, 1, 60, 80), (1, 2, 62, 80), (3, 1, 64, 80)],
         [("C", "quarter", ""), ("D", "half", ""), ("E", "quarter", "")]),
        ([(0.5, 1, 60, 80), (1.5, 2.5, 62, 80)],
         [("rest", "eighth", ""), ("C", "quarter", ""), ("D", "eighth", "start"), ("D", "half", "stop")]),
        ([(0, 0.5, 60, 80), (0.5, 2, 62, 80), (2.5, 1.5, 64, 80)],
         [("C", "eighth", ""), ("D", "quarter.", "start"), ("D", "eighth", "stop"), ("E", "quarter.", "")]),
        ([(0, 0.85, 60, 80), (2, 0.9, 62, 80)],
         [("C", "quarter", ""), ("rest", "quarter", ""), ("D", "quarter", ""), ("rest", "quarter", "")]),
    ],
)  # fmt: skip
def test_note_values_show_the_beat(rows, expected):
    assert signs(full(written(rows, bars=1))) == expected


def test_a_note_over_the_bar_is_tied():
    root = full(written([(3, 2, 60, 80)]))
    assert signs(root)[-1] == ("C", "quarter", "start")
    assert signs(root, 1)[0] == ("C", "quarter", "stop")


def test_triplets_are_bracketed():
    root = full(written([(0, 1 / 3, 60, 80), (1 / 3, 1 / 3, 62, 80), (2 / 3, 1 / 3, 64, 80), (1, 3, 65, 80)]))
    first = root.findall("part/measure")[0].findall("note")
    assert [note.findtext("duration") for note in first] == ["8", "8", "8", "72"]
    assert [note.findtext("time-modification/actual-notes") for note in first] == ["3", "3", "3", None]
    assert [note.find("notations/tuplet").get("type") for note in (first[0], first[2])] == ["start", "stop"]
    assert [note.findtext("beam") for note in first] == ["begin", "continue", "end", None]


def test_a_dotted_pair_is_beamed_with_a_hook():
    root = full(written([(0, 0.75, 60, 80), (0.75, 0.25, 62, 80)]))
    long, short = root.find("part/measure").findall("note")[:2]
    assert [beam.text for beam in long.findall("beam")] == ["begin"]
    assert [beam.text for beam in short.findall("beam")] == ["end", "backward hook"]


def test_a_held_note_under_moving_ones_gets_a_voice_of_its_own():
    rows = [(0, 4, 60, 80), *((beat, 1, 72 + beat, 80) for beat in range(4))]
    root = full(written(rows, role="chords", instrument="vibraphone"))
    voices = {note.findtext("voice") for note in root.find("part/measure").findall("note")}
    assert voices == {"1", "2"}
    assert {note.findtext("stem") for note in root.find("part/measure").findall("note")} == {"up", "down"}


def test_a_piano_has_two_staves_and_a_flute_one():
    rows = [(0, 2, 40, 80), (0, 2, 76, 80)]
    piano = full(written(rows, role="chords", instrument="piano"))
    assert piano.findtext(".//staves") == "2"
    assert [clef.findtext("sign") for clef in piano.iter("clef")] == ["G", "F"]
    played = [note for note in piano.iter("note") if note.find("pitch") is not None]
    assert [(note.findtext("staff"), note.findtext("pitch/octave")) for note in played] == [("1", "5"), ("2", "2")]
    assert full(written([(0, 2, 76, 80)])).find(".//staves") is None


def test_drums_stand_on_their_lines_with_their_sounds():
    root = full(written([(0, 0.25, 36, 80), (0, 0.25, 42, 80), (1, 0.25, 38, 80)], role="drums", instrument="kit-jazz"))
    assert root.findtext(".//clef/sign") == "percussion"
    assert {m.get("id"): m.findtext("midi-unpitched") for m in root.iter("midi-instrument")} == {
        "P1-I36": "37", "P1-I38": "39", "P1-I42": "43",
    }  # fmt: skip
    assert {m.findtext("midi-channel") for m in root.iter("midi-instrument")} == {"10"}
    hat, snare, *_ = [note for note in root.find("part/measure").iter("note") if note.find("unpitched") is not None]
    assert (hat.findtext("notehead"), hat.findtext("unpitched/display-step"), hat.findtext("stem")) == ("x", "G", "up")
    assert (snare.find("instrument").get("id"), snare.findtext("unpitched/display-step")) == ("P1-I38", "C")


def test_chord_symbols_and_spelling_follow_key_and_chord():
    chords = (
        ChordSpan(0, 2, Chord.parse("C"), "I"), ChordSpan(2, 2, Chord.parse("E7/G#"), "V7/vi"),
        ChordSpan(4, 4, Chord.parse("Ab6/9"), "bVI6/9"),
    )  # fmt: skip
    rows = [(0, 2, 70, 80), (2, 2, 68, 80), (4, 4, 68, 80)]
    root = full(written(rows, chords=chords))
    assert [row[0] for bar in (0, 1) for row in signs(root, bar)] == ["Bb", "G#", "Ab"]
    assert [note.findtext("accidental") for note in root.iter("note")] == ["flat", "sharp", "flat"]
    _, seventh, sixth = root.iter("harmony")
    assert (seventh.findtext("root/root-step"), seventh.findtext("kind")) == ("E", "dominant")
    assert (seventh.findtext("bass/bass-step"), seventh.findtext("bass/bass-alter")) == ("G", "1")
    assert (sixth.findtext("kind"), sixth.find("kind").get("text")) == ("major-sixth", "6/9")
    assert sixth.findtext("degree/degree-value") == "9"


def test_every_quality_of_chord_has_its_kind():
    assert set(KINDS) == set(QUALITIES)
    spans = tuple(ChordSpan(float(beat), 1.0, Chord(9, quality, 9), "") for beat, quality in enumerate(QUALITIES))
    root = full(written([(0, 1, 60, 80)], bars=9, chords=spans))
    assert sum(1 for _ in root.iter("harmony")) == len(QUALITIES)


def test_an_accidental_is_drawn_once_a_bar():
    root = full(written([(0, 1, 66, 80), (1, 1, 66, 80), (2, 1, 65, 80), (4, 1, 66, 80)]))
    drawn = [note.findtext("accidental") for note in root.iter("note") if note.find("pitch") is not None]
    assert drawn == ["sharp", None, "natural", "sharp"]


def test_sections_dynamics_tempo_and_ends_are_marked():
    sections = (
        Section("Verse", "verse", 0, 4, 1, 0.3), Section("Chorus", "chorus", 4, 4, 1, 0.9, lift=2),
        Section("Outro", "outro", 8, 4, 1, 0.9, lift=2),
    )  # fmt: skip
    tempo = TempoMap((0.0, 9.0, 10.0), (120.0, 110.0, 100.0))
    rows = [(beat, 4, 60, 80) for beat in (0, 4, 8)]
    root = full(written(rows, bars=3, sections=sections, tempo=tempo))
    assert [mark.text for mark in root.iter("rehearsal")] == ["Verse", "Chorus", "Outro"]
    assert [mark[0].tag for mark in root.iter("dynamics")] == ["p", "ff"]
    assert [sound.get("tempo") for sound in root.iter("sound")] == ["120", "110", "100"]
    assert [words.text for words in root.iter("words")] == ["rit.", " "]
    assert [offset.text for offset in root.iter("offset")] == ["24", "48"]
    assert [bar.findtext("bar-style") for bar in root.iter("barline")] == ["light-light", "light-light", "light-heavy"]
    assert [key.findtext("fifths") for key in root.iter("key")] == ["0", "2"]


def test_swing_is_said_in_words():
    recording = replace(written([(0, 1, 60, 80)]), swing=Swing(0.66))
    assert [words.text for words in full(recording).iter("words")] == ["Swing"]
    assert [words.text for words in full(written([(0, 1, 60, 80)])).iter("words")] == []


def test_a_lead_sheet_follows_whoever_leads():
    first = Part("one", "", "lead", "flute", notes([(0, 1, 60, 80), (1, 1, 62, 80), (4, 1, 64, 80)]))
    second = Part("two", "", "lead", "violin", notes([(4, 1, 72, 80), (5, 1, 74, 80)]))
    sections = (Section("A", "theme", 0, 4, 1, 0.5), Section("B", "theme", 4, 4, 1, 0.5))
    recording = written([(0, 1, 60, 80)], sections=sections, parts=(first, second))
    root = leads(recording)
    octaves = [int(note.findtext("pitch/octave")) for note in root.iter("note") if note.find("pitch") is not None]
    assert octaves == [4, 4, 5, 5]
    assert root.findtext(".//part-name") == "Melody"


def test_title_maker_and_rights(score):
    recording = Recording(NO_SOUND, score, Tags(artist="Ada", copyright="© Ada"))
    root = full(recording)
    assert root.findtext("work/work-title") == "Test – piece"
    assert (root.findtext("identification/creator"), root.findtext("identification/rights")) == ("Ada", "© Ada")


def test_both_are_delivered_and_the_same_score_gives_the_same_bytes(score, finished, tmp_path):
    for name in "ab":
        deliver(Recording(finished.audio, score), ["musicxml", "leadsheet"], tmp_path / name, "piece")
    for kind in ("musicxml", "leadsheet"):
        a, b = (tmp_path / name / f"piece{FORMATS[kind].suffix}" for name in "ab")
        assert a.read_bytes() == b.read_bytes()
        validated(a.read_text(encoding="utf-8").split("\n", 2)[2])


def test_every_meter_fills_from_any_onset():
    for meter in METERS:
        step = Meter.parse(meter).bar_beats / 24
        validated_rows = [(index * step, step * (1 + index % 5), 60 + index, 80) for index in range(24)]
        full(written(validated_rows, meter=meter, role="chords", instrument="piano"))
