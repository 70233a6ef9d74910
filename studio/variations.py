"""What was drawn again since a piece was first composed: steps that repeat in the same order to the same notes.

A step is a layer (``melody``), a layer within the sections of one name (``melody@chorus``), or more time
(``extend 30``, seconds). Layers that no later step names keep the very notes they had.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from studio.brief import BriefError, Problem

LAYERS = ("form", "harmony", "melody", "bass", "drums", "accompaniment", "performance")
"""What can be drawn again by itself, in the order in which it is composed."""

SECTIONAL = LAYERS[1:]
"""What can be drawn again within one section."""

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

    def touches(self, section: str) -> bool:
        """Whether the step draws in the sections of that name."""
        return self.layer != "extend" and self.section in ("", section)


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
