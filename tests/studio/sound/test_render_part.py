import numpy as np
import pytest

from studio.errors import RenderError
from studio.score import Part, Score, TempoMap, notes
from studio.sound import render_part, warm_up
from studio.sound.events import _pedal_strokes
from studio.theory.key import Key
from studio.theory.meter import Meter
from tests.studio.sound.measuring import Play, frame, level_db

pytestmark = pytest.mark.usefixtures("tiny_library")


def test_a_stem_is_as_long_as_its_score(play: Play) -> None:
    sound = play("piano", [(0.0, 1.0, 69, 80)], duration=1.2345)
    assert sound.shape == (2, frame(1.2345))
    assert sound.dtype == np.float32
    assert sound.flags.c_contiguous


def test_a_part_without_notes_is_silent(play: Play) -> None:
    part = Part("p", "P", "lead", "piano", notes([]))
    score = Score("", Key(0, "major"), Meter(4, 4), TempoMap((0.0,), (60.0,)), 1.0, (), (), (part,))
    assert not render_part(part, score, seed=1).any()


def test_tempo_and_lead_in_place_the_notes() -> None:
    part = Part("p", "P", "lead", "piano", notes([(4.0, 1.0, 69, 127)]))
    tempo = TempoMap((0.0, 2.0), (120.0, 60.0), lead_in=0.25)
    sound = render_part(part, Score("", Key(0, "major"), Meter(4, 4), tempo, 5.0, (), (), (part,)), seed=1)
    first = int(np.flatnonzero(np.abs(sound[0]) > 1e-7)[0])
    assert first - frame(0.25 + 1.0 + 2.0) in (0, 1, 2)


def test_unknown_instrument_names_the_nearest(play: Play) -> None:
    with pytest.raises(RenderError, match="no 'pianno'; did you mean piano"):
        play("pianno", [(0.0, 1.0, 60, 80)])


def test_volume_is_in_decibels(play: Play) -> None:
    lane = {"volume": [(0.0, 0.0), (1.0, 0.0), (1.001, -12.0), (2.0, -12.0)]}
    sound = play("piano", [(0.0, 2.0, 69, 80)], controls=lane)[0]
    difference = level_db(sound[frame(1.1) : frame(1.9)]) - level_db(sound[frame(0.1) : frame(0.9)])
    assert difference == pytest.approx(-12, abs=0.05)


def test_volume_moves_in_straight_lines_of_decibels(play: Play) -> None:
    sound = play("piano", [(0.0, 2.0, 69, 80)], controls={"volume": [(0.0, -40.0), (2.0, 0.0)]})[0]
    steps = [level_db(sound[frame(at) : frame(at + 0.2)]) for at in (0.2, 0.7, 1.2, 1.7)]
    assert np.diff(steps) == pytest.approx([10, 10, 10], abs=0.3)


def test_expression_is_squared_as_in_general_midi(play: Play) -> None:
    note = [(0.0, 2.0, 69, 80)]
    full, half = play("piano", note)[0], play("piano", note, controls={"expression": [(0.0, 0.5)]})[0]
    assert level_db(half) - level_db(full) == pytest.approx(40 * np.log10(0.5), abs=0.05)


def test_pedal_crosses_half_way_between_breakpoints() -> None:
    times, values = np.array([0.0, 1.0, 2.0, 3.0]), np.array([0.0, 1.0, 1.0, 0.0])
    assert _pedal_strokes(times, values) == [(frame(0.5), frame(2.5))]


def test_warm_up_needs_only_a_library() -> None:
    warm_up()
