"""The loader accepts what it understands and refuses the rest, saying where."""

import tomllib

import pytest

from studio.styles import StyleError, load_genre

GENRE = """
name = "Parlour"
description = "Songs round a piano."
default = "song"
mood = "happy"

[common]
meters = ["4/4"]
tempo = { min = 60, typical = 90, max = 120 }
keys = ["C major"]
feel = {}
endings = [{ kind = "hold" }]
forms = { plain = "intro Intro 4 .3 | verse First verse 8 .5 | outro 4 .4" }
desk = { hall_seconds = 2 }

[common.harmony]
major = { bright = ["I | IV V | I x2"] }
minor = { dark = ["i | iv | V7 | i"] }
turnarounds = { major = { simple = ["I/5 V"] } }

[common.melody]
rhythms = { any = ["x.x.x.x."] }

[common.drums]
crash = true

[common.drums.grooves.plain]
KK = "9...|9.9."
min_energy = 0.2

[common.parts]
tune = { role = "lead", instrument = "violin", low = 60, high = 84, patterns = ["x.x."], eq = [[400, -2, 1.0]] }
hand = { role = "chords", instrument = "piano", level = -6 }

[substyles.song]
name = "Song"
description = "A song."

[substyles.dance]
name = "Dance"
description = "A dance."
keys = ["G major", "E minor"]
tempo = { typical = 110 }
drums = { crash = false, grooves = { plain = false } }
parts = { tune = { instrument = "fiddle" }, hand = false }

[moods.happy]
mode = "major"
colour = "bright"
"""


@pytest.fixture
def load(tmp_path):
    """Return a reader of ``GENRE`` with one text replaced by another."""

    def read(old="", new=""):
        assert old in GENRE
        path = tmp_path / "parlour.toml"
        path.write_text(GENRE.replace(old, new, 1) if old else GENRE, encoding="utf-8")
        return load_genre(path)

    return read


def test_genre_is_read(load):
    genre = load()
    assert (genre.id, genre.name, genre.default, genre.mood) == ("parlour", "Parlour", "song", "happy")
    assert set(genre.styles) == {"song", "dance"}
    assert genre.moods["happy"].colour == "bright"


def test_form_cells_name_kind_bars_and_energy(load):
    (form,) = load().styles["song"].forms
    assert form.id == "plain"
    assert [(s.kind, s.name, s.bars, s.energy) for s in form.sections] == [
        ("intro", "Intro", 4, 0.3),
        ("verse", "First verse", 8, 0.5),
        ("outro", "Outro", 4, 0.4),
    ]


def test_a_form_may_name_its_meter(load):
    (form,) = load("intro Intro 4 .3", "3/4: intro Intro 4 .3").styles["song"].forms
    assert form.meter == "3/4" and form.sections[0].name == "Intro"


def test_values_take_the_type_of_their_field(load):
    style = load().styles["song"]
    tune = style.part("tune")
    assert tune.patterns == ("x.x.",)
    assert tune.eq == ((400.0, -2.0, 1.0),)
    assert isinstance(style.tempo.min, float)
    assert style.desk.hall_seconds == 2.0
    assert style.drums.grooves[0].rows == {"KK": "9...|9.9."}
    assert style.drums.grooves[0].min_energy == 0.2


def test_substyle_inherits_common(load):
    song = load().styles["song"]
    assert song.keys == ("C major",)
    assert [part.id for part in song.parts] == ["tune", "hand"]
    assert song.genre == "parlour"


def test_substyle_merges_tables_and_replaces_lists(load):
    dance = load().styles["dance"]
    assert (dance.tempo.min, dance.tempo.typical, dance.tempo.max) == (60, 110, 120)
    assert dance.keys == ("G major", "E minor")
    tune = dance.part("tune")
    assert (tune.instrument, tune.role, tune.low) == ("fiddle", "lead", 60)


def test_false_takes_an_inherited_table_away(load):
    dance = load().styles["dance"]
    assert [part.id for part in dance.parts] == ["tune"]
    assert dance.drums.grooves == ()


def test_false_over_true_stays_false(load):
    genre = load()
    assert genre.styles["song"].drums.crash is True
    assert genre.styles["dance"].drums.crash is False


def test_merging_leaves_the_other_substyles_alone(load):
    assert load().styles["song"].part("tune").instrument == "violin"


def test_unknown_part_raises(load):
    with pytest.raises(KeyError):
        load().styles["dance"].part("hand")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name = "Parlour"', "", "parlour.toml: name is missing"),
        ('description = "Songs round a piano."', "", "description is missing"),
        ('default = "song"', "", "default is missing"),
        ("[moods.happy]", "[humours.happy]", "moods is missing"),
        ('mood = "happy"', 'colour = "red"', "parlour.toml: unknown key colour"),
        ("feel = {}", "feel = { swung = 0.6 }", "song.feel: unknown key swung"),
        ("feel = {}", "mood = 1", "song: unknown key mood"),
        ("feel = {}", "", "song: feel is missing"),
        ("min = 60, ", "", "song.tempo: min is missing"),
        ('role = "lead", ', "", "role is missing"),
        ("level = -6", "volume = -6", "unknown key volume"),
        ("crash = true", "cymbal = true", "song: drums: unknown key cymbal"),
        ("min_energy = 0.2", "energy = 0.2", "groove plain: unknown key energy"),
        ('mode = "major"\n', "", "moods.happy: mode is missing"),
    ],
)
def test_keys_are_checked(load, old, new, message):
    with pytest.raises(StyleError, match=message.replace(".", r"\.")):
        load(old, new)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('keys = ["C major"]', 'keys = "C major"', "keys: expected a list"),
        ("tempo = { min = 60, typical = 90, max = 120 }", "tempo = 90", "tempo: expected a table"),
        ("typical = 90", 'typical = "fast"', "typical: expected float, got 'fast'"),
        ('rhythms = { any = ["x.x.x.x."] }', 'rhythms = ["x.x.x.x."]', "rhythms: expected a table"),
        ("low = 60", "low = 60.5", "low: expected int"),
        ('hand = { role = "chords", instrument = "piano", level = -6 }', "hand = false", "hand: expected a table"),
    ],
)
def test_types_are_checked(load, old, new, message):
    with pytest.raises(StyleError, match=message):
        load(old, new)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("I | IV V | I x2", "I | Q7", "song: harmony: 'Q7' is not a roman numeral"),
        ("I | IV V | I x2", "I | Vblue", "unknown chord quality 'blue'"),
        ("I | IV V | I x2", "I || V", "has an empty bar"),
        ('["I/5 V"]', '["I/9x V"]', "song: harmony"),
    ],
)
def test_numerals_are_checked(load, old, new, message):
    with pytest.raises(StyleError, match=message):
        load(old, new)


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("intro Intro four .3", "is not 'kind name bars energy'"),
        ("intro .3", "is not 'kind name bars energy'"),
        ("intro Intro 4 .3 |", "'' is not 'kind name bars energy'"),
        ("hymn Hymn 4 .3", "'hymn' is not a kind of section"),
        ("5/4: intro Intro 4 .3", "'5/4' is not a meter"),
    ],
)
def test_forms_are_checked(load, cell, message):
    with pytest.raises(StyleError, match=f"song: form plain: .*{message}"):
        load("intro Intro 4 .3", cell)


@pytest.mark.parametrize("row", ["x...", "9.-.", "0...", "9 . ."])
def test_drum_rows_hold_rests_and_velocities(load, row):
    with pytest.raises(StyleError, match=r"song: groove plain\.KK"):
        load("9...|9.9.", row)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('mode = "major"\n', 'mode = "cheerful"\n', "mood happy: 'cheerful' is not a mode"),
        ('colour = "bright"', 'colour = "red"', "mood happy: 'red' is not one of bright, tender, tense, dark"),
        ('colour = "bright"', 'colour = "bright"\nsubstyle = "waltz"', "mood happy: 'waltz' is not a sub-style"),
        ('mood = "happy"', 'mood = "glum"', "its own mood 'glum' is not among its moods"),
        ('mood = "happy"', "", "its own mood 'hopeful' is not among its moods"),
        ('default = "song"', 'default = "waltz"', "the default 'waltz' is not one of its sub-styles"),
        ('["4/4"]', '["5/4"]', "'5/4' is not a meter"),
        ('["C major"]', '["H major"]', "song: keys"),
        ('role = "lead"', 'role = "star"', "part tune: 'star' is not a role"),
        ("simple =", "easy =", "song: .*easy.* is not a complexity"),
    ],
)
def test_names_are_checked(load, old, new, message):
    with pytest.raises(StyleError, match=message):
        load(old, new)


def test_broken_toml_names_the_file(tmp_path):
    path = tmp_path / "torn.toml"
    path.write_text("name = ", encoding="utf-8")
    with pytest.raises(StyleError, match=r"torn\.toml") as caught:
        load_genre(path)
    assert isinstance(caught.value.__cause__, tomllib.TOMLDecodeError)
