from dataclasses import replace

import numpy as np
import pytest

from studio.brief import Brief
from studio.compose import compose
from studio.review.leadsheet import LeadSheet, excerpt, lead_sheet
from studio.review.musical import THRESHOLDS, features, gate, harmonic, likeness, measure
from studio.theory.meter import Meter
from studio.training.corruptions import CORRUPTIONS

SPOILT = {
    "random pitches": ("melodic", "harmonic"),
    "random in scale": ("melodic",),
    "random times": ("rhythmic", "structural"),
    "jittered": ("rhythmic",),
    "random chords": ("harmonic",),
    "shuffled chords": ("harmonic",),
}
"""Corruption → the axes that must notice."""


def tune(pitches, beats=1.0, root=0):
    """A tune of equal notes in 4/4, C major under a C chord (or another root's)."""
    bars = int(np.ceil(len(pitches) * beats / 4))
    tones, scale = np.zeros((bars, 12), bool), np.zeros(12, bool)
    starts = np.array([4.0 * bar for bar in range(bars)])
    tones[:, [(root + step) % 12 for step in (0, 4, 7)]] = True
    scale[[0, 2, 4, 5, 7, 9, 11]] = True
    return LeadSheet(
        np.arange(len(pitches)) * beats, np.full(len(pitches), beats), np.array(pitches), starts,
        Meter(4, 4), starts, np.full(bars, root), tones, 0, scale,
    )  # fmt: skip


@pytest.fixture(scope="module")
def composed():
    briefs = [
        {"genre": genre, "mood": "hopeful", "duration": 120, "seed": seed, "substyle": style}
        for genre, style in (("rock", "punk"), ("classical", "viennese"), ("electronic", "trance"))
        for seed in (1, 2)
    ]
    return [lead_sheet(compose(Brief.from_mapping(brief)).score) for brief in briefs]


def mean(sheets):
    found = [measure(sheet) for sheet in sheets]
    return {axis: np.mean([row[axis] for row in found if row]) for axis in THRESHOLDS}


def test_what_we_compose_reaches_what_real_music_reaches(composed):
    reached = mean(composed)
    assert all(reached[axis] >= least for axis, least in THRESHOLDS.items()), reached


@pytest.mark.parametrize("name", SPOILT)
def test_spoilt_music_is_noticed(composed, name):
    rng = np.random.default_rng(5)
    spoilt = mean([CORRUPTIONS[name](sheet, rng, composed) for sheet in composed])
    for axis in SPOILT[name]:
        assert spoilt[axis] < THRESHOLDS[axis], (name, axis, spoilt[axis])


def test_chord_tones_and_their_absence():
    inside, outside = tune([60, 64, 67, 64] * 8), tune([60, 64, 67, 64] * 8, root=6)
    found = [features(sheet, gate().intervals) for sheet in (inside, outside)]
    assert found[0]["harmonic.tones"] == 1.0 and found[0]["harmonic.settled"] == 1.0
    assert found[1]["harmonic.tones"] == 0.0


def test_a_returning_motif_covers_the_tune():
    rng = np.random.default_rng(2)
    found = [
        features(tune(p), gate().intervals)["melodic.motif3"] for p in ([60, 62, 64, 67] * 8, rng.integers(60, 80, 32))
    ]
    assert found[0] == 1.0 and found[1] < 0.2


def test_likeness_knows_repetition_and_transposition():
    alike = likeness(tune([60, 62, 64, 65, 60, 62, 64, 65, 62, 64, 66, 67, 72, 60, 71, 61]))
    assert alike[0, 1] == pytest.approx(1.0)
    assert 0.9 <= alike[0, 2] < 1.0
    assert alike[0, 3] < 0.6


def test_excerpts_keep_the_chord_that_sounds():
    sheet = replace(tune(list(range(60, 76))), chord_start=np.array([0.0]), chord_root=np.array([0]))
    sheet = replace(sheet, chord_tones=sheet.chord_tones[:1])
    part = excerpt(sheet, 2, 1)
    assert part.pitch.tolist() == [68, 69, 70, 71] and part.chord_root.tolist() == [0]


def test_music_without_a_tune_is_not_judged():
    assert measure(tune([60, 62, 64])) is None


def test_no_weight_is_negative_and_the_gate_is_complete():
    axes = gate().axes
    assert set(axes) == set(THRESHOLDS)
    assert all((axis.weights >= 0).all() and axis.slope > 0 for axis in axes.values())
    assert gate().intervals.shape == (29, 29)


def test_a_line_that_never_sounds_on_a_beat_is_judged_by_all_its_notes():
    on_beat = tune([60, 62, 64, 67] * 6)
    off_beat = replace(on_beat, onset=on_beat.onset + 0.5, duration=np.full(24, 0.25))
    found = harmonic(off_beat)
    assert found["strong"] == found["tones"] == pytest.approx(0.75)


def test_a_short_piece_is_not_asked_for_structure():
    motif = [60, 62, 64, 67, 65, 64, 62, 60]
    short, long = (
        replace(tune(motif * times, beats=0.5), chord_start=np.arange(0.0, 4 * times, 4.0)) for times in (15, 16)
    )
    assert "structural" not in (measure(short) or {}) and "structural" in (measure(long) or {})
