"""A small stage to write for: plans of few bars, chords by numeral, one chair at a time."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from studio.brief import Brief
from studio.compose.ensemble import Chair
from studio.compose.plan import Plan, Streams
from studio.score import ChordSpan, Notes, Section, TempoMap, notes
from studio.styles import Drums, Ending, Feel, Groove, Harmony, Melody, MoodChange, PartStyle, Style, Tempo
from studio.styles.model import Desk
from studio.theory.key import Key
from studio.theory.meter import Meter
from studio.theory.numeral import chord

BACKBEAT = Groove("backbeat", {"KK": "9.......9.......", "SN": "....8.......8...", "HH": "6.4.6.4.6.4.6.4."})
FILLS = (
    Groove("toms", {"T1": "........77..", "T3": "..........78"}),
    Groove("snare", {"SN": "............5678"}),
)


def style(**changes: Any) -> Style:
    """Return a plain style: one groove, two fills, straight eighths, C major."""
    plain = Style(
        genre="rock", id="plain", name="Plain", description="", tempo=Tempo(60, 120, 180), meters=("4/4",),
        keys=("C major",), feel=Feel(), forms=(), harmony=Harmony({}, {}), melody=Melody({}),
        drums=Drums((BACKBEAT,), FILLS), parts=(), desk=Desk(), endings=(),
    )  # fmt: skip
    return replace(plain, **changes)


@pytest.fixture
def plan_of() -> Callable[..., Plan]:
    """A function: sections as (kind, bars, energy) → a plan at 120 BPM whose last bar is the final one."""

    def build(*sections: tuple[str, int, float], meter: str = "4/4", key: str = "C major", **changes: Any) -> Plan:
        ending = changes.pop("ending", Ending("hold"))
        mood = changes.pop("mood", MoodChange("major", "bright"))
        chairs = changes.pop("chairs", ())
        bar, start, laid = Meter.parse(meter).bar_beats, 0.0, []
        for kind, bars, energy in sections:
            laid.append(Section(kind.title(), kind, start, bars * bar, bars, energy))
            start += bars * bar
        brief = Brief("rock", "happy", 60.0, "moderate", 1)
        seconds = start / 2 + 2
        return Plan(
            brief, style(**changes), mood, Key.parse(key), Meter.parse(meter), TempoMap((0.0,), (120.0,)), seconds,
            tuple(laid), ending, chairs,
        )  # fmt: skip

    return build


@pytest.fixture
def spans() -> Callable[..., tuple[ChordSpan, ...]]:
    """A function: (numerals, beats each, number of beats in all) → chords of C major, repeated to the end."""

    def build(numerals: str, beats: float, total: float, key: str = "C major") -> tuple[ChordSpan, ...]:
        names = numerals.split()
        return tuple(
            ChordSpan(i * beats, beats, chord(names[i % len(names)], Key.parse(key)), names[i % len(names)])
            for i in range(int(np.ceil(total / beats)))
        )

    return build


@pytest.fixture
def seat() -> Callable[..., Chair]:
    """A function: role, instrument and fields of ``PartStyle`` → a chair."""

    def build(role: str, instrument: str = "piano", **fields: Any) -> Chair:
        return Chair(PartStyle(fields.pop("id", role), role, instrument, **fields), instrument)

    return build


@pytest.fixture
def tune() -> Callable[[Sequence[Sequence[float]]], Notes]:
    """A function: rows of (onset, duration, pitch) → notes of velocity 80."""
    return lambda rows: notes([(*row, 80) for row in rows])


@pytest.fixture
def streams_of() -> Callable[[int], Streams]:
    """A function: seed → one random stream for every section."""

    def build(seed: int) -> Streams:
        rng = np.random.default_rng(seed)
        return lambda _section: rng

    return build


@pytest.fixture
def streams(streams_of: Callable[[int], Streams]) -> Streams:
    return streams_of(7)
