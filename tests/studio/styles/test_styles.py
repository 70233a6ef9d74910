"""What every genre file must offer, whatever its music."""

from collections import Counter

import pytest

from studio.brief import MOODS
from studio.score import SECTION_KINDS
from studio.styles import genres
from studio.theory.key import Key
from studio.theory.meter import Meter
from studio.theory.numeral import parse_progression

GENRES = genres()
STYLES = [style for genre in GENRES.values() for style in genre.styles.values()]
PARTS = [(style, part) for style in STYLES for part in style.parts]

BASSLESS = {("ambient", "drone"), ("ambient", "dark")}
"""Styles that may do without a bass: their lowest drone is a pad."""

STEPS = {"4/4": {4, 8, 12, 16, 24, 32}, "3/4": {3, 6, 12, 24}, "6/8": {6, 12, 24}, "12/8": {4, 12, 24}}
"""Meter → into how many steps a bar may be cut."""

PATTERN_SYMBOLS = {
    "bass": "123456789<>ng-.x",
    "arpeggio": "123456789<>g-.x",
    "chords": "123456789x-.",
    "pad": "123456789x-.",
}

FEWEST_SECONDS, MOST_SECONDS = 60, 420
"""How long a form may last at the style's typical tempo."""


def name(value):
    return f"{value.genre}-{value.id}" if hasattr(value, "genre") else getattr(value, "id", str(value))


def bars_of(row):
    return row.split("|")


@pytest.mark.parametrize("genre", GENRES.values(), ids=name)
def test_genre_answers_every_mood(genre):
    assert set(genre.moods) == set(MOODS)
    assert genre.mood in genre.moods
    assert 4 <= len(genre.styles) <= 6


@pytest.mark.parametrize("genre", GENRES.values(), ids=name)
def test_moods_stay_within_reason(genre):
    for mood, change in genre.moods.items():
        assert 0.6 <= change.tempo <= 1.5, mood
        assert 0.4 <= change.density <= 1.6, mood
        assert abs(change.register) <= 12, mood
        assert abs(change.dynamics) <= 6, mood


@pytest.mark.parametrize("genre", GENRES.values(), ids=name)
def test_moods_favour_known_instruments(genre):
    from studio.instruments import INSTRUMENTS

    for mood, change in genre.moods.items():
        assert set(change.instruments) <= set(INSTRUMENTS), mood


@pytest.mark.parametrize("style", STYLES, ids=name)
def test_style_is_named_and_paced(style):
    assert style.name
    assert style.description.endswith(".")
    assert 40 <= style.tempo.min < style.tempo.typical < style.tempo.max <= 240
    assert style.endings


@pytest.mark.parametrize("style", STYLES, ids=name)
def test_style_has_keys_to_choose_from(style):
    assert len(style.keys) >= 2
    assert len(set(style.keys)) == len(style.keys)


@pytest.mark.parametrize("style", STYLES, ids=name)
def test_forms_are_whole_pieces(style):
    assert len(style.forms) >= 3
    meter = Meter.parse(style.meters[0])
    for form in style.forms:
        bars = sum(section.bars for section in form.sections)
        seconds = bars * meter.pulses * 60 / style.tempo.typical
        assert FEWEST_SECONDS <= seconds <= MOST_SECONDS, form.id
        assert all(0 < section.energy <= 1 for section in form.sections), form.id
        assert all(1 <= section.bars <= 64 for section in form.sections), form.id


@pytest.mark.parametrize("style", STYLES, ids=name)
@pytest.mark.parametrize("mode", ["major", "minor"])
def test_harmony_has_colours_to_choose_from(style, mode):
    table = getattr(style.harmony, mode)
    rich = [colour for colour, progressions in table.items() if len(progressions) >= 2]
    assert len(rich) >= 2
    for colour, progressions in table.items():
        assert len(set(progressions)) == len(progressions), colour
        for text in progressions:
            assert len(parse_progression(text)) in (1, 2, 4, 8, 12, 16), text


@pytest.mark.parametrize("style", STYLES, ids=name)
def test_every_mood_finds_harmony_of_its_colour_nearby(style):
    """Whatever sub-style a mood lands in, its mode's table is there and not empty."""
    for change in GENRES[style.genre].moods.values():
        minor = Key(0, change.mode).is_minor
        assert style.harmony.minor if minor else style.harmony.major, change


@pytest.mark.parametrize("style", STYLES, ids=name)
def test_pinned_harmony_belongs_to_sections(style):
    names = {section.name for form in style.forms for section in form.sections}
    inherited = {
        section.name
        for other in GENRES[style.genre].styles.values()
        for form in other.forms
        for section in form.sections
    }
    for label, modes in style.harmony.sections.items():
        assert label in names | inherited | set(SECTION_KINDS), label
        assert set(modes) <= {"major", "minor"}, label


@pytest.mark.parametrize("style", STYLES, ids=name)
def test_closes_are_one_or_two_bars(style):
    for table in (style.harmony.turnarounds, style.harmony.cadences):
        for mode, by_complexity in table.items():
            assert mode in ("major", "minor")
            for texts in by_complexity.values():
                assert all(len(parse_progression(text)) in (1, 2, 4) for text in texts), texts


@pytest.mark.parametrize("style", STYLES, ids=name)
def test_band_is_complete(style):
    roles = Counter(part.role for part in style.parts)
    assert roles["lead"] >= 1
    assert roles["bass"] >= 1 or (style.genre, style.id) in BASSLESS
    assert 4 <= len(style.parts) <= 15
    assert roles["drums"] <= 1 or style.genre == "electronic"


@pytest.mark.parametrize("style", STYLES, ids=name)
def test_somebody_plays_in_every_section(style):
    for form in style.forms:
        for section in form.sections:
            playing = [
                part
                for part in style.parts
                if part.role != "effects"
                and part.enters <= section.energy < part.leaves
                and (not part.kinds or section.kind in part.kinds or section.name in part.kinds)
                and section.kind not in part.rests
                and section.name not in part.rests
            ]
            assert playing, (form.id, section.name)


@pytest.mark.parametrize("style", STYLES, ids=name)
def test_drummers_have_grooves(style):
    if any(part.role == "drums" for part in style.parts):
        assert style.drums.grooves
        assert {groove.meter for groove in style.drums.grooves} <= set(STEPS)


@pytest.mark.parametrize("style", STYLES, ids=name)
def test_drum_rows_divide_the_bar(style):
    for groove in (*style.drums.grooves, *style.drums.fills):
        assert groove.rows, groove.id
        assert groove.min_energy < groove.max_energy, groove.id
        for voice, row in groove.rows.items():
            for bar in bars_of(row):
                assert len(bar) in STEPS[groove.meter], (groove.id, voice, bar)


@pytest.mark.parametrize("style", STYLES, ids=name)
def test_melody_rhythms_divide_the_bar(style):
    assert style.melody.rhythms
    for label, cells in style.melody.rhythms.items():
        names = {section.name for form in style.forms for section in form.sections}
        assert label == "any" or label in SECTION_KINDS or label in names, label
        for cell in cells:
            assert set(cell) <= set("x-.|"), cell
            assert "x" in cell, cell
            for bar in bars_of(cell):
                assert len(bar) in STEPS[style.meters[0]], (label, bar)


@pytest.mark.parametrize(("style", "part"), PARTS, ids=name)
def test_part_instruments_exist(style, part):
    from studio.instruments import INSTRUMENTS

    assert {part.instrument, *part.alternatives} <= set(INSTRUMENTS)
    assert INSTRUMENTS[part.instrument].is_kit == (part.role == "drums")


@pytest.mark.parametrize(("style", "part"), PARTS, ids=name)
def test_part_instruments_reach_the_register(style, part):
    """A chair's own instrument has an octave of it under the fingers; the others at least meet it."""
    from studio.instruments import INSTRUMENTS

    if part.role in ("drums", "effects"):
        return

    def reach(identity):
        instrument = INSTRUMENTS[identity]
        return min(part.high, instrument.high) - max(part.low, instrument.low)

    assert reach(part.instrument) >= min(12, part.high - part.low)
    assert all(reach(identity) >= 0 for identity in part.alternatives)


@pytest.mark.parametrize(("style", "part"), PARTS, ids=name)
def test_part_settings_make_sense(style, part):
    from studio.compose.voicing import VOICINGS

    assert part.low < part.high
    assert part.enters < part.leaves
    assert 1 <= part.velocity <= 127
    assert -1 <= part.pan <= 1
    assert part.level <= 6
    assert part.voicing in VOICINGS
    names = {section.name for form in style.forms for section in form.sections}
    assert set(part.kinds) <= names | set(SECTION_KINDS)
    inherited = {s.name for other in STYLES if other.genre == style.genre for f in other.forms for s in f.sections}
    assert set(part.rests) <= names | inherited | set(SECTION_KINDS)


@pytest.mark.parametrize(("style", "part"), PARTS, ids=name)
def test_part_rows_are_readable(style, part):
    for row in part.patterns:
        for bar in bars_of(row):
            assert len(bar) in STEPS[style.meters[0]], (part.id, bar)
            assert set(bar) <= set(PATTERN_SYMBOLS.get(part.role, "x-.123456789")), (part.id, bar)
    if part.role == "arpeggio":
        assert part.patterns


@pytest.mark.parametrize("style", STYLES, ids=name)
def test_songs_can_be_dressed_and_only_songs_lift_their_key(style):
    dresses = [{section.kind for section in form.sections} for form in style.forms]
    if style.song_form:
        assert any({"verse", "chorus", "outro"} <= kinds for kinds in dresses)
    if style.lift.chance:
        assert style.song_form and style.genre not in ("jazz", "classical", "electronic", "ambient")
        assert set(style.lift.keys) <= {1, 2} and 0 < style.lift.chance <= 0.5
