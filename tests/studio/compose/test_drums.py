from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from studio.compose.drums import choose_groove, write_drums
from studio.styles import Drums, Ending, Groove

KICK, SNARE, HAT, OPEN, CRASH = 36, 38, 42, 46, 49
TOMS = (50, 47, 43)


def bar_of(part, number, bar=4.0):
    inside = (part["onset"] >= number * bar - 1e-6) & (part["onset"] < (number + 1) * bar - 1e-6)
    return [(round(n["onset"] - number * bar, 3), int(n["pitch"])) for n in part[inside]]


def test_the_groove_sounds_as_written(plan_of, seat, streams):
    part = write_drums(plan_of(("verse", 9, 0.6)), seat("drums", "kit-rock"), streams)
    assert bar_of(part, 0) == [
        (0, KICK), (0, HAT), (0.5, HAT), (1, SNARE), (1, HAT), (1.5, HAT),
        (2, KICK), (2, HAT), (2.5, HAT), (3, SNARE), (3, HAT), (3.5, HAT),
    ]  # fmt: skip


def test_no_bar_comes_more_than_seven_times_running(plan_of, seat, streams):
    short_sections = [("verse", 4, 0.6)] * 30
    plan = plan_of(*short_sections, drums=Drums((Groove("four", {"KK": "9...9...9...9..."}),)))
    part = write_drums(plan, seat("drums"), streams)
    run, longest = 1, 1
    for number in range(1, 119):
        run = run + 1 if bar_of(part, number) == bar_of(part, number - 1) else 1
        longest = max(longest, run)
    assert longest <= 7


def test_a_rise_is_marked_by_crash_and_kick_and_a_small_step_is_not(plan_of, seat, streams):
    plan = plan_of(("verse", 4, 0.5), ("chorus", 4, 0.8), ("verse", 4, 0.85), ("outro", 2, 0.7))
    part = write_drums(plan, seat("drums"), streams)
    crashes = part["onset"][part["pitch"] == CRASH].tolist()
    assert crashes == [16.0, plan.final]
    assert KICK in [pitch for beat, pitch in bar_of(part, 4) if beat == 0]
    silent = plan_of(("verse", 4, 0.5), ("chorus", 5, 0.8), drums=replace(plan.style.drums, crash=False))
    assert CRASH not in write_drums(silent, seat("drums"), streams)["pitch"]


def test_fills_stand_before_rises_never_before_falls(plan_of, seat, streams_of):
    filled = fallen = 0
    for number in range(40):
        plan = plan_of(("verse", 4, 0.5), ("chorus", 4, 0.8), ("break", 4, 0.4), ("outro", 2, 0.4))
        part = write_drums(plan, seat("drums"), streams_of(number))
        filled += any(pitch in TOMS or (beat == 3.25 and pitch == SNARE) for beat, pitch in bar_of(part, 3))
        fallen += any(pitch in TOMS or (beat == 3.25 and pitch == SNARE) for beat, pitch in bar_of(part, 7))
    assert filled >= 24 and fallen == 0


def test_the_same_fill_never_comes_twice_running(plan_of, seat, streams):
    plan = plan_of(*[("verse", 4, 0.5 + 0.001 * i) for i in range(30)], drums=Drums((GROOVE,), FILLS))
    part = write_drums(plan, seat("drums"), streams)
    fills = []
    for number in range(3, 119, 4):
        hits = tuple(hit for hit in bar_of(part, number) if hit[1] in TOMS)
        if hits:
            fills.append(hits)
    assert len(fills) > 8
    assert all(a != b for a, b in pairwise(fills))


GROOVE = Groove("plain", {"KK": "9...........9...", "HH": "6.6.6.6.6.6.6.6."})
FILLS = (
    Groove("down", {"T1": "........7.7.....", "T2": "............7.7."}),
    Groove("up", {"T3": "........7.7.....", "T1": "............7.7."}),
)


def test_an_entry_is_announced_in_the_beat_before(plan_of, seat, streams):
    plan = plan_of(("intro", 4, 0.3), ("verse", 5, 0.6))
    part = write_drums(plan, seat("drums", enters=0.5), streams)
    assert 14.0 <= part["onset"][0] < 16.0


def test_it_ends_on_the_final_beat_unless_the_music_fades(plan_of, seat, streams):
    plan = plan_of(("verse", 8, 0.6))
    part = write_drums(plan, seat("drums"), streams)
    assert part["onset"].max() == plan.final == 28.0
    assert {KICK, CRASH} <= set(part["pitch"][part["onset"] == 28.0].tolist())
    fading = write_drums(plan_of(("verse", 8, 0.6), ending=Ending("fade")), seat("drums"), streams)
    assert fading["onset"].max() >= 30.0 and len(bar_of(fading, 7)) >= 10


def test_three_four_takes_the_first_three_beats_of_a_groove(plan_of, seat, streams):
    part = write_drums(plan_of(("verse", 5, 0.6), meter="3/4"), seat("drums"), streams)
    assert bar_of(part, 0, 3.0) == [
        (0, KICK), (0, HAT), (0.5, HAT), (1, SNARE), (1, HAT), (1.5, HAT), (2, KICK), (2, HAT), (2.5, HAT),
    ]  # fmt: skip


def test_triplet_rows_keep_their_triplets_in_three_four(plan_of, seat, streams):
    ride = Groove("ride", {"RD": "7..7.77..7.7"})
    plan = plan_of(("verse", 4, 0.6), meter="3/4", drums=Drums((ride,)))
    part = write_drums(plan, seat("drums"), streams)
    assert [beat for beat, _ in bar_of(part, 0, 3.0)] == pytest.approx([0, 1, 1.667, 2], abs=1e-3)


def test_a_style_in_compound_time_needs_no_meter_beside_its_grooves(plan_of, seat, streams):
    slow = Drums((Groove("slow", {"KK": "9.....9.....", "HH": "6.6.6.6.6.6."}),))
    part = write_drums(plan_of(("verse", 3, 0.6), meter="6/8", meters=("6/8",), drums=slow), seat("drums"), streams)
    assert [beat for beat, pitch in bar_of(part, 0, 3.0) if pitch == KICK] == [0, 1.5]
    assert sum(pitch == HAT for _, pitch in bar_of(part, 0, 3.0)) == 6


def test_the_busiest_groove_that_fits_is_chosen(plan_of):
    soft, loud, wild = (
        Groove(name, {"KK": "9..."}, min_energy=low) for name, low in (("soft", 0.0), ("loud", 0.5), ("wild", 0.9))
    )
    waltz = Groove("waltz", {"KK": "9..."}, meter="3/4")
    plan = plan_of(("verse", 4, 0.3), ("chorus", 4, 0.8), drums=Drums((soft, loud, wild, waltz)))
    chosen = [choose_groove(plan, section, np.random.default_rng(7)) for section in plan.sections]
    assert chosen == [soft, loud]
    waltzing = plan_of(("verse", 4, 0.8), meter="3/4", drums=plan.style.drums)
    assert choose_groove(waltzing, waltzing.sections[0], np.random.default_rng(7)) == waltz


def test_loudness_follows_energy(plan_of, seat, streams_of):
    soft, loud = (write_drums(plan_of(("verse", 5, energy)), seat("drums"), streams_of(1)) for energy in (0.3, 1.0))
    kick = lambda part: part["velocity"][part["pitch"] == KICK][0]  # noqa: E731
    assert kick(loud) - kick(soft) >= 12


def test_builds_grow(plan_of, seat, streams):
    plan = plan_of(("build", 4, 0.6), ("drop", 4, 0.7), drums=Drums((GROOVE,)))
    part = write_drums(plan, seat("drums"), streams)
    hats = part[(part["pitch"] == HAT) & (part["onset"] % 4 == 0)]["velocity"][:4]
    assert np.all(np.diff(hats) > 0)
