from dataclasses import replace
from itertools import groupby

import numpy as np
import pytest

from studio.compose.line import LineTaste, Slot, scale_of
from studio.compose.singing import Echo, Line, sing
from studio.models.melody import TICKS, Frame, quality_index
from studio.theory.chord import Chord
from studio.theory.key import Key
from studio.theory.meter import Meter

METER = Meter(4, 4)
TASTE = LineTaste(Key.parse("D major"), "mode", 60, 81, 9, 0.7)
CHORDS = (Chord(2, "", 2), Chord(7, "", 7), Chord(9, "7", 9), Chord(2, "", 2))
"""I, IV, V7 and I in D, a bar each."""


def line(seed=1, beats=0.5, echoes=(), **changes):
    """Eight bars of even notes over CHORDS, twice."""
    onsets = np.arange(0, 32, beats)
    slots = [Slot(float(at), beats, METER.weight(at), 70.0, CHORDS[int(at // 4) % 4], pull=0.1) for at in onsets]
    made = [dict(echoes).get(number) for number in range(len(slots))]
    rows = [
        (bar * 4 * TICKS, (CHORDS[bar % 4].root - 2) % 12, quality_index(CHORDS[bar % 4].quality)) for bar in range(8)
    ]
    frame = Frame(np.arange(9) * 4 * TICKS, np.array(rows), "standard", METER, is_minor=False)
    return replace(Line(slots, made, TASTE, frame, 0.0, np.random.default_rng(seed)), **changes)


def test_it_sings_in_scale_and_register_with_chord_tones_where_they_count():
    song = line(beats=1.0)
    (pitches,) = sing([song], 2)
    assert pitches.min() >= TASTE.low and pitches.max() <= TASTE.high
    assert all(p % 12 in scale_of(TASTE, s.chord) for p, s in zip(pitches, song.slots, strict=True))
    strong = [s.chord.has(int(p)) for p, s in zip(pitches, song.slots, strict=True) if s.weight == 1.0]
    assert np.mean(strong) >= 0.75
    assert np.abs(np.diff(pitches)).max() <= TASTE.leap
    assert np.mean(np.abs(np.diff(pitches)) <= 4) > 0.7, "a tune moves by steps and small leaps"


def test_it_moves_on_from_a_pitch_as_real_tunes_do():
    songs = [line(seed, taste=replace(TASTE, scale="pentatonic")) for seed in range(4)]
    lines = sing([replace(song, slots=[replace(slot, chord=CHORDS[0]) for slot in song.slots]) for song in songs], 1)
    rows = [len(list(row)) for pitches in lines for _, row in groupby(pitches)]
    assert max(rows) <= 5
    assert 1 - len(rows) / sum(rows) < 0.3, "share of notes that repeat the one before; 0.2 in real songs"


def test_it_stays_about_the_height_it_is_asked_for():
    songs = [line(seed, taste=replace(TASTE, low=55, high=86)) for seed in range(3)]
    low, high = (
        np.concatenate(
            sing([replace(song, slots=[replace(slot, target=at) for slot in song.slots]) for song in songs], 1)
        )
        for at in (63.0, 77.0)
    )
    assert 8 < np.mean(high) - np.mean(low) < 20
    assert np.mean(np.abs(low - 63) > 9) < 0.05 and np.mean(np.abs(high - 77) > 9) < 0.05


def test_the_model_is_heard_another_repertoire_sings_another_tune():
    song = line()
    (one,), (other,) = sing([song], 1), sing([line(frame=replace(song.frame, voice="irish"))], 1)
    assert np.any(one != other)


def test_a_line_is_the_same_alone_and_beside_others():
    alone = sing([line(1)], 2)[0]
    together = sing([line(2), line(1), line(3, beats=1.0)], 2)
    assert np.array_equal(together[1], alone)
    assert not np.array_equal(together[0], alone)


@pytest.mark.parametrize("steps", [0, 2])
def test_what_is_made_from_earlier_notes_follows_them_by_steps_of_the_scale(steps):
    echoes = {number: Echo(number - 32, steps) for number in range(32, 48)}
    (pitches,) = sing([line(echoes=echoes)], 1)
    scale = np.array([pitch for pitch in range(40, 100) if pitch % 12 in TASTE.key.scale])
    moved = np.searchsorted(scale, pitches[32:48]) - np.searchsorted(scale, pitches[:16])
    assert np.mean(moved == steps) >= 0.6
    assert np.all(np.abs(moved - steps) <= 3)


def test_a_mirror_image_goes_down_where_its_source_goes_up():
    echoes = {number: Echo(number - 8, mirrored=True, about=0) for number in range(8, 16)}
    songs = [line(seed, echoes=echoes) for seed in range(6)]
    still = [replace(song, slots=[replace(slot, chord=CHORDS[0]) for slot in song.slots]) for song in songs]
    found = sing(still, 1)
    up = np.concatenate([np.diff(pitches[:8]) for pitches in found])
    down = np.concatenate([np.diff(pitches[8:16]) for pitches in found])
    assert np.corrcoef(up, down)[0, 1] < -0.6


def test_nothing_to_sing_is_an_empty_line():
    assert [len(found) for found in sing([line(slots=(), echoes=()), line()], 2)] == [0, 64]
