from typing import Any

import pytest

from studio.models.melody import DURATIONS, LOWEST, REST
from studio.training.melody import encode

ROW: dict[str, Any] = {
    "id": "x", "src": "openscore_lieder", "title": "x", "key": [7, "maj"],
    "meas": [[0, 96, 4, 4], [96, 96, 4, 4]], "chords": [[0, 7, ""], [96, 2, "7"]],
    "mel": [[0, 24, 67], [25, 23, 69], [72, 24, 71], [96, 96, 74]],
}  # fmt: skip


def told(row):
    found = encode(row)
    assert found
    events, context = found
    notes = [(None if pitch == REST else int(pitch) + LOWEST, DURATIONS[length]) for pitch, length in events]
    return notes, context


def test_a_tune_is_told_in_c_on_the_grid_with_its_rests():
    notes, context = told(ROW)
    assert notes == [(72, 24), (74, 24), (None, 24), (76, 24), (79, 96)] or notes == [
        (60, 24), (62, 24), (None, 24), (64, 24), (67, 96)
    ]  # fmt: skip
    assert context[0, 1] == 0 and context[-1, 1] == 7, "G and D7 are I and V7"


@pytest.mark.parametrize("up", [-12, -5, 3, 12])
def test_every_key_and_octave_tells_the_same(up):
    moved = {
        **ROW,
        "key": [(7 + up) % 12, "maj"],
        "mel": [[on, length, pitch + up] for on, length, pitch in ROW["mel"]],
    }
    moved["chords"] = [[tick, (root + up) % 12, quality] for tick, root, quality in ROW["chords"]]
    notes, context = told(moved)
    assert [n and n % 12 for n, _ in notes] == [n and n % 12 for n, _ in told(ROW)[0]]
    assert (context == told(ROW)[1]).all()


def test_a_row_without_notes_is_left_out():
    assert encode({**ROW, "mel": []}) is None
