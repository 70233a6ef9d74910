"""What was drawn again since a piece was first composed: steps that repeat in the same order to the same notes.

A step is a layer (``melody``), a layer within the sections of one name (``melody@chorus``), or more time
(``extend 30``, seconds). Layers that no later step names keep the very notes they had.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from studio.brief import DURATION_RANGE, BriefError, Problem

LAYERS = ("form", "harmony", "melody", "bass", "drums", "accompaniment", "performance")
"""What can be drawn again by itself, in the order in which it is composed."""

SECTIONAL = LAYERS[1:]
"""What can be drawn again within one section."""

LEAST_EXTENSION, MOST_EXTENSION = 5.0, DURATION_RANGE[1] - DURATION_RANGE[0]
"""Seconds by which a piece may be made longer at once."""

MOST_STEPS = 40
"""A piece is replayed step by step: so many at most."""


@dataclass(frozen=True)
class Step:
    """A layer drawn again, everywhere or in the sections called ``section``; or ``extend`` by ``seconds``."""

    layer: str
    section: str = ""
    seconds: float = 0.0

    def __str__(self) -> str:
        if self.layer == "extend":
            return f"extend {self.seconds:g}"
        return f"{self.layer}@{self.section}" if self.section else self.layer

    @classmethod
    def parse(cls, text: str) -> "Step":
        """Read a step as ``str`` writes it. Raises ``ValueError``."""
        if text.startswith("extend "):
            return cls("extend", seconds=float(text.removeprefix("extend ")))
        layer, _, section = text.partition("@")
        if layer not in (SECTIONAL if section else LAYERS):
            raise ValueError(f"{text!r} is not a step")
        return cls(layer, section)


@dataclass(frozen=True)
class Variations:
    """``counts``: how often layers (or layers in a section) were drawn before anybody listened to them, as when the
    first try was not good enough; ``steps``: what was drawn again afterwards, in order."""

    counts: Mapping[str, int] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()

    @classmethod
    def of(cls, value: "Variations | Mapping[str, int] | None") -> "Variations":
        """Return ``value`` as variations; a plain mapping stands for ``counts``."""
        return value if isinstance(value, Variations) else cls(dict(value or {}))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Variations":
        """Read what ``as_dict`` wrote. Raises ``BriefError``."""
        try:
            counts = {str(Step.parse(name)): int(count) for name, count in data.get("counts", {}).items()}
            return cls(counts, tuple(Step.parse(text) for text in data.get("steps", ())))
        except (TypeError, ValueError, AttributeError) as error:
            raise BriefError((Problem("variations", "not_allowed", f"variations: {error}"),)) from None

    def as_dict(self) -> dict[str, Any]:
        """Return plain values that ``from_dict`` reads."""
        return {"counts": dict(self.counts), "steps": [str(step) for step in self.steps]}

    def count(self, layer: str, section: str | None = None) -> int:
        """Return how often a layer was drawn again everywhere, or everywhere and in one section alone."""
        alone = f"{layer}@{section}" if section else layer
        begun = self.counts.get(layer, 0) + (self.counts.get(alone, 0) if section else 0)
        return begun + sum(step.layer == layer and step.section in ("", section) for step in self.steps)

    def until(self, number: int) -> "Variations":
        """Return what holds after the first ``number`` steps."""
        return replace(self, steps=self.steps[:number])

    def then(self, steps: Iterable[Step]) -> "Variations":
        """Return these variations with further steps. Raises ``BriefError`` when they grow too many."""
        longer = replace(self, steps=(*self.steps, *steps))
        if len(longer.steps) > MOST_STEPS:
            message = f"variations: {len(longer.steps)} steps are more than {MOST_STEPS}; compose a piece anew"
            raise BriefError((Problem("variations", "too_many", message, MOST_STEPS),))
        return longer

    @property
    def extension(self) -> float:
        """Seconds by which the piece was made longer, in all."""
        return sum(step.seconds for step in self.steps)


def redrawn(layers: Sequence[str], section: str = "") -> tuple[Step, ...]:
    """Return the steps that draw layers again, in composing order, so that later ones hear earlier ones."""
    return tuple(Step(layer, section) for layer in LAYERS if layer in layers)


def steps_asked(
    vary: object, sections: object, extend: object, *, known: Sequence[str], duration: float
) -> tuple[Step, ...]:
    """Return the steps that a person asks for.

    ``vary``: layers; ``sections``: section name → layers, or an empty list for all of them; ``extend``: seconds, or
    None. ``known`` are the names of the piece's sections, ``duration`` its length in seconds. Raises ``BriefError``
    with every problem.
    """
    layers, problems = _layers("vary", vary or [], LAYERS)
    steps = list(redrawn(layers))
    if not isinstance(sections or {}, Mapping):
        problems.append(Problem("sections", "not_a_mapping", "sections: name each section with a list of its layers"))
        sections = {}
    names = {name.casefold(): name for name in known}
    for asked, chosen in dict(sections or {}).items():  # type: ignore[call-overload]
        if (name := names.get(str(asked).casefold())) is None:
            message = f"sections: {asked!r} is not in this piece, which has {', '.join(known)}"
            problems.append(Problem("sections", "not_in_piece", message, tuple(known)))
            continue
        inside, wrong = _layers("sections", chosen or list(SECTIONAL), SECTIONAL)
        problems += wrong
        steps += redrawn(inside, name)
    if "form" in layers and sections:
        problems.append(Problem("sections", "contradiction", "sections: another form may not have them; ask in turn"))
    if extend is not None:
        seconds = float(extend) if isinstance(extend, int | float) and not isinstance(extend, bool) else math.nan
        steps.append(Step("extend", seconds=seconds))
        problems += [problem] if (problem := extension_problem(duration, seconds)) else []
    if not steps and not problems:
        message = f"vary: name what to draw again ({', '.join(LAYERS)}), sections, or seconds to extend by"
        problems.append(Problem("vary", "required", message, LAYERS))
    if problems:
        raise BriefError(tuple(problems))
    return tuple(steps)


def section_asked(text: str) -> tuple[str, list[str]]:
    """Read ``chorus=melody,drums`` or ``chorus``: a section's name and the layers to draw again there."""
    name, _, layers = text.partition("=")
    return name.strip(), [layer.strip() for layer in layers.split(",") if layer.strip()]


def _layers(field_name: str, value: object, allowed: Sequence[str]) -> tuple[list[str], list[Problem]]:
    if not isinstance(value, list | tuple):
        return [], [Problem(field_name, "not_a_list", f"{field_name}: {value!r} is not a list", tuple(allowed))]
    wrong = [str(name) for name in value if name not in allowed]
    message = f"{field_name}: {', '.join(wrong)}: choose from {', '.join(allowed)}"
    problems = [Problem(field_name, "not_allowed", message, tuple(allowed))] if wrong else []
    return [name for name in value if name in allowed], problems


def extension_problem(duration: float, seconds: float) -> Problem | None:
    """Return what is wrong with making a piece of ``duration`` seconds longer by ``seconds``."""
    if not LEAST_EXTENSION <= seconds <= MOST_EXTENSION:
        message = f"extend: {seconds:g} is not between {LEAST_EXTENSION:g} and {MOST_EXTENSION:g} seconds"
        return Problem("extend", "out_of_range", message, [LEAST_EXTENSION, MOST_EXTENSION])
    longest = DURATION_RANGE[1]
    if duration + seconds > longest:
        room = longest - duration
        message = f"extend: {duration:g} and {seconds:g} seconds are above {longest:g}; at most {room:g} more fit"
        return Problem("extend", "too_long", message, [LEAST_EXTENSION, room])
    return None
