import numpy as np
import pytest

from studio.compose.accompaniment import write_arpeggio, write_chords, write_pad
from studio.styles import Ending, Feel

NOBODY = np.zeros(0, [("onset", "f8"), ("duration", "f8"), ("pitch", "i2"), ("velocity", "i2")])


def onsets(part):
    return sorted(set(part["onset"].tolist()))


def at(part, beat):
    return part[np.abs(part["onset"] - beat) < 1e-6]


def classes(part):
    return {int(pitch) % 12 for pitch in part["pitch"]}


def test_chords_follow_their_rows(plan_of, spans, seat, streams):
    chair = seat("chords", patterns=("9.....x.....5...",), low=52, high=74, velocity=70, length=0.5)
    part = write_chords(plan_of(("verse", 3, 0.5)), spans("I IV", 4, 12), chair, streams, lead=NOBODY)
    assert onsets(part) == [0, 1.5, 3, 4, 5.5, 7, 8]
    assert [classes(at(part, beat)) for beat in (0, 4)] == [{0, 4, 7}, {5, 9, 0}]
    assert [int(at(part, beat)["velocity"][0]) for beat in (0, 1.5, 3)] == [90, 70, 50]
    assert at(part, 0)["duration"][0] == pytest.approx(0.75)


def test_literal_rows_hold_as_long_as_they_say(plan_of, spans, seat, streams):
    chair = seat("chords", patterns=("x-..x---........",), low=52, high=74)
    part = write_chords(plan_of(("verse", 2, 0.5)), spans("I", 4, 8), chair, streams, lead=NOBODY)
    assert [at(part, beat)["duration"][0] for beat in (0, 1)] == [0.5, 1.0]


def test_a_stroke_that_lasts_over_a_change_sounds_the_next_chord(plan_of, spans, seat, streams):
    chair = seat("chords", patterns=("..x...........x.",), low=52, high=74)
    part = write_chords(plan_of(("verse", 3, 0.5)), spans("I IV", 4, 12), chair, streams, lead=NOBODY)
    assert classes(at(part, 3.5)) == {5, 9, 0}
    held = seat("chords", patterns=("x.............x.",), low=52, high=74)
    part = write_chords(plan_of(("verse", 3, 0.5)), spans("I IV", 4, 12), held, streams, lead=NOBODY)
    assert classes(at(part, 3.5)) == {0, 4, 7}


def test_comping_anticipates_some_changes(plan_of, spans, seat, streams_of):
    chair = seat("chords", voicing="rootless", patterns=("..x...........x.", "....x.........x."), low=50, high=72)
    ahead = []
    plan, chords = plan_of(("theme", 33, 0.5), feel=Feel(swing=0.66)), spans("Imaj7 IV7", 4, 132)
    for seed in range(6):
        part = write_chords(plan, chords, chair, streams_of(seed), lead=NOBODY)
        for bar in range(31):
            hit = classes(at(part, bar * 4 + 3.5))
            ahead.append(hit <= set(chords[bar + 1].chord.tones))
    assert 0.3 < np.mean(ahead) < 0.5


def test_every_chord_of_a_bar_is_heard(plan_of, spans, seat, streams):
    chair = seat("chords", patterns=("x...............",), low=52, high=74)
    part = write_chords(plan_of(("verse", 3, 0.5)), spans("I V", 2, 12), chair, streams, lead=NOBODY)
    assert onsets(part) == [0, 2, 4, 6, 8]
    assert classes(at(part, 2)) == {7, 11, 2}


def test_the_top_makes_way_for_the_lead(plan_of, spans, seat, streams, tune):
    chair = seat("chords", patterns=("x...............",), low=55, high=72)
    plan, chords = plan_of(("verse", 2, 0.5)), spans("I", 4, 8)
    alone = write_chords(plan, chords, chair, streams, lead=NOBODY)
    top = int(at(alone, 0)["pitch"].max())
    beside = write_chords(plan, chords, chair, streams, lead=tune([(0, 4, top - 1)]))
    assert int(at(beside, 0)["pitch"].max()) < top - 2
    assert classes(at(beside, 0)) <= {0, 4, 7}


def test_what_rubs_against_a_held_note_of_the_lead_is_left_out(plan_of, spans, seat, streams, tune):
    plan, chords = plan_of(("verse", 2, 0.5)), spans("Imaj7", 8, 8)
    chair = seat("chords", patterns=("x...............",), low=52, high=76)
    for tonic in (60, 72, 84):  # the tune holds the root over a chord with a major seventh
        part = write_chords(plan, chords, chair, streams, lead=tune([(0, 3, tonic)]))
        struck = at(part, 0)["pitch"].astype(int)
        assert len(struck) >= 2
        assert not set((tonic - struck).tolist()) & {-1, 1, 13}


def test_pads_hold_to_the_next_chord_and_do_not_strike_the_same_one_again(plan_of, spans, seat, streams):
    chair = seat("pad", "warm-pad", low=52, high=74)
    part = write_pad(plan_of(("verse", 9, 0.5)), spans("I I IV V", 4, 36), chair, streams, lead=NOBODY)
    assert onsets(part) == [0, 8, 12, 16, 24, 28, 32]
    ends = at(part, 0)["onset"] + at(part, 0)["duration"]
    assert np.all((ends >= 8) & (ends < 8.2))
    assert (part["onset"] + part["duration"]).max() == pytest.approx(37.6)  # 1.2 s before the end


def test_a_gated_pad_sounds_changes_in_the_middle_of_a_row(plan_of, spans, seat, streams):
    chair = seat("pad", patterns=("x---------------",), low=52, high=74)
    part = write_pad(plan_of(("verse", 3, 0.5)), spans("I V", 2, 12), chair, streams, lead=NOBODY)
    assert onsets(part) == [0, 2, 4, 6, 8]
    assert np.all(part["duration"][part["onset"] < 8] == 2)


def test_broken_chords_climb(plan_of, spans, seat, streams):
    chair = seat("arpeggio", patterns=("1.3.5.8.9.8.5.3.",), low=43, high=84)
    part = write_arpeggio(plan_of(("verse", 3, 0.5)), spans("I vi", 4, 12), chair, streams, lead=NOBODY)
    root = int(part["pitch"][0])
    assert root % 12 == 0
    assert (part["pitch"][:8] - root).tolist() == [0, 4, 7, 12, 14, 12, 7, 4]
    assert abs(int(part["pitch"][8]) - root) == 3 and part["pitch"][8] % 12 == 9


def test_broken_chords_stay_in_their_register(plan_of, spans, seat, streams):
    chair = seat("arpeggio", patterns=("1358983513589835",), low=60, high=76)
    part = write_arpeggio(plan_of(("verse", 9, 0.5)), spans("I bVI IV bVII", 4, 36), chair, streams, lead=NOBODY)
    assert part["pitch"].min() >= 60 and part["pitch"].max() <= 76


def test_x_walks_through_the_voicing(plan_of, spans, seat, streams):
    chair = seat("arpeggio", patterns=("x.x.x.x.........",), low=55, high=74)
    part = write_arpeggio(plan_of(("verse", 2, 0.5)), spans("I", 4, 8), chair, streams, lead=NOBODY)
    first = part["pitch"][:4].tolist()
    assert first[0] < first[1] < first[2] and first[3] == first[0]


def test_everybody_ends_on_the_final_chord(plan_of, spans, seat, streams):
    for role, writer in (("chords", write_chords), ("pad", write_pad), ("arpeggio", write_arpeggio)):
        chair = seat(role, patterns=("1.3.5.1.1.1.1.1.",), low=52, high=74)
        for kind, length in (("hold", 5.6), ("cold", 0.5)):
            plan = plan_of(("verse", 3, 0.5), ending=Ending(kind))
            last = at(writer(plan, spans("I", 4, 12), chair, streams, lead=NOBODY), 8.0)
            assert classes(last) == {0, 4, 7} and last["duration"] == pytest.approx(length)
        faded = writer(
            plan_of(("verse", 3, 0.5), ending=Ending("fade")), spans("I", 4, 12), chair, streams, lead=NOBODY
        )
        assert faded["onset"].max() == 11.5


def test_who_is_silent_at_the_end_does_not_come_back_for_it(plan_of, spans, seat, streams):
    plan = plan_of(("chorus", 2, 0.9), ("outro", 2, 0.3))
    part = write_pad(plan, spans("I", 4, 16), seat("pad", enters=0.5, low=52, high=74), streams, lead=NOBODY)
    assert part["onset"].max() < 8


@pytest.mark.parametrize(("voicing", "low", "high"), [("close", 55, 76), ("octave", 48, 76)])
def test_a_pad_lies_otherwise_every_other_strain(plan_of, spans, seat, tune, streams, voicing, low, high):
    plan = plan_of(("verse", 25, 0.5))
    chair = seat("pad", "warm-pad", voicing=voicing, low=low, high=high)
    part = write_pad(plan, spans("I IV", 4, 100), chair, streams, lead=tune([]))
    strain = [sorted(part["pitch"][(part["onset"] >= start) & (part["onset"] < start + 4)]) for start in (0, 32)]
    assert strain[0] != strain[1]
    assert {pitch % 12 for pitch in strain[1]} <= {pitch % 12 for pitch in strain[0]}
    assert low <= min(strain[1]) and max(strain[1]) <= high
