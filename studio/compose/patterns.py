"""Pattern strings of the style files → onsets in beats, in any meter.

Everything is written *straight*: in swung styles a row of triplets is moved so that, once performance swings the
eighths, it lands where it was written.
"""

from dataclasses import dataclass
from functools import lru_cache

from studio.theory.meter import Meter


@dataclass(frozen=True)
class Step:
    """One onset of a row: ``beat`` and ``beats`` (length) in quarter notes from the row's start, and its symbol."""

    beat: float
    beats: float
    symbol: str

    @property
    def accent(self) -> float:
        """The velocity digit as a factor: 7 is 1.0; ``x`` too."""
        return int(self.symbol) / 7 if self.symbol.isdigit() else 1.0


@dataclass(frozen=True)
class Row:
    """The onsets of a pattern and how many bars it spans."""

    steps: tuple[Step, ...]
    bars: int

    def bar(self, number: int, bar_beats: float) -> tuple[Step, ...]:
        """Return the onsets of bar ``number`` (wrapping round), beats counted from that bar's start."""
        start = (number % self.bars) * bar_beats
        return tuple(
            Step(step.beat - start, step.beats, step.symbol)
            for step in self.steps
            if start - 1e-9 <= step.beat < start + bar_beats - 1e-9
        )


@lru_cache(maxsize=4096)
def read(row: str, meter: Meter, *, swung: bool = False) -> Row:
    """Read a pattern row for a meter.

    An onset lasts through the ``-`` that follow it; in rows without any ``-``, until the next onset or the row's end.
    """
    bars = row.split("|")
    steps: list[Step] = []
    for number, cells in enumerate(bars):
        places = _places(cells, meter, swung)
        steps += [Step(number * meter.bar_beats + beat, 0.0, symbol) for beat, symbol in places]
    end = len(bars) * meter.bar_beats
    onsets = [step for step in steps if step.symbol not in ".-"]
    literal = "-" in row
    timed = []
    for onset in onsets:
        later = [step.beat for step in (steps if literal else onsets) if step.beat > onset.beat + 1e-9]
        if literal:
            later = [step.beat for step in steps if step.beat > onset.beat + 1e-9 and step.symbol != "-"]
        timed.append(Step(onset.beat, min(later, default=end) - onset.beat, onset.symbol))
    return Row(tuple(timed), len(bars))


def _places(cells: str, meter: Meter, swung: bool) -> list[tuple[float, str]]:
    """Return (beat, symbol) of every step of one bar, fitted to the meter."""
    count, bar = len(cells), meter.bar_beats
    if meter.is_compound:
        if count == 16:  # sixteenths of 4/4: pulse by pulse, the fourth sixteenth gives way
            pulses = [cells[i : i + 4] for i in range(0, 16, 4)][: meter.pulses]
            return [
                ((pulse + third / 3) * meter.pulse_beats, symbol)
                for pulse, group in enumerate(pulses)
                for third, symbol in enumerate(group[:3])
            ]
        return [(index * bar / count, symbol) for index, symbol in enumerate(cells)]
    if str(meter) == "3/4" and count in (16, 32):
        cells, count = cells[: count * 3 // 4], count * 3 // 4
    elif count in (6, 12, 24) and str(meter) == "4/4":
        return [(_triplet(index * 4 / count, swung), symbol) for index, symbol in enumerate(cells)]
    return [(index * bar / count, symbol) for index, symbol in enumerate(cells)]


def _triplet(beat: float, swung: bool) -> float:
    """Move a triplet position to the straight grid that performance will swing back."""
    whole, part = divmod(beat + 1e-9, 1.0)
    return whole + (part * 0.75 if part < 2 / 3 - 1e-6 else 0.5 + (part - 2 / 3) * 1.5) if swung else beat
