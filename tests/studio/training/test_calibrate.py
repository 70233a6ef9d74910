import json
import lzma

import numpy as np
import pytest

from studio.brief import Brief
from studio.compose import compose
from studio.review.leadsheet import lead_sheet
from studio.training.__main__ import main
from studio.training.corpus import CorpusError, is_held_out, rows, sheet_of

TICKS = 24


def packed(sheet, number):
    """Return a lead sheet as a row of the corpus."""
    kinds = {(0, 4, 7): "", (0, 3, 7): "m", (0, 4, 7, 10): "7", (0, 3, 7, 10): "m7"}
    chords = []
    for start, root, tones in zip(sheet.chord_start, sheet.chord_root, sheet.chord_tones, strict=True):
        steps = tuple(int(step) for step in np.flatnonzero(np.roll(tones, -int(root))))
        chords.append([round(start * TICKS), int(root), kinds.get(steps, "")])
    return {
        "id": str(number), "src": f"source {number % 2}", "chsrc": "score", "title": f"Tune {number}",
        "key": [int(sheet.tonic), "maj"], "chords": chords,
        "meas": [[round(bar * TICKS), 96, 4, 4] for bar in sheet.bars],
        "mel": [[round(o * TICKS), round(d * TICKS), int(p)]
                for o, d, p in zip(sheet.onset, sheet.duration, sheet.pitch, strict=True)],
    }  # fmt: skip


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    with lzma.open(folder / "leadsheets.jsonl.xz", "wt") as out:
        for number in range(30):
            brief = {
                "genre": "rock",
                "substyle": "punk",
                "mood": "happy",
                "duration": 60,
                "seed": number,
                "meter": "4/4",
            }
            out.write(json.dumps(packed(lead_sheet(compose(Brief.from_mapping(brief)).score), number)) + "\n")
    return folder


def test_a_row_reads_back_as_the_sheet_it_was(corpus):
    brief = {"genre": "rock", "substyle": "punk", "mood": "happy", "duration": 60, "seed": 0, "meter": "4/4"}
    sheet = lead_sheet(compose(Brief.from_mapping(brief)).score)
    read = sheet_of(next(rows(corpus / "leadsheets.jsonl.xz")))
    assert read.pitch.tolist() == sheet.pitch.tolist()
    assert read.onset == pytest.approx(sheet.onset, abs=1 / TICKS)
    assert read.bars.tolist() == sheet.bars.tolist()


def test_calibration_learns_to_tell_music_from_noise(corpus, tmp_path, capsys):
    out = tmp_path / "gate.json"
    assert main(["calibrate", "--corpus", str(corpus), "--out", str(out), "--per-source", "8"]) == 0
    fitted = json.loads(out.read_text())
    assert all(weight >= 0 for axis in fitted["axes"].values() for weight in axis["weights"])
    table = {line.split("|")[1].strip(): line.split("|")[3:] for line in capsys.readouterr().out.splitlines()[2:]}
    share = {name: [int(cell.strip().rstrip("%")) for cell in cells[:-1]] for name, cells in table.items()}
    assert share["random chords"][1] < share["real"][1]
    assert share["jittered"][2] < share["real"][2]


def test_titles_decide_who_is_held_out():
    first = {"id": "a", "title": "The Blackbird"}
    assert is_held_out(first) == is_held_out({"id": "b", "title": "the black-bird"})
    assert 0.05 < np.mean([is_held_out({"id": "x", "title": f"Tune {n}"}) for n in range(2000)]) < 0.15


def test_a_missing_or_broken_corpus_is_told_in_a_line(tmp_path, capsys):
    assert main(["calibrate", "--corpus", str(tmp_path), "--out", str(tmp_path / "gate.json")]) == 1
    assert "leadsheets.jsonl.xz" in capsys.readouterr().err
    (tmp_path / "leadsheets.jsonl.xz").write_bytes(b"not xz")
    with pytest.raises(CorpusError):
        list(rows(tmp_path / "leadsheets.jsonl.xz"))
    assert not (tmp_path / "gate.json").exists()
