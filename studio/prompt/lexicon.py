"""The vocabulary of ``words.toml``, and finding its phrases in a text."""

import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import Path
from typing import Any

from studio.instruments import INSTRUMENTS
from studio.prompt.text import Token, fold, words

LONG_ENOUGH, VERY_LONG = 5, 9
"""Letters from which a word may have one slip of the pen, and two."""

_ONE_WORD_EACH = (
    "genre", "genre-like", "substyle", "substyle-like", "form", "mood", "mood-like", "tempo", "complexity",
    "meter", "voice",
)  # fmt: skip
_ROWS = ("use", "instrument", "ensemble")


@dataclass(frozen=True)
class Sense:
    """One meaning of a phrase: a row of a table of the vocabulary."""

    table: str
    row: str


@dataclass(frozen=True)
class Match:
    """A phrase of the vocabulary found at tokens ``first`` … ``last`` (exclusive); ``slip`` where it was misspelled."""

    first: int
    last: int
    senses: tuple[Sense, ...]
    slip: bool = False

    def rows(self, *tables: str) -> tuple[str, ...]:
        """Return the rows that the phrase stands for in some tables."""
        return tuple(sense.row for sense in self.senses if sense.table in tables)


@dataclass(frozen=True)
class Player:
    """What a word for an instrument or an ensemble asks for.

    ``want`` holds ids of which one is meant, best first, or in an ensemble (``all_in``) all; ``avoid`` who leaves when
    the word is denied, or in an ensemble who is not in it.
    """

    want: tuple[str, ...]
    avoid: tuple[str, ...]
    all_in: bool = False


class Lexicon:
    """Phrases with their senses, and the tables behind them."""

    def __init__(self, tables: Mapping[str, Any]) -> None:
        phrases: dict[tuple[str, ...], list[Sense]] = defaultdict(list)
        for table, row, listed in _listed(tables):
            for phrase in listed:
                phrases[words(phrase)].append(Sense(table, row))
        self.phrases = {phrase: tuple(senses) for phrase, senses in phrases.items()}
        self.fillers = frozenset(words(tables["filler"]["words"]))
        self.uses: Mapping[str, Mapping[str, Any]] = tables["use"]
        self.instruments = {name: _instrument(row) for name, row in tables["instrument"].items()}
        self.ensembles = {name: _ensemble(row) for name, row in tables["ensemble"].items()}
        self.meanings: Mapping[str, Mapping[str, Sequence[str]]] = tables["meaning"]
        self._not_slips = frozenset(words(tables["not-slips"]["words"]))
        self._longest = max(map(len, self.phrases))
        self._single = [phrase[0] for phrase in self.phrases if len(phrase) == 1 and len(phrase[0]) >= LONG_ENOUGH]
        self._parts = {word for phrase in self.phrases for word in phrase}

    def matches(
        self, tokens: Sequence[Token], free: Sequence[bool], is_word: Callable[[str], bool]
    ) -> tuple[Match, ...]:
        """Return the phrases found, left to right, the longest first; only ``free`` tokens are looked at.

        What ``is_word`` knows is taken for no slip of the pen.
        """
        found: list[Match] = []
        index = 0
        while index < len(tokens):
            match = self._at(tokens, free, index) or (self._slip(tokens, index, is_word) if free[index] else None)
            if match:
                found.append(match)
            index = match.last if match else index + 1
        return tuple(found)

    def _at(self, tokens: Sequence[Token], free: Sequence[bool], first: int) -> Match | None:
        for last in range(min(first + self._longest, len(tokens)), first, -1):
            together = all(free[first:last]) and tokens[first].clause == tokens[last - 1].clause
            phrase = self._known(tuple(token.word for token in tokens[first:last])) if together else None
            if phrase:
                return Match(first, last, self.phrases[phrase])
        return None

    def _slip(self, tokens: Sequence[Token], index: int, is_word: Callable[[str], bool]) -> Match | None:
        word = tokens[index].word
        meant = self._meant(word) if not is_word(word) else None
        return Match(index, index + 1, self.phrases[(meant,)], slip=True) if meant else None

    def _known(self, spoken: tuple[str, ...]) -> tuple[str, ...] | None:
        """Return the phrase that these words are, in the singular or plural of their last one."""
        last = spoken[-1]
        forms = (last, last.removesuffix("'s"), last.removesuffix("s"), last.removesuffix("es"), f"{last}s")
        return next((phrase for form in forms if (phrase := (*spoken[:-1], form)) in self.phrases), None)

    def _meant(self, word: str) -> str | None:
        """Return the one-word phrase that ``word`` is a slip of the pen for."""
        if len(word) < LONG_ENOUGH or word in self.fillers or word in self._not_slips or word in self._parts:
            return None
        allowed = 2 if len(word) >= VERY_LONG else 1
        near = [
            (slips(word, known, allowed), -SequenceMatcher(None, word, known).ratio(), known)
            for known in self._single
            if known[0] == word[0] and abs(len(known) - len(word)) <= allowed
        ]
        count, _likeness, meant = min(near, default=(allowed + 1, 0.0, ""))
        return meant if count <= allowed else None


def slips(word: str, meant: str, most: int) -> int:
    """Return how many letters were left out, added, changed or swapped (Damerau 1964, restricted), or ``most`` + 1."""
    before: list[int] = []
    row = list(range(len(meant) + 1))
    for i, letter in enumerate(word, 1):
        earlier, before, row = before, row, [i] + [0] * len(meant)
        for j, other in enumerate(meant, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == meant[j - 2] and word[i - 2] == other:
                row[j] = min(row[j], earlier[j - 2] + 1)
        if min(row) > most:
            return most + 1
    return row[-1]


def _listed(tables: Mapping[str, Any]) -> Iterator[tuple[str, str, Sequence[str]]]:
    for table in _ONE_WORD_EACH:
        yield from ((table, row, listed) for row, listed in tables[table].items())
    for table in _ROWS:
        yield from ((table, row, columns["words"]) for row, columns in tables[table].items())


def _instrument(row: Mapping[str, Any]) -> Player:
    """Read a row; without a column ``avoid`` the instrument is avoided by its own ids."""
    want = tuple(row["want"])
    return Player(want, tuple(name for entry in row.get("avoid", want) for name in _spread(entry)))


def _ensemble(row: Mapping[str, Any]) -> Player:
    return Player(tuple(row.get("want", ())), tuple(row.get("avoid", ())), all_in=True)


def _spread(entry: str) -> tuple[str, ...]:
    """Return an id, or every id of the family in ``"all guitars but banjo sitar"``."""
    if not entry.startswith("all "):
        return (entry,)
    family, _, but = entry.removeprefix("all ").partition(" but ")
    return tuple(name for name, row in INSTRUMENTS.items() if row.family == family and name not in but.split())


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Return the vocabulary, read once."""
    return Lexicon(tomllib.loads(fold(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))))
