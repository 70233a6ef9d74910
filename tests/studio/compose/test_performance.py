from collections.abc import Collection
from dataclasses import replace

import numpy as np
import pytest

from studio.compose.ensemble import Chair
from studio.compose.gestures import BENDS, PEDALLED, SLIDES, SWELLING, VIBRATO
from studio.compose.performance import perform
from studio.compose.timing import off_beat, swung
from studio.instruments import INSTRUMENTS
from studio.score import Part, Score, notes
from studio.styles import Ending, Feel, Melody, MoodChange, PartStyle

TIGHT = dict.fromkeys(("lead", "counter", "chords", "pad", "arpeggio", "bass", "drums", "kick", "snare", "hat"), 0.0)
STILL = Feel(jitter_ms=TIGHT)


@pytest.fixture
def played(plan_of, spans):
    """A function: rows of one part → (plan, its performances by part id)."""

    def play(rows, role="lead", instrument="piano", seed=1, sections=(("verse", 9, 0.6),), part=None, **changes):
        style = PartStyle("it", role, instrument, **(part or {}))
        plan = plan_of(*sections, chairs=(Chair(style, instrument),), **changes)
        written = notes([(*row, 80) if len(row) == 3 else row for row in rows])
        score = Score(
            "", plan.key, plan.meter, plan.tempo, plan.duration, plan.sections, spans("I IV", 4, plan.end),
            (Part("it", "It", role, instrument, written),),
        )  # fmt: skip
        result = perform(score, replace(plan, brief=replace(plan.brief, seed=seed)))
        return plan, {item.id: item for item in result.parts}

    return play


def ms(played, written):
    return (np.asarray(played) - np.asarray(written)) * 500  # at 120 BPM


EIGHTHS = [(i / 2, 0.5, 60 + i % 5) for i in range(64)]


def test_machines_play_on_the_grid(played):
    _, parts = played(EIGHTHS, feel=STILL)
    assert np.abs(ms(parts["it"].notes["onset"], [row[0] for row in EIGHTHS])).max() < 0.01


def test_swing_moves_the_off_beats_only(played):
    _, parts = played(EIGHTHS, feel=replace(STILL, swing=0.66))
    onset = parts["it"].notes["onset"]
    assert onset[0::2] == pytest.approx(np.arange(32))
    assert onset[1::2] == pytest.approx(np.arange(32) + 0.66)


def test_a_short_note_of_fixed_length_sets_the_swing(plan_of):
    feel = Feel(swing=0.6, short_note_ms=100)
    assert off_beat(plan_of(("verse", 4, 0.5), feel=feel)) == pytest.approx(0.8 - 0.02)
    assert off_beat(plan_of(("verse", 4, 0.5), feel=replace(feel, short_note_ms=150))) == pytest.approx(0.7)
    assert off_beat(plan_of(("verse", 4, 0.5), feel=feel, meter="6/8")) == 0.5


def test_sixteenths_swing_in_their_own_pairs(plan_of):
    plan = plan_of(("verse", 4, 0.5), feel=Feel(swing=0.6, swing_unit="sixteenth"))
    assert swung(np.array([0, 0.25, 0.5, 0.75]), plan) == pytest.approx([0, 0.3, 0.5, 0.8])


def test_offsets_and_jitter_follow_the_feel(played):
    written = np.array([row[0] for row in EIGHTHS])
    feel = Feel(offset_ms={"lead": 20}, jitter_ms={"lead": 9})
    _, parts = played(EIGHTHS, feel=feel, seed=4)
    late = ms(parts["it"].notes["onset"], written)
    assert np.mean(late) == pytest.approx(20, abs=4)
    assert 6 < np.std(late) < 13
    assert np.abs(late - 20).max() < 2.2 * 9 + 4 + 4


def test_bass_and_kick_lean_together(plan_of, spans):
    feel = Feel(jitter_ms={"bass": 8, "kick": 8})
    chairs = tuple(Chair(PartStyle(role, role, "kit-standard"), "kit-standard") for role in ("bass", "drums"))
    plan = plan_of(("verse", 41, 0.6), chairs=chairs, feel=feel)
    grid = np.arange(1.0, 160.0)
    rows = notes([(beat, 0.5, 36, 80) for beat in grid])
    parts = tuple(Part(role, role, role, "kit-standard", rows) for role in ("bass", "drums"))
    score = Score(
        "", plan.key, plan.meter, plan.tempo, plan.duration, plan.sections, spans("I", 4, plan.end), parts
    )  # fmt: skip
    bass, kick = (
        part.notes["onset"] - grid for part in perform(score, replace(plan, brief=replace(plan.brief, seed=3))).parts
    )
    assert np.corrcoef(np.diff(bass), np.diff(kick))[0, 1] > 0.25


def test_drum_voices_have_their_own_lateness(played):
    rows = [(beat, 0.25, key, 90) for beat in range(1, 32) for key in (36, 38, 42)]
    _, parts = played(rows, "drums", "kit-standard", feel=replace(STILL, offset_ms={"snare": 12, "hat": -5}))
    part = parts["it"].notes
    late = {key: np.mean(ms(part["onset"][part["pitch"] == key], np.arange(1, 32))) for key in (36, 38, 42)}
    assert late == pytest.approx({36: 0, 38: 12, 42: -5}, abs=0.01)


def test_nothing_before_the_start_nor_after_the_end_nor_twice_at_once(played):
    rows = [(i / 4, 1.0, 60) for i in range(142)]
    plan, parts = played(rows, feel=Feel(offset_ms={"lead": -30}), seed=2)
    part = parts["it"].notes
    assert part["onset"].min() >= 0
    gaps = part["onset"][1:] - (part["onset"] + part["duration"])[:-1]
    assert gaps.min() * 500 >= 24.9
    limit = float(plan.tempo.beat(plan.duration))
    assert (part["onset"] + part["duration"]).max() <= limit + 1e-9
    ringing = [(34.0, 400.0, 60)]
    assert played(ringing)[1]["it"].notes["duration"][0] <= limit - 33.9


def test_no_pitch_is_struck_twice_alike(played):
    _, parts = played([(i / 2, 0.4, 60) for i in range(70)], "chords")
    assert np.abs(np.diff(parts["it"].notes["velocity"].astype(int))).min() >= 2


def test_energy_and_mood_make_it_louder(played):
    def mean(energy, dynamics=0.0):
        mood = MoodChange("major", "bright", dynamics=dynamics)
        _, parts = played(EIGHTHS, sections=(("verse", 9, energy),), mood=mood)
        return np.mean(parts["it"].notes["velocity"])

    assert mean(0.9) - mean(0.4) == pytest.approx(12, abs=1.5)
    assert mean(0.6, 6.0) > mean(0.6) * 1.25
    assert mean(0.6, -6.0) < mean(0.6) * 0.8


def test_bars_swell_before_the_energy_rises(played):
    rows = [(float(i), 0.5, 60 + i % 7) for i in range(32)]
    for sections, rising in (((("verse", 4, 0.5), ("chorus", 5, 0.8)), True), ((("verse", 9, 0.5),), False)):
        _, parts = played(rows, "chords", sections=sections, feel=STILL)
        velocity = parts["it"].notes["velocity"].astype(int)
        assert (np.mean(velocity[13:16]) - np.mean(velocity[5:8]) > 7) == rising


def test_the_downbeat_is_strongest(played):
    _, parts = played([(i / 4, 0.2, 60 + i % 11) for i in range(128)], "arpeggio", feel=STILL)
    velocity = parts["it"].notes["velocity"].reshape(-1, 16).mean(axis=0)
    assert velocity[0] == velocity.max() and velocity[0] - velocity[1::2].mean() > 7


def test_the_lead_is_as_legato_as_the_style(played):
    for legato in (0.6, 1.0):
        _, parts = played(EIGHTHS, feel=STILL, melody=Melody({}, legato=legato))
        assert np.mean(parts["it"].notes["duration"][:-1]) == pytest.approx(0.5 * legato, abs=0.01)


def test_strums_run_up_on_the_beat_and_down_off_it(played):
    chord = [(beat, 0.4, pitch) for beat in (0.0, 1.0, 1.5) for pitch in (48, 55, 60, 64)]
    _, parts = played(chord, "chords", "steel-guitar", part={"strum_ms": 24.0}, feel=STILL)
    part = parts["it"].notes
    down, up = part[(part["onset"] > 0.9) & (part["onset"] < 1.2)], part[part["onset"] > 1.4]
    assert down["pitch"].tolist() == [48, 55, 60, 64] and up["pitch"].tolist() == [64, 60, 55, 48]
    assert 15 < np.ptp(down["onset"]) * 500 < 35


def test_a_held_last_chord_is_rolled(played):
    chord = [(32.0, 4.0, pitch) for pitch in (48, 55, 60, 64)]
    for kind, spread in (("hold", True), ("cold", False)):
        _, parts = played(chord, "chords", feel=STILL, ending=Ending(kind))
        assert (np.ptp(parts["it"].notes["onset"]) * 500 > 50) == spread


def test_doubles_play_a_second_time_apart(played):
    _, parts = played(EIGHTHS, "chords", "overdrive-guitar", part={"double_ms": 16.0})
    first, second = parts["it"].notes, parts["it#2"].notes
    assert len(first) == len(second)
    assert np.mean(ms(second["onset"], first["onset"])) == pytest.approx(16, abs=4)
    assert np.mean(first["velocity"] != second["velocity"]) > 0.7


def test_the_pedal_changes_with_the_chords_where_notes_are_short(played):
    broken = [(i / 2, 0.4, 60 + i % 5) for i in range(64)]
    _, parts = played(broken, "arpeggio", "piano", part={"length": 0.9})
    lane = parts["it"].controls["sustain"]
    at = lambda beat: np.interp(beat, lane["beat"], lane["value"])  # noqa: E731
    assert all(at(bar * 4 + 2.0) == 1 and at(bar * 4 + 0.02) == 0 for bar in range(8))
    assert "sustain" not in played(broken, "chords", "piano", part={"length": 0.5})[1]["it"].controls
    assert "sustain" not in played(broken, "arpeggio", "clavinet")[1]["it"].controls


def test_held_strings_swell_and_short_ones_do_not(played):
    _, parts = played([(0.0, 4.0, 60), (4.0, 0.5, 62)], "pad", "strings", feel=STILL)
    lane = parts["it"].controls["expression"]
    at = lambda beat: np.interp(beat, lane["beat"], lane["value"])  # noqa: E731
    assert at(2.0) > at(0.1) + 0.15 and at(2.0) > at(3.9) + 0.2
    assert lane["value"].max() <= 1 and lane["value"].min() >= 0.5
    assert "expression" not in played([(0.0, 4.0, 60)], "pad", "piano")[1]["it"].controls


def test_guitars_scoop_some_long_notes_and_pianos_none(played):
    rows = [(i * 2.0, 1.9, 60 + i % 7) for i in range(80)]
    sections = (("solo", 41, 0.7),)
    blue = {"sections": sections, "melody": Melody({}, scale="blues")}
    _, parts = played(rows, "lead", "jazz-guitar", **blue)
    bends = parts["it"].controls["bend"]
    scoops = int(np.sum(np.diff(bends["value"]) < -0.5))
    assert 4 <= scoops <= 24
    assert "bend" not in played(rows, "lead", "piano", **blue)[1]["it"].controls


def test_volume_leans_lightly_into_the_sections(played):
    _, parts = played(EIGHTHS, sections=(("verse", 4, 0.4), ("chorus", 5, 1.0)))
    lane = parts["it"].controls["volume"]
    low, high = np.interp([8.0, 20.0], lane["beat"], lane["value"])
    assert 1 < high - low <= 2.5


def test_the_same_stream_gives_the_same_performance(played):
    one, two, three = (played(EIGHTHS, seed=seed)[1]["it"].notes for seed in (5, 5, 6))
    assert np.array_equal(one, two) and not np.array_equal(one, three)


def test_players_of_plain_samples_make_the_vibrato_on_long_notes_only(played):
    rows = [(0.0, 3.5, 62), (4.0, 0.5, 64), (5.0, 3.0, 65)]
    _, parts = played(rows, "lead", "tenor-sax", feel=STILL)
    lane = parts["it"].controls["vibrato"]
    at = lambda beat: np.interp(beat, lane["beat"], lane["value"])  # noqa: E731
    assert 0.14 < at(2.0) < 0.22 and 0.14 < at(7.0) < 0.22
    assert at(0.4) == at(4.2) == 0 and at(8.1) == 0
    assert "vibrato" not in played(rows, "lead", "violin")[1]["it"].controls, "the sample has its own"
    assert "vibrato" not in played(rows, "chords", "tenor-sax")[1]["it"].controls


def test_a_bass_slides_into_the_first_long_note_of_a_section(played):
    rows = [(float(beat), 1.8, 36) for beat in range(0, 32, 2)]
    sections = (("verse", 4, 0.5), ("chorus", 5, 0.8))
    _, parts = played(rows, "bass", "finger-bass", feel=STILL, sections=sections)
    bend = parts["it"].controls["bend"]
    slides = bend["beat"][bend["value"] == -4.0]
    assert slides[0] == pytest.approx(0, abs=0.1) and np.any(np.abs(slides - 16) < 0.1)
    assert len(slides) <= 6
    assert "bend" not in played(rows, "bass", "sub-bass", sections=sections)[1]["it"].controls


def test_winds_slur_near_notes_that_touch_and_tongue_the_bar(played):
    rows = [(i / 2, 0.5, (60, 62, 64, 67, 60, 69)[i % 6]) for i in range(48)]
    _, parts = played(rows, "lead", "clarinet", feel=STILL, melody=Melody({}, legato=0.9))
    notes = parts["it"].notes
    gap = ms(notes["onset"][1:], (notes["onset"] + notes["duration"])[:-1])
    leap = np.abs(np.diff(notes["pitch"].astype(int)))
    bar = np.abs((notes["onset"][1:] + 0.1) % 4) < 0.2
    assert np.all(gap[(leap <= 5) & ~bar] == pytest.approx(-8, abs=0.5))
    assert np.all(gap[(leap > 5) | bar] > 20)
    assert min(np.sum(bar), np.sum(leap > 5)) >= 5
    _, parts = played(rows, "lead", "clarinet", feel=STILL, melody=Melody({}, legato=0.7))
    short = parts["it"].notes
    assert np.all(short["onset"][1:] - (short["onset"] + short["duration"])[:-1] > 0.1)


def test_gestures_are_those_that_the_table_of_instruments_names():
    tables: dict[str, Collection[str]] = {
        "bend": BENDS,
        "slide": SLIDES,
        "vibrato": VIBRATO,
        "pedal": PEDALLED,
        "swell": SWELLING,
    }
    for articulation, table in tables.items():
        named = {row.id for row in INSTRUMENTS.values() if articulation in row.articulations}
        assert named == set(table), articulation


def test_kettledrums_roll_on_long_notes(played):
    _, parts = played([(0.0, 4.0, 40), (4.0, 0.5, 40), (8.0, 1.0, 45)], "bass", "timpani", feel=STILL)
    notes = parts["it"].notes
    roll = notes[notes["onset"] < 3.99]
    assert len(roll) == pytest.approx(24, abs=1) and np.all(roll["pitch"] == 40)
    assert np.diff(roll["onset"]).std() < 0.02 * 2
    right, left = roll["velocity"][2::2].astype(int), roll["velocity"][1::2].astype(int)
    assert roll["velocity"][0] > right[0] + 20 and right[-1] > right[0] + 15
    assert np.mean(right[: len(left)]) > np.mean(left) + 2, "one hand is softer"
    assert len(notes) == len(roll) + 2, "short notes are strokes"
    assert len(played([(0.0, 4.0, 40)], "bass", "upright-bass")[1]["it"].notes) == 1


def test_a_texture_under_the_last_bar_lies_under_its_ring(played):
    plan, parts = played([(0.0, 36.0, 60)], role="effects", instrument="vinyl")
    assert float(plan.tempo.seconds(36.0)) < plan.duration, "a ring to lie under"
    assert parts["it"].notes["duration"] == pytest.approx(float(plan.tempo.beat(plan.duration)))
