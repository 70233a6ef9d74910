import json
import lzma
from typing import Any

import pytest

from studio.models.harmony import GRAMMAR, numeral
from studio.training.harmony import TASK, is_minor, mood_loop, plain_numeral, sheet_spans, song_cells, song_sections
from studio.training.tasks import TASKS

SHEET = {
    "id": "x:1", "src": "openewld_strict", "title": "Air", "key": [7, "maj"], "chsrc": "score", "mel": [],
    "meas": [[0, 24, 4, 4], *([24 + 96 * n, 96, 4, 4] for n in range(12))],
    "chords": [[0, 7, ""], [408, 2, "7"], [456, 7, ""]],
}  # fmt: skip


def spelled(piece):
    return " ".join(f"{numeral(root, quality)}:{beats + 1}" for root, quality, beats in piece.events.tolist())


def test_bars_of_a_song_are_read_beat_by_beat():
    bars: list[list[Any]] = [[[0, "maj"]], [[5, "maj"], [7, "sus4(b7)"]], [[0, "min7"], ".", [7, "7"], "."], []]
    assert song_cells(bars, 4) == [
        (0, 0, 4), (5, 0, 2), (7, 12, 2), (0, 3, 1), (0, 3, 1), (7, 2, 1), (7, 2, 1),
    ]  # fmt: skip


@pytest.mark.parametrize("bars", [[[[0, "maj"]] * 3], [[[0, "no such chord"]]], [["N"], ["N"], [[0, "maj"]], ["N"]]])
def test_bars_that_cannot_be_read_leave_a_section_out(bars):
    assert song_cells(bars, 4) == [] or bars[0] == ["N"]


def test_sections_of_a_song_come_once_with_their_kind_genre_and_mode():
    verse = {"n": "verse", "bars": [[[0, "min"]], [[8, "maj"]], [[10, "maj"]], [[0, "min"]]]}
    row = {
        "src": "mcgill_billboard",
        "artist": "Johnny Cash",
        "metre": "4/4",
        "sections": [verse, verse, verse | {"n": "outro"}],
    }
    found = list(song_sections(row))
    assert [spelled(piece) for piece in found] == ["i:4 bVI:4 bVII:4 i:4"] * 2
    names = list(GRAMMAR.context)
    told = [[int(piece.context[0, names.index(name)]) for name in ("genre", "mode", "kind", "last")] for piece in found]
    assert told == [[4, 1, 2, 0], [4, 1, 8, 1]]
    assert {piece.title for piece in found} == {"Johnny Cash"}


def test_the_tonic_chord_tells_the_mode():
    assert is_minor([(0, 1, 8), (0, 0, 4)]) and not is_minor([(0, 0, 8), (9, 1, 8)])
    assert is_minor([(8, 0, 4), (10, 0, 4)])


@pytest.mark.parametrize(
    ("text", "kind", "plain"),
    [("VI", "prog_min", "bVI"), ("VI", "prog_maj", "VI"), ("bVIIM", "prog_modal", "bVII"), ("im", "prog_modal", "i"),
     ("Idom7", "prog_maj", "I7"), ("iim7", "prog_maj", "ii7")],
)  # fmt: skip
def test_numerals_of_the_loops_are_spelled_as_ours(text, kind, plain):
    assert plain_numeral(text, kind) == plain


def test_loops_carry_the_colour_of_their_first_known_mood():
    row = {"src": "free_midi_chords", "kind": "prog_min", "prog": ["i", "VI", "III", "VII"], "mood": ["New", "Sad"]}
    (piece,) = mood_loop(row)
    assert spelled(piece) == "i:4 bVI:4 bIII:4 bVII:4"
    assert piece.context[0, list(GRAMMAR.context).index("mood")] == 4
    assert list(mood_loop(row | {"prog": ["IM-5"]})) == []


def test_a_lead_sheet_is_cut_into_spans_of_eight_bars_after_its_upbeat():
    spans = list(sheet_spans(SHEET))
    assert [spelled(span) for span in spans] == ["I:16 V7:2 I:14", "I:16"]
    last = list(GRAMMAR.context).index("last")
    assert [int(span.context[0, last]) for span in spans] == [0, 1]


def test_chords_guessed_from_a_melody_are_never_learned(tmp_path):
    with lzma.open(tmp_path / "chords.jsonl.xz", "wt"):
        pass
    with lzma.open(tmp_path / "leadsheets.jsonl.xz", "wt") as out:
        out.writelines(json.dumps(SHEET | {"chsrc": source}) + "\n" for source in ("melody-inferred", "score"))
    assert len(list(TASK.pieces(tmp_path))) == 2
    assert TASKS["harmony"] is TASK
