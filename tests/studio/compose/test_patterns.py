import pytest

from studio.compose.patterns import read
from studio.theory.meter import Meter

FOUR, THREE, SIX, TWELVE = (Meter.parse(text) for text in ("4/4", "3/4", "6/8", "12/8"))


def beats(row, meter, **settings):
    return [round(step.beat, 4) for step in read(row, meter, **settings).steps]


def test_sixteen_steps_are_sixteenths():
    assert beats("9..4....8.......", FOUR) == [0, 0.75, 2]


def test_an_onset_lasts_to_the_next_without_holds_and_through_them_with():
    assert [step.beats for step in read("1...3...........", FOUR).steps] == [1, 3]
    assert [step.beats for step in read("1-..3---........", FOUR).steps] == [0.5, 1]


def test_triplets_stay_where_they_are_in_straight_music():
    assert beats("x.xx.xx.xx.x", FOUR) == pytest.approx([b + t for b in range(4) for t in (0, 0.6667)])


def test_triplets_of_swung_music_move_to_the_eighths_that_will_be_swung():
    assert beats("x.xx.xx.xx.x", FOUR, swung=True) == pytest.approx([b + t for b in range(4) for t in (0, 0.5)])


def test_three_four_takes_the_first_three_beats():
    assert beats("1...2...3...4...", THREE) == [0, 1, 2]


def test_compound_meters_give_every_pulse_its_thirds():
    assert beats("1...2...3...4...", TWELVE) == [0, 1.5, 3, 4.5]
    assert beats("12..34..1...2...", SIX) == [0, 0.5, 1.5, 2]


def test_bars_wrap_round():
    row = read("1...............|....5...........", FOUR)
    assert row.bars == 2
    assert [(step.beat, step.symbol) for step in row.bar(3, 4.0)] == [(1.0, "5")]


def test_seven_is_an_accent_of_one():
    assert read("7.......x.......", FOUR).steps[0].accent == read("x...", FOUR).steps[0].accent == 1.0
    assert read("9...............", FOUR).steps[0].accent == pytest.approx(9 / 7)
