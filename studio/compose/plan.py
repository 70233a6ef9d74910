"""What is decided before the first note: style, key, tempo, form and who plays."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from studio.brief import Brief
from studio.compose.ensemble import Chair
from studio.score import Section, TempoMap
from studio.seeds import stream
from studio.styles import Ending, MoodChange, Style
from studio.theory.key import Key
from studio.theory.meter import Meter
from studio.variations import Variations

Streams = Callable[[Section], np.random.Generator]
"""Gives the random stream of one writer in a section."""


LAYER_OF = {"lead": "melody", "drums": "drums", "bass": "bass"}
"""Role → layer of notes; all other roles are accompaniment."""


def layer_of(chair: Chair) -> str:
    """Return the layer that a chair's notes belong to."""
    return LAYER_OF.get(chair.role, "accompaniment")


@dataclass(frozen=True)
class Plan:
    """The frame that every writer of notes works in. ``duration`` in seconds.

    The last bar of the last section is the final one: its downbeat carries the final chord (or, when the ending
    fades, music goes on to the end). Sections that begin at ``until`` or later are planned but not written: an opening
    is heard before there is a piece.
    """

    brief: Brief
    style: Style
    mood: MoodChange
    key: Key
    meter: Meter
    tempo: TempoMap
    duration: float
    sections: tuple[Section, ...]
    ending: Ending
    chairs: tuple[Chair, ...]
    variations: Variations = field(default_factory=Variations)
    until: float = math.inf

    def stream(self, layer: str, detail: str = "", section: str | None = None) -> np.random.Generator:
        """Return the random stream of a layer (one of ``LAYERS``), or of one detail in it.

        ``section`` names the section that is drawn for; its stream also changes when that section alone is drawn again.
        """
        stage = f"{layer}:{detail}" if detail else layer
        return stream(self.brief.seed, stage, self.variations.count(layer, section))

    def turn(self, layer: str, section: Section) -> int:
        """Return how often a layer was drawn again in a section: 0 as first composed."""
        return self.variations.count(layer, section.name)

    def card(self, layer: str, detail: str, section: Section, count: int) -> int:
        """Return which of ``count`` ways is taken: each draw turns the next card of a deck shuffled once."""
        deck = stream(self.brief.seed, f"{layer}:{detail}").permutation(count)
        return int(deck[self.turn(layer, section) % count])

    def streams(self, layer: str, detail: str = "") -> Streams:
        """Return one stream for every section: drawing more in one does not change what another draws."""
        return cache(
            lambda section: self.stream(
                layer, f"{detail} {section.name} {self.occurrence(section)}".lstrip(), section.name
            )
        )

    @property
    def mode(self) -> str:
        """``major`` or ``minor``: which table of the style's harmony applies."""
        return "minor" if self.key.is_minor else "major"

    @property
    def bar(self) -> float:
        """Length of a bar in beats."""
        return self.meter.bar_beats

    @property
    def end(self) -> float:
        """The beat at which the last section ends."""
        return self.sections[-1].end

    @property
    def final(self) -> float:
        """The beat of the final chord; equals ``end`` when the ending fades and nothing is final."""
        return self.end if self.ending.kind == "fade" else self.end - self.bar

    @property
    def written(self) -> tuple[Section, ...]:
        """The sections that are written: all, or those of the opening."""
        return tuple(section for section in self.sections if section.start < self.until - 1e-6)

    def occurrence(self, section: Section) -> int:
        """Return how many sections of that name came before: 0 for the first."""
        return sum(other.name == section.name for other in self.sections if other.start < section.start)

    def section_at(self, beat: float) -> Section:
        """Return the section that ``beat`` falls in (the last one after the end)."""
        return next((section for section in self.sections if beat < section.end - 1e-9), self.sections[-1])

    def following(self, section: Section) -> Section | None:
        """Return the next section, or None after the last."""
        index = self.sections.index(section) + 1
        return self.sections[index] if index < len(self.sections) else None
