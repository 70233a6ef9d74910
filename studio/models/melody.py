"""What a melody is to the network: its events, and what is known of the place of each.

Everything is sung in C major or A minor. Times are ticks, 24 to the quarter note.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from studio.models.grammar import Grammar
from studio.theory.meter import Meter

TICKS = 24
LOWEST, HIGHEST = 45, 96
REST = HIGHEST - LOWEST + 1
"""The part *pitch* of a rest; notes are their MIDI pitch less LOWEST."""

DURATIONS = (*range(2, 97, 2), *range(102, 193, 6))
"""Lengths of notes and rests in ticks."""

QUALITIES = ("", "m", "7", "m7", "maj7", "dim", "m7b5", "dim7", "aug", "sus4", "6", "m6", "sus2", "other")
QUALITY_OF = {
    "5": "", "add9": "", "madd9": "m", "o": "dim", "+": "aug", "6/9": "6", "h7": "m7b5", "o7": "dim7", "m(maj7)": "m",
    "+7": "7", "7sus4": "sus4", "9sus4": "sus4", "9": "7", "13": "7", "7#11": "7", "7b9": "7", "7#9": "7", "7b13": "7",
    "13b9": "7", "7alt": "7", "maj9": "maj7", "maj7#11": "maj7", "maj9#11": "maj7", "maj7#5": "maj7", "m9": "m7",
    "m11": "m7",
}  # fmt: skip
"""Chord quality of ``studio.theory`` → the nearest that the model knows, where its name is not known itself."""

VOICES = ("standard", "lied", "chorale", "irish", "scottish", "fiddle")
"""Repertoires that the melody model knows."""

METERS = ("4/4", "3/4", "2/4", "2/2", "6/8", "9/8", "12/8", "3/8", "3/2", "6/4")

STEP = 2
"""Ticks in one step of the time grid."""

PLACES, SOON = 98, 17

GRAMMAR = Grammar(
    parts={"pitch": REST + 1, "duration": len(DURATIONS)},
    context={
        "place": PLACES, "root": 13, "quality": len(QUALITIES) + 1, "next_root": 13,
        "next_quality": len(QUALITIES) + 1, "until_next": SOON, "bar": 8, "bars_left": SOON,
        "voice": len(VOICES), "meter": len(METERS) + 1, "mode": 2, "planned": len(DURATIONS) + 1,
    },
)  # fmt: skip
"""``until_next``: eighths until the chord changes; ``planned``: 1 + the duration where the rhythm is given, else 0."""

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Frame:
    """Where a melody is to be sung. Times in ticks.

    ``bars``: starts of the bars and the end, shape (bars + 1,); ``upbeat``: ticks missing in the first bar.
    ``chords``: rows of (tick, root, quality index), roots counted from the C of C major or A minor.
    """

    bars: Ints
    chords: Ints
    voice: str
    meter: Meter
    is_minor: bool
    upbeat: int = 0

    def context(self, onsets: Ints, planned: Ints) -> Ints:
        """Return the context of events at ``onsets``, shape (…, features); ``planned``: see ``GRAMMAR``."""
        bar = np.clip(np.searchsorted(self.bars, onsets, side="right") - 1, 0, len(self.bars) - 2)
        place = (onsets - self.bars[bar] + np.where(bar == 0, self.upbeat, 0)) // STEP
        chord = np.searchsorted(self.chords[:, 0], onsets, side="right") - 1
        root, quality, _ = self._chord(chord)
        next_root, next_quality, change = self._chord(chord + 1)
        until = np.where(change >= 0, (change - onsets) // (TICKS // 2), SOON)
        meter = METERS.index(str(self.meter)) if str(self.meter) in METERS else len(METERS)
        fixed = [np.full(np.shape(onsets), value) for value in (VOICES.index(self.voice), meter, int(self.is_minor))]
        return np.stack(
            [
                np.clip(place, 0, PLACES - 1), root, quality, next_root, next_quality, np.clip(until, 0, SOON - 1),
                bar % 8, np.minimum(SOON - 1, len(self.bars) - 2 - bar), *fixed, planned,
            ],
            axis=-1,
        )  # fmt: skip

    def _chord(self, index: Ints) -> tuple[Ints, Ints, Ints]:
        """Return root, quality and tick of chords by index; 12, the last quality and -1 where there is none."""
        there = (index >= 0) & (index < len(self.chords))
        safe = np.where(there, index, 0)
        rows = self.chords[safe] if len(self.chords) else np.zeros((*np.shape(index), 3), np.int64)
        tick, root, quality = np.moveaxis(rows, -1, 0)
        return np.where(there, root, 12), np.where(there, quality, len(QUALITIES)), np.where(there, tick, -1)


@cache
def nearest_duration(ticks: int) -> int:
    """Return the index of the duration nearest to ``ticks``, the shorter of two."""
    return min(range(len(DURATIONS)), key=lambda index: abs(DURATIONS[index] - ticks))


def quality_index(name: str) -> int:
    """Return the number of a chord quality; what is neither known nor kin to it is "other"."""
    name = QUALITY_OF.get(name, name)
    return QUALITIES.index(name) if name in QUALITIES else QUALITIES.index("other")


def bar_starts(bars: Sequence[tuple[int, int]]) -> Ints:
    """Return starts and end of bars given as (start, length)."""
    return np.array([start for start, _ in bars] + [bars[-1][0] + bars[-1][1]], np.int64)
