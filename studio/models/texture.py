"""What a piano texture under a tune is to the network: its notes, and what is known of the place of each.

Everything stands in C major or A minor, over given chords and a given tune. Times are ticks, 24 to the quarter note.
Notes are told by onset and then from the lowest up; a silence is an event too.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.models.grammar import Grammar
from studio.models.melody import GRAMMAR as MELODY
from studio.models.melody import TICKS, Frame

GRID = (0, 6, 8, 12, 16, 18, 24)
"""Where notes may begin within a beat, in ticks: sixteenths and triplets."""

SILENCE = 12
"""The part *degree* of a silence; notes have their semitones above the root of the chord, 0 to 11."""

OCTAVES, LOWEST_OCTAVE = 8, 1
"""How many octaves of roots there are, and the number (MIDI pitch of the root // 12) of the lowest."""

DURATIONS = (4, 6, 8, 12, 16, 18, 24, 36, 48, 72, 96, 144)
"""Lengths of notes in ticks."""

ADVANCES = (*range(0, 49, 2), 60, 72, 84, 96)
"""Ticks to the next event; what is further off is told by silences."""

DENSITIES, PACES = 12, (60, 75, 90, 105, 120, 150)
"""Classes of onsets in a bar; where classes of tempo begin, in quarter notes a minute."""

SUNG = 3
"""The tune is silent, goes on, or begins a note."""

SHARED = (
    "place", "root", "quality", "next_root", "next_quality", "until_next", "bar", "bars_left", "meter", "mode",
)  # fmt: skip
"""What the context has in common with the melody's."""

GRAMMAR = Grammar(
    parts={"degree": SILENCE + 1, "octave": OCTAVES, "duration": len(DURATIONS), "advance": len(ADVANCES)},
    context={
        **{name: MELODY.context[name] for name in SHARED},
        "pace": len(PACES) + 1, "tune": 13, "tune_octave": 6, "sung": SUNG, "density": DENSITIES,
    },
)  # fmt: skip
"""``tune``: semitones of the tune's sounding note above the chord's root, 12 where it is silent; ``density``: 1 + a
class of how many onsets the bar has, 0 where that is not told."""

Ints = NDArray[np.int64]
_COLUMNS = [list(MELODY.context).index(name) for name in SHARED]


@dataclass(frozen=True)
class Ground:
    """What a texture is laid under. ``tune``: rows of (onset, end, pitch) by onset; ``tempo`` in quarters a minute."""

    frame: Frame
    tune: Ints
    tempo: float

    def root(self, onsets: Ints) -> Ints:
        """Return the pitch class of the chord's root at ``onsets``; 0 where no chord is known."""
        chord = np.searchsorted(self.frame.chords[:, 0], onsets, side="right") - 1
        if not len(self.frame.chords):
            return np.zeros_like(onsets)
        return np.where(chord >= 0, self.frame.chords[np.maximum(chord, 0), 1], 0)

    def sounding(self, onsets: Ints) -> tuple[Ints, Ints]:
        """Return the pitch of the tune (-1: silent) and whether a note of it begins, at ``onsets``."""
        if not len(self.tune):
            return np.full_like(onsets, -1), np.zeros_like(onsets)
        start, end, pitch = self.tune[np.maximum(np.searchsorted(self.tune[:, 0], onsets, side="right") - 1, 0)].T
        sounds = (start <= onsets) & (onsets < end)
        return np.where(sounds, pitch, -1), (sounds & (start == onsets)).astype(np.int64)

    def context(self, onsets: Ints, density: Ints) -> Ints:
        """Return the context of events at ``onsets``, shape (…, features); ``density``: see ``GRAMMAR``."""
        shared = self.frame.context(onsets, np.zeros_like(onsets))[..., _COLUMNS]
        pitch, begins = self.sounding(onsets)
        own = [
            np.full_like(onsets, int(np.searchsorted(PACES, self.tempo, side="right"))),
            np.where(pitch >= 0, (pitch - self.root(onsets)) % 12, 12),
            np.clip(pitch // 12 - 3, 0, 5), np.where(pitch >= 0, 1 + begins, 0), density,
        ]  # fmt: skip
        return np.concatenate([shared, np.stack(own, axis=-1)], axis=-1)


def snap(tick: int) -> int:
    """Return the place of the grid nearest to a tick."""
    beat, rest = divmod(tick, TICKS)
    return beat * TICKS + min(GRID, key=lambda place: abs(place - rest))


def density_class(count: int, beats: float) -> int:
    """Return the value of the context *density* for ``count`` onsets in a bar of so many quarter notes."""
    return 1 + min(round(2 * count / beats), DENSITIES - 2)


def densities(onsets: Ints, bars: Ints) -> Ints:
    """Return the density of the bar that each of ``onsets`` (ascending) stands in; ``bars``: starts and the end."""
    edges = np.searchsorted(np.unique(onsets), bars)
    of_bar = [
        density_class(int(after - before), float(length) / TICKS)
        for before, after, length in zip(edges[:-1], edges[1:], np.diff(bars), strict=True)
    ]
    bar = np.clip(np.searchsorted(bars, onsets, side="right") - 1, 0, len(of_bar) - 1)
    return np.array(of_bar, np.int64)[bar]


def encode(notes: Sequence[Sequence[int]], ground: Ground) -> tuple[Ints, Ints]:
    """Return events (n, 4) and context (n, features) of (onset, duration, pitch) rows, from tick 0 on.

    The last note advances to the end of the last bar.
    """
    rows = sorted({(snap(onset), pitch): length for onset, length, pitch in reversed(notes)}.items())
    onsets = np.array([onset for (onset, _), _ in rows], np.int64)
    end = int(ground.frame.bars[-1])
    events: list[tuple[int, int, int, int]] = []
    times: list[int] = []
    if len(rows) and onsets[0] > 0:
        _advance(events, times, (SILENCE, 0, 0), 0, int(onsets[0]))
    following = [*onsets[1:].tolist(), max(end, int(onsets[-1]) if len(rows) else 0)]
    for ((onset, pitch), length), root, until in zip(rows, ground.root(onsets).tolist(), following, strict=False):
        octave = int(np.clip((pitch - root) // 12 - LOWEST_OCTAVE, 0, OCTAVES - 1))
        _advance(events, times, ((pitch - root) % 12, octave, nearest(DURATIONS, length)), onset, until)
    placed = np.array(times, np.int64)
    density = densities(onsets, ground.frame.bars) if len(rows) else onsets
    told = density[np.clip(np.searchsorted(onsets, placed), 0, len(onsets) - 1)] if len(rows) else placed
    return np.array(events, np.int64).reshape(-1, 4), ground.context(placed, told)


def _advance(
    events: list[tuple[int, int, int, int]], times: list[int], first: tuple[int, int, int], now: int, until: int
) -> None:
    """Append an event at ``now`` and silences after it, so that the next one falls on ``until``."""
    head = first
    while True:
        step = max(value for value in ADVANCES if value <= until - now)
        events.append((*head, ADVANCES.index(step)))
        times.append(now)
        now, head = now + step, (SILENCE, 0, 0)
        if now >= until or step == 0:
            return


def nearest(values: Sequence[int], value: int) -> int:
    """Return the index of the one of ``values`` nearest to ``value``, the first of two."""
    return min(range(len(values)), key=lambda index: abs(values[index] - value))


def pitch_of(degree: int, octave: int, root: int) -> int:
    """Return the MIDI pitch of a note by its parts."""
    return root + degree + 12 * (octave + LOWEST_OCTAVE)
