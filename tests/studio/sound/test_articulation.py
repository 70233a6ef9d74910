from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from studio.audio import SAMPLE_RATE, Audio
from studio.instruments import ARTICULATIONS, INSTRUMENTS, instrument
from studio.score import Part, Score, TempoMap, notes
from studio.sound import render
from studio.sound.articulation import hands, manner
from studio.sound.events import events, takes
from studio.theory.key import Key
from studio.theory.meter import Meter
from tests.studio.sound.measuring import Play, frame, level_db, needs_library

HOP = 220


@pytest.fixture
def real_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOUND_LIBRARY", raising=False)


def without(play: Play, monkeypatch: pytest.MonkeyPatch, identity: str, *args: object, **kwargs: object) -> Audio:
    """Render as an instrument would sound that knows no articulations."""
    with monkeypatch.context() as patched:
        patched.setattr(render, "instrument", lambda _: replace(instrument(identity), articulations=()))
        return play(identity, *args, **kwargs)


def levels(sound: Audio) -> NDArray[np.float64]:
    """Return the level in dB in windows of 20 ms, every 5 ms."""
    window = np.hanning(882)
    power = np.convolve((sound.astype(float) ** 2).sum(0), window / window.sum(), "same")
    return 10 * np.log10(power + 1e-12)[::HOP]


def unevenness(sound: Audio, at: float) -> tuple[float, float]:
    """Return by how many dB the level falls under, and rises over, a straight line across a joint of two notes."""
    level = levels(sound)
    time = np.arange(len(level)) * HOP / SAMPLE_RATE
    before = np.median(level[(time > at - 0.12) & (time < at - 0.04)])
    after = np.median(level[(time > at + 0.1) & (time < at + 0.25)])
    near = (time > at - 0.03) & (time < at + 0.1)
    away = (level - np.interp(time, [at - 0.03, at + 0.1], [before, after]))[near]
    return float(-away.min()), float(away.max())


PAIR = [(0.0, 0.48, 70, 85), (0.5, 1.0, 72, 85)]


@needs_library
@pytest.mark.usefixtures("real_library")
@pytest.mark.parametrize("identity", ["flute", "clarinet", "tenor-sax", "trumpet", "muted-trumpet", "harmonica"])
def test_slurred_notes_have_neither_gap_nor_attack(play: Play, identity: str, monkeypatch: pytest.MonkeyPatch) -> None:
    dip, spike = unevenness(play(identity, PAIR), 0.5)
    assert dip < 3 and spike < 3
    tongued, _ = unevenness(without(play, monkeypatch, identity, PAIR), 0.5)
    assert tongued > 5, "the same pair, tongued"


@needs_library
@pytest.mark.usefixtures("real_library")
def test_short_notes_are_damped(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    short = [(0.0, 0.12, 67, 85)]
    damped, ringing = play("strings", short), without(play, monkeypatch, "strings", short)
    late = slice(frame(0.25), frame(0.45))
    assert level_db(damped[:, late]) < level_db(ringing[:, late]) - 8
    early = slice(0, frame(0.12))
    assert level_db(damped[:, early]) > level_db(ringing[:, early]) - 1, "and no softer while it lasts"


@needs_library
@pytest.mark.usefixtures("real_library")
def test_loud_notes_begin_with_an_accent(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    def rise(velocity: int) -> float:
        note = [(0.0, 1.0, 62, velocity)]
        gained = levels(play("trombone", note)) - levels(without(play, monkeypatch, "trombone", note))
        return float(gained[round(0.05 * SAMPLE_RATE / HOP)])

    assert rise(100) == pytest.approx(0, abs=0.1)
    assert 1.5 < rise(120) < 3.0


def found(rows: list[tuple[float, float, int, int]], identity: str = "clarinet") -> np.ndarray:
    part = Part("part", "Part", "lead", identity, notes(rows))
    score = Score("", Key(0, "major"), Meter(4, 4), TempoMap((0.0,), (60.0,)), 9.0, (), (), (part,))
    return events(part, score, instrument(identity))


@pytest.mark.parametrize(
    ("rows", "slurred"),
    [
        ([(0, 0.48, 60, 80), (0.5, 0.5, 62, 80), (1.0, 0.5, 64, 80)], [False, True, True]),
        ([(0, 0.6, 60, 80), (0.5, 0.5, 62, 80)], [False, True]),
        ([(0, 0.4, 60, 80), (0.5, 0.5, 62, 80)], [False, False]),
        ([(0, 0.5, 60, 80), (0.5, 0.5, 60, 80)], [False, False]),
        ([(0, 0.5, 60, 80), (0.5, 0.5, 62, 80), (0.5, 0.5, 66, 80)], [False, False, False]),
        ([(0, 0.5, 55, 80), (0, 0.5, 60, 80), (0.5, 0.5, 62, 80)], [False, False, False]),
        ([(0, 4, 48, 80), (0, 0.5, 60, 80), (0.5, 0.5, 62, 80)], [False, False, False]),
    ],
    ids=["line", "overlap", "gap", "same key", "into a chord", "out of a chord", "over a held note"],
)
def test_only_a_single_line_is_slurred(rows: list[tuple[float, float, int, int]], slurred: list[bool]) -> None:
    line = found(rows)
    assert line["slurred"].tolist() == slurred
    assert line["joined"].tolist() == [*slurred[1:], False]
    for first, second in pairwise(line):
        if second["slurred"]:
            assert (first["start"] + first["hold"], first["pitch"]) == (second["start"], second["from_pitch"])
    assert not found(rows, "piano")["slurred"].any()


@needs_library
@pytest.mark.usefixtures("real_library")
@pytest.mark.parametrize("identity", ["steel-guitar", "finger-bass", "piano", "marimba", "pizzicato"])
def test_a_tone_struck_again_is_not_the_same(play: Play, identity: str) -> None:
    middle = (instrument(identity).low + instrument(identity).high) // 2
    rows = [(index * 0.4, 0.2, middle, 88) for index in range(8)]
    sound = play(identity, rows, duration=4.0)
    cuts = [sound[:, frame(index * 0.4) : frame(index * 0.4) + frame(0.15)] for index in range(8)]
    assert not any(np.allclose(one, two, atol=1e-5) for one, two in pairwise(cuts))
    assert np.ptp([level_db(cut) for cut in cuts]) < 1.5
    np.testing.assert_array_equal(sound, play(identity, rows, duration=4.0))


def test_hands_take_turns_in_quick_succession() -> None:
    kit = instrument("kit-standard")
    rows = [(index * 0.1, 0.05, 38, 80) for index in range(8)] + [(2.0 + index, 0.05, 38, 80) for index in range(8)]
    hits = found(rows, "kit-standard")
    variants = hands(hits, takes(hits, 3, 4), 4, kit)
    assert (variants[:8] >= 2).tolist() == [True, False] * 4
    assert np.all(variants[8:] >= 2), "alone, every stroke is the right hand's"
    assert len(set(variants[:8].tolist())) > 2


def pitch_deviation(sound: Audio, hertz: float) -> NDArray[np.float64]:
    """Return the deviation in cents from ``hertz`` of the first partial, a hundred times a second."""
    time = np.arange(sound.shape[1]) / SAMPLE_RATE
    turned = sound.mean(0) * np.exp(-2j * np.pi * hertz * time)
    window = np.hanning(2205) / 1102
    phase = np.unwrap(np.angle(np.convolve(turned, window, "same")[::441]))
    cents: NDArray[np.float64] = np.diff(phase) * 100 / (2 * np.pi) / hertz * 1200 / np.log(2)
    return cents


@needs_library
@pytest.mark.usefixtures("real_library")
@pytest.mark.parametrize("identity", ["trombone", "square-lead"])
def test_the_vibrato_lane_is_its_depth_at_the_rate_of_the_family(play: Play, identity: str) -> None:
    lane = {"vibrato": [(0.5, 0.0), (0.8, 0.3), (2.8, 0.3), (2.9, 0.0)]}
    sound = play(identity, [(0.0, 3.0, 62, 80)], duration=3.0, controls=lane)
    cents = pitch_deviation(sound, 440 * 2 ** (-7 / 12))
    moving, still = cents[100:270], cents[25:45]
    assert np.ptp(moving) / 2 == pytest.approx(30, abs=4)
    assert np.ptp(still) / 2 < 4
    crossings = int((np.diff(np.signbit(moving - moving.mean())) != 0).sum())
    assert crossings / 2 / 1.7 == pytest.approx(manner(instrument(identity)).vibrato_hz, abs=0.5)


def test_every_instrument_says_how_it_is_played() -> None:
    for row in INSTRUMENTS.values():
        assert row.articulations, row.id
        assert set(row.articulations) <= set(ARTICULATIONS), row.id
        assert ("sustain" in row.articulations) == (row.sustained or row.id == "supersaw"), row.id
