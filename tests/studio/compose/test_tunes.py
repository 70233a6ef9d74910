import pytest

from studio.compose.theme import write_theme
from studio.compose.tunes import SUMMIT, Stage, centre_of, taste_of
from studio.styles import Melody, MoodChange


@pytest.mark.parametrize(
    ("instrument", "low", "high", "lowest"), [("baritone-sax", 41, 64, 41), ("tenor-sax", 53, 76, 48)]
)
def test_a_dark_mood_keeps_the_tune_out_of_the_bass(plan_of, seat, instrument, low, high, lowest):
    plan = plan_of(("theme", 9, 0.5), mood=MoodChange("minor", "dark", register=-5))
    taste = taste_of(plan, Stage(plan.sections[0], seat("lead", instrument=instrument, low=low, high=high), "Theme"))
    assert taste.low == lowest


def test_a_stronger_section_is_sung_higher(plan_of, seat):
    plan = plan_of(("verse", 8, 0.4), ("chorus", 9, 0.9))
    chair = seat("lead", instrument="tenor-sax", low=53, high=76)
    verse, chorus = (centre_of(plan, Stage(section, chair, section.name)) for section in plan.sections)
    assert chorus - verse == pytest.approx(SUMMIT / 2)
    assert 53 + 5 < verse < chorus < 76 - 5


@pytest.mark.parametrize(("kind", "phrases"), [("theme", 2), ("solo", 4)])
def test_long_solos_go_on_to_other_phrases(plan_of, kind, phrases):
    rows = {"any": ("x.x.x.x.x.x.x...", "x...x.x.x...x...")}
    plan = plan_of((kind, 32, 0.6), ("outro", 2, 0.4), melody=Melody(rows))
    theme = write_theme(plan, plan.sections[0], kind)
    assert len({note.idea[0] for note in theme if note.idea}) == phrases
