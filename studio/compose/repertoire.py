"""What a drummer who has listened to recorded drumming plays in a piece: turns of its grooves, and fills."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from studio.compose.drum_grid import grid_of
from studio.compose.drummer import Wish, manner_of, play
from studio.compose.kit import EPSILON, HEARD_AS, Hit, Hits
from studio.compose.plan import Plan, Streams
from studio.score import Section

TURNS, LIVELY = 4, 0.55
"""Turns of every groove; the last of them is for energies from LIVELY on."""

TIMEKEEPERS = ("HH", "OH", "PH", "RD", "RB")
TOUCHED = ("KK", "SN", "RS", *TIMEKEEPERS)
"""Voices of a groove whose weak strokes are the model's to play or leave; all others stay."""

FIRM = 5
"""Velocity digit from which a stroke of kick or snare belongs to the backbone of a groove."""

TOMS = ("T1", "T2", "T3")
FILLING = ("KK", "SN", *TOMS, "PH")
STROKES_PER_BEAT = (2.4, 1.8)
"""Strokes of a fill in a beat: at energy 0, and how many more at energy 1."""

WITHOUT_TOMS = 2
"""Pulses that a fill lasts at most where a style has no toms to lead it over: longer rolls on a snare are a march."""

LEAST_HEARD = 3
"""Strokes of a groove that the model must know to play on from it."""

LONG = 8
"""Bars from which on a section has a fill inside, too."""


Name = TypeVar("Name")


@dataclass(frozen=True)
class Stretch:
    """A section that the drummer plays: what its groove is called and how its bars are written, four of them; the
    beats of the fill at its end, 0 for none."""

    section: Section
    groove: str
    written: tuple[Hits, ...]
    fill: float


class Repertoire:
    """Bars that the model played for a piece, drawn before its first bar: all at once, so that they cost little."""

    def __init__(self, plan: Plan, streams: Streams, stretches: Iterable[Stretch]) -> None:
        self.plan, self.streams = plan, streams
        groups = plan.style.drums.grooves + plan.style.drums.fills
        self.voices = frozenset(voice for groove in groups for voice in groove.rows)
        turns: dict[tuple[str, int], Wish | None] = {}
        fills: dict[tuple[float, bool], Wish | None] = {}
        for stretch in stretches:
            for number in range(TURNS):
                if (stretch.groove, number) not in turns:
                    turns[stretch.groove, number] = self._turn(stretch, number)
            section = stretch.section
            if stretch.fill:
                fills[section.start, False] = self._fill(stretch, stretch.fill)
            if section.bars > LONG:
                fills[section.start, True] = self._fill(stretch, plan.meter.pulse_beats)
        played = self._played({**turns, **fills})  # together: a batch costs the same, full or not
        self.turns = {name: played[name] for name in turns if name in played}
        self.fills = {name: played[name] for name in fills if name in played}

    def turn(self, groove: str, number: int, energy: float) -> Hits | None:
        """Return what becomes of bar ``number`` of a section: of the last of four in turn, of the second of every other
        four where energy is high; None where the groove stays as it is or the model does not play."""
        phrase, place = divmod(number, 4)
        if place == 3:
            return self.turns.get((groove, phrase % (TURNS - 1)))
        lively = place == 1 and phrase % 2 and energy >= LIVELY
        return self.turns.get((groove, TURNS - 1)) if lively else None

    def fill(self, section: Section, *, inside: bool) -> Hits | None:
        """Return the bar with the fill that ends a section, or that ends eight bars inside it."""
        return self.fills.get((section.start, inside))

    def _played(self, wishes: Mapping[Name, Wish | None]) -> dict[Name, Hits]:
        manner = manner_of(self.plan)
        asked = {name: wish for name, wish in wishes.items() if wish is not None}
        return dict(zip(asked, play(list(asked.values()), manner), strict=True)) if manner else {}

    def _turn(self, stretch: Stretch, number: int) -> Wish | None:
        written = stretch.written[3 if number < TURNS - 1 else 1]
        own = {hit.voice for hit in written} & set(TOUCHED)
        if "HH" in own:
            own |= {"OH", "PH"}
        kept = tuple(hit for hit in written if self._stays(hit))
        rng = self.plan.stream("drums", f"turn {number} of {stretch.groove}")
        return self._wish(stretch, kept, frozenset(own), 0.0, len(written) + 1, rng)

    def _stays(self, hit: Hit) -> bool:
        if hit.voice not in TOUCHED:
            return True
        pulse = hit.beat / self.plan.meter.pulse_beats
        return abs(pulse - round(pulse)) < EPSILON if hit.voice in TIMEKEEPERS else hit.force >= FIRM

    def _fill(self, stretch: Stretch, beats: float) -> Wish | None:
        voices = self.voices & set(FILLING)
        if not voices & set(TOMS):
            beats = min(beats, WITHOUT_TOMS * self.plan.meter.pulse_beats)
        start = self.plan.bar - beats
        kept = tuple(hit for hit in stretch.written[3] if hit.beat < start - EPSILON)
        least, more = STROKES_PER_BEAT
        count = beats / self.plan.meter.pulse_beats * (least + more * stretch.section.energy)
        rng = np.random.default_rng(self.streams(stretch.section).integers(2**63))
        return self._wish(stretch, kept, voices, start, len(kept) + round(count), rng, is_fill=True)

    def _wish(
        self, stretch: Stretch, kept: Hits, voices: frozenset[str], start: float, strokes: int,
        rng: np.random.Generator, *, is_fill: bool = False,
    ) -> Wish | None:  # fmt: skip
        past = stretch.written[:2]
        heard = tuple(hit for bar in past for hit in bar if hit.voice in HEARD_AS)
        grid = grid_of(self.plan, heard)
        if grid is None or len(heard) < LEAST_HEARD or not voices:
            return None
        return Wish(past, kept, voices, start, is_fill, strokes, 3, grid, rng)
