from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from studio.brief import Brief
from studio.compose.form import plan_form
from studio.compose.harmony import chord_index, harmonise
from studio.styles import genres
from studio.theory.chord import TRIAD_OF
from studio.theory.numeral import chord

STYLES = [(genre.id, style) for genre in genres().values() for style in genre.styles]


def harmony_of(**fields):
    plan = plan_form(Brief.from_mapping({"genre": "jazz", "mood": "happy", "seed": 5, "duration": 120, **fields}), {})
    return plan, harmonise(plan)


@pytest.mark.parametrize(("genre", "substyle"), STYLES)
@pytest.mark.parametrize("mood", ["happy", "dark", "mysterious"])
def test_chords_follow_each_other_without_gap_from_first_to_last_beat(genre, substyle, mood):
    plan, chords = harmony_of(genre=genre, substyle=substyle, mood=mood)
    assert chords[0].start == 0 and chords[-1].end == pytest.approx(plan.end)
    assert all(after.start == pytest.approx(before.end) for before, after in pairwise(chords))
    assert all(span.beats > 0 for span in chords)


def test_the_last_chord_is_the_tonic_of_the_style_on_the_final_downbeat():
    plan, chords = harmony_of(substyle="swing")
    assert chords[-1].start == plan.final
    assert chords[-1].chord.root == chord(plan.style.harmony.final[plan.mode], plan.key).root


def test_returns_of_a_section_share_their_harmony_and_other_names_differ():
    plan, chords = harmony_of(genre="rock", duration=200)
    first_bars: dict[str, set[tuple[str, ...]]] = {}
    for section in plan.sections:
        opening = tuple(span.numeral for span in chords if section.start <= span.start < section.start + 4 * plan.bar)
        first_bars.setdefault(section.name, set()).add(opening)
    assert len({frozenset(openings) for openings in first_bars.values()}) > 1
    for name, openings in first_bars.items():
        if sum(section.name == name and section.bars >= 8 for section in plan.sections) > 1:
            assert len(openings) == 1, name


def test_twelve_bars_of_blues_go_to_the_fourth_degree_in_the_fifth_bar():
    plan, chords = harmony_of(genre="blues", substyle="chicago", mood="happy", key="E major", duration=120)
    section = next(section for section in plan.sections if section.bars == 12)
    spans = [chords[i] for i in chord_index(chords, np.array([section.start, section.start + 4 * plan.bar]))]
    assert [(span.chord.root - plan.key.tonic) % 12 for span in spans] == [0, 5]


def test_modes_bend_the_chords_their_scale_denies():
    plan, chords = harmony_of(genre="ambient", key="D dorian", mood="mysterious")
    assert plan.key.mode == "dorian"
    assert all(span.numeral not in ("iv", "bVI") for span in chords[:-1])


def test_simple_harmony_is_plainer_than_complex():
    richness = genres()["rock"].styles["classic"].harmony.richness
    if richness.get("simple") == "triad":
        _, chords = harmony_of(genre="rock", substyle="classic", complexity="simple")
        assert all(span.chord.quality in set(TRIAD_OF.values()) for span in chords)
    sizes = [
        sum(len(span.chord.tones) for span in chords) / len(chords)
        for _, chords in (harmony_of(substyle="swing", complexity=level) for level in ("simple", "complex"))
    ]
    assert sizes[0] < sizes[1]


def test_the_chords_of_a_lifted_section_stand_higher():
    plan, chords = harmony_of(genre="pop", key="C major", duration=120)
    sections = (*plan.sections[:-1], replace(plan.sections[-1], lift=2))
    lifted = harmonise(replace(plan, sections=sections))
    assert [span.numeral for span in lifted] == [span.numeral for span in chords]
    risen = [(new.chord.root - old.chord.root) % 12 for new, old in zip(lifted, chords, strict=True)]
    assert risen == [2 if span.start >= sections[-1].start else 0 for span in chords]
