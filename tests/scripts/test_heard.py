"""The ears of `make heard`, on sounds whose tempo and key are known."""

import numpy as np
import pytest

from scripts.heard import (
    LEVELS,
    RATE,
    Heard,
    briefs,
    fitted_key,
    heard_key,
    heard_tempo,
    level,
    marked_pulses,
    relation,
    row,
    voted_key,
)
from studio.brief import Brief
from studio.score import Part, Score, Section, TempoMap, notes
from studio.styles import genres
from studio.theory.key import Key
from studio.theory.meter import Meter


def clicks(bpm: float, seconds: float, jitter: float = 0.0) -> np.ndarray:
    """A click on every pulse, each off by up to ``jitter`` seconds, and a softer one between."""
    rng = np.random.default_rng(1)
    signal = 0.001 * rng.standard_normal(round(seconds * RATE))
    burst = rng.standard_normal(400) * np.exp(-np.arange(400) / 60)
    for number, time in enumerate(np.arange(0.1, seconds - 0.1, 30 / bpm)):
        start = round((time + rng.uniform(-jitter, jitter)) * RATE)
        signal[start : start + 400] += burst * (0.3 if number % 2 else 1.0)
    return signal


def chords(roots_and_thirds: list[tuple[int, int]], seconds: float = 1.0) -> np.ndarray:
    """Triads with five harmonics a note, the root doubled an octave below, one after the other."""
    time = np.arange(round(seconds * RATE)) / RATE
    spans = []
    for root, third in roots_and_thirds:
        pitches = (root - 12, root, root + third, root + 7)
        hz = [440 * 2 ** ((pitch - 69) / 12) * harmonic for pitch in pitches for harmonic in range(1, 6)]
        tones = [np.sin(2 * np.pi * f * time) / (1 + number % 5) ** 2 for number, f in enumerate(hz)]
        spans.append(np.sum(tones, axis=0) * np.exp(-time))
    return np.concatenate(spans)


@pytest.mark.parametrize("bpm", [71.3, 123.7, 151.9])
def test_the_tempo_of_clicks_is_read_far_finer_than_the_tolerance(bpm: float) -> None:
    found = heard_tempo(clicks(bpm, 20, jitter=0.01), RATE)
    nearest = min((bpm, 2 * bpm), key=lambda pulse: abs(found - pulse))
    assert found == pytest.approx(nearest, rel=0.002)


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        (101.9, "as asked"), (98.1, "as asked"), (102.1, "other"), (97.9, "other"), (199.0, "half, double"),
        (51.1, "other"), (25.2, "half, double"), (148.0, "in threes"), (33.4, "in threes"), (133.0, "other"),
    ],
)  # fmt: skip
def test_a_tempo_belongs_to_the_level_of_the_meter_within_two_per_cent(heard: float, expected: str) -> None:
    assert level(heard, 100.0) == expected


@pytest.mark.parametrize(
    ("progression", "key"),
    [
        ([(60, 4), (65, 4), (67, 4), (60, 4)], "C major"),
        ([(62, 4), (71, 3), (67, 4), (69, 4)], "D major"),
        ([(57, 3), (62, 3), (64, 4), (57, 3)], "A minor"),
        ([(63, 3), (68, 3), (70, 3), (63, 3)], "Eb minor"),
    ],
)
def test_the_key_of_plain_cadences_is_read(progression: list[tuple[int, int]], key: str) -> None:
    assert heard_key(chords(progression * 3), RATE) == Key.parse(key)


def test_windows_outvote_a_stretch_in_another_key() -> None:
    def triad(*classes: int) -> np.ndarray:
        chroma = np.zeros((12, 20))
        chroma[list(classes)] = 1.0
        return chroma

    home, away = triad(0, 4, 7), triad(6, 10, 1) * 5
    assert voted_key(np.hstack([home, home, home, away]), 20) == Key.parse("C major")
    assert fitted_key(np.hstack([home, home, home, away]).mean(axis=1))[0] != Key.parse("C major")


@pytest.mark.parametrize(
    ("asked", "heard", "expected"),
    [
        ("C major", "C major", "right"), ("D dorian", "D minor", "right"), ("G mixolydian", "G major", "right"),
        ("C major", "A minor", "relative"), ("D dorian", "C major", "relative"), ("D dorian", "A minor", "relative"),
        ("C major", "G major", "fifth"), ("A minor", "D minor", "fifth"), ("C major", "C minor", "parallel"),
        ("C major", "E minor", "other"), ("C major", "D major", "other"),
    ],
)  # fmt: skip
def test_how_a_key_heard_stands_to_the_one_asked(asked: str, heard: str, expected: str) -> None:
    assert relation(Key.parse(asked), Key.parse(heard)) == expected


def score(onsets: list[float], meter: str = "4/4") -> Score:
    key, bars = Key.parse("C major"), Meter.parse(meter)
    part = Part("piano", "Piano", "chords", "piano", notes([(onset, 1, 60, 80) for onset in onsets]))
    noise = Part("noise", "Noise", "effects", "noise", notes([(beat, 1, 60, 80) for beat in range(8)]))
    sections = (Section("A", "theme", 0, 8, 2, 0.5),)
    return Score("", key, bars, TempoMap((0.0,), (120.0,)), 4.0, sections, (), (part, noise))


def test_pulses_are_marked_by_notes_that_begin_on_them_and_not_by_effects() -> None:
    assert marked_pulses(score([0, 1, 2, 3, 3.5])) == 1.0
    assert marked_pulses(score([0, 0.5, 1.5, 3])) == pytest.approx(2 / 4)
    assert marked_pulses(score([0, 1.5, 3, 4, 4.5], "12/8")) == 1.0


def test_every_genre_is_asked_for_three_styles_in_keys_with_either_third() -> None:
    asked = {genre: list(briefs(genre)) for genre in genres()}
    assert len(asked) == 15
    for genre, three in asked.items():
        styles = [genres()[genre].styles[brief.substyle or ""] for brief in three]
        assert len({style.id for style in styles}) == 3
        assert all(
            style.tempo.min < (brief.tempo or 0) < style.tempo.max for brief, style in zip(three, styles, strict=True)
        )
        assert all(str(brief.key) in style.keys for brief, style in zip(three, styles, strict=True))
    thirds = [bool(brief.key and brief.key.is_minor) for three in asked.values() for brief in three]
    assert 15 <= sum(thirds) <= 30


def test_a_row_counts_levels_and_relations() -> None:
    brief = Brief.from_mapping({"genre": "pop", "tempo": 100, "key": "C major", "duration": 60})
    found = [
        Heard(brief, True, True, 1.0, 100.5, Key.parse("C major")),
        Heard(brief, True, True, 1.0, 50.0, Key.parse("A minor")),
        Heard(brief, True, False, 0.1, None, Key.parse("F# major")),
    ]
    assert row("pop", found) == "| pop | 3 | 3 | 2 | 2 | 1 | 1 | 0 | 0 | 1 | 1 | 0 | 0 | 1 |"
    assert len(LEVELS) == 4
