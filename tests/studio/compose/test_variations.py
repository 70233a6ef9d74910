"""Lock and vary: what is not drawn again stays to the bit, on paper and as played."""

from functools import cache

import numpy as np
import pytest

from studio.brief import Brief, BriefError
from studio.compose import compose, tunes
from studio.compose.line import solve
from studio.compose.plan import LAYER_OF
from studio.sound import render_part
from studio.variations import Step, Variations, redrawn

pytestmark = pytest.mark.usefixtures("sung_by_rule")

GENRES = ("pop", "jazz", "classical", "electronic")
LAYERS = ("melody", "bass", "drums", "accompaniment")


@cache
def piece(genre, *steps, duration=75):
    brief = Brief.from_mapping({"genre": genre, "duration": duration, "seed": 12})
    return compose(brief, variations=Variations(steps=tuple(map(Step.parse, steps))))


@pytest.fixture
def sung_by_rule(monkeypatch):
    """Spare the trained models their work: identity does not rest on who writes."""
    monkeypatch.setattr(tunes, "sing", lambda lines, tries: [solve(line.slots, line.taste) for line in lines])


def layer(part):
    return LAYER_OF.get(part.role, "accompaniment")


def by_id(score):
    return {part.id: part for part in score.parts}


def same(one, other):
    """Whether two parts are the same to the bit: notes and automation."""
    lanes = one.controls.keys() | other.controls.keys()
    return one.notes.tobytes() == other.notes.tobytes() and all(
        one.controls[lane].tobytes() == other.controls[lane].tobytes() for lane in lanes
    )


def inside(score, part, names):
    """The notes of a part that begin in sections of these names, as bytes."""
    scope = [section for section in score.sections if section.name in names]
    onsets = part.notes["onset"]
    chosen = np.zeros(len(onsets), bool)
    for section in scope:
        chosen |= (onsets >= section.start - 1e-6) & (onsets < section.end - 1e-6)
    return part.notes[chosen].tobytes()


@pytest.mark.parametrize("drawn", LAYERS)
@pytest.mark.parametrize("genre", GENRES)
def test_a_layer_drawn_again_leaves_all_others_as_they_were(genre, drawn):
    before, after = piece(genre), piece(genre, drawn)
    assert after.score.chords == before.score.chords
    assert after.score.sections == before.score.sections
    assert after.score.title == before.score.title
    changed = set()
    for old, new in ((before.score, after.score), (before.performance, after.performance)):
        old, new = by_id(old), by_id(new)
        for part_id in old.keys() | new.keys():
            if part_id in old and part_id in new and same(old[part_id], new[part_id]):
                continue
            changed.add(layer(old.get(part_id) or new[part_id]))
    assert changed == {drawn} & {layer(part) for part in before.score.parts}


@pytest.mark.parametrize("genre", GENRES)
def test_another_performance_leaves_the_page_alone(genre):
    before, after = piece(genre), piece(genre, "performance")
    assert all(same(part, by_id(after.score)[part.id]) for part in before.score.parts)
    pitched = [part for part in before.performance.parts if part.role != "effects"]
    assert not any(same(part, by_id(after.performance)[part.id]) for part in pitched)


@pytest.mark.parametrize("genre", GENRES)
def test_what_was_locked_stays_locked_through_a_history(genre):
    """An accompaniment that answered the second tune keeps its notes when a third is drawn."""
    second, third = piece(genre, "melody", "accompaniment"), piece(genre, "melody", "accompaniment", "melody")
    for part in second.performance.parts:
        twin = by_id(third.performance).get(part.id)
        assert same(part, twin) == (layer(part) != "melody"), part.id


@pytest.mark.parametrize("genre", GENRES)
def test_new_harmony_takes_the_tune_along_and_leaves_the_drums(genre):
    before, after = piece(genre), piece(genre, "harmony")
    assert after.score.sections == before.score.sections
    for part in before.performance.parts:
        if layer(part) == "drums":
            assert same(part, by_id(after.performance)[part.id])
    if after.score.chords != before.score.chords:
        tunes = [part.notes["onset"] for part in before.score.parts if part.role == "lead"]
        again = [part.notes["onset"] for part in after.score.parts if part.role == "lead"]
        shared = len(np.intersect1d(np.concatenate(tunes), np.concatenate(again)))
        assert shared >= 0.8 * max(len(np.concatenate(tunes)), 1)


@pytest.mark.parametrize("genre", GENRES)
def test_another_form_keeps_tempo_key_and_title(genre):
    before, after = piece(genre), piece(genre, "form")
    for name in ("key", "meter", "title", "duration"):
        assert getattr(after.score, name) == getattr(before.score, name)
    assert after.score.tempo.bpm[0] == before.score.tempo.bpm[0]


@pytest.mark.parametrize("genre", GENRES)
def test_a_section_drawn_again_leaves_the_others_as_they_were(genre):
    before = piece(genre)
    names = [section.name for section in before.score.sections]
    name = max(set(names), key=names.count)
    steps = [str(step) for step in redrawn(("harmony", *LAYERS, "performance"), name)]
    after = piece(genre, *steps)
    others = set(names) - {name}
    differs = 0
    old, new = by_id(before.score), by_id(after.score)
    for part_id in old.keys() & new.keys():
        one, other = old[part_id], new[part_id]
        assert inside(before.score, one, others) == inside(after.score, other, others), part_id
        differs += inside(before.score, one, {name}) != inside(after.score, other, {name})
    assert differs
    outside = lambda score: [span for span in score.chords if score_section(score, span.start) != name]  # noqa: E731
    assert outside(before.score) == outside(after.score)


def score_section(score, beat):
    return next(section.name for section in score.sections if beat < section.end - 1e-6)


@pytest.mark.parametrize("drawn", LAYERS)
def test_one_layer_of_one_section_changes_there_alone(drawn):
    before = piece("pop")
    name = next(section.name for section in before.score.sections if section.kind == "chorus")
    after = piece("pop", f"{drawn}@{name}")
    others = {section.name for section in before.score.sections} - {name}
    changed = set()
    for part_id, old in by_id(before.score).items():
        new = by_id(after.score)[part_id]
        assert inside(before.score, old, others) == inside(after.score, new, others)
        if not same(old, new):
            changed.add(layer(old))
    assert changed == {drawn}


def test_a_section_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(BriefError, match=r"'ballad' is not in this piece, which has .*Chorus"):
        piece("pop", "melody@ballad")


@pytest.mark.parametrize("seconds", [7, 53.5])
@pytest.mark.parametrize("genre", GENRES)
def test_a_longer_piece_begins_as_it_did_and_ends_on_time(genre, seconds):
    before, after = piece(genre), piece(genre, f"extend {seconds}")
    assert after.score.frames == round((75 + seconds) * 44100)
    assert after.score.key == before.score.key and after.score.tempo.bpm[0] == before.score.tempo.bpm[0]
    bar = before.score.meter.bar_beats
    last = before.score.sections[-1]
    until = last.start if last.kind == "outro" else max(last.start, last.end - 5 * bar)
    for part in before.score.parts:
        longer = by_id(after.score)[part.id].notes
        assert part.notes[part.notes["onset"] < until].tobytes() == longer[longer["onset"] < until].tobytes(), part.id
    kept = len(before.score.sections) - (last.kind == "outro" or seconds == 7)
    assert after.score.sections[:kept] == before.score.sections[:kept]
    assert after.score.sections[-1].kind == last.kind or last.kind != "outro"
    assert after.score.end > before.score.end or seconds == 7
    ends = max(float((part.notes["onset"] + part.notes["duration"]).max()) for part in after.score.parts)
    assert float(after.score.tempo.seconds(ends)) > 0.85 * after.score.duration


def test_an_extension_beyond_the_longest_piece_says_what_fits():
    with pytest.raises(BriefError, match=r"75 and 530 seconds are above 600; at most 525 more fit"):
        piece("pop", "extend 530")
    with pytest.raises(BriefError, match="is not between 5 and 570"):
        piece("pop", "extend 1")


def test_stems_of_untouched_parts_are_the_same_bytes():
    before, after = piece("electronic", duration=30), piece("electronic", "melody", duration=30)
    untouched = [part for part in before.performance.parts if layer(part) in ("bass", "drums")][:2]
    for part in untouched:
        stems = [
            render_part(by_id(made.performance)[part.id], made.performance, seed=12).tobytes()
            for made in (before, after)
        ]
        assert stems[0] == stems[1]
