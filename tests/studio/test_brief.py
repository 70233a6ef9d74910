import pytest

from studio.brief import MOODS, Brief, BriefError
from studio.score import ROLES
from studio.styles import genres
from studio.theory.key import Key

GOOD = {"genre": "jazz", "mood": "calm", "duration": 60, "seed": 7}


def problems_of(**fields):
    with pytest.raises(BriefError) as caught:
        Brief.from_mapping({**GOOD, **fields})
    return {(problem.field, problem.code) for problem in caught.value.problems}


def test_a_full_brief_is_read():
    brief = Brief.from_mapping(
        GOOD
        | {"tempo": "120", "key": "C minor", "meter": "3/4", "complexity": "Complex", "instruments": "piano, flute"}
    )
    assert (brief.tempo, brief.key, str(brief.meter), brief.complexity) == (120.0, Key(0, "minor"), "3/4", "complex")
    assert brief.instruments == ("piano", "flute")


def test_a_brief_reads_back_from_its_plain_values():
    brief = Brief.from_mapping(GOOD | {"key": "F# dorian", "meter": "3/4", "avoid": ["drums"], "tempo": 96.5})
    assert Brief.from_mapping(brief.as_dict()) == brief


def test_only_the_genre_is_required():
    brief = Brief.from_mapping({"genre": "rock"})
    assert brief.mood in MOODS and brief.duration == 60 and brief.complexity == "moderate"
    assert problems_of(genre="") == {("genre", "required")}


def test_empty_values_count_as_absent():
    assert Brief.from_mapping(GOOD | {"tempo": "", "key": None, "instruments": []}).tempo is None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"tempo": 300}, ("tempo", "out_of_range")),
        ({"tempo": 39.9}, ("tempo", "out_of_range")),
        ({"tempo": float("nan")}, ("tempo", "not_a_number")),
        ({"tempo": float("inf")}, ("tempo", "out_of_range")),
        ({"tempo": 10**400}, ("tempo", "out_of_range")),
        ({"tempo": "fast"}, ("tempo", "not_a_number")),
        ({"tempo": True}, ("tempo", "not_a_number")),
        ({"tempo": [120]}, ("tempo", "not_a_number")),
        ({"duration": 29}, ("duration", "out_of_range")),
        ({"duration": 601}, ("duration", "out_of_range")),
        ({"seed": 1.5}, ("seed", "not_whole")),
        ({"seed": -1}, ("seed", "out_of_range")),
        ({"seed": "nan"}, ("seed", "not_a_number")),
        ({"seed": "inf"}, ("seed", "out_of_range")),
        ({"seed": -(10**400)}, ("seed", "out_of_range")),
        ({"genre": "polka"}, ("genre", "not_allowed")),
        ({"genre": 3}, ("genre", "not_allowed")),
        ({"mood": "hungry"}, ("mood", "not_allowed")),
        ({"key": "H major"}, ("key", "not_a_key")),
        ({"key": {"tonic": "C"}}, ("key", "not_a_key")),
        ({"meter": "7/8"}, ("meter", "not_allowed")),
        ({"substyle": "house"}, ("substyle", "not_in_genre")),
        ({"form": "sonnet"}, ("form", "not_in_style")),
        ({"instruments": "theremin"}, ("instruments", "not_allowed")),
        ({"instruments": {"piano": 1}}, ("instruments", "not_a_list")),
        ({"instruments": "piano", "avoid": "piano"}, ("avoid", "contradiction")),
        ({"avoid": list(ROLES)}, ("avoid", "nobody_left")),
        ({"lyrics": "la la"}, ("lyrics", "needs_vocals")),
        ({"vocals": "soprano"}, ("vocals", "not_available")),
        ({"title": "x" * 121}, ("title", "too_long")),
        ({"title": "a\x00b"}, ("title", "not_printable")),
        ({"volume": 11}, ("volume", "unknown_field")),
    ],
)
def test_what_is_refused(fields, expected):
    assert expected in problems_of(**fields)


def test_every_problem_is_told_at_once_with_what_would_be_right():
    with pytest.raises(BriefError) as caught:
        Brief.from_mapping({"genre": "jazz", "tempo": 300, "key": "Q", "duration": 5, "colour": "blue"})
    by_field = {problem.field: problem for problem in caught.value.problems}
    assert set(by_field) == {"tempo", "key", "duration", "colour"}
    assert by_field["tempo"].message == "tempo: 300 is above 240 BPM"
    assert by_field["tempo"].allowed == [40.0, 240.0]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"tempo": 50, "substyle": "swing"}, "unusual_tempo"),
        ({"key": "C locrian"}, "unusual_mode"),
        ({"mood": "happy", "key": "C minor"}, "mood_and_mode"),
        ({"meter": "12/8", "substyle": "swing"}, "unusual_meter"),
        ({"instruments": "riser", "substyle": "swing"}, "no_chair"),
        ({"instruments": "drums", "genre": "ambient", "substyle": "drone"}, "no_chair"),
    ],
)
def test_the_unusual_is_a_warning_not_a_refusal(fields, code):
    assert code in {warning.code for warning in Brief.from_mapping({**GOOD, **fields}).warnings}


def test_a_brief_within_the_habits_of_its_style_has_no_warnings():
    swing = genres()["jazz"].styles["swing"]
    fields = {"substyle": "swing", "tempo": swing.tempo.typical, "mood": "happy", "key": "F major"}
    assert Brief.from_mapping(GOOD | fields).warnings == ()
