"""Genre, sub-style and form: from what was said outright, what only leans there, what the music is for."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from studio.prompt.hearing import Heard, Phrase
from studio.prompt.lexicon import Lexicon
from studio.prompt.understanding import Contradiction, Found
from studio.styles import genres

SLOW, FAST = 0.2, 0.8
"""Places in the range of tempo from which slow or fast decides the sub-style too."""
SLOW_PULSE, FAST_PULSE = 80.0, 120.0
"""A sub-style that reaches down to the one can be slow, up to the other fast; BPM."""

Option = tuple[str, str, str]
"""A genre with a sub-style and a form, where named; else empty."""


@dataclass
class Kind:
    """What the rules made of genre, sub-style and form; empty where they leave it open."""

    genre: str = ""
    substyle: str = ""
    form: str = ""
    found: list[Found] = field(default_factory=list)
    contradictions: list[Contradiction] = field(default_factory=list)
    denied: frozenset[str] = frozenset()
    """Genres and sub-styles (``genre/sub-style``) that were wished away."""

    def take(self, option: Option, phrase: Phrase, how: str, given: Mapping[str, Any]) -> None:
        """Fill what is still open from an option, and remember the words."""
        for name, value in zip(("genre", "substyle", "form"), option, strict=True):
            if value and not getattr(self, name):
                setattr(self, name, value)
                if name not in given:
                    self.found.append(Found(name, value, phrase.words, phrase.start, phrase.end, how))

    def fits(self, option: Option) -> bool:
        """Return whether an option says nothing against what is decided."""
        pairs = zip((self.genre, self.substyle, self.form), option, strict=True)
        return all(not (mine and other) or mine == other for mine, other in pairs)


def decide_kind(heard: Heard, lexicon: Lexicon, given: Mapping[str, Any]) -> Kind:
    """Decide by rule; fields in ``given`` are fixed."""
    kind = Kind(_given(given, "genre"), _given(given, "substyle"), _given(given, "form"))
    kind.denied = frozenset(
        row for phrase in heard.denied("genre", "substyle") for row in phrase.rows("genre", "substyle")
    )
    for phrase in _heads(heard):
        beside = {row for other in heard.wished("genre") if other is not phrase for row in other.rows("genre")}
        _name(kind, phrase, beside, given)
    for phrase in heard.wished("genre-like", "substyle-like", "form"):
        if fitting := [option for option in _options(phrase) if kind.fits(option) and _wanted(kind, option)]:
            kind.take(fitting[0], phrase, "hint", given)
    for phrase in heard.wished("use"):
        hints = [lexicon.uses[row] for row in phrase.rows("use")]
        for hint in hints:
            option = (hint.get("genre", ""), hint.get("substyle", ""), "")
            if kind.fits(option) and _wanted(kind, option):
                kind.take(option, phrase, "hint", given)
    return kind


def _given(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    value = value.strip().lower() if isinstance(value, str) else ""
    return "" if name == "genre" and value not in genres() else value


def _wanted(kind: Kind, option: Option) -> bool:
    genre, substyle, _form = option
    return genre not in kind.denied and f"{genre}/{substyle}" not in kind.denied


def _options(phrase: Phrase) -> list[Option]:
    """Return every reading of a phrase, the narrowest first."""
    rows = [*phrase.rows("form"), *phrase.rows("substyle", "substyle-like"), *phrase.rows("genre", "genre-like")]
    return [(*row.split("/"), "", "")[:3] for row in rows]  # type: ignore[misc]


def _heads(heard: Heard) -> Iterator[Phrase]:
    """Return the words that name a kind, the deciding ones first.

    Of "jazz house" the genre of the last, of "jazz, house" that of the first, and of "neo-soul slow jam", which are of
    one genre, the first.
    """
    named = heard.wished("genre", "substyle")
    chain = named[:1]
    for phrase in named[1:]:
        if not heard.adjacent(chain[-1], phrase):
            break
        chain.append(phrase)
    genre = {option[0] for phrase in chain[-1:] for option in _options(phrase)}
    yield from sorted(chain, key=lambda phrase: genre.isdisjoint(option[0] for option in _options(phrase)))
    yield from named[len(chain) :]


def _name(kind: Kind, phrase: Phrase, beside: Collection[str], given: Mapping[str, Any]) -> None:
    """Take what a head names; of several readings the one in a genre named ``beside`` it ("jazz bossa nova")."""
    options = _options(phrase)
    how = "slip" if phrase.match.slip else "word"
    fitting = sorted(filter(kind.fits, options), key=lambda option: option[0] not in beside)
    if fitting:
        kind.take(fitting[0], phrase, how, given)
        return
    if any(option[0] == kind.genre for option in options):
        field_name, taken, left = "substyle", kind.substyle, options[0][1]
    else:
        field_name, taken, left = "genre", kind.genre, options[0][0]
    message = f"{phrase.words!r} says {left}, but {taken} was said before it or beside it: {taken} was taken"
    kind.contradictions.append(Contradiction(field_name, taken, left, message))


def suited_to_tempo(genre: str, place: float) -> list[str]:
    """Return the sub-styles of a genre that can be that slow or fast; all of them for what lies between."""
    styles = genres()[genre].styles.values()
    if place <= SLOW:
        able = [style.id for style in styles if style.tempo.min <= SLOW_PULSE]
    elif place >= FAST:
        able = [style.id for style in styles if style.tempo.max >= FAST_PULSE]
    else:
        able = []
    return able or [style.id for style in styles]


def style_for_tempo(genre: str, usual: str, place: float) -> str:
    """Return the sub-style for slow or fast: the ``usual`` one where it can, else the slowest or fastest."""
    able = suited_to_tempo(genre, place)
    if usual in able:
        return usual
    styles = genres()[genre].styles
    return (min if place <= SLOW else max)(able, key=lambda name: styles[name].tempo.typical)
