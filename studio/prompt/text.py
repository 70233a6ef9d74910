"""A prompt as tokens: words without case and accents, each with its place in the text and the clause it stands in."""

import re
import unicodedata
from dataclasses import dataclass

_TOKEN = re.compile(r"w/o|[^\W_]+(?:['’](?:t|s|m|d|ve|re|ll)\b)?|&|[.,;:!?()\n]|[—–]")
_SPELLED_OUT = {"&": "and", "w/o": "without"}
_BREAKS = frozenset(".,;:!?()\n—–")


@dataclass(frozen=True)
class Token:
    """A folded word, its characters ``start`` … ``end`` in the text and the number of the clause that it is in."""

    word: str
    start: int
    end: int
    clause: int


def fold(text: str) -> str:
    """Return ``text`` in lower case and without accents, letter for letter, so that places stay the same."""
    return "".join(_plain(letter) for letter in text)


def _plain(letter: str) -> str:
    if letter.isascii() or not letter.isalpha():
        return letter.lower()
    base = unicodedata.normalize("NFKD", letter)[:1].lower()
    return base if len(base) == 1 else letter


def tokens(folded: str) -> tuple[Token, ...]:
    """Return the words of a folded text; punctuation only parts the clauses."""
    found, clause = [], 0
    for match in _TOKEN.finditer(folded):
        word = match.group().replace("’", "'")
        if word in _BREAKS:
            clause += 1
            continue
        found.append(Token(_SPELLED_OUT.get(word, word), *match.span(), clause))
    return tuple(found)


def words(phrase: str) -> tuple[str, ...]:
    """Return the folded words of a phrase of the vocabulary."""
    return tuple(token.word for token in tokens(fold(phrase)))
