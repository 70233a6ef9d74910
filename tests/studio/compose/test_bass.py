import numpy as np
import pytest

from studio.compose.bass import walks, write_bass
from studio.styles import Ending, Feel

WALKING = ("1...3...5...<...", "1...2...3...>...", "8...7...5...<...")


def classes(part):
    return (part["pitch"] % 12).tolist()


def test_digits_are_degrees_of_the_chord_that_sounds(plan_of, spans, seat, streams):
    plan = plan_of(("verse", 3, 0.5))
    chair = seat("bass", "finger-bass", patterns=("1...3...5...8...",), low=28, high=52)
    part = write_bass(plan, spans("I IV", 4, 12), chair, streams)
    assert classes(part) == [0, 4, 7, 0, 5, 9, 0, 5, 0]
    assert part["onset"].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8]


def test_a_chord_that_comes_between_gets_its_root(plan_of, spans, seat, streams):
    plan = plan_of(("verse", 3, 0.5))
    chair = seat("bass", patterns=("1.......5.......", "1..............."), low=28, high=52)
    part = write_bass(plan, spans("I V", 2, 12), chair, streams)
    on_change = part[np.isin(part["onset"], [0, 2, 4, 6])]
    assert classes(on_change) == [0, 7, 0, 7]


def test_approaches_lead_by_a_semitone_into_the_next_root(plan_of, spans, seat, streams):
    plan = plan_of(("verse", 4, 0.5))
    chair = seat("bass", patterns=("1.......5...<...",), low=28, high=52)
    part = write_bass(plan, spans("I IV V", 4, 16), chair, streams)
    for index in np.flatnonzero(part["onset"] % 4 == 3)[:2]:
        assert abs(int(part["pitch"][index + 1]) - int(part["pitch"][index])) == 1


def test_slash_basses_are_honoured(plan_of, spans, seat, streams):
    part = write_bass(plan_of(("verse", 2, 0.5)), spans("I/3", 4, 8), seat("bass", low=28, high=52), streams)
    assert classes(part) == [4, 4]


def test_walking_lines_move(plan_of, spans, seat, streams_of):
    for seed in range(8):
        plan = plan_of(("theme", 33, 0.6), feel=Feel(swing=0.66))
        chair = seat("bass", "upright-bass", patterns=WALKING, low=28, high=50)
        part = write_bass(plan, spans("Imaj7 vi7 ii7 V7 Imaj7 Imaj7", 4, 132), chair, streams_of(seed))
        assert walks(plan, chair)
        pitch = part["pitch"][:-1].astype(int)
        assert not np.any((pitch[2:] == pitch[1:-1]) & (pitch[1:-1] == pitch[:-2]))
        assert np.mean(np.diff(pitch) == 0) < 0.06
        assert np.abs(np.diff(pitch)).max() <= 12
        assert pitch.min() >= 28 and pitch.max() <= 50
        turns = np.flatnonzero(np.diff(np.sign(np.diff(pitch)[np.diff(pitch) != 0])))
        assert np.diff(turns).max() <= 9
        assert np.all(np.isin((part["onset"][:-1]), np.arange(128)))


def test_walking_roots_stand_on_the_changes(plan_of, spans, seat, streams):
    plan = plan_of(("theme", 9, 0.6))
    part = write_bass(plan, spans("Imaj7 vi7 ii7 V7", 4, 36), seat("bass", patterns=WALKING, low=28, high=50), streams)
    assert classes(part[part["onset"] % 4 == 0])[:8] == [0, 9, 2, 7] * 2


def test_energy_chooses_the_pattern(plan_of, spans, seat, streams):
    plan = plan_of(("verse", 3, 0.2), ("chorus", 4, 0.9))
    chair = seat("bass", patterns=("1...............", "1.1.1.1.1.1.1.1."), low=28, high=52)
    part = write_bass(plan, spans("I", 4, 28), chair, streams)
    assert np.sum(part["onset"] < 12) == 3 and np.sum(part["onset"] >= 12) == 25


def test_kicks_and_ghosts(plan_of, spans, seat, streams):
    plan = plan_of(("verse", 2, 0.5))
    chair = seat("bass", patterns=("1.......1...g...",), low=28, high=52, velocity=80)
    part = write_bass(plan, spans("I", 4, 8), chair, streams, kicks=np.array([2.0]))
    assert part["velocity"].tolist() == [80, 86, 36, 80]


def test_without_patterns_roots_last_as_long_as_chords(plan_of, spans, seat, streams):
    part = write_bass(
        plan_of(("verse", 9, 0.5)), spans("I IV", 8, 36), seat("bass", low=28, high=52, length=1.0), streams
    )
    assert part["onset"].tolist() == [0, 8, 16, 24, 32]
    assert part["duration"].tolist() == pytest.approx([8, 8, 8, 8, 5.6])


def test_the_last_root_is_held_short_or_missing(plan_of, spans, seat, streams):
    chords, chair = spans("I", 4, 8), seat("bass", patterns=("1...1...1...1...",), low=28, high=52)
    last = lambda kind: write_bass(plan_of(("verse", 2, 0.5), ending=Ending(kind)), chords, chair, streams)[-1]  # noqa: E731
    assert (last("hold")["onset"], last("hold")["duration"]) == pytest.approx((4.0, 5.6))
    assert (last("cold")["onset"], last("cold")["duration"]) == (4.0, 0.5)
    assert last("fade")["onset"] == 7.0


def test_kettledrums_play_only_on_the_roots_they_are_tuned_to(plan_of, spans, seat, streams):
    chair = seat("bass", "timpani", patterns=("1...1...1...1...",), roots=(0, 7), low=40, high=53)
    part = write_bass(plan_of(("verse", 5, 0.8)), spans("I IV V ii I", 4, 20), chair, streams)
    assert sorted({int(onset // 4) for onset in part["onset"]}) == [0, 2, 4]
    assert {int(pitch) % 12 for pitch in part["pitch"]} == {0, 7}


def test_a_bass_that_is_ahead_plays_the_next_bars_root(plan_of, spans, seat, streams):
    chair = seat("bass", patterns=("...5..n.",), low=28, high=50)
    part = write_bass(plan_of(("chorus", 4, 0.6)), spans("I IV V", 4, 16), chair, streams)
    ahead = part[part["onset"] % 4 == 3]
    assert part["onset"][0] == 1.5
    assert classes(part)[0] == 0, "it comes in on the root"
    assert classes(ahead)[:2] == [5, 7]
    assert ahead["duration"][0] > 1.5, "held over the bar line"


def test_a_box_comes_down_from_the_octave_without_a_jump(plan_of, spans, seat, streams):
    chair = seat("bass", patterns=("1...3...5...6...|8...6...5...3...",), low=28, high=50)
    for numeral in ("I", "bIII", "III", "IV", "V", "VI"):
        part = write_bass(plan_of(("verse", 9, 0.5)), spans(numeral, 36, 36), chair, streams)
        pitches = part["pitch"][part["onset"] < 32].astype(int)
        assert abs(pitches[5] - pitches[4]) <= 9, numeral
