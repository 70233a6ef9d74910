"""Who plays: the style's chairs, with the wishes of the brief and the mood taken into account."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from studio.brief import Brief
from studio.instruments import INSTRUMENTS, Instrument
from studio.score import Section
from studio.styles import MoodChange, PartStyle, Style

BED = ("chords", "pad", "arpeggio")
SPARE = ("counter", "pad", "arpeggio", "chords")
"""Roles of which one at least goes on in a section, and roles that may sit one out, in the order of choice."""


@dataclass(frozen=True)
class Chair:
    """A chair of the ensemble with the instrument that sits on it."""

    style: PartStyle
    instrument: str

    @property
    def id(self) -> str:
        """The chair's id, also the id of its part."""
        return self.style.id

    @property
    def role(self) -> str:
        """What the chair does, one of ``studio.score.ROLES``."""
        return self.style.role

    @property
    def register(self) -> tuple[int, int]:
        """Lowest and highest MIDI pitch: the style's register, moved by octaves and cut to what the instrument has."""
        low, high = self.style.low, self.style.high
        if self.role in ("drums", "effects"):
            return low, high
        return fitted(low, high, INSTRUMENTS[self.instrument])

    def plays(self, section: Section) -> bool:
        """Whether the chair plays in a section, by its energy, kind and name, unless it sits it out."""
        style = self.style
        if self.id in section.rests:
            return False
        if style.kinds and section.kind not in style.kinds and section.name not in style.kinds:
            return False
        if section.kind in style.rests or section.name in style.rests:
            return False
        return style.enters <= section.energy < style.leaves


def staggered(sections: tuple[Section, ...], chairs: Sequence[Chair]) -> tuple[Section, ...]:
    """Let somebody enter or leave at every border of sections: where two neighbours would have the same players, one
    of them sits out the quieter. Bass, drums and tune stay, and a bed is never without anybody."""
    laid = list(sections)
    for index in range(1, len(laid)):
        if _playing(laid[index - 1], chairs) != _playing(laid[index], chairs):
            continue
        quiet = index - 1 if laid[index - 1].energy <= laid[index].energy else index
        for place in (quiet, 2 * index - 1 - quiet):
            options = (replace(laid[place], rests=(chair.id,)) for chair in _spare(laid[place], chairs))
            around = [_playing(laid[near], chairs) for near in (place - 1, place + 1) if 0 <= near < len(laid)]
            choice = next((option for option in options if _playing(option, chairs) not in around), None)
            if choice:
                laid[place] = choice
                break
    return tuple(laid)


def _playing(section: Section, chairs: Sequence[Chair]) -> set[str]:
    return {chair.id for chair in chairs if chair.role != "effects" and chair.plays(section)}


def _spare(section: Section, chairs: Sequence[Chair]) -> list[Chair]:
    """Return who may sit out a section, the most dispensable first."""
    playing = [chair for chair in chairs if chair.plays(section)]
    bed = [chair for chair in playing if chair.role in BED]
    spare = [chair for chair in playing if chair.role == "counter" and not chair.style.doubles] + (
        bed if len(bed) > 1 else []
    )
    ranked = sorted(enumerate(spare), key=lambda entry: (SPARE.index(entry[1].role), -entry[0]))
    return [chair for _, chair in ranked]


def fitted(low: int, high: int, instrument: Instrument) -> tuple[int, int]:
    """Return a register of at least an octave that ``instrument`` can play, as near to ``low`` … ``high`` as may be."""
    while low + high > instrument.low + instrument.high and high - 5 > instrument.high:
        low, high = low - 12, high - 12
    while low + high < instrument.low + instrument.high and low + 5 < instrument.low:
        low, high = low + 12, high + 12
    low, high = max(low, instrument.low), min(high, instrument.high)
    return (
        (low, high) if high - low >= 12 else (max(instrument.low, high - 12), min(instrument.high, max(high, low + 12)))
    )


def seat(brief: Brief, style: Style, mood: MoodChange) -> tuple[Chair, ...]:
    """Return the chairs of a piece: avoided players leave or change instrument, wanted ones come in."""
    chairs = [Chair(part, part.instrument) for part in style.parts]
    for index, chair in enumerate(chairs):
        seated = {other.instrument for other in chairs[:index]}
        chairs[index] = _favoured(chair, tuple(name for name in mood.instruments if name not in seated))
    chairs = [chair for chair in (_without(chair, brief.avoid) for chair in chairs) if chair]
    for wanted in brief.instruments:
        chairs = _with(chairs, wanted)
    return tuple(chairs)


def _favoured(chair: Chair, favoured: tuple[str, ...]) -> Chair:
    seats = (chair.instrument, *chair.style.alternatives)
    choice = next((name for name in favoured if name in seats), chair.instrument)
    return replace(chair, instrument=choice)


def _without(chair: Chair, avoid: tuple[str, ...]) -> Chair | None:
    if chair.role in avoid:
        return None
    if chair.instrument not in avoid:
        return chair
    others = (chair.style.instrument, *chair.style.alternatives, *INSTRUMENTS[chair.instrument].kin)
    choice = next((name for name in others if name not in avoid), None)
    return replace(chair, instrument=choice) if choice else None


def _with(chairs: list[Chair], wanted: str) -> list[Chair]:
    """Seat a wanted instrument: where it is an alternative, else on the first chair of a role that it can take.

    What finds no chair, and a role that the style does not have, is left out; the brief has warned of it.
    """
    if any(wanted in (chair.instrument, chair.role) for chair in chairs):
        return [_always(chair) if wanted in (chair.instrument, chair.role) else chair for chair in chairs]
    for index, chair in enumerate(chairs):
        if wanted in chair.style.alternatives:
            return [*chairs[:index], _always(replace(chair, instrument=wanted)), *chairs[index + 1 :]]
    for role in INSTRUMENTS[wanted].roles if wanted in INSTRUMENTS else ():
        for index, chair in enumerate(chairs):
            if chair.role == role:
                return [*chairs[:index], _always(replace(chair, instrument=wanted)), *chairs[index + 1 :]]
    return chairs


def _always(chair: Chair) -> Chair:
    """A player who was asked for does not wait for the energy to rise."""
    return replace(chair, style=replace(chair.style, enters=min(chair.style.enters, 0.3)))
