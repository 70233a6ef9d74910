from itertools import pairwise

import numpy as np
import pytest

from studio.compose.patterns import read
from studio.compose.timeline import onsets
from studio.compose.turns import Turns
from studio.theory.meter import Meter

FOUR = Meter(4, 4)


def player(plan, chair):
    rows = [read(row, FOUR) for row in chair.style.patterns]
    return Turns(plan, chair, rows, ["-" in row for row in chair.style.patterns])


def seen(plan, chair, main=0, energy=0.6, number=3):
    """Return every way in which a bar turns, as tuples of (beat, symbol)."""
    found = set()
    for seed in range(60):
        steps, _ = player(plan, chair).turn("Verse", number, energy, main, np.random.default_rng(seed))
        found.add(tuple((step.beat, step.symbol) for step in steps))
    return found


def test_a_broken_chord_breathes_runs_back_or_borrows_the_row_beside(plan_of, seat):
    chair = seat("arpeggio", patterns=["1.3.5.8.1.3.5.8.", "1.5.8.5.1.5.8.5."])
    turns = seen(plan_of(("verse", 8, 0.6)), chair)
    plain = [(0.0, "1"), (0.5, "3"), (1.0, "5"), (1.5, "8"), (2.0, "1"), (2.5, "3"), (3.0, "5"), (3.5, "8")]
    assert tuple(plain) in turns
    assert tuple(plain[:-1]) in turns  # a breath of half a beat
    assert tuple(plain[:4]) in turns  # a stop of two beats
    assert (*plain[:4], (2.0, "8"), (2.5, "5"), (3.0, "3"), (3.5, "1")) in turns
    assert any(turn[1] == (0.5, "5") for turn in turns)


def test_a_bass_leads_on_but_not_where_it_is_calm(plan_of, seat):
    chair = seat("bass", patterns=["1-------1---<..."])
    plan = plan_of(("verse", 8, 0.6))
    assert ((0.0, "1"), (2.0, "1"), (3.0, "<"), (3.5, "<")) in seen(plan, chair)
    assert all(turn[-1][0] < 3.5 for turn in seen(plan, chair, energy=0.2))
    busy = seat("bass", patterns=["1.1.1.1.1.1.1.1."])
    assert all(len(turn) >= 7 for turn in seen(plan, busy))  # the floor never stops for half a bar


def test_four_to_the_bar_goes_on(plan_of, seat):
    chair = seat("chords", patterns=["4...6...4...6..."])
    assert all(len(turn) >= 4 for turn in seen(plan_of(("verse", 8, 0.6)), chair))


def test_no_phrase_turns_as_eight_bars_ago_nor_as_the_last_time(plan_of, seat):
    rng = np.random.default_rng(7)
    chair = seat("arpeggio", patterns=["1.3.5.8.1.3.5.8."])
    turns = player(plan_of(("verse", 16, 0.6)), chair)
    for _ in range(20):
        drawn = {number: turns.turn("Verse", number, 0.6, 0, rng)[0] for number in (3, 7, 11, 15)}
        assert drawn[3] != drawn[11] and drawn[7] != drawn[15]
    first = [turns.turn("Chorus", 3, 0.6, 0, rng)[0] for _ in range(20)]
    assert all(one != other for one, other in pairwise(first))


@pytest.mark.parametrize("role", ["chords", "bass", "arpeggio"])
def test_no_part_repeats_eight_bars_unchanged(plan_of, seat, role):
    chair = seat(role, patterns=["1.1.1.5.1.1.5.1."] if role != "chords" else ["7.5.7.5.7.5.7.5."])
    plan = plan_of(("verse", 33, 0.6), chairs=(chair,))
    bars: dict[int, list[tuple[float, str]]] = {number: [] for number in range(33)}
    for onset in onsets(plan, chair, plan.streams("accompaniment")):
        bars[onset.bar.number].append((onset.step.beat, onset.step.symbol))
    for start in range(16):
        assert [bars[start + i] for i in range(8)] != [bars[start + 8 + i] for i in range(8)]
