"""The one currency of the library: what is to be played, and when.

A *beat* is a quarter note everywhere. Times in a score are beats; ``TempoMap`` turns them into seconds.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from studio.audio import SAMPLE_RATE
from studio.theory.chord import Chord
from studio.theory.key import Key
from studio.theory.meter import Meter

NOTE = np.dtype([("onset", "f8"), ("duration", "f8"), ("pitch", "i2"), ("velocity", "i2")])
"""A note: onset and duration in beats, MIDI pitch 0–127, velocity 1–127."""

CONTROL = np.dtype([("beat", "f8"), ("value", "f8")])
"""A breakpoint of an automation curve; values are joined by straight lines."""

CONTROLS = {"bend": 0.0, "vibrato": 0.0, "sustain": 0.0, "volume": 0.0, "expression": 1.0}
"""Automation lanes of a part and their values at rest: bend in semitones, vibrato as its depth in semitones to either
side (the instrument knows the rate), sustain pedal 0/1 (held from ≥ 0.5), volume in dB, expression 0–1."""

ROLES = ("lead", "counter", "chords", "pad", "arpeggio", "bass", "drums", "effects")
"""What a part does in the ensemble."""

SECTION_KINDS = (
    "intro", "verse", "prechorus", "chorus", "bridge", "theme", "solo", "build", "drop", "break", "outro",
)  # fmt: skip
"""Kinds of section; the portal gives each its colour."""

Notes = NDArray[np.void]


def notes(rows: Iterable[Sequence[float]]) -> Notes:
    """Return rows of (onset, duration, pitch, velocity) as a NOTE array sorted by onset, then pitch."""
    array = np.array([tuple(row) for row in rows], NOTE)
    return np.sort(array, order=["onset", "pitch"], kind="stable")


def automation(rows: Iterable[Sequence[float]]) -> NDArray[np.void]:
    """Return rows of (beat, value) as a CONTROL array sorted by beat; values on one beat keep their order: a jump."""
    array = np.array([tuple(row) for row in rows], CONTROL)
    return array[np.argsort(array["beat"], kind="stable")]


@dataclass(frozen=True)
class TempoMap:
    """Piecewise constant tempo: from ``beats[i]`` on, ``bpm[i]`` quarter notes a minute.

    ``lead_in`` is the time in seconds at which beat 0 sounds.
    """

    beats: tuple[float, ...]
    bpm: tuple[float, ...]
    lead_in: float = 0.0

    def seconds(self, beat: ArrayLike) -> NDArray[np.float64]:
        """Return the time in seconds of each beat; before beat 0 and after the last change tempo runs on."""
        starts, pace = np.array(self.beats), 60.0 / np.array(self.bpm)
        elapsed = np.concatenate([[0.0], np.cumsum(np.diff(starts) * pace[:-1])])
        beat = np.asarray(beat, float)
        index = np.clip(np.searchsorted(starts, beat, side="right") - 1, 0, len(starts) - 1)
        return self.lead_in + elapsed[index] + (beat - starts[index]) * pace[index]

    def beat(self, seconds: ArrayLike) -> NDArray[np.float64]:
        """Return the beat that sounds at each time in seconds: the inverse of ``seconds``."""
        starts, pace = np.array(self.beats), 60.0 / np.array(self.bpm)
        elapsed = self.lead_in + np.concatenate([[0.0], np.cumsum(np.diff(starts) * pace[:-1])])
        time = np.asarray(seconds, float)
        index = np.clip(np.searchsorted(elapsed, time, side="right") - 1, 0, len(starts) - 1)
        return starts[index] + (time - elapsed[index]) / pace[index]


@dataclass(frozen=True)
class Section:
    """A named stretch of whole bars: ``start`` and ``beats`` in beats, ``energy`` 0–1.

    ``lift``: semitones by which its key lies above the key of the piece. ``rests``: ids of parts that would play at
    its energy but sit it out.
    """

    name: str
    kind: str
    start: float
    beats: float
    bars: int
    energy: float
    lift: int = 0
    rests: tuple[str, ...] = ()

    @property
    def end(self) -> float:
        """The beat at which the next section begins."""
        return self.start + self.beats


@dataclass(frozen=True)
class ChordSpan:
    """A chord sounding for ``beats`` from ``start``, and the numeral it came from."""

    start: float
    beats: float
    chord: Chord
    numeral: str

    @property
    def end(self) -> float:
        """The beat at which it gives way."""
        return self.start + self.beats


@dataclass(frozen=True)
class Part:
    """One player: a role, an instrument of ``studio.instruments``, notes and automation lanes.

    ``notes`` is a NOTE array; drum parts use General MIDI keys. ``controls`` maps lane names of ``CONTROLS`` to
    CONTROL arrays.
    """

    id: str
    name: str
    role: str
    instrument: str
    notes: Notes
    controls: Mapping[str, NDArray[np.void]] = field(default_factory=dict)


@dataclass(frozen=True)
class Score:
    """A whole piece. ``duration`` is its length in seconds, ring-out included."""

    title: str
    key: Key
    meter: Meter
    tempo: TempoMap
    duration: float
    sections: tuple[Section, ...]
    chords: tuple[ChordSpan, ...]
    parts: tuple[Part, ...]

    @property
    def frames(self) -> int:
        """Length in sample frames."""
        return round(self.duration * SAMPLE_RATE)

    @property
    def end(self) -> float:
        """The beat at which the last section ends."""
        return self.sections[-1].end

    @property
    def keys(self) -> tuple[Key, ...]:
        """The key of the piece, then those that sections are lifted to."""
        lifts = sorted({section.lift for section in self.sections} - {0})
        return (self.key, *(self.key.raised(lift) for lift in lifts))

    def lift(self, beats: ArrayLike) -> NDArray[np.int64]:
        """Return for each beat by how many semitones its section is lifted."""
        starts = np.array([section.start for section in self.sections])
        lifts = np.array([section.lift for section in self.sections], np.int64)
        return lifts[np.maximum(np.searchsorted(starts, np.asarray(beats) + 1e-6, side="right") - 1, 0)]

    def part(self, part_id: str) -> Part:
        """Return the part of that id; raises ``KeyError``."""
        for part in self.parts:
            if part.id == part_id:
                return part
        raise KeyError(part_id)

    def with_parts(self, parts: tuple[Part, ...]) -> "Score":
        """Return the same piece with other parts."""
        return replace(self, parts=parts)
