"""The ribbon's geometry."""

import re

from django.template import Context, Template

from generation.templatetags.ribbon import KINDS, LOWEST, segments
from studio.score import SECTION_KINDS

VERSE = {"name": "Verse", "kind": "verse", "bars": 12, "energy": 0.0}
CHORUS = {"name": "Chorus", "kind": "chorus", "bars": 4, "energy": 1.0}


def draw(source: str, **context: object) -> str:
    return Template("{% load ribbon %}" + source).render(Context(context))


def test_every_kind_of_section_has_a_hue() -> None:
    assert set(KINDS) == set(SECTION_KINDS)


def test_lengths_are_bars_and_heights_energy() -> None:
    verse, chorus = segments([VERSE, CHORUS])
    assert (verse.x, verse.width, chorus.x, chorus.width) == ("0.000%", "75.000%", "75.000%", "25.000%")
    assert (verse.height, chorus.height) == (f"{100 * LOWEST:.3f}%", "100.000%")
    assert verse.y == f"{100 * (1 - LOWEST) / 2:.3f}%"


def test_lengths_are_seconds_where_these_are_known() -> None:
    verse, chorus = segments([VERSE | {"start": 0.3}, CHORUS | {"start": 10.0}], duration=40.0)
    assert (verse.x, verse.width, chorus.width) == ("0.000%", "25.000%", "75.000%")


def test_the_waveform_is_mirrored_and_cut_at_the_sections() -> None:
    verse, chorus = segments([VERSE, CHORUS], peaks=[0.5] * 8)
    assert verse.wave.startswith("M0.0 30.0 125.0 30.0")
    assert verse.wave.endswith("125.0 70.0 0.0 70.0Z")
    assert chorus.wave.startswith("M750.0 30.0")


def test_strange_values_do_not_break_the_page() -> None:
    assert segments([], duration=30.0) == []
    odd, _ = segments([{"kind": "polka", "bars": None, "energy": 7}, {"kind": "verse"}], peaks=[0.1])
    assert (odd.kind, odd.height, odd.wave) == ("theme", "100.000%", "")


def test_it_is_told_in_words_and_escaped() -> None:
    drawn = draw("{% ribbon sections %}", sections=[VERSE | {"name": "<b>Head</b>"}, CHORUS])
    assert 'aria-label="&lt;b&gt;Head&lt;/b&gt;, 12 bars; Chorus, 4 bars"' in drawn


def test_a_small_ribbon_is_a_small_drawing() -> None:
    drawn = draw("{% ribbon sections peaks=peaks %}", sections=[VERSE, CHORUS], peaks=[0.5] * 5000)
    assert len(drawn) < 10_000
    assert len(re.findall(r"<path", drawn)) == 2


def test_what_is_not_done_stays_pale() -> None:
    drawn = draw('{% ribbon sections fraction=0.46 name="one" %}', sections=[VERSE, CHORUS])
    assert 'id="one-edge" width="46.000%"' in drawn
    assert 'clip-path="url(#one-done)"' in drawn
