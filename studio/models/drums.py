"""What drumming is to the network: its events, and what is known of the place of each.

A bar is a row of strokes (tick, voice, velocity, lateness) sorted by tick and voice, then a bar line. Times are ticks,
24 to the quarter note; strokes stand on sixteenths and eighth triplets, lateness tells how far beside they were played.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.models.grammar import Grammar

TICKS = 24
GRID = (0, 6, 8, 12, 16, 18)
"""Where in a beat strokes stand, in ticks."""

PLACES = 5 * len(GRID)
BAR_LINE = PLACES
"""The part *place* of a bar line; strokes have the number of their place in the bar."""

VOICES = ("kick", "snare", "rim", "hat", "pedal", "open", "low-tom", "high-tom", "crash", "ride")
LOUDNESS = 8
"""Velocities to a step."""

LATEST = 3
"""Lateness in ticks is told from -LATEST to LATEST."""

STYLES = (
    "afrobeat", "afrocuban", "blues", "country", "dance", "funk", "gospel", "highlife", "hiphop", "jazz", "latin",
    "middleeastern", "neworleans", "pop", "punk", "reggae", "rock", "soul",
)  # fmt: skip
MANNERS = (
    "", "jazz/swing", "jazz/linear", "jazz/march", "jazz/funk", "jazz/fast", "jazz/mediumfast", "latin/brazilian-bossa",
    "latin/brazilian-songo", "latin/brazilian-samba", "latin/brazilian-baiao", "latin/brazilian-maracatu",
    "latin/brazilian-sambareggae", "latin/samba", "latin/chacarera", "latin/venezuelan-merengue",
    "latin/dominican-merengue", "neworleans/funk", "neworleans/secondline", "dance/disco", "dance/breakbeat",
    "afrocuban/calypso", "afrocuban/bembe", "afrocuban/rhumba", "rock/shuffle", "rock/prog", "rock/rockabilly",
    "rock/indie", "rock/halftime", "rock/folk", "blues/shuffle", "soul/motown", "funk/purdieshuffle", "funk/latin",
    "funk/fast", "reggae/slow", "pop/soft",
)  # fmt: skip
"""Ways of playing a style that the model knows by name; the first is "not told"."""

METERS = ("4/4", "3/4", "6/8", "5/4", "5/8")
PACES = (70, 85, 100, 115, 130, 150, 180)
"""Where classes of tempo begin, in quarter notes a minute."""

STROKES, MEAN = 13, 9

GRAMMAR = Grammar(
    parts={"place": PLACES + 1, "voice": len(VOICES), "velocity": 16, "lateness": 2 * LATEST + 1},
    context={
        "style": len(STYLES), "manner": len(MANNERS), "fill": 2, "meter": len(METERS), "pace": len(PACES) + 1,
        "before": PLACES + 1, "bar": 4, "strokes": STROKES, "loudness": MEAN,
    },
)  # fmt: skip
"""``before``: place of the event before; ``bar``: number of the bar modulo 4; ``strokes`` and ``loudness``: 1 + a class
of how many strokes the bar has and of their mean velocity, 0 where that is not told."""

HINTS = ("manner", "strokes", "loudness")

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Manner:
    """How a stretch of drumming is asked for. ``tempo`` in quarter notes a minute."""

    style: str
    tempo: float
    meter: str = "4/4"
    manner: str = ""

    def context(self, before: Ints, bar: Ints, fill: Ints, strokes: Ints, loudness: Ints) -> Ints:
        """Return the context of events, shape (…, features); all arguments of shape (…), as named in ``GRAMMAR``."""
        return np.stack(
            [
                np.full_like(before, STYLES.index(self.style)),
                np.full_like(before, MANNERS.index(self.manner) if self.manner in MANNERS else 0),
                fill,
                np.full_like(before, METERS.index(self.meter)),
                np.full_like(before, int(np.searchsorted(PACES, self.tempo, side="right"))),
                before, bar % 4, strokes, loudness,
            ],
            axis=-1,
        )  # fmt: skip


def strokes_class(count: int) -> int:
    """Return the value of the context *strokes* for a bar of ``count`` strokes."""
    return 1 + min(count // 4, STROKES - 2)


def loudness_class(mean: float) -> int:
    """Return the value of the context *loudness* for a bar whose mean velocity is ``mean``."""
    return 1 + min(int(mean) // 16, MEAN - 2)


def place_of(tick: int) -> int:
    """Return the number of the place at a tick of the grid; off the grid, of the nearest before."""
    beat, rest = divmod(tick, TICKS)
    return beat * len(GRID) + max(index for index, place in enumerate(GRID) if place <= rest)


def tick_of(place: int) -> int:
    """Return the tick of a place."""
    beat, index = divmod(place, len(GRID))
    return beat * TICKS + GRID[index]


def encode(bars: Sequence[Sequence[Sequence[int]]], manner: Manner, fills: Sequence[bool]) -> tuple[Ints, Ints]:
    """Return events (n, 4) and context (n, features) of bars of (tick, voice, velocity, lateness) rows.

    Each bar ends with a bar line. ``fills`` tells which bars are fills. Of strokes of one voice on one place, the
    loudest is kept.
    """
    events: list[tuple[int, int, int, int]] = []
    known: list[tuple[int, int, int, int, int]] = []
    for number, (bar, fill) in enumerate(zip(bars, fills, strict=True)):
        loudest: dict[tuple[int, int], tuple[int, int]] = {}
        for tick, voice, velocity, late in bar:
            key = place_of(tick), voice
            loudest[key] = max(loudest.get(key, (0, 0)), (velocity, late))
        count = strokes_class(len(loudest))
        loudness = loudness_class(float(np.mean([row[0] for row in loudest.values()])) if loudest else 0.0)
        before = BAR_LINE
        for (place, voice), (velocity, late) in sorted(loudest.items()):
            events.append((place, voice, velocity // LOUDNESS, int(np.clip(late, -LATEST, LATEST)) + LATEST))
            known.append((before, number, int(fill), count, loudness))
            before = place
        events.append((BAR_LINE, 0, 0, LATEST))
        known.append((before, number, int(fill), count, loudness))
    table = np.array(known, np.int64).reshape(-1, 5).T
    return np.array(events, np.int64).reshape(-1, 4), manner.context(*table)
