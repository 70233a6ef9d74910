import numpy as np
import pytest

from studio.score import Score, Section, TempoMap, automation, notes
from studio.theory.key import Key
from studio.theory.meter import Meter


def test_steady_tempo_is_a_straight_line():
    tempo = TempoMap((0.0,), (120.0,), lead_in=0.05)
    assert tempo.seconds([0, 1, 4]) == pytest.approx([0.05, 0.55, 2.05])


def test_tempo_change_slows_what_follows():
    tempo = TempoMap((0.0, 4.0), (120.0, 60.0))
    assert tempo.seconds([4, 5, 6]) == pytest.approx([2, 3, 4])


def test_beat_is_the_inverse_of_seconds():
    tempo = TempoMap((0.0, 4.0, 9.5), (120.0, 60.0, 200.0), lead_in=0.3)
    beats = np.linspace(-1, 20, 50)
    assert tempo.beat(tempo.seconds(beats)) == pytest.approx(beats)


def test_notes_are_sorted_by_time_then_pitch():
    array = notes([(1, 1, 60, 80), (0, 1, 64, 80), (0, 1, 60, 80)])
    assert array["onset"].tolist() == [0, 0, 1]
    assert array["pitch"].tolist() == [60, 64, 60]
    assert len(notes([])) == 0


def test_an_automation_jump_keeps_its_direction():
    assert automation([(2, 0.5), (1, 1.0), (1, 0.0)]).tolist() == [(1, 1.0), (1, 0.0), (2, 0.5)]


def test_a_lift_holds_for_the_notes_of_its_section_alone():
    sections = (Section("A", "verse", 0, 8, 2, 0.5), Section("B", "chorus", 8, 8, 2, 0.9, lift=2))
    score = Score("T", Key.parse("A minor"), Meter(4, 4), TempoMap((0.0,), (120.0,)), 9.0, sections, (), ())
    assert score.lift([-0.5, 0, 7.9, 8, 15, 20]).tolist() == [0, 0, 0, 2, 2, 2]
    assert [str(key) for key in score.keys] == ["A minor", "B minor"]
