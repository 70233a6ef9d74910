from dataclasses import replace

import pytest

from studio.brief import Brief
from studio.compose.ensemble import Chair, seat, staggered
from studio.score import Section
from studio.styles import MoodChange, PartStyle

BRIEF = Brief("rock", "happy", 60.0, "moderate", 1)
MOOD = MoodChange("major", "bright")


@pytest.fixture
def band():
    class Band:
        parts = (
            PartStyle("lead", "lead", "tenor-sax", alternatives=("trumpet", "clarinet"), rests=("intro",)),
            PartStyle("keys", "chords", "piano", enters=0.5, alternatives=("electric-piano",)),
            PartStyle("bass", "bass", "upright-bass", leaves=0.9),
        )

    return Band()


def section(kind, energy):
    return Section(kind.title(), kind, 0.0, 16.0, 4, energy)


def instruments(chairs):
    return [chair.instrument for chair in chairs]


def test_energy_kind_and_rests_decide_who_plays(band):
    lead, keys, bass = seat(BRIEF, band, MOOD)
    assert not lead.plays(section("intro", 0.6)) and lead.plays(section("verse", 0.6))
    assert not keys.plays(section("verse", 0.4)) and keys.plays(section("verse", 0.5))
    assert bass.plays(section("verse", 0.8)) and not bass.plays(section("chorus", 0.9))
    solo = Chair(replace(lead.style, kinds=("solo",)), "tenor-sax")
    assert solo.plays(section("solo", 0.7)) and not solo.plays(section("verse", 0.7))


def test_a_mood_favours_an_alternative(band):
    chairs = seat(BRIEF, band, replace(MOOD, instruments=("clarinet",)))
    assert instruments(chairs) == ["clarinet", "piano", "upright-bass"]


def test_who_is_avoided_changes_instrument_or_leaves(band):
    chairs = seat(replace(BRIEF, avoid=("piano", "upright-bass")), band, MOOD)
    assert instruments(chairs) == ["tenor-sax", "electric-piano", "fretless-bass"]
    assert [chair.role for chair in seat(replace(BRIEF, avoid=("lead",)), band, MOOD)] == ["chords", "bass"]


def test_who_is_wanted_sits_where_it_can_and_enters_early(band):
    chairs = seat(replace(BRIEF, instruments=("electric-piano",)), band, MOOD)
    assert instruments(chairs) == ["tenor-sax", "electric-piano", "upright-bass"]
    assert chairs[1].plays(section("verse", 0.3))


def test_a_stranger_takes_the_lead(band):
    assert instruments(seat(replace(BRIEF, instruments=("banjo",)), band, MOOD))[0] == "banjo"


def test_wanted_players_sit_only_where_they_can_play(band):
    chairs = seat(replace(BRIEF, instruments=("finger-bass", "kit-808", "riser", "drums")), band, MOOD)
    assert instruments(chairs) == ["tenor-sax", "piano", "finger-bass"]


def test_somebody_sits_out_where_two_sections_would_have_the_same_players(seat):
    chairs = tuple(
        seat(role, id=name) for name, role in (("tune", "lead"), ("organ", "pad"), ("keys", "chords"), ("low", "bass"))
    )
    sections = (section("verse", 0.4), section("chorus", 0.8), section("verse", 0.5))
    rests = [laid.rests for laid in staggered(sections, chairs)]
    assert rests == [("organ",), (), ("organ",)]
    assert not chairs[1].plays(staggered(sections, chairs)[0])
    trio = tuple(chair for chair in chairs if chair.role != "pad")
    assert staggered(sections, trio) == sections  # a bed is never without anybody
