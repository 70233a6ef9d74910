import argparse
import json
import lzma

import numpy as np

from studio.review.fingerprint import line
from studio.review.originality import Index
from studio.training.corpus import sheet_of
from studio.training.originality import add_options, build, chance, run, title


def piece(number, seed, *, src="aird", name="", count=60):
    rng = np.random.default_rng(seed)
    onset = np.cumsum(rng.choice([12, 24, 36, 48], count))
    pitch = 67 + np.cumsum(rng.choice([-3, -2, -1, 1, 2, 4], count)) % 12
    return {
        "id": f"{src}:{number}", "src": src, "title": name or f"Tune {number}", "composer": "Trad", "key": [0, "maj"],
        "meas": [[0, 96, 4, 4]], "chords": [], "mel": [[int(a), 12, int(b)] for a, b in zip(onset, pitch, strict=True)],
    }  # fmt: skip


def melodies(rows):
    return [line(sheet_of(row)) for row in rows]


def test_versions_of_a_tune_are_no_chance_matches():
    """The same tune under another name and under the same name is left out; in another repertoire it counts."""
    rows = [piece(0, 1), piece(1, 1), piece(2, 2), piece(3, 3, name="Tune 2")]
    later = rows[2]["mel"][29][0]
    rows[3]["mel"] = rows[2]["mel"][:30] + [[later + on, beats, pitch] for on, beats, pitch in rows[3]["mel"][30:]]
    found = chance(rows, melodies(rows), build(rows, melodies(rows)))
    assert max(found["folk dance, in every other tune"]) < 12
    rows[1]["src"] = "openscore_lieder"
    found = chance(rows, melodies(rows), build(rows, melodies(rows)))
    assert max(found["folk dance, in other repertoires"]) == 60


def test_pieces_are_named_with_author_and_source():
    chorale = {"id": "bach:bwv1.6", "src": "bach_chorales", "title": "", "composer": "Bach"}
    song = {"id": "x", "src": "openewld_strict", "title": "Annie Laurie", "composer": "Alicia_Scott"}
    assert title(chorale) == "“BWV 1.6” (Bach chorales)"
    assert title(song) == "“Annie Laurie” (Alicia Scott, OpenEWLD)"


def test_the_command_writes_an_index_and_tells_what_chance_gives(tmp_path, capsys):
    with lzma.open(tmp_path / "leadsheets.jsonl.xz", "wt") as lines:
        lines.writelines(json.dumps(piece(n, n)) + "\n" for n in range(4))
    parser = argparse.ArgumentParser()
    add_options(parser)
    run(parser.parse_args(["--corpus", str(tmp_path), "--out", str(tmp_path / "index.xz")]))
    index = Index.read(tmp_path / "index.xz")
    assert len(index.titles) == 4
    assert len(index.hashes) == 4 * 53
    assert capsys.readouterr().out.startswith("4 pieces, 212 fragments, 0 common")
