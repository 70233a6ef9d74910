import pytest

from studio.brief import BriefError
from studio.variations import MOST_STEPS, Step, Variations, redrawn


@pytest.mark.parametrize("text", ["melody", "form", "drums@chorus", "performance@verse 2", "extend 30", "extend 12.5"])
def test_a_step_is_written_as_it_is_read(text):
    assert str(Step.parse(text)) == text


@pytest.mark.parametrize("text", ["", "tune", "form@chorus", "extend", "extend soon", "extend@chorus"])
def test_what_is_no_step_is_refused(text):
    with pytest.raises(ValueError, match=r"step|float"):
        Step.parse(text)


def test_counts_add_what_was_drawn_everywhere_and_in_the_section_alone():
    variations = (
        Variations({"melody": 1, "melody@chorus": 2}).then(redrawn(["melody"])).then(redrawn(["melody"], "verse"))
    )
    assert variations.count("melody") == 2
    assert variations.count("melody", "chorus") == 4
    assert variations.count("melody", "verse") == 3
    assert variations.count("drums", "verse") == 0
    assert variations.until(1).count("melody", "verse") == 2


def test_layers_are_drawn_in_composing_order():
    assert [str(step) for step in redrawn(["drums", "harmony", "melody"], "chorus")] == [
        "harmony@chorus", "melody@chorus", "drums@chorus",
    ]  # fmt: skip


def test_variations_survive_json():
    variations = Variations({"bass@outro": 1}, (Step("melody"), Step("extend", seconds=30.0), Step("drums", "chorus")))
    assert Variations.from_dict(variations.as_dict()) == variations
    assert variations.extension == 30


@pytest.mark.parametrize("data", [{"steps": ["louder"]}, {"counts": {"melody": "often"}}, {"steps": [3]}, {"steps": 3}])
def test_what_is_not_variations_is_refused(data):
    with pytest.raises(BriefError):
        Variations.from_dict(data)


def test_the_steps_have_an_end():
    with pytest.raises(BriefError, match=f"more than {MOST_STEPS}"):
        Variations().then([Step("melody")] * (MOST_STEPS + 1))
