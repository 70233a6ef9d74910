"""Edits of a finished piece: exact lengths, whole bars, endings that ring, loops without a seam."""

import json
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from studio.audio import SAMPLE_RATE
from studio.brief import Brief, BriefError
from studio.cli import main
from studio.compose import compose
from studio.edits import VERSIONS, Edit, edited, produce_edit, version
from studio.edits.closing import own_closing
from studio.edits.cutdown import LEAST_RING, MOST_RING, Cut, best_cut, cutdown
from studio.edits.loop import folded, loop_mix, loop_of, looped, rounds
from studio.edits.splice import spliced
from studio.record import Record
from studio.review.faults import clicks
from studio.score import Part, Score, Section, TempoMap, automation, notes
from studio.session import Session
from studio.theory.key import Key
from studio.theory.meter import Meter

GENRES = ("pop", "jazz", "ambient", "folk")


@pytest.fixture(scope="module", params=GENRES)
def piece(request):
    return compose(Brief.from_mapping({"genre": request.param, "duration": 90, "seed": 3}))


@pytest.fixture(scope="module")
def folk():
    return compose(Brief.from_mapping({"genre": "folk", "duration": 60, "seed": 3}))


def small():
    """Four bars of 4/4 at 120, 60 from beat 8 on: a note a beat, a pad held through, a volume that rises."""
    line = notes([(beat, 0.9, 60 + beat, 80) for beat in range(16)])
    pad = notes([(0, 16, 48, 70)])
    lanes = {"volume": automation([(0, 0.0), (16, 16.0)])}
    parts = (Part("tune", "", "lead", "flute", line, lanes), Part("pad", "", "pad", "strings", pad))
    sections = (Section("A", "verse", 0, 8, 2, 0.4), Section("B", "chorus", 8, 8, 2, 0.9))
    tempo = TempoMap((0.0, 8.0), (120.0, 60.0), 0.05)
    return Score("Small", Key.parse("C major"), Meter(4, 4), tempo, 13.0, sections, (), parts)


# ----------------------------------------------------------------------------------------------------------- splicing
def test_stretches_are_laid_end_to_end_with_tempo_sections_and_automation():
    cut = spliced(small(), [(4.0, 8.0), (12.0, 16.0)])
    assert [float(beat) for beat in cut.part("tune").notes["onset"]] == [0, 1, 2, 3, 4, 5, 6, 7]
    assert cut.part("tune").notes["pitch"].tolist() == [64, 65, 66, 67, 72, 73, 74, 75]
    assert (cut.tempo.beats, cut.tempo.bpm, cut.tempo.lead_in) == ((0.0, 4.0), (120.0, 60.0), 0.05)
    assert [(s.name, s.start, s.bars) for s in cut.sections] == [("A", 0.0, 1), ("B", 4.0, 1)]
    assert cut.duration == pytest.approx(0.05 + 2.0 + 4.0)
    lane = cut.part("tune").controls["volume"]
    levels = np.interp([0.0, 2.0, 3.99, 4.01, 8.0], lane["beat"], lane["value"])
    assert levels == pytest.approx([4.0, 6.0, 8.0, 12.0, 16.0], abs=0.05)


def test_a_held_note_is_struck_anew_behind_a_join_and_let_go_before_it():
    pad = spliced(small(), [(4.0, 8.0), (12.0, 16.0)]).part("pad").notes
    assert pad["onset"].tolist() == [0.0, 4.0]
    assert pad["onset"][0] + pad["duration"][0] <= 4.1


def test_a_note_played_a_little_early_belongs_to_the_bar_it_leads():
    score = small()
    tune = score.part("tune")
    early = tune.notes.copy()
    early["onset"] -= 0.04
    score = score.with_parts((replace(tune, notes=early),))
    assert spliced(score, [(4.0, 8.0)]).part("tune").notes["pitch"].tolist() == [64, 65, 66, 67]


# ----------------------------------------------------------------------------------------------------------- cutdowns
def cut_of(score: Score, seconds: float) -> Cut:
    cut = best_cut(score, seconds)
    assert cut is not None
    return cut


@pytest.mark.parametrize("seconds", [6.0, 15.0, 30.0, 60.0])
def test_a_cutdown_is_exact_on_bar_lines_and_rings_out(piece, seconds):
    found = cutdown(piece.performance, piece.score, seconds)
    assert found is not None
    played, written = found
    cut, bar = cut_of(piece.score, seconds), piece.score.meter.bar_beats
    assert played.frames == written.frames == round(seconds * SAMPLE_RATE)
    assert all(edge % bar == pytest.approx(0.0, abs=1e-6) for stretch in cut.stretches for edge in stretch)
    assert [start for start, _ in cut.stretches] == sorted(start for start, _ in cut.stretches)
    assert abs(cut.pace - 1) <= 0.03 and played.tempo.lead_in == piece.performance.tempo.lead_in
    final = played.end - bar
    ring = seconds - float(played.tempo.seconds(final))
    assert ring >= LEAST_RING - 1e-6
    assert ring <= float(played.tempo.seconds(played.end) - played.tempo.seconds(final)) + MOST_RING + 1e-6
    last = written.chords[-1]
    assert last.chord.root == (written.key.tonic + written.sections[-1].lift) % 12 or own_closing(piece.score)
    for part in played.parts:
        ends = played.tempo.seconds(part.notes["onset"] + part.notes["duration"])
        assert part.role in ("drums", "effects") or ends.max() <= seconds - 0.2 * min(ring, 1.0)
        assert not np.any(part.notes["onset"] >= final + 0.5)


def test_short_cutdowns_are_the_hook_and_long_ones_tell_the_story():
    piece = compose(Brief.from_mapping({"genre": "pop", "duration": 150, "seed": 3}))
    hook = max(piece.score.sections, key=lambda section: section.energy)
    assert cut_of(piece.score, 6.0).stretches[0][0] == hook.start
    story = cut_of(piece.score, 30.0)
    assert story.stretches[0][0] == 0.0
    assert any(start <= hook.start < end for start, end in story.stretches)
    assert story.closing[0] == own_closing(piece.score)


# -------------------------------------------------------------------------------------------------------------- loops
def test_a_loop_is_whole_bars_and_whole_frames(piece):
    stretch = loop_of(piece.score, "")
    score = looped(piece.performance, stretch)
    assert (stretch[1] - stretch[0]) % score.meter.bar_beats == pytest.approx(0.0)
    assert float(score.tempo.seconds(score.end)) * SAMPLE_RATE == pytest.approx(score.frames, abs=1e-6)
    assert score.tempo.bpm[0] == pytest.approx(piece.performance.tempo.bpm[0], rel=1e-4)
    assert rounds(score, 3).frames == 3 * score.frames


def test_what_rings_over_the_end_is_folded_into_the_beginning():
    audio = np.arange(10, dtype=np.float32).repeat(2).reshape(10, 2).T.copy()
    assert folded(audio, 1, 4)[0].tolist() == [1 + 5 + 9, 2 + 6, 3 + 7, 0 + 4 + 8]


def test_a_loop_comes_round_to_the_same_sound(folk):
    session = replace(Session.of(folk), score=looped(folk.performance, loop_of(folk.score, "")))
    mix, frames = loop_mix(session)
    here, after = mix[:, -2 * frames : -frames], mix[:, -frames:]
    assert np.square(after - here).mean() <= 1e-6 * np.square(here).mean(), "not the same within −60 dB"
    assert not len(clicks(np.concatenate([here, here], axis=1)))


# ---------------------------------------------------------------------------------------------------- versions, fades
@pytest.mark.parametrize("name", VERSIONS)
def test_a_version_has_the_players_it_says(piece, name):
    if name == "drums-and-bass" and not any(part.role in VERSIONS[name] for part in piece.score.parts):
        with pytest.raises(BriefError, match="nobody"):
            version(piece.score, name)
        return
    kept = version(piece.score, name).parts
    assert {part.role for part in kept} <= set(VERSIONS[name])
    expected = [part for part in piece.score.parts if part.role in VERSIONS[name]]
    assert len(kept) == len(expected) if name != "instrumental" else len(kept) <= len(expected)


def test_nobody_sings_in_an_instrumental():
    score = small()
    sung = replace(score.part("tune"), id="singer", instrument="voice-oohs")
    assert [part.id for part in version(score.with_parts((*score.parts, sung)), "instrumental").parts] == [
        "tune",
        "pad",
    ]


def test_a_fade_takes_the_place_of_the_last_chord(folk):
    faded = edited(folk, Edit("fade", fade_out=8.0))
    assert faded.fade_out == 8.0
    assert faded.written.end == own_closing(folk.score)
    assert len(set(faded.played.tempo.bpm)) == 1, "no ritard into a fade"


# -------------------------------------------------------------------------------------------------- asking and making
@pytest.mark.parametrize(
    ("asked", "field", "code"),
    [
        ({}, "kind", "required"),
        ({"kind": "cutdown", "seconds": 7}, "seconds", "not_allowed"),
        ({"kind": "cutdown"}, "seconds", "required"),
        ({"kind": "loop", "seconds": 6}, "seconds", "contradiction"),
        ({"kind": "version", "version": "loud"}, "version", "not_allowed"),
        ({"kind": "fade"}, "fade_out", "required"),
        ({"kind": "fade", "fade_out": 99}, "fade_out", "out_of_range"),
        ({"kind": "fade", "fade_in": "x"}, "fade_in", "out_of_range"),
        ({"kind": "loop", "colour": "red"}, "colour", "unknown_field"),
    ],
)
def test_what_cannot_be_asked_is_named(asked, field, code):
    with pytest.raises(BriefError) as refused:
        Edit.from_mapping(asked)
    assert (field, code) in {(problem.field, problem.code) for problem in refused.value.problems}


@pytest.mark.parametrize(
    "edit",
    [
        Edit("cutdown", 30.0),
        Edit("loop", section="Hook"),
        Edit("version", version="no-drums"),
        Edit("fade", fade_out=4.0),
    ],
)
def test_an_edit_survives_as_plain_values(edit):
    assert Edit.from_mapping(edit.as_dict()) == edit


def test_what_a_piece_cannot_give_is_refused():
    for edit, field in [(Edit("cutdown", 60.0), "seconds"), (Edit("loop", section="Drop"), "section")]:
        with pytest.raises(BriefError) as refused:
            edit.for_piece(duration=45.0, sections=["Verse", "Chorus"])
        assert refused.value.problems[0].field == field
    assert Edit("loop", section="chorus").for_piece(duration=45.0, sections=["Verse", "Chorus"]).section == "Chorus"


def test_a_cutdown_from_its_record_is_a_file_of_that_length(folk, tmp_path):
    brief = folk.plan.brief
    record = Record(brief, folk.plan.variations, ("Verse",), "")
    track = produce_edit(record, Edit("cutdown", 6.0), tmp_path, formats=("wav", "midi"), name="short")
    assert soundfile.info(track.files["wav"]).frames == 6 * SAMPLE_RATE
    assert track.card.passed, track.card.failures
    assert track.card.row("loudness").measured == pytest.approx(-14.0, abs=0.5)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["short.mid", "short.wav"]
    assert track.as_dict()["edit"] == {"kind": "cutdown", "seconds": 6.0}


def test_loops_have_no_stems_and_say_so(folk, tmp_path):
    with pytest.raises(BriefError, match="stems"):
        produce_edit(folk, Edit("loop"), tmp_path, formats=("stems",))


def test_the_command_names_every_problem_at_once(tmp_path, capsys):
    path = tmp_path / "song.json"
    path.write_text("{}")
    assert main(["edit", str(path), "--cutdown", "7", "--fade-in", "3", "--formats", "tape", "--json"]) == 2
    told = json.loads(capsys.readouterr().out)["problems"]
    assert {problem["field"] for problem in told} == {"seconds", "fade_in", "formats"}
    assert main(["edit", str(path), "--loop"]) == 2
    assert "record" in capsys.readouterr().err
