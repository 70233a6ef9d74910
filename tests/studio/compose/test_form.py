from itertools import pairwise

import pytest

from studio.brief import Brief
from studio.compose.form import LEAD_IN, bars_for, plan_form
from studio.score import SECTION_KINDS
from studio.styles import Ending, genres
from studio.theory.meter import Meter

STYLES = [(genre.id, style) for genre in genres().values() for style in genre.styles]


def plan_of(**fields):
    return plan_form(Brief.from_mapping({"genre": "jazz", "mood": "happy", "seed": 3, **fields}), {})


def test_bars_leave_room_for_the_ring():
    hold, four = Ending("hold", ring=3.0), Meter.parse("4/4")
    assert bars_for(30, 120, four, hold) == 14  # 13 bars of 2 s, the final downbeat, 3.95 s to ring
    assert bars_for(30, 120, four, Ending("fade")) == 15


@pytest.mark.parametrize("duration", [30, 47.3, 60, 180, 600])
@pytest.mark.parametrize(("genre", "substyle"), STYLES)
def test_the_sections_fill_the_bars_that_the_length_allows(genre, substyle, duration):
    plan = plan_of(genre=genre, substyle=substyle, duration=duration)
    expected = bars_for(duration, plan.tempo.bpm[0], plan.meter, plan.ending)
    if plan.ending.kind != "fade":  # the ring holds what the bars leave over
        assert plan.tempo.seconds(plan.final) + plan.ending.ring == pytest.approx(duration, abs=1e-6)
    else:
        assert sum(section.bars for section in plan.sections) == expected
        assert plan.tempo.seconds(plan.end) >= duration
    starts = [section.start for section in plan.sections]
    assert starts[0] == 0 and starts[1:] == [section.end for section in plan.sections[:-1]]
    assert {section.kind for section in plan.sections} <= set(SECTION_KINDS)


@pytest.mark.parametrize("tempo", [40, 97.5, 240])
def test_a_tempo_asked_for_is_kept_exactly(tempo):
    plan = plan_of(tempo=tempo, duration=61.7)
    assert plan.tempo.bpm[0] == tempo
    assert plan.tempo.lead_in == LEAD_IN


def test_a_compound_meter_counts_dotted_quarters():
    plan = plan_of(genre="blues", substyle="slow", tempo=60, duration=60)
    assert str(plan.meter) == "12/8" and plan.tempo.bpm[0] == 90


def test_a_longer_piece_has_more_sections_and_a_short_one_keeps_its_main_idea():
    short, long = plan_of(duration=30, substyle="swing"), plan_of(duration=600, substyle="swing")
    assert len(long.sections) > len(short.sections)
    assert any(section.kind in ("theme", "chorus", "drop", "verse", "solo") for section in short.sections)


def test_the_key_follows_the_mood_unless_it_was_asked_for():
    assert plan_of(mood="happy").key.is_minor is False
    assert plan_of(mood="dark").key.is_minor is True
    assert str(plan_of(key="E phrygian").key) == "E phrygian"


def test_the_form_asked_for_is_used_and_variations_draw_it_again():
    forms = genres()["jazz"].styles["swing"].forms
    for form in forms:
        names = {section.name for section in form.sections}
        plan = plan_of(substyle="swing", form=form.id, duration=180)
        assert {section.name for section in plan.sections} <= names
    brief = Brief.from_mapping({"genre": "jazz", "mood": "happy", "duration": 200, "seed": 3})
    layouts = {plan_form(brief, {"form": number}).sections for number in range(12)}
    assert len(layouts) > 1


def test_a_form_of_another_meter_is_only_chosen_when_asked_for_and_brings_its_meter():
    style = genres()["classical"].styles["viennese"]
    minuet = next(form for form in style.forms if form.id == "minuet")
    viennese = {"genre": "classical", "substyle": "viennese", "duration": 90}
    assert minuet.meter == "3/4"
    assert str(plan_of(form="minuet", **viennese).meter) == "3/4"
    assert str(plan_of(form="minuet", meter="4/4", **viennese).meter) == "4/4"
    for seed in range(12):
        names = {section.name for section in plan_of(**{**viennese, "seed": seed}).sections}
        assert "Minuet" not in names


@pytest.mark.parametrize(("genre", "substyle"), [("classical", "romantic"), ("ambient", "felt"), ("jazz", "ballad")])
def test_slow_pieces_have_few_sections_rather_than_many_scraps(genre, substyle):
    for seed in range(4):
        plan = plan_of(genre=genre, substyle=substyle, mood="sad", duration=60, seed=seed)
        tunes = [section for section in plan.sections if section.kind in ("theme", "verse", "chorus")]
        assert max(section.bars for section in tunes) >= 4
        assert len(plan.sections) <= 5


def test_a_blues_chorus_is_rather_left_out_than_torn():
    whole = torn = 0
    for seed in range(8):
        plan = plan_of(genre="blues", substyle="slow", duration=90, seed=seed)
        lengths = [section.bars for section in plan.sections if section.name in ("Verse", "Eight bars", "Solo")]
        whole += sum(bars >= 8 for bars in lengths)
        torn += sum(bars < 8 for bars in lengths)
    assert whole >= 2 * torn


def test_no_section_is_drawn_out_while_others_could_return():
    for seed in range(6):
        plan = plan_of(genre="classical", substyle="baroque", mood="energetic", duration=180, seed=seed)
        assert max(section.beats * 60 / plan.tempo.bpm[0] for section in plan.sections) <= 50


SONGS = [(genre.id, style.id) for genre in genres().values() for style in genre.styles.values() if style.song_form]


@pytest.mark.parametrize(("genre", "substyle"), SONGS)
def test_songs_differ_by_seed_and_their_last_chorus_is_the_summit(genre, substyle):
    orders = set()
    for seed in range(8):
        plan = plan_of(genre=genre, substyle=substyle, duration=170, seed=seed)
        orders.add(tuple((section.kind, section.bars) for section in plan.sections))
        choruses = [section.energy for section in plan.sections if section.kind == "chorus"]
        if len(choruses) > 1:
            assert choruses[-1] == max(section.energy for section in plan.sections)
    assert len(orders) >= 4


@pytest.mark.parametrize("duration", [71.3, 155.5, 301.0])
@pytest.mark.parametrize("tempo", [62.5, 131.0])
def test_drawn_songs_land_on_the_frame(tempo, duration):
    for seed in range(4):
        plan = plan_of(genre="pop", substyle="ballad", tempo=tempo, duration=duration, seed=seed)
        assert plan.ending.kind != "fade"
        assert plan.tempo.seconds(plan.final) + plan.ending.ring == pytest.approx(duration, abs=1e-6)


def test_the_key_rises_from_the_last_chorus_on_where_the_style_likes_it():
    lifted = 0
    for seed in range(40):
        plan = plan_of(genre="pop", substyle="ballad", mood="romantic", duration=170, seed=seed)
        last = max(index for index, section in enumerate(plan.sections) if section.kind == "chorus")
        lifts = [section.lift for section in plan.sections]
        assert lifts[:last] == [0] * last and len(set(lifts[last:])) == 1
        assert lifts[-1] in (0, 1, 2)
        lifted += lifts[-1] > 0
    assert 8 <= lifted <= 28  # a chance of 45 %
    short = [plan_of(genre="pop", substyle="ballad", duration=80, seed=seed) for seed in range(20)]
    assert not any(section.lift for plan in short for section in plan.sections)
    jazz = [plan_of(substyle="bigband", duration=170, seed=seed) for seed in range(10)]
    assert not any(section.lift for plan in jazz for section in plan.sections)


@pytest.mark.parametrize(("genre", "substyle"), STYLES)
def test_somebody_enters_or_leaves_at_most_borders(genre, substyle):
    changed = []
    for seed, duration in enumerate((75, 200)):
        plan = plan_of(genre=genre, substyle=substyle, duration=duration, seed=seed)
        chairs = [chair for chair in plan.chairs if chair.role != "effects"]
        players = [{chair.id for chair in chairs if chair.plays(section)} for section in plan.sections]
        changed += [one != other for one, other in pairwise(players)]
        assert all(players)
    assert sum(changed) >= 0.75 * len(changed)
