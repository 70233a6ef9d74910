"""Which phrases a prompt holds, where, and whether they are wished for or wished away."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from studio.prompt.lexicon import Lexicon, Match
from studio.prompt.numbers import Reading, readings
from studio.prompt.text import Token, fold, tokens

# fmt: off
DENIALS = frozenset((
    "no", "without", "not", "minus", "except", "avoid", "avoiding", "skip", "excluding", "exclude", "never", "don't",
    "dont", "nor", "isn't", "aren't", "omit", "drop", "nothing", "ohne", "kein", "keine", "keinen", "nicht", "sans",
    "sin",
))
# fmt: on
NOT_DENYING = frozenset(("only", "just", "matter", "problem", "but", "else"))
"""After these a denial is none: "not only", "no matter", "nothing but"."""
OR = frozenset(("or", "nor", "and", "oder", "und", "ou"))
BETWEEN = 3
"""Words that may stand between a denial and what it denies: "no loud heavy drums"."""


@dataclass(frozen=True)
class Phrase:
    """A phrase heard: its match, whether it was denied, and its place in the text."""

    match: Match
    denied: bool
    words: str
    start: int
    end: int

    def rows(self, *tables: str) -> tuple[str, ...]:
        """Return the rows of some tables of the vocabulary that it stands for."""
        return self.match.rows(*tables)


@dataclass(frozen=True)
class Heard:
    """A prompt taken apart: its tokens, its phrases and its numbers."""

    text: str
    tokens: tuple[Token, ...]
    phrases: tuple[Phrase, ...]
    numbers: tuple[Reading, ...]
    only: bool
    """Whether the players named are to be the only ones."""

    def wished(self, *tables: str) -> list[Phrase]:
        """Return the phrases of some tables that were not denied, in their order."""
        return [phrase for phrase in self.phrases if not phrase.denied and phrase.rows(*tables)]

    def denied(self, *tables: str) -> list[Phrase]:
        """Return the denied phrases of some tables."""
        return [phrase for phrase in self.phrases if phrase.denied and phrase.rows(*tables)]

    def adjacent(self, one: Phrase, other: Phrase) -> bool:
        """Return whether two phrases stand side by side in a clause."""
        first, last = sorted((one.match, other.match), key=lambda match: match.first)
        return first.last == last.first and self.tokens[first.first].clause == self.tokens[last.first].clause


def hear(text: str, lexicon: Lexicon, is_word: Callable[[str], bool]) -> Heard:
    """Take a prompt apart; ``is_word`` tells words from slips of the pen."""
    folded = fold(text)
    numbers = readings(text, folded)
    spoken = tokens(folded)
    free = [not any(number.start < token.end and token.start < number.end for number in numbers) for token in spoken]
    matches = lexicon.matches(spoken, free, is_word)
    denied = _denied(spoken, matches)
    phrases = tuple(_phrase(text, spoken, match, match in denied) for match in matches)
    return Heard(text, spoken, phrases, numbers, _only(spoken, matches))


def _phrase(text: str, spoken: Sequence[Token], match: Match, denied: bool) -> Phrase:
    start, end = spoken[match.first].start, spoken[match.last - 1].end
    return Phrase(match, denied, text[start:end], start, end)


def _denied(spoken: Sequence[Token], matches: Sequence[Match]) -> set[Match]:
    denied: set[Match] = set()
    inside = {index for match in matches for index in range(match.first, match.last)}
    for index, token in enumerate(spoken):
        follows = spoken[index + 1].word if index + 1 < len(spoken) else ""
        if index not in inside and token.word in DENIALS and follows not in NOT_DENYING:
            denied.update(_scope(spoken, matches, index))
        if index not in inside and token.word in ("free", "less"):
            denied.update(
                match for match in matches if match.last == index and spoken[index - 1].clause == token.clause
            )
    return denied


def _scope(spoken: Sequence[Token], matches: Sequence[Match], denial: int) -> list[Match]:
    """Return what a denial denies: the next phrase, and what is strung to it by "or", "and" or a list that ends so."""
    after = [match for match in matches if match.first > denial]
    if not after or after[0].first - denial - 1 > BETWEEN or spoken[after[0].first].clause != spoken[denial].clause:
        return []
    scope = [after[0]]
    if spoken[denial].word != "not" and not _player(after[0]):  # "no loud drums": the drums too
        scope += [match for match in after[1:2] if match.first == after[0].last and _player(match)]
    for match in after[len(scope) :]:
        between = [token.word for token in spoken[scope[-1].last : match.first]]
        listed = not between and _ends_in_or(spoken, after[len(scope) :])
        strung = bool(between) and between[0] in OR and set(between[1:]) <= {"any", "no"}
        if not (_player(match) == _player(scope[-1]) and (strung or listed)):
            break
        scope.append(match)
    return scope


def _ends_in_or(spoken: Sequence[Token], rest: Sequence[Match]) -> bool:
    """Return whether players parted by commas run on to an "or": "no drums, bass or brass"."""
    for match, following in pairwise(rest):
        between = [token.word for token in spoken[match.last : following.first]]
        if not (_player(match) and _player(following)) or len(between) > 1:
            return False
        if between:
            return between[0] in ("or", "nor", "oder")
    return False


def _player(match: Match) -> bool:
    return bool(match.rows("instrument", "ensemble", "voice"))


def _only(spoken: Sequence[Token], matches: Sequence[Match]) -> bool:
    """Return whether the prompt says that nobody else plays: "solo piano", "just violin", "strings only"."""
    starts = {match.first for match in matches if match.rows("instrument")}
    ends = {match.last for match in matches if match.rows("instrument")}
    said = [token.word for token in spoken]
    for index, word in enumerate(said):
        if said[index - 1 : index] == ["not"]:
            continue
        if word in ("solo", "just", "only", "unaccompanied") and index + 1 in starts:
            return True
        if word in ("only", "alone") and index in ends:
            return True
        if word == "nothing" and said[index + 1 : index + 2] in (["else"], ["but"]):
            return True
    return False
