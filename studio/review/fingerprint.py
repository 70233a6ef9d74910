"""A melody as fingerprints: hashes of short fragments by interval and rhythm, the same in every key and tempo.

A fragment of ``n`` notes is its ``n - 1`` intervals in semitones and the ``n - 2`` ratios of neighbouring inter-onset
times, on a scale of a quarter of an octave of time, so that a dotted rhythm is told from an even one and a played
one still reads like the written one. A fragment is hashed to 32 bits; the hash cannot be turned back into notes
except by guessing them.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from studio.review.leadsheet import LeadSheet

FRAGMENT = 8
"""Notes of a fragment as it is indexed and stored; a longer match is a chain of these."""

SHARED = 12
"""Notes in a row that two tracks of ours may not share."""

WIDEST = 24
"""Wider intervals, in semitones, count as this one."""

RATIO_STEPS, LONGEST = 4, 8
"""Steps to an octave of time, and the step at which a ratio counts as a breath (four times as long, or as short)."""

TOGETHER = 0.05
"""Notes that begin within so many beats are one."""

ROUND = 4
"""A figure of up to so many notes that only goes round is nobody's."""

Hashes = NDArray[np.uint32]


@dataclass(frozen=True)
class Line:
    """A melody without key and tempo, ``n`` notes long.

    ``onset``: beats, ``(n,)``; ``interval``: semitones, ``(n - 1,)``; ``ratio``: steps of time, ``(n - 2,)``.
    """

    onset: NDArray[np.float64]
    interval: NDArray[np.int64]
    ratio: NDArray[np.int64]


def line(sheet: LeadSheet) -> Line:
    """Return the melody of a lead sheet as intervals and ratios of time."""
    kept = np.concatenate([[True], np.diff(sheet.onset) > TOGETHER]) if len(sheet.onset) else np.zeros(0, bool)
    onset, pitch = sheet.onset[kept], sheet.pitch[kept]
    octaves = np.diff(np.log2(np.diff(onset))) if len(onset) > 1 else np.zeros(0)
    ratio = np.clip(np.round(octaves * RATIO_STEPS), -LONGEST, LONGEST).astype(np.int64)
    return Line(onset, np.clip(np.diff(pitch), -WIDEST, WIDEST), ratio)


def fragments(melody: Line, notes: int = FRAGMENT) -> Hashes:
    """Return the hash of the fragment that begins at each note, ``(n - notes + 1,)``."""
    return (_mixed(melody, notes) >> np.uint64(32)).astype(np.uint32)


def _mixed(melody: Line, notes: int) -> NDArray[np.uint64]:
    count = len(melody.onset) - notes + 1
    if count <= 0:
        return np.zeros(0, np.uint64)
    mixed = np.full(count, 0x9E3779B97F4A7C15 + notes, np.uint64)
    for values, length in ((melody.interval, notes - 1), (melody.ratio, notes - 2)):
        symbols = (values + 2 * WIDEST).astype(np.uint64)
        for step in range(length):
            mixed = (mixed ^ symbols[step : step + count]) * np.uint64(0xD6E8FEB86659FD93)
            mixed ^= mixed >> np.uint64(32)
    return mixed


def commonplace(melody: Line, notes: int = FRAGMENT) -> NDArray[np.bool_]:
    """Return whether the fragment at each note is nobody's by its nature, ``(n - notes + 1,)``.

    One pitch in any rhythm; or, in even notes, a run straight up or down (a scale, an arpeggio), or a figure of up to
    four notes that goes round (a trill, a broken chord).
    """
    count = len(melody.onset) - notes + 1
    if count <= 0:
        return np.zeros(0, bool)
    steps = sliding_window_view(melody.interval, notes - 1)[:count]
    even = (sliding_window_view(melody.ratio, notes - 2)[:count] == 0).all(axis=1)
    plain = (steps > 0).all(axis=1) | (steps < 0).all(axis=1)
    pitch = np.concatenate([np.zeros((count, 1), np.int64), steps.cumsum(axis=1)], axis=1)
    for length in range(2, ROUND + 1):
        plain |= (pitch[:, length:] == pitch[:, :-length]).all(axis=1)
    return (steps == 0).all(axis=1) | (even & plain)


def fingerprint(melody: Line) -> bytes:
    """Return a melody's fingerprint to keep beside a track: its fragments in order, four bytes a note, compressed.

    The lowest bit of each says whether the fragment is ``commonplace``.
    """
    flagged = (fragments(melody) & ~np.uint32(1)) | commonplace(melody).astype(np.uint32)
    return zlib.compress(flagged.astype("<u4").tobytes(), 9)


def unpacked(stored: bytes) -> Hashes:
    """Return the flagged fragments that ``fingerprint`` packed."""
    return np.frombuffer(zlib.decompress(stored), "<u4")


def landmarks(stored: bytes, notes: int = SHARED) -> list[int]:
    """Return the fragments of a fingerprint by which to look it up, as signed 32-bit numbers, sorted.

    Winnowing (Schleimer, Wilkerson, Aiken 2003): the smallest hash of every window. Two melodies that share ``notes``
    notes share a whole window and so a landmark; about one fragment in three is one.
    """
    hashes, window = unpacked(stored), notes - FRAGMENT + 1
    ranked = np.where(hashes & 1, np.uint32(0xFFFFFFFF), hashes)
    if len(ranked) < window:
        return []
    least = np.unique(sliding_window_view(ranked, window).min(axis=1))
    return [int(value) for value in least[least != 0xFFFFFFFF].view(np.int32)]


@dataclass(frozen=True)
class SharedFragment:
    """``notes`` in a row that two melodies share: where each begins, in beats, and its intervals and ratios."""

    first: int
    second: int
    notes: int
    first_beat: float
    second_beat: float
    interval: tuple[int, ...]
    ratio: tuple[int, ...]


def shared_fragments(sheets: Sequence[LeadSheet], notes: int = SHARED) -> list[SharedFragment]:
    """Return, for every two lead sheets that share a fragment of ``notes`` notes, the longest that they share.

    ``first`` and ``second`` are their numbers in ``sheets``. Fragments that are ``commonplace`` do not count: a shared
    run begins and ends with one that is not.
    """
    lines = [line(sheet) for sheet in sheets]
    own = [_mixed(tune, notes) << np.uint64(1) | commonplace(tune, notes) for tune in lines]
    places: dict[int, list[tuple[int, int]]] = {}
    for number, hashes in enumerate(own):
        for place, value in enumerate(hashes.tolist()):
            if not value & 1:
                places.setdefault(value, []).append((number, place))
    best: dict[tuple[int, int], SharedFragment] = {}
    for found in places.values():
        for (first, a), (second, b) in combinations(found, 2):
            begun_before = a and b and own[first][a - 1] == own[second][b - 1] and not own[first][a - 1] & 1
            if first != second and not begun_before:
                run = _grown(lines, own, (first, a), (second, b), notes)
                if (first, second) not in best or run.notes > best[first, second].notes:
                    best[first, second] = run
    return sorted(best.values(), key=lambda run: (-run.notes, run.first, run.second))


def _grown(
    lines: Sequence[Line], own: Sequence[NDArray[np.uint64]], one: tuple[int, int], two: tuple[int, int], notes: int
) -> SharedFragment:
    """Return the shared fragment that begins at these two places, as long as it goes on."""
    (first, a), (second, b) = one, two
    length = min(len(own[first]) - a, len(own[second]) - b)
    left, right = own[first][a : a + length], own[second][b : b + length]
    end = int(np.argmin(np.append(left == right, False)))
    size = notes + int(np.flatnonzero(left[:end] & np.uint64(1) == 0)[-1])
    tune = lines[first]
    return SharedFragment(
        first, second, size, float(tune.onset[a]), float(lines[second].onset[b]),
        tuple(tune.interval[a : a + size - 1].tolist()), tuple(tune.ratio[a : a + size - 2].tolist()),
    )  # fmt: skip
