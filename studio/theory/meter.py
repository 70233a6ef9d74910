"""Meters. A beat in this library is a quarter note; a *pulse* is what a foot taps."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Meter:
    """A time signature. ``pulses`` of ``pulse_beats`` quarter notes make one bar."""

    numerator: int
    denominator: int

    @classmethod
    def parse(cls, text: str) -> "Meter":
        """Read ``"4/4"``; raises ``ValueError`` for a meter outside ``METERS``."""
        if text not in METERS:
            raise ValueError(f"{text!r} is not one of {', '.join(METERS)}")
        numerator, denominator = text.split("/")
        return cls(int(numerator), int(denominator))

    @property
    def bar_beats(self) -> float:
        """Length of a bar in quarter notes."""
        return self.numerator * 4.0 / self.denominator

    @property
    def is_compound(self) -> bool:
        """Whether the pulse divides in three (6/8, 12/8)."""
        return self.denominator == 8 and self.numerator % 3 == 0

    @property
    def pulse_beats(self) -> float:
        """Length of the tapped pulse in quarter notes: 1.5 in compound meters, else 1."""
        return 1.5 if self.is_compound else 1.0

    @property
    def pulses(self) -> int:
        """Pulses in a bar."""
        return round(self.bar_beats / self.pulse_beats)

    @property
    def steps(self) -> int:
        """Grid steps of a bar: four to a simple pulse; compound meters have two (eighths halved) per eighth."""
        return round(self.bar_beats * 4) if not self.is_compound else self.numerator * (2 if self.numerator == 6 else 1)

    def weight(self, beat: float) -> float:
        """Return the metrical weight 0.1–1 of a position ``beat`` quarter notes into the bar.

        1 downbeat, 0.8 middle of a 4-pulse bar, 0.6 pulse, 0.35 half pulse (or a compound third), 0.15 else.
        """
        position = beat % self.bar_beats
        on = lambda unit: abs(position / unit - round(position / unit)) < 1e-6  # noqa: E731
        if on(self.bar_beats):
            return 1.0
        if self.pulses == 4 and on(2 * self.pulse_beats):
            return 0.8
        if on(self.pulse_beats):
            return 0.6
        return 0.35 if on(0.5) else 0.15

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"


METERS = ("4/4", "3/4", "6/8", "12/8")
"""Time signatures the library composes in."""
