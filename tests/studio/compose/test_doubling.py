from dataclasses import replace

import numpy as np
import pytest

from studio.compose.doubling import write_double


@pytest.fixture
def second(seat):
    return seat("counter", "violin", doubles="third", low=55, high=84, enters=0.8)


def test_thirds_stay_in_the_scale_and_held_notes_in_the_chord(plan_of, spans, tune, second):
    plan = plan_of(("verse", 1, 0.5), ("chorus", 2, 0.9))
    lead = tune([(0, 1, 72), (4, 0.5, 76), (4.5, 0.5, 74), (5, 1, 72), (6, 2, 67)])
    double = write_double(plan, spans("I", 4, 12), second, lead)
    assert double["onset"].tolist() == [4, 4.5, 5, 6]  # the verse is sung alone
    assert double["pitch"].tolist() == [72, 71, 67, 64]  # under a held C its fourth: A is no tone of the chord
    assert double["duration"].tolist() == [0.5, 0.5, 1, 2]


def test_thirds_follow_a_lifted_key(plan_of, spans, tune, second):
    plan = plan_of(("verse", 1, 0.9), ("chorus", 2, 0.9))
    plan = replace(plan, sections=(plan.sections[0], replace(plan.sections[1], lift=2)))
    double = write_double(plan, spans("I", 4, 4) + spans("I", 4, 12, "D major")[1:], second, tune([(4.5, 0.5, 76)]))
    assert double["pitch"].tolist() == [73]


def test_an_octave_is_an_octave_and_nobody_leaves_the_register(plan_of, spans, tune, seat):
    chair = seat("counter", "violin", doubles="octave", low=55, high=84)
    double = write_double(plan_of(("chorus", 3, 0.9)), spans("I", 4, 12), chair, tune([(0, 1, 72), (1, 1, 62)]))
    assert double["pitch"].tolist() == [60]
    assert np.all(double["pitch"] >= 55)


def test_thirds_do_not_rub_against_a_borrowed_chord(plan_of, spans, tune, second):
    double = write_double(plan_of(("chorus", 3, 0.9)), spans("bVII", 4, 12), second, tune([(0, 0.5, 74), (1, 0.5, 77)]))
    assert double["pitch"].tolist() == [70, 74]  # over Bb in C a D has the Bb below it, not the scale's B


def test_a_voice_that_reaches_little_of_a_tune_sings_all_of_it_an_octave_lower(plan_of, spans, tune, seat):
    chair = seat("counter", "violin", doubles="third", low=55, high=79)
    lead = tune([(0, 1, 88), (1, 1, 84), (2, 1, 79)])
    assert write_double(plan_of(("chorus", 3, 0.9)), spans("I", 4, 12), chair, lead)["pitch"].tolist() == [72, 67, 64]
