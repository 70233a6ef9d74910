"""Repeats that are varied on purpose: every fourth bar of a row turns, and not as it did in the phrase before."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from studio.compose.ensemble import Chair
from studio.compose.patterns import Row, Step
from studio.compose.plan import Plan

EPSILON = 1e-6

Steps = tuple[Step, ...]

PHRASE, STRAIN = 4, 8
"""Bars after which a row turns, and after which a part takes another row that is about as busy."""

CALM = 0.3
"""Energy below which nobody adds a note to lead on."""

DENSE, FIRM = 8, 0.5
"""Onsets in a bar from which a breath lasts half a pulse only; and energy from which such a row may stop for two."""

CHANCES: Mapping[str, float] = {"plain": 2.0, "neighbour": 3.0, "breath": 2.0, "stop": 1.0, "lead": 2.0, "turned": 3.0}
"""How a bar turns → how often, where it may: as it stands, with the row beside, stopping before its end or half a bar
before it, with a note that leads on, with its broken chord running back."""


class Turns:
    """The rows of one player, who remembers how each phrase turned so as not to turn the next one alike."""

    def __init__(self, plan: Plan, chair: Chair, rows: Sequence[Row], literal: Sequence[bool]) -> None:
        self.plan, self.chair, self.rows, self.literal = plan, chair, rows, literal
        self.last: dict[tuple[str, int], str] = {}

    def strain(self, number: int, main: int) -> int:
        """Return the row of bar ``number`` where ``main`` suits the section: every other strain takes its neighbour."""
        return self._beside(main) if number // STRAIN % 2 else main

    def turn(self, name: str, number: int, energy: float, main: int, rng: np.random.Generator) -> tuple[Steps, bool]:
        """Return the steps of the last bar of a phrase in the section called ``name``, and whether they are literal."""
        choices = self._choices(number, energy, main)
        places = (name, number % STRAIN), (name, STRAIN + number)
        for place in places:  # neither as eight bars ago nor as in this bar the last time
            if len(choices) > 1:
                choices.pop(self.last.get(place, ""), None)
        likely = np.array([CHANCES[turn] for turn in choices])
        turn = list(choices)[int(rng.choice(len(likely), p=likely / likely.sum()))]
        self.last |= dict.fromkeys(places, turn)
        return choices[turn], self.literal[self._beside(main) if turn == "neighbour" else main]

    def _choices(self, number: int, energy: float, main: int) -> dict[str, Steps]:
        plain = self.rows[main].bar(number, self.plan.bar)
        found: dict[str, Steps] = {"plain": plain}
        if (beside := self._beside(main)) != main:
            found["neighbour"] = self.rows[beside].bar(number, self.plan.bar)
        pulse = self.plan.meter.pulse_beats
        if breath := self._stopped(plain, pulse / 2 if len(plain) >= DENSE else pulse):
            found["breath"] = breath
        if (
            self.chair.role != "bass"
            and energy >= FIRM
            and len(plain) >= DENSE
            and (stop := self._stopped(plain, 2 * pulse))
        ):
            found["stop"] = stop
        if energy >= CALM and (lead := self._lead(plain)):
            found["lead"] = lead
        if turned := self._turned(plain):
            found["turned"] = turned
        return found

    def _beside(self, main: int) -> int:
        """Return a row beside ``main`` that is about as busy, or ``main`` itself."""
        busy = [len(row.steps) / row.bars for row in self.rows]
        beside = [index for index in (main + 1, main - 1) if 0 <= index < len(self.rows)]
        return next((index for index in beside if busy[main] / 1.5 <= busy[index] <= busy[main] * 1.5), main)

    def _stopped(self, steps: Steps, silence: float) -> Steps:
        """Stop ``silence`` beats before the bar ends; strokes on every pulse and nothing else go on."""
        if len(steps) < 3 or len(steps) <= self.plan.meter.pulses:
            return ()
        kept = tuple(step for step in steps if step.beat < self.plan.bar - silence - EPSILON)
        return kept if 2 <= len(kept) < len(steps) else ()

    def _lead(self, steps: Steps) -> Steps:
        """Add a note on the last weak part of the bar, if it is free."""
        pulse = self.plan.meter.pulse_beats
        beat = self.plan.bar - pulse * (1 / 3 if self.plan.meter.is_compound else 0.5)
        if not steps or self.chair.style.roots or steps[-1].beat + steps[-1].beats * self._held > beat + EPSILON:
            return ()
        if steps[-1].beat > beat - pulse / 4 or steps[-1].symbol == "n":
            return ()
        return (*steps, Step(beat, self.plan.bar - beat, self._leading(steps)))

    @property
    def _held(self) -> float:
        """Long notes of basses may be struck again; what lasts to the end of the bar elsewhere is meant to."""
        return 0.0 if self.chair.role == "bass" else 0.5

    def _leading(self, steps: Steps) -> str:
        if self.chair.role == "bass":
            return "<" if any("<" in row for row in self.chair.style.patterns) else "1"
        if self.chair.role == "arpeggio":
            return steps[-1].symbol
        return "5" if steps[-1].symbol.isdigit() else "x"

    def _turned(self, steps: Steps) -> Steps:
        """Let the second half of a broken chord run back."""
        if self.chair.role != "arpeggio":
            return ()
        half = [index for index, step in enumerate(steps) if step.beat >= self.plan.bar / 2 - EPSILON]
        symbols = [steps[index].symbol for index in half]
        if not half or symbols == symbols[::-1] or not all(symbol.isdigit() for symbol in symbols):
            return ()
        back = (replace(steps[index], symbol=symbol) for index, symbol in zip(half, symbols[::-1], strict=True))
        return (*steps[: half[0]], *back)
