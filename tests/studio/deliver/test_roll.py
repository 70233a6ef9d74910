from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from studio.cli import main
from studio.deliver.midi import midi_file
from studio.deliver.roll import KINDS, LEFT, PALETTE, RIGHT, WIDTH, RollError, draw
from studio.score import SECTION_KINDS, ChordSpan, notes
from studio.theory.chord import Chord


def columns(image, colour):
    """Return the columns of an image that hold a colour."""
    return np.flatnonzero((np.asarray(image) == colour).all(axis=2).any(axis=0))


def test_a_note_stands_where_it_sounds(score):
    part = replace(score.parts[0], role="lead", notes=notes([(8, 4, 60, 127)]))
    picture = draw(score.with_parts((part,)), bars_per_row=4)
    found = columns(picture, PALETTE[0])[15:]  # the legend's swatch comes first
    beat = (WIDTH - LEFT - RIGHT) / 16
    assert found[0] == pytest.approx(LEFT + 8 * beat, abs=1)
    assert found[-1] == pytest.approx(LEFT + 12 * beat, abs=2)


def test_louder_notes_are_darker(score):
    loud, soft = (
        np.asarray(draw(score.with_parts((replace(score.parts[0], notes=notes([(0, 4, 60, v)])),)))).sum()
        for v in (127, 30)
    )
    assert loud < soft


def test_sections_have_their_bands(score):
    assert set(KINDS) == set(SECTION_KINDS)
    picture = draw(score, bars_per_row=4)
    beat = (WIDTH - LEFT - RIGHT) / 16
    assert columns(picture, KINDS["chorus"])[0] == pytest.approx(LEFT + 8 * beat, abs=1)
    assert columns(picture, KINDS["verse"])[-1] == pytest.approx(LEFT + 8 * beat, abs=3)


def test_chord_symbols_are_drawn(score):
    chords = (ChordSpan(0, 4, Chord.parse("Abmaj7/C"), ""),)
    assert np.any(np.asarray(draw(score)) != np.asarray(draw(replace(score, chords=chords))))


def test_rows_wrap_and_bars_can_be_chosen(score):
    one, two = draw(score, bars_per_row=4), draw(score, bars_per_row=2)
    assert two.height > 1.7 * one.height - 200
    assert len(columns(draw(score, bars=(1, 2)), KINDS["chorus"])) == 0
    with pytest.raises(RollError, match="9 is beyond the last bar, 4"):
        draw(score, bars=(9, 12))


def test_the_command_draws_a_file_and_says_where(score, tmp_path, capsys):
    midi_file(score).save(tmp_path / "piece.mid")
    assert main(["draw", str(tmp_path / "piece.mid"), "--bars", "1-2"]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "piece.png")
    assert Image.open(tmp_path / "piece.png").width == WIDTH
    assert main(["draw", str(tmp_path / "missing.mid")]) == 1
    assert "there is no such file" in capsys.readouterr().err
