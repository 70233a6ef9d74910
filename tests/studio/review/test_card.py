import json
from dataclasses import dataclass, replace

import numpy as np
import pytest

from studio.audio import SAMPLE_RATE
from studio.mix import master
from studio.review import ReviewCard
from studio.review import review as reviewed
from studio.review.card import notes_in_key
from studio.review.leadsheet import lead_sheet
from studio.score import Section, TempoMap
from studio.styles import genres
from studio.theory.key import Key
from studio.theory.meter import Meter

A_MINOR = Key(9, "minor")
STYLE = genres()["pop"].styles["radio"]


@dataclass(frozen=True)
class Brief:
    duration: float = 20.0
    tempo: float | None = 120.0
    key: Key | None = A_MINOR


def review(brief, score, master) -> ReviewCard:
    return reviewed(brief, score, master.audio, target=master.target, style=STYLE, note=master.note)


def silenced(audio, start, end):
    audio = audio.copy()
    audio[:, start * SAMPLE_RATE : end * SAMPLE_RATE] = 0
    return audio


@pytest.fixture(scope="module")
def finished():
    return {}


@pytest.fixture
def mastered(tune, finished):
    """One master for all tests: 20 s of A minor at 120 BPM."""
    if "master" not in finished:
        finished["master"] = master(tune(9, "minor", 120, 20))
    return finished["master"]


def test_a_master_as_asked_passes_every_row(score, mastered):
    card = review(Brief(), score, mastered)
    assert card.passed
    assert {row.name for row in card.rows if row.verdict not in ("pass", "info")} <= {
        "dynamic_range", "spectral_balance"
    }  # fmt: skip
    assert card.row("tempo_heard").measured == pytest.approx(120, abs=0.1)
    assert card.row("key_heard").measured == "A minor"
    assert card.row("loudness").measured == pytest.approx(-14, abs=0.1)
    assert card.row("duration").measured == 20.0


def test_what_was_left_to_the_composer_is_told_and_not_judged(score, mastered):
    card = review(Brief(tempo=None, key=None), score, mastered)
    rows = [card.row("tempo"), card.row("key")]
    assert [(row.asked, row.verdict) for row in rows] == [(None, "info"), (None, "info")]
    assert card.row("tempo").measured == 120
    assert card.row("tempo_heard").asked == 120


@pytest.mark.parametrize(
    ("brief", "failing"),
    [
        (Brief(duration=21.0), "duration"),
        (Brief(tempo=124.0), "tempo"),
        (Brief(key=Key(0, "major")), "key"),
    ],
)
def test_what_was_asked_and_not_given_fails(score, mastered, brief, failing):
    card = review(brief, score, mastered)
    assert not card.passed
    assert [row.name for row in card.failures] == [failing]


def test_notes_outside_the_scale_fail(score, mastered):
    wrong = replace(score, key=Key(10, "minor"))
    card = review(Brief(key=None), wrong, mastered)
    assert card.row("notes_in_key").verdict == "fail"
    assert card.row("notes_in_key").measured < 60
    assert card.row("key_heard").verdict == "warn"


def test_compound_meters_count_pulses(score, mastered):
    compound = replace(score, meter=Meter(12, 8), tempo=TempoMap((0.0,), (180.0,)))
    assert review(Brief(tempo=120.0), compound, mastered).row("tempo").measured == 120.0


@pytest.mark.parametrize(
    ("damage", "row", "verdict"),
    [
        (lambda a: a * np.float32(2), "clipped", "fail"),
        (lambda a: a * np.float32(2), "true_peak", "fail"),
        (lambda a: a * np.float32(0.8), "loudness", "fail"),
        (lambda a: a + np.float32(0.01), "offset", "fail"),
        (lambda a: np.where(np.arange(a.shape[1]) % 4410 == 0, np.float32(0.8), a), "clicks_a_second", "fail"),
        (lambda a: silenced(a, 0, 5), "leading_silence", "warn"),
        (lambda a: silenced(a, 5, 11), "inner_silence", "fail"),
        (lambda a: a * np.array([[1], [-1]], np.float32), "correlation", "warn"),
        (lambda a: a[:, : 19 * SAMPLE_RATE], "duration", "fail"),
    ],
)  # fmt: skip
def test_every_damage_shows_on_its_row(score, mastered, damage, row, verdict):
    damaged = np.ascontiguousarray(np.clip(damage(mastered.audio), -1, 1), np.float32)
    assert review(Brief(), score, replace(mastered, audio=damaged)).row(row).verdict == verdict


def test_loudness_that_would_crush_is_a_warning_with_its_reason(score, mastered):
    quiet = replace(
        mastered, audio=mastered.audio * np.float32(0.7), note="-17.1 LUFS instead of -14: louder would crush."
    )
    row = review(Brief(), score, quiet).row("loudness")
    assert row.verdict == "warn"
    assert "crush" in row.note


def test_the_card_is_ready_for_json(score, mastered):
    plain = json.loads(json.dumps(review(Brief(), score, mastered).as_dict(), allow_nan=False))
    assert plain["passed"] is True
    assert {"name", "label", "asked", "measured", "unit", "verdict", "tolerance", "note"} == set(plain["rows"][0])
    assert plain["measures"]["key"]["key"] == "A minor"


def test_a_lifted_section_is_judged_in_its_own_key(score):
    bars = [replace(score.sections[0], beats=20, bars=5), Section("B", "chorus", 20, 20, 5, 0.9, lift=1)]
    line = score.parts[0].notes.copy()
    line["pitch"][line["onset"] >= 20] += 1
    lifted = replace(score, sections=tuple(bars), parts=(replace(score.parts[0], notes=line),))
    assert notes_in_key(lifted) == notes_in_key(score) == 1.0
    assert notes_in_key(replace(lifted, sections=score.sections)) < 0.8
    assert lead_sheet(lifted).pitch.tolist() == lead_sheet(score).pitch.tolist()
