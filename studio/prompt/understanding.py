"""What was understood of a prompt: the fields of a brief, each with the words it came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studio.brief import Brief, BriefError, Problem

LISTS = ("instruments", "avoid")
"""Fields that several words may fill together."""


@dataclass(frozen=True)
class Found:
    """A field, its value, and the words that said it: characters ``start`` … ``end`` of the prompt.

    ``how``: ``word`` (said outright), ``slip`` (said, misspelled), ``number``, ``hint`` (follows from what it is for or
    from a word that only leans that way), ``meaning`` (nearest by sentence embedding; ``likeness`` is the cosine).
    """

    field: str
    value: Any
    words: str
    start: int
    end: int
    how: str
    likeness: float | None = None


@dataclass(frozen=True)
class Contradiction:
    """Two things said of one field: what was taken, what was left, and the words of both."""

    field: str
    taken: Any
    left: Any
    message: str


@dataclass(frozen=True)
class Understanding:
    """A prompt as understood. ``left_over`` are words that no rule knew, ``notes`` what else a person should know."""

    prompt: str
    found: tuple[Found, ...] = ()
    left_over: tuple[str, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    notes: tuple[str, ...] = ()

    def as_mapping(self) -> dict[str, Any]:
        """Return the fields said, as ``Brief.from_mapping`` reads them; they may still break its rules."""
        fields: dict[str, Any] = {}
        for found in self.found:
            if found.field in LISTS:
                fields[found.field] = list(dict.fromkeys([*fields.get(found.field, ()), *found.value]))
            else:
                fields[found.field] = found.value
        return fields

    def beside(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields ``given``, and those of the prompt that they leave open."""
        return {**self.as_mapping(), **said(given)}

    def brief(self) -> Brief:
        """Return the brief; raises ``BriefError`` with every problem, a genre that nothing said among them."""
        return Brief.from_mapping(self.as_mapping())

    def problems(self) -> tuple[Problem, ...]:
        """Return why there is no brief yet; empty when there is one."""
        try:
            self.brief()
        except BriefError as error:
            return error.problems
        return ()

    def as_dict(self) -> dict[str, Any]:
        """Return plain values: what was found, left over and contradictory, the fields, and their problems."""
        return {
            "prompt": self.prompt,
            "found": [_plain(vars(found)) for found in self.found],
            "left_over": list(self.left_over),
            "contradictions": [_plain(vars(one)) for one in self.contradictions],
            "notes": list(self.notes),
            "brief": self.as_mapping(),
            "problems": [_plain(vars(problem)) for problem in self.problems()],
        }


def said(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that hold something, as ``Brief.from_mapping`` counts it."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], ())}


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in row.items()}
