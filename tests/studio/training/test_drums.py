import json
import lzma

import numpy as np
import pytest

from studio.models.drums import BAR_LINE, GRAMMAR
from studio.training.corpus import side
from studio.training.drums import LEAD_IN_BARS, LEAD_INS, pieces, title

GROOVE = [[0, 0, 90, 0], [24, 1, 100, 0], [48, 0, 90, 0], [72, 1, 100, 1]]
TOMS = [[0, 0, 90, 0], *([tick, 7, 100, 0] for tick in range(48, 96, 6))]
FILL = list(GRAMMAR.context).index("fill")


def take(number, kind, bars, style="rock", player="drummer1/session1"):
    return {
        "id": f"{player}/{number}", "style": style, "sub": "", "type": kind, "bpm": 110, "meter": [4, 4], "bars": bars,
        "split": "train",
    }  # fmt: skip


@pytest.fixture
def read(tmp_path):
    def written(*takes):
        with lzma.open(tmp_path / "drums_gmd.jsonl.xz", "wt") as file:
            file.writelines(json.dumps(row) + "\n" for row in takes)
        return list(pieces(tmp_path))

    return written


def test_long_takes_are_cut_and_their_fills_told_by_the_toms(read):
    found = read(take(1, "beat", [GROOVE] * 39 + [TOMS]))
    assert sorted(int((piece.events[:, 0] == BAR_LINE).sum()) for piece in found) == [8, 32]
    fills = [piece.context[piece.events[:, 0] == BAR_LINE, FILL] for piece in found]
    assert sorted(fill.tolist() for fill in fills) == [[0] * 32, [0] * 7 + [1]]


def test_a_recorded_fill_stands_behind_grooves_of_its_side_without_its_landing(read):
    grooves = [take(number, "beat", [GROOVE] * 4) for number in range(2, 40)]
    ours = {side(title(row)) for row in grooves}
    fill = take(1, "fill", [TOMS, [[0, 8, 100, 0]]])
    assert side(title(fill)) in ours
    found = [piece for piece in read(*grooves, fill) if piece.title == title(fill)]
    assert len(found) == LEAD_INS
    for piece in found:
        lines = piece.events[:, 0] == BAR_LINE
        assert piece.context[lines, FILL].tolist() == [0] * LEAD_IN_BARS + [1]


def test_an_exercise_of_all_drummers_stays_on_one_side():
    first, second = (take(5, "beat", [], player=f"drummer{n}/eval_session") for n in (1, 7))
    assert title(first) == title(second)
    assert title(take(5, "beat", [])) != title(take(6, "beat", []))


def test_reading_twice_gives_the_same_pieces(read):
    rows = [take(number, "beat", [GROOVE] * number) for number in range(3, 9)] + [take(9, "fill", [TOMS])]
    first, second = read(*rows), read(*rows)
    assert all(np.array_equal(a.events, b.events) for a, b in zip(first, second, strict=True))
