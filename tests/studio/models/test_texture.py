"""Piano textures as events: notes there and back, and what is known of their places."""

import numpy as np

from studio.models.melody import Frame, bar_starts, quality_index
from studio.models.texture import (
    ADVANCES,
    DURATIONS,
    GRAMMAR,
    SILENCE,
    Ground,
    densities,
    density_class,
    encode,
    pitch_of,
    snap,
)
from studio.theory.meter import Meter

BAR = 96
CHORDS = np.array([(0, 0, quality_index("")), (BAR, 7, quality_index("7"))])
FRAME = Frame(bar_starts([(0, BAR), (BAR, BAR)]), CHORDS, "lied", Meter(4, 4), is_minor=False)
GROUND = Ground(FRAME, np.array([(0, 48, 67), (BAR, BAR + 24, 74)]), tempo=80.0)
NOTES = [(0, 24, 48), (24, 24, 64), (24, 24, 67), (48, 12, 60), (BAR, 96, 43), (BAR, 96, 59)]


def decoded(events, ground):
    now, notes = 0, []
    for degree, octave, duration, advance in events.tolist():
        if degree != SILENCE:
            root = int(ground.root(np.array([now]))[0])
            notes.append((now, DURATIONS[duration], pitch_of(degree, octave, root)))
        now += ADVANCES[advance]
    return notes, now


def test_notes_come_back_from_their_events():
    events, _ = encode(NOTES, GROUND)
    assert decoded(events, GROUND) == (NOTES, 2 * BAR)


def test_degrees_count_from_the_root_of_the_chord_that_sounds():
    events, _ = encode(NOTES, GROUND)
    notes = events[events[:, 0] != SILENCE]
    assert notes[:, 0].tolist() == [0, 4, 7, 0, 0, 4]


def test_long_gaps_are_told_by_silences():
    events, context = encode([(BAR + 12, 12, 55)], GROUND)
    assert decoded(events, GROUND)[0] == [(BAR + 12, 12, 55)]
    assert (events[:, 0] == SILENCE).sum() == 2
    assert len(context) == len(events)


def test_notes_off_the_grid_are_moved_to_it_and_told_once():
    assert [snap(tick) for tick in (1, 3, 7, 10, 15, 22, 25)] == [0, 0, 6, 8, 16, 24, 24]
    events, _ = encode([(0, 24, 60), (1, 6, 60)], GROUND)
    assert decoded(events, GROUND)[0] == [(0, 24, 60)]


def test_the_context_knows_chord_tune_and_density():
    _, context = encode(NOTES, GROUND)
    known = {name: context[:, index].tolist() for index, name in enumerate(GRAMMAR.context)}
    assert known["root"][0] == 0 and known["root"][-1] == 7
    assert known["next_root"][0] == 7
    assert known["tune"][0] == 7 and known["tune"][-1] == 7
    assert known["sung"][:3] == [2, 1, 1] and known["sung"][3] == 0
    assert set(known["density"]) == {density_class(3, 4.0), density_class(1, 4.0)}
    limits = np.array(list(GRAMMAR.context.values()))
    assert (context >= 0).all() and (context < limits).all()


def test_density_is_that_of_the_bar():
    onsets = np.array([0, 0, 24, 48, BAR])
    assert densities(onsets, FRAME.bars).tolist() == [density_class(3, 4.0)] * 4 + [density_class(1, 4.0)]
