from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch

from studio.compose import learned_harmony
from studio.compose.harmony import harmonise, progressions
from studio.compose.learned_harmony import CANDIDATES, KEPT, Request, draw, idiom, ranked, written
from studio.models.grammar import Size
from studio.models.harmony import FAMILIES, GENRES, GRAMMAR, LONGEST, QUALITIES, Passage, degree
from studio.models.network import EventModel
from studio.models.player import Player
from studio.styles import Harmony, genres
from studio.theory.numeral import parse_progression
from studio.variations import Variations

BRIGHT = ("I | V/7 | vi | IV", "I | IV | V | IV", "IV | I/3 | ii7 | Vsus4 V", "I | I | IV | V")
DARK = ("vi | iii | IV | iv", "I | bVII | IV | I")
TABLES = Harmony({"bright": BRIGHT, "tender": (), "dark": DARK}, {"dark": ("i | iv | bVI | V",)}, learned="song/pop")
ROOTS = {0, 2, 4, 5, 7, 9, 10}
"""Roots of the tables above."""


@pytest.fixture
def chance(monkeypatch):
    """A model that has learned nothing: what holds now holds whatever it prefers."""
    torch.manual_seed(0)
    model = Player(EventModel(GRAMMAR, Size(16, 1, 2)).weights())
    monkeypatch.setattr(learned_harmony, "trained", lambda _name: model)
    return model


def read(texts):
    return tuple(parse_progression(text) for text in texts)


def test_an_idiom_is_what_the_tables_do():
    known = idiom(read(BRIGHT), read(DARK))
    assert {root for root in range(12) if np.isfinite(known.worth[root]).any()} == ROOTS
    assert known.worth[degree("ii7")] == 0 and known.worth[degree("iv")] < 0
    assert set(np.flatnonzero(known.first)) == {0, 5, 9} and set(np.flatnonzero(known.last)) == {5, 7, 0}
    assert known.half and known.longest == 2 and known.fewest == 3
    assert known.spelling[(0, 7, 0, 9)] == "V/7" and known.spelling[degree("V")] == "V"
    assert known.turns[QUALITIES.index("sus4"), 0] and not known.turns[0, QUALITIES.index("sus4")]


@pytest.mark.parametrize(("bars", "beats"), [(8, 4), (4, 4), (8, 3), (4, 2)])
def test_candidates_keep_to_the_idiom_whatever_the_model_prefers(chance, bars, beats):
    known = idiom(read(BRIGHT), read(DARK))
    noise = np.random.default_rng(1).gumbel(size=(CANDIDATES, 16, 12 + len(QUALITIES) + LONGEST))
    passage = Passage("song", bars, is_minor=False, beats=beats)
    ((rows, likely),) = draw(chance, [passage], [known], [noise])
    found = ranked(rows, likely, passage, known)
    assert len(found) == KEPT == len(set(found))
    for option in found:
        chords = [degree(name) for bar in option for name in bar]
        assert len(option) in (4, 8) and len(option) <= bars
        assert all(np.isfinite(known.worth[chord]) for chord in chords)
        assert known.first[chords[0][0]] and known.last[chords[-1][0]]
        assert len({root for root, _ in chords}) >= 3
        assert all(len(bar) == 1 or (len(bar) == 2 and beats != 3) for bar in option)
        assert all(before == after or before[0] != after[0] or known.turns[before[1], after[1]]
                   for before, after in pairwise(chords))  # fmt: skip


def test_likelier_progressions_come_first(chance):
    passage, known = Passage("song", 4, is_minor=False), idiom(read(BRIGHT), read(DARK))
    new = np.array([[0, 0, 3], [9, 1, 3], [5, 0, 3], [7, 0, 3]])
    told = np.array([[0, 0, 3], [5, 0, 3], [7, 0, 3], [5, 0, 3]])
    wrong = np.array([[0, 0, 3], [1, 0, 3], [5, 0, 3], [7, 0, 3]])
    names = ranked([told, new, wrong], np.array([-1.0, -1.0, 0.0]), passage, known)
    assert names == [(("I",), ("vi",), ("IV",), ("V",)), (("I",), ("IV",), ("V",), ("IV",))]
    assert ranked([told, new], np.array([-1.0, -2.0]), passage, known)[0][1] == ("IV",)
    assert ranked([told], np.array([-np.inf]), passage, known) == []


def test_a_half_that_is_stated_twice_is_a_loop(chance):
    known = idiom(read(BRIGHT), read(DARK))
    row = np.array([[0, 0, 3], [7, 0, 3], [9, 1, 3], [5, 0, 3]] * 2)
    (bars,) = ranked([row], np.array([-1.0]), Passage("song", 8, is_minor=False), known)
    assert bars == (("I",), ("V/7",), ("vi",), ("IV",))


def test_sections_get_progressions_of_their_own_and_the_same_again(chance, plan_of):
    plan = plan_of(("verse", 16, 0.4), ("chorus", 8, 0.8), ("verse", 16, 0.5), ("break", 4, 0.3), harmony=TABLES)
    laid = progressions(plan)
    assert len({laid[name] for name in ("Verse", "Chorus", "Break")}) == 3
    assert laid == progressions(plan)
    assert all(section.bars % len(laid[section.name]) == 0 for section in plan.sections)
    chords = harmonise(plan)
    assert chords[0].start == 0 and chords[-1].end == pytest.approx(plan.end)


def test_drawing_again_writes_another_progression(chance, plan_of):
    def laid(**counts):
        plan = plan_of(("verse", 8, 0.4), ("chorus", 8, 0.8), harmony=TABLES)
        return progressions(replace(plan, variations=Variations(counts)))

    first, again = laid(), laid(**{"harmony@Chorus": 1})
    assert first["Chorus"] != again["Chorus"] and first["Verse"] == again["Verse"]


def test_tables_pinned_to_a_section_stay(chance, plan_of):
    blues = "I7 x4 | IV7 x2 | I7 x2 | V7 | IV7 | I7 x2"
    pinned = Harmony(TABLES.major, TABLES.minor, sections={"chorus": {"major": (blues,)}}, learned="song/pop")
    laid = progressions(plan_of(("verse", 8, 0.4), ("chorus", 12, 0.8), harmony=pinned))
    assert laid["Chorus"] == parse_progression(blues)
    assert laid["Verse"] not in read((*BRIGHT, *DARK))


def test_modes_bend_the_idiom(chance, plan_of):
    plan = plan_of(("verse", 8, 0.4), ("chorus", 8, 0.8), key="D dorian", harmony=TABLES)
    names = {name for bars in progressions(plan).values() for bar in bars for name in bar}
    assert names <= {"i", "IV", "bVI", "v"} and "bVI" not in names


def test_a_section_without_room_in_its_idiom_gets_nothing(chance, plan_of):
    plan = plan_of(("verse", 8, 0.4), harmony=TABLES)
    assert written(plan, [Request(plan.sections[0], "bright", read(("I x4",)), ())]) == {"Verse": []}


def test_styles_name_repertoires_that_the_model_knows():
    for genre in genres().values():
        for style in genre.styles.values():
            family, _, artist = style.harmony.learned.partition("/")
            assert family in ("", *FAMILIES) and artist in ("", *GENRES), (genre.id, style.id)
