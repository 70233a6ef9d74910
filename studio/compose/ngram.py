"""N-grams of words: how likely a word is after others, smoothed after Witten and Bell (1991)."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Context = tuple[str, ...]


@dataclass(frozen=True)
class Ngrams:
    """Counts of words after contexts of up to ``order − 1`` words, the nearest last; the empty context counts all."""

    order: int
    counts: Mapping[Context, Mapping[str, int]]

    @classmethod
    def of(cls, events: Iterable[tuple[Sequence[str], str]], order: int) -> "Ngrams":
        """Count events, each a word and what came before it."""
        counts: dict[Context, Counter[str]] = defaultdict(Counter)
        for before, word in events:
            for length in range(min(order - 1, len(before)) + 1):
                counts[tuple(before[len(before) - length :])][word] += 1
        return cls(order, {context: dict(found) for context, found in counts.items()})

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Every word that was counted, in the alphabet's order."""
        return tuple(sorted(self.counts[()]))

    def probability(self, word: str, before: Sequence[str] = ()) -> float:
        """Return the probability of ``word`` after ``before``, of which the last ``order − 1`` words are read.

        P(w | h) = (c(hw) + T(h) · P(w | h′)) / (c(h) + T(h)), where T(h) is the number of different words seen after h
        and h′ is h without its first word. Before any context a word is as likely as another; one never seen counts
        as one word more.
        """
        context = tuple(before[max(0, len(before) - self.order + 1) :])
        likely = 1 / (len(self.words) + 1)
        for length in range(len(context) + 1):
            seen = self.counts.get(context[len(context) - length :])
            if seen is None:
                break
            likely = (seen.get(word, 0) + len(seen) * likely) / (sum(seen.values()) + len(seen))
        return likely

    def to_json(self) -> dict[str, Any]:
        """Return the counts as plain values: contexts as words joined by blanks."""
        return {"order": self.order, "counts": {" ".join(context): row for context, row in self.counts.items()}}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Ngrams":
        """Read what ``to_json`` wrote."""
        return cls(data["order"], {tuple(context.split()): row for context, row in data["counts"].items()})


def read_ngrams(text: str) -> dict[str, Ngrams]:
    """Read a file of several n-grams by name."""
    return {name: Ngrams.from_json(data) for name, data in json.loads(text).items()}
